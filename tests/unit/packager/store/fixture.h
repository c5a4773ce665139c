/* A small store to test with, chunks whose bytes tell where they belong, and a plain reader. */
#ifndef TESTS_UNIT_PACKAGER_STORE_FIXTURE_H
#define TESTS_UNIT_PACKAGER_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/core/err.h"
#include "packager/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rational FIXTURE_AUDIO_RATE = {48000, 1024};

static inline struct store *fixture_store(int64_t window_us, size_t max_bytes)
{
    struct store_limits limits = {.window_us = window_us, .max_bytes = max_bytes};
    struct store *s = NULL;
    assert_int_equal(store_create(&limits, &s), ERR_OK);
    return s;
}

static inline struct store_track_info fixture_info(enum store_kind kind, const char *id,
                                                   struct rational rate, int64_t segment_s)
{
    struct store_track_info info = {
        .kind = kind,
        .frame_rate = rate,
        .timescale = rate.num,
        .ticks_per_frame = rate.den,
        .segment_duration = {segment_s, 1},
        .bandwidth_bps = 1000000,
    };
    snprintf(info.id, sizeof info.id, "%s", id);
    return info;
}

static inline struct store_track *fixture_track(struct store *s, const char *id,
                                                struct rational rate, int64_t segment_s)
{
    struct store_track_info info = fixture_info(STORE_VIDEO, id, rate, segment_s);
    struct store_track *t = NULL;
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_OK);
    return t;
}

/* Byte i of the chunk or packet of a sample. */
static inline uint8_t fixture_byte(int64_t sequence, size_t i)
{
    return (uint8_t)((uint64_t)sequence * 31 + i * 7);
}

static inline struct blob *fixture_blob(int64_t sequence, size_t size)
{
    uint8_t *bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = fixture_byte(sequence, i);
    struct blob *b = blob_create(bytes, size);
    free(bytes);
    return b;
}

/* Appends the samples from the next one up to and including last, of size bytes each. */
static inline struct store_place fixture_append(struct store_track *t, int64_t last, size_t size)
{
    struct store_track_state state;
    store_track_state(t, &state);
    struct store_place next = {-1, -1};
    for (int64_t n = state.newest_sequence + 1; n <= last; n++)
        assert_int_equal(store_append(t, n, fixture_blob(n, size), &next), ERR_OK);
    return next;
}

/* Appends as fixture_append does, each sample with a packet. */
static inline void fixture_append_both(struct store_track *t, int64_t last, size_t size,
                                       size_t packet_size)
{
    struct store_track_state state;
    store_track_state(t, &state);
    for (int64_t n = state.newest_sequence + 1; n <= last; n++) {
        fixture_append(t, n, size);
        assert_int_equal(store_put_packet(t, n, fixture_blob(n, packet_size)), ERR_OK);
    }
}

static inline int fixture_find(struct store_track *t, int64_t sequence)
{
    struct blob *packet = NULL;
    int status = store_find_packet(t, sequence, &packet);
    assert_true(status ? packet == NULL : packet != NULL);
    if (packet)
        assert_int_equal(packet->data[0], fixture_byte(sequence, 0));
    blob_unref(packet);
    return status;
}

/* The status of opening a reader, which is closed at once. */
static inline int fixture_open(struct store_track *t, int64_t id, int64_t first, int64_t last)
{
    struct store_reader *r = NULL;
    int status = store_open_reader(t, id, (struct store_range){first, last}, &r, NULL);
    assert_true(status ? r == NULL : r != NULL);
    store_close_reader(r);
    return status;
}

/* Reads until ERR_AGAIN or ERR_END, in steps of step bytes; gives the count of bytes. */
static inline size_t fixture_drain(struct store_reader *r, uint8_t *out, size_t capacity,
                                   size_t step, int *status)
{
    size_t size = 0;
    for (;;) {
        assert_true(size + step <= capacity);
        int64_t got = store_read(r, out + size, step);
        if (got < 0) {
            *status = (int)got;
            return size;
        }
        assert_true(got > 0 && got <= (int64_t)step);
        size += (size_t)got;
    }
}

#endif
