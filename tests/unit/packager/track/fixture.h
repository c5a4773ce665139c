/* A store with tracks in virtual time, and what a viewer would fetch from it. */
#ifndef TESTS_UNIT_PACKAGER_TRACK_FIXTURE_H
#define TESTS_UNIT_PACKAGER_TRACK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/cmaf/chunk.h"
#include "media/core/err.h"
#include "packager/init/packet_encoder.h"
#include "packager/store/store.h"
#include "packager/track/audio_track.h"
#include "packager/track/video_track.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIXTURE_UTC_US = 1764000000 };

static inline struct store *fixture_store(int64_t window_us)
{
    struct store_limits limits = {.window_us = window_us, .max_bytes = (size_t)1 << 30};
    struct store *s = NULL;
    assert_int_equal(store_create(&limits, &s), ERR_OK);
    return s;
}

static inline struct video_track_config fixture_video(struct store *store, int width, int height)
{
    return (struct video_track_config){
        .encoder = &encoder_x264,
        .width = width,
        .height = height,
        .bitrate_bps = 400000,
        .frame_rate = {30, 1},
        .segment_duration = {2, 1},
        .preset = "superfast",
        .id = "v",
        .store = store,
    };
}

static inline struct video_track *fixture_video_track(const struct video_track_config *config)
{
    struct video_track *t = NULL;
    assert_int_equal(video_track_create(config, &t), ERR_OK);
    return t;
}

/* Capture times are told apart by frame. */
static inline int64_t fixture_capture_us(int64_t sequence)
{
    return FIXTURE_UTC_US + 33000 * sequence;
}

static inline int fixture_push(struct video_track *t, const AVFrame *picture, int64_t sequence)
{
    return video_track_push(t, picture, sequence, fixture_capture_us(sequence), false);
}

struct fixture_bytes {
    uint8_t *data; /* the caller's, to free */
    size_t size;
};

/* What there is of a segment from `first` on. */
static inline struct fixture_bytes fixture_segment(struct store_track *t, int64_t id, int64_t first)
{
    struct store_range range = {.first = first, .last = INT64_MAX};
    struct store_reader *reader = NULL;
    struct fixture_bytes bytes = {NULL, 0};
    int64_t length = 0;
    if (store_open_reader(t, id, range, &reader, &length))
        return bytes;
    for (;;) {
        bytes.data = realloc(bytes.data, bytes.size + 65536);
        assert_non_null(bytes.data);
        int64_t got = store_read(reader, bytes.data + bytes.size, 65536);
        if (got <= 0)
            break;
        bytes.size += (size_t)got;
    }
    store_close_reader(reader);
    return bytes;
}

/* The frames of a track in their order, across segments, from a place on. */
struct fixture_walk {
    struct store_track *track;
    struct fixture_bytes segment;
    size_t at;
    int64_t segment_id;
    bool first_of_segment; /* the chunk given last */
};

static inline void fixture_walk_init(struct fixture_walk *w, struct store_track *t,
                                     int64_t segment_id, int64_t offset)
{
    *w = (struct fixture_walk){.track = t, .segment_id = segment_id};
    w->segment = fixture_segment(t, segment_id, offset);
    w->first_of_segment = offset == 0;
}

static inline void fixture_walk_finish(struct fixture_walk *w)
{
    free(w->segment.data);
}

/* false: nothing more there. */
static inline bool fixture_walk_next(struct fixture_walk *w, struct cmaf_chunk *chunk)
{
    bool first = w->at == 0 && w->first_of_segment;
    if (w->at == w->segment.size) {
        free(w->segment.data);
        w->segment = fixture_segment(w->track, ++w->segment_id, 0);
        w->at = 0;
        first = true;
    }
    if (!w->segment.size)
        return false;
    assert_int_equal(cmaf_chunk_read(w->segment.data + w->at, w->segment.size - w->at, chunk),
                     ERR_OK);
    w->at += chunk->total_bytes;
    w->first_of_segment = first;
    return true;
}

static inline struct store_track_state fixture_state(struct store_track *t)
{
    struct store_track_state state;
    store_track_state(t, &state);
    return state;
}

static inline struct store_track *fixture_store_track(const struct video_track *t)
{
    struct video_track_format format;
    video_track_format(t, &format);
    return format.store_track;
}

#endif
