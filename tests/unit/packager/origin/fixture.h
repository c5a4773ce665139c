/* A store that the test fills by hand, served by an origin with limits of the test's choice. What
 * each segment holds is kept here too, so that it can be compared. */
#ifndef TESTS_UNIT_PACKAGER_ORIGIN_FIXTURE_H
#define TESTS_UNIT_PACKAGER_ORIGIN_FIXTURE_H

#include "support/cmocka_all.h"
#include "support/http_raw.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/origin/limits.h"
#include "packager/origin/origin.h"

#include <stdio.h>
#include <string.h>

enum {
    WORLD_SEGMENTS = 8,
    WORLD_SEGMENT_FRAMES = 30, /* one second at 30 fps */
    WORLD_PACKET_BYTES = 3000,
};

#define WORLD_TRACK "/one/p1/v360/"

struct world {
    struct origin *origin;
    struct store *store;
    struct store_track *video, *audio;
    int64_t next_sequence; /* video */
    struct bytes_writer segments[WORLD_SEGMENTS];
    struct store_place next; /* after the last sample */
    int64_t wanted_packet;   /* the last that the maker was asked for, -1: none */
    int wants, unwants;      /* how often it was told */
    int want_status;         /* its answer */
    struct http_raw http;
};

/* Limits that no test reaches by accident. */
static inline struct origin_limits world_limits(void)
{
    struct origin_limits limits = origin_limits_default;

    limits.packet_wait_us = limits.making_wait_us = 60000000;
    limits.range_wait_us = limits.live_wait_us = 60000000;
    limits.stall_us = limits.expired_grace_us = limits.response_us = limits.request_us = 60000000;
    limits.spare_request_us = 60000000;
    limits.scan_us = 20000;
    return limits;
}

static inline int world_want(void *context, int64_t sequence, uint64_t client, bool exists)
{
    struct world *w = context;

    (void)exists;
    (void)client;
    __atomic_store_n(&w->wanted_packet, sequence, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&w->wants, 1, __ATOMIC_SEQ_CST);
    return w->want_status;
}

static inline void world_unwant(void *context, int64_t sequence)
{
    struct world *w = context;

    assert_int_equal(sequence, __atomic_load_n(&w->wanted_packet, __ATOMIC_SEQ_CST));
    __atomic_add_fetch(&w->unwants, 1, __ATOMIC_SEQ_CST);
}

/* Waits until one of the counts above has reached value; gives up after 20 s. */
static inline void world_await_count(const int *count, int value)
{
    for (int tries = 0; __atomic_load_n(count, __ATOMIC_SEQ_CST) != value && tries < 4000; tries++)
        clock_sleep_until_us(clock_monotonic_us() + 5000);
    assert_int_equal(__atomic_load_n(count, __ATOMIC_SEQ_CST), value);
}

static inline struct store_track_info world_video_info(void)
{
    return (struct store_track_info){.kind = STORE_VIDEO,
                                     .id = "v360",
                                     .mime = "video/mp4",
                                     .codecs = "avc1.64001e",
                                     .frame_rate = {30, 1},
                                     .timescale = 30,
                                     .ticks_per_frame = 1,
                                     .segment_duration = {1, 1},
                                     .bandwidth_bps = 10000000};
}

/* The on-demand world's store has a packet maker that only notes what is wanted. */
static inline void world_start_configured(struct world *w, const struct origin_config *config,
                                          const struct origin_limits *limits, int64_t window_us,
                                          bool on_demand)
{
    struct store_limits store_limits = {window_us, 64 << 20};
    struct store_packet_maker maker = {w, world_want, world_unwant};
    struct store_track_info video = world_video_info();
    struct store_track_info audio = video;

    memset(w, 0, offsetof(struct world, http));
    w->wanted_packet = -1;
    audio.kind = STORE_AUDIO;
    strcpy(audio.id, "aac");
    strcpy(audio.mime, "audio/mp4");
    assert_int_equal(store_create(&store_limits, &w->store), ERR_OK);
    assert_int_equal(store_add_track(w->store, &video, on_demand ? &maker : NULL, &w->video), 0);
    assert_int_equal(store_add_track(w->store, &audio, NULL, &w->audio), ERR_OK);
    for (size_t i = 0; i < WORLD_SEGMENTS; i++)
        bytes_writer_init(&w->segments[i]);
    assert_int_equal(origin_create_with(config, limits, &w->origin), ERR_OK);
    assert_int_equal(origin_add_store(w->origin, "one", "p1", w->store), ERR_OK);
}

static inline void world_start_with(struct world *w, const struct origin_limits *limits,
                                    int64_t window_us, bool on_demand)
{
    const struct origin_config config = {.address = "127.0.0.1"};

    world_start_configured(w, &config, limits, window_us, on_demand);
}

static inline void world_start(struct world *w)
{
    struct origin_limits limits = world_limits();

    world_start_with(w, &limits, 60000000, false);
}

static inline void world_stop(struct world *w)
{
    origin_destroy(w->origin);
    store_destroy(w->store);
    for (size_t i = 0; i < WORLD_SEGMENTS; i++)
        bytes_writer_finish(&w->segments[i]);
}

static inline void world_fill(uint8_t *out, size_t size, uint64_t seed)
{
    uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;

    for (size_t i = 0; i < size; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        out[i] = (uint8_t)(x >> 56);
    }
}

static inline size_t world_chunk_bytes(int64_t sequence)
{
    return 600 + (size_t)(sequence * 37 % 500);
}

/* Appends sample after sample; their packets are not there. */
static inline void world_append(struct world *w, int count)
{
    uint8_t bytes[2000];

    for (int i = 0; i < count; i++) {
        int64_t sequence = w->next_sequence++;
        size_t size = world_chunk_bytes(sequence);
        world_fill(bytes, size, (uint64_t)sequence);
        bytes_write(&w->segments[sequence / WORLD_SEGMENT_FRAMES % WORLD_SEGMENTS], bytes, size);
        assert_int_equal(store_append(w->video, sequence, blob_create(bytes, size), &w->next),
                         ERR_OK);
    }
}

static inline void world_packet_bytes(int64_t sequence, uint8_t out[WORLD_PACKET_BYTES])
{
    world_fill(out, WORLD_PACKET_BYTES, (uint64_t)sequence + 1000000);
}

static inline void world_put_packet(struct world *w, int64_t sequence)
{
    uint8_t bytes[WORLD_PACKET_BYTES];

    world_packet_bytes(sequence, bytes);
    assert_int_equal(store_put_packet(w->video, sequence, blob_create(bytes, sizeof bytes)),
                     ERR_OK);
}

static inline struct origin_state world_state(const struct world *w)
{
    struct origin_state state;

    origin_state(w->origin, &state);
    return state;
}

/* Waits until a counter of origin_state has reached value; gives up after 20 s. */
#define world_await(w, counter, value)                                                             \
    do {                                                                                           \
        for (int tries_ = 0; world_state(w).counter != (value) && tries_ < 4000; tries_++)         \
            clock_sleep_until_us(clock_monotonic_us() + 5000);                                     \
        assert_int_equal(world_state(w).counter, value);                                           \
    } while (0)

/* Opens w->http anew and asks. */
static inline void world_ask(struct world *w, const char *method, const char *path,
                             const char *lines)
{
    http_raw_open(&w->http, origin_port(w->origin));
    http_raw_request(&w->http, method, path, lines);
}

/* Asks and expects that status; the connection is open afterwards. */
static inline void world_expect(struct world *w, const char *method, const char *path,
                                const char *lines, int status)
{
    world_ask(w, method, path, lines);
    assert_int_equal(http_raw_head(&w->http), status);
}

static inline void world_expect_header(const struct world *w, const char *name, const char *value)
{
    const char *found = http_raw_header(&w->http, name);

    if (value == NULL) {
        assert_null(found);
        return;
    }
    if (found == NULL)
        fail_msg("no %s in %s", name, w->http.head);
    assert_string_equal(found, value);
}

/* The rest of a chunked response is segment's bytes from first up to last (inclusive). */
static inline void world_expect_chunks(struct http_raw *http, const struct bytes_writer *segment,
                                       size_t first, size_t last)
{
    static uint8_t body[1 << 20];
    bool complete;
    size_t size = http_raw_chunks(http, body, sizeof body, &complete);

    assert_true(complete);
    assert_int_equal(size, last + 1 - first);
    assert_memory_equal(body, segment->data + first, size);
}

/* The body of a response with a Content-Length is those bytes. */
static inline void world_expect_body(struct world *w, const void *expected, size_t size)
{
    static uint8_t body[1 << 16];
    char length[24];
    size_t at = 0;
    int64_t got = 1;

    snprintf(length, sizeof length, "%zu", size);
    world_expect_header(w, "Content-Length", length);
    while (at < size && (got = http_raw_read(&w->http, body + at, size - at)) > 0)
        at += (size_t)got;
    assert_int_equal(at, size);
    assert_memory_equal(body, expected, size);
}

/* Nothing follows the head: the connection answers the next request at once. */
static inline void world_expect_no_body(struct world *w)
{
    http_raw_request(&w->http, "OPTIONS", "/", "");
    if (http_raw_head(&w->http) != 204)
        fail_msg("a body follows: %s", w->http.head);
}

#endif
