/* A HESP viewer for tests, over real HTTP: manifest, packet, continuation. It reads what a client
 * reads and asserts nothing: every failure is a text.
 * Thread-safety: a viewer belongs to one thread at a time. */
#ifndef TESTS_E2E_VIEWER_H
#define TESTS_E2E_VIEWER_H

#include "manifests/address.h"
#include "manifests/hesp.h"
#include "media/cmaf/chunk.h"
#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIEWER_ERROR_BYTES = 512 };

struct viewer {
    char url[512]; /* the manifest's */
    struct hesp_manifest manifest;
    char error[VIEWER_ERROR_BYTES]; /* why the last call gave false */
};

/* Fetches, parses and validates the manifest. viewer_close is due in any case. */
bool viewer_open(struct viewer *v, const char *manifest_url);
/* Fetches it again. Places found before are void. */
bool viewer_refresh(struct viewer *v);
void viewer_close(struct viewer *v);

struct viewer_track {
    struct hesp_place place;
    struct rational rate; /* sequence numbers per second */
    struct rational segment_duration;
};

/* Tracks of the active Presentation; index counts from 0. false: there is none. */
size_t viewer_video_count(const struct viewer *v);
bool viewer_video(struct viewer *v, size_t index, struct viewer_track *track);
bool viewer_audio(struct viewer *v, struct viewer_track *track);

struct viewer_packet {
    uint8_t *bytes; /* owned; what `packet` points into */
    size_t size;
    struct cmaf_packet packet;
    int64_t sequence;    /* video: of its sample, from its time */
    const uint8_t *avcc; /* video: the record inside the header */
    size_t avcc_size;
    int64_t arrived_utc_us;
};

/* sequence or HESP_NOW. */
bool viewer_get_packet(struct viewer *v, const struct viewer_track *track, int64_t sequence,
                       struct viewer_packet *packet);
void viewer_packet_finish(struct viewer_packet *packet);

/* Samples in order, each with its own bytes. */
struct viewer_sample {
    struct cmaf_chunk chunk; /* points into bytes */
    uint8_t *bytes;          /* owned: the whole chunk */
    int64_t segment_id;
    int64_t offset; /* of the chunk in its segment */
    int64_t sequence;
};

struct viewer_samples {
    struct viewer_sample *list;
    size_t count;
};

/* Appends `frames` samples from a place on, going on with the next segments, as a player does: the
 * first request with a range, the next ones without. Waits for live samples. */
bool viewer_get_samples(struct viewer *v, const struct viewer_track *track,
                        const struct cmaf_continuation *from, size_t frames,
                        struct viewer_samples *samples);
void viewer_samples_finish(struct viewer_samples *samples);

/* The number of a sample of this decode time; -1 where no frame begins there. */
int64_t viewer_sequence(const struct viewer_track *track, uint32_t timescale, int64_t decode_time);

/* The timescale that the track's media uses (H5): the rate's numerator, or the sample rate. */
uint32_t viewer_timescale(const struct viewer_track *track);

#endif
