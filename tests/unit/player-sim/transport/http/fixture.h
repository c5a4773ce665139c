/* A channel served by a scripted server, a client that asks it, and all that came of it. */
#ifndef TESTS_UNIT_PLAYER_SIM_TRANSPORT_HTTP_FIXTURE_H
#define TESTS_UNIT_PLAYER_SIM_TRANSPORT_HTTP_FIXTURE_H

#include "support/cmocka_all.h"
#include "support/http_script.h"
#include "unit/media/cmaf/fixture.h"

#include "manifests/address.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/transport/http/client.h"

#include <stdio.h>

enum { WORLD_SEEN_MAX = 8192, WORLD_CHUNKS = 8, WORLD_CHUNK_BYTES = 2000, WORLD_TEXT = 400 };

#define WORLD_MANIFEST "/one/m.json"
#define WORLD_PACKET   "/one/p/v/init-now.mp4"
#define WORLD_SOUND    "/one/p/a/init-7.mp4"
#define WORLD_SEGMENT  "/one/p/v/content-0.mp4"

struct seen {
    struct session_event event; /* without channel and payload */
    int64_t now_us;
    char text[WORLD_TEXT];
    uint8_t *payload; /* a copy */
    size_t payload_size;
};

struct world {
    struct http_script *server;
    struct http_loop *loop;
    struct http_client *client;
    struct session_channel *channel; /* of the last manifest event */
    struct seen seen[WORLD_SEEN_MAX];
    size_t count;
    bool in_start;
    void (*on_event)(struct world *w, const struct seen *e);     /* may start and cancel */
    bool (*answer)(struct world *w, struct http_script_talk *t); /* false: as usual */
    const char *time_source;                                     /* in the manifest */
    int64_t server_ahead_us;
    struct bytes_writer packet, sound, segment;
    char url[128];
};

/* ---- what the server has ---- */

static inline void world_make_media(struct world *w)
{
    static const uint8_t picture[WORLD_CHUNK_BYTES] = {1, 2, 3};
    struct blob *video = fixture_video_header(), *audio = fixture_audio_header();
    struct cmaf_sample sample = fixture_sample();
    struct cmaf_continuation next = {0, 1234}, sound = {3, 77};
    assert_int_equal(cmaf_packet_write_video(&w->packet, video, 30000, &sample, &next), 0);
    assert_int_equal(cmaf_packet_write_audio(&w->sound, audio, &sound), 0);
    for (int i = 0; i < WORLD_CHUNKS; i++) {
        sample = (struct cmaf_sample){.sequence = 34 + i,
                                      .decode_time = 1001 * (34 + i),
                                      .duration = 1001,
                                      .capture_utc_us = 1700000000500000 + i,
                                      .data = picture,
                                      .size = WORLD_CHUNK_BYTES};
        assert_int_equal(cmaf_chunk_write(&w->segment, &sample, i == 2), 0);
    }
    blob_unref(video);
    blob_unref(audio);
}

static inline bool world_send_manifest(struct world *w, struct http_script_talk *t)
{
    char text[2048];
    snprintf(
        text, sizeof text,
        "{\"manifestVersion\":\"2.0.0\",\"creationDate\":\"2026-02-03T04:05:06.789Z\","
        "\"streamType\":\"live\",\"availabilityDuration\":{\"value\":60},\"fallbackPollRate\":30,"
        "\"activePresentation\":\"p\",\"currentTime\":{\"value\":77,\"scale\":30},%s"
        "\"presentations\":[{\"id\":\"p\",\"timeBounds\":{\"startTime\":0,\"scale\":30},"
        "\"baseUrl\":\"p/\","
        "\"audio\":[{\"id\":\"a\",\"language\":\"und\",\"mimeType\":\"audio/mp4\","
        "\"initializationPattern\":\"init-{initId}.mp4\","
        "\"continuationPattern\":\"content-{segmentId}.mp4\",\"channels\":2,\"sampleRate\":48000,"
        "\"tracks\":[{\"id\":\"a\",\"bandwidth\":128000,\"baseUrl\":\"a/\","
        "\"codecs\":\"mp4a.40.2\",\"segmentDuration\":{\"value\":6},\"segments\":[{\"id\":0}]}]}],"
        "\"video\":[{\"id\":\"v\",\"mimeType\":\"video/mp4\","
        "\"initializationPattern\":\"init-{initId}.mp4\","
        "\"continuationPattern\":\"content-{segmentId}.mp4\","
        "\"frameRate\":{\"value\":30000,\"scale\":1001},"
        "\"tracks\":[{\"id\":\"v\",\"bandwidth\":800000,\"baseUrl\":\"v/\","
        "\"codecs\":\"avc1.64001E\",\"resolution\":{\"width\":640,\"height\":360},"
        "\"segmentDuration\":{\"value\":6},\"segments\":[{\"id\":0}]}]}]}]}",
        w->time_source);
    return http_script_whole(t, "200 OK", text, strlen(text));
}

#define WORLD_TIME_SOURCE                                                                          \
    "\"timeSource\":{\"scheme\":\"urn:mpeg:dash:utc:http-iso:2014\",\"value\":\"/time\"},"

static inline int64_t world_range_start(const struct http_script_talk *t)
{
    long long start = -1;
    sscanf(t->range, "bytes=%lld-9007199254740991", &start);
    return start;
}

static inline bool world_send_206(struct http_script_talk *t)
{
    return http_script_text(t,
                            "HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n"
                            "Content-Range: bytes %lld-9007199254740991/*\r\n\r\n",
                            (long long)world_range_start(t));
}

static inline bool world_send_segment(struct world *w, struct http_script_talk *t, size_t piece)
{
    size_t at = (size_t)world_range_start(t);
    bool good = world_send_206(t);
    for (; good && at < w->segment.size; at += piece) {
        size_t left = w->segment.size - at;
        good = http_script_chunk(t, w->segment.data + at, left < piece ? left : piece);
    }
    return good && http_script_chunk(t, "", 0);
}

static inline void world_answer(void *context, struct http_script_talk *t)
{
    struct world *w = context;
    char now[CLOCK_ISO8601_BYTES];
    if (w->answer && w->answer(w, t))
        return;
    if (!strcmp(t->path, WORLD_MANIFEST)) {
        world_send_manifest(w, t);
    } else if (!strcmp(t->path, WORLD_PACKET)) {
        http_script_whole(t, "200 OK", w->packet.data, w->packet.size);
    } else if (!strcmp(t->path, WORLD_SOUND)) {
        http_script_whole(t, "200 OK", w->sound.data, w->sound.size);
    } else if (!strcmp(t->path, WORLD_SEGMENT)) {
        world_send_segment(w, t, 1000);
    } else if (!strcmp(t->path, "/time")) {
        clock_iso8601(clock_utc_us() + w->server_ahead_us, now);
        http_script_whole(t, "200 OK", now, strlen(now));
    } else {
        http_script_whole(t, "404 Not Found", "none", 4);
    }
}

/* ---- the viewer's side ---- */

static inline void world_handle(void *context, int64_t now_us, const struct session_event *event)
{
    struct world *w = context;
    assert_false(w->in_start);
    assert_true(w->count < WORLD_SEEN_MAX);
    struct seen *e = &w->seen[w->count];
    /* Time does not go back, nor ahead of the clock. */
    assert_true(!w->count || now_us >= w->seen[w->count - 1].now_us);
    assert_true(now_us <= clock_monotonic_us());
    *e = (struct seen){.event = *event, .now_us = now_us};
    snprintf(e->text, sizeof e->text, "%s", event->text ? event->text : "");
    if (event->sample.payload) {
        e->payload_size = event->sample.payload->size;
        e->payload = fixture_copy(event->sample.payload->data, e->payload_size);
    }
    if (event->channel) {
        session_channel_unref(w->channel);
        w->channel = session_channel_ref(event->channel);
    }
    w->count++;
    if (w->on_event)
        w->on_event(w, e);
}

static inline struct world *world_create(const struct http_config *config,
                                         bool (*answer)(struct world *, struct http_script_talk *),
                                         const char *time_source)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->answer = answer;
    w->time_source = time_source;
    w->server_ahead_us = 3600000000;
    bytes_writer_init(&w->packet);
    bytes_writer_init(&w->sound);
    bytes_writer_init(&w->segment);
    world_make_media(w);
    w->server = http_script_start(world_answer, w);
    snprintf(w->url, sizeof w->url, "http://127.0.0.1:%u" WORLD_MANIFEST,
             (unsigned)http_script_port(w->server));
    assert_int_equal(http_loop_create(&w->loop), 0);
    assert_int_equal(http_client_create(w->loop, config, world_handle, w, &w->client), 0);
    return w;
}

/* No spares unless a test is about them. */
static inline struct http_config world_config(void)
{
    struct http_config config = http_config_default;
    config.spares = 0;
    config.connect_us = config.answer_us = config.silence_us = 20000000;
    return config;
}

static inline struct world *world_start(bool (*answer)(struct world *, struct http_script_talk *))
{
    struct http_config config = world_config();
    return world_create(&config, answer, "");
}

static inline void world_finish(struct world *w)
{
    http_client_destroy(w->client);
    http_loop_destroy(w->loop);
    http_script_stop(w->server);
    session_channel_unref(w->channel);
    for (size_t i = 0; i < w->count; i++)
        free(w->seen[i].payload);
    bytes_writer_finish(&w->packet);
    bytes_writer_finish(&w->sound);
    bytes_writer_finish(&w->segment);
    free(w);
}

static inline void world_request(struct world *w, const struct session_request *request)
{
    w->in_start = true;
    http_client_start(w->client, request);
    w->in_start = false;
}

static inline void world_ask_url(struct world *w, uint32_t id, const char *url)
{
    world_request(w, &(struct session_request){.id = id, .kind = SESSION_GET_MANIFEST, .url = url});
}

static inline void world_ask_manifest(struct world *w, uint32_t id)
{
    world_ask_url(w, id, w->url);
}

static inline void world_ask_packet(struct world *w, uint32_t id)
{
    world_request(w, &(struct session_request){.id = id,
                                               .kind = SESSION_GET_PACKET,
                                               .from = w->channel,
                                               .track = &w->channel->rungs[0],
                                               .number = HESP_NOW});
}

static inline void world_ask_sound(struct world *w, uint32_t id)
{
    world_request(w, &(struct session_request){.id = id,
                                               .kind = SESSION_GET_PACKET,
                                               .from = w->channel,
                                               .track = &w->channel->sound,
                                               .number = 7});
}

static inline void world_ask_segment(struct world *w, uint32_t id, int64_t offset)
{
    world_request(w, &(struct session_request){.id = id,
                                               .kind = SESSION_GET_SEGMENT,
                                               .from = w->channel,
                                               .track = &w->channel->rungs[0],
                                               .offset = offset});
}

/* Runs the loop until it holds; fails the test after 15 s, which is before a spare is renewed. */
#define world_until(w, condition)                                                                  \
    do {                                                                                           \
        int64_t until_us_ = clock_monotonic_us() + 15000000;                                       \
        while (!(condition)) {                                                                     \
            assert_int_equal(http_loop_run((w)->loop, clock_monotonic_us() + 5000), 0);            \
            if (clock_monotonic_us() > until_us_)                                                  \
                fail_msg("never: %s", #condition);                                                 \
        }                                                                                          \
    } while (0)

/* The event that ended request id, or NULL. */
static inline const struct seen *world_ended(const struct world *w, uint32_t id)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->seen[i].event.request == id && w->seen[i].event.kind != SESSION_CHUNK)
            return &w->seen[i];
    return NULL;
}

static inline const struct seen *world_end_of(struct world *w, uint32_t id)
{
    world_until(w, world_ended(w, id));
    return world_ended(w, id);
}

static inline size_t world_chunks_of(const struct world *w, uint32_t id)
{
    size_t count = 0;
    for (size_t i = 0; i < w->count; i++)
        count += w->seen[i].event.request == id && w->seen[i].event.kind == SESSION_CHUNK;
    return count;
}

/* Request id ends with an event of this kind. */
static inline const struct seen *world_expect(struct world *w, uint32_t id,
                                              enum session_event_kind kind)
{
    const struct seen *e = world_end_of(w, id);
    if (e->event.kind != kind)
        fail_msg("request %u ends with %d, not %d: %s", (unsigned)id, (int)e->event.kind, (int)kind,
                 e->text);
    return e;
}

/* The manifest, so that w->channel is there. */
static inline void world_open(struct world *w)
{
    world_ask_manifest(w, 1);
    world_expect(w, 1, SESSION_MANIFEST);
}

static inline void world_expect_failure(const struct seen *e, enum session_fault fault, int status,
                                        const char *text)
{
    assert_int_equal(e->event.kind, SESSION_FAILED);
    assert_int_equal(e->event.fault, fault);
    assert_int_equal(e->event.http_status, status);
    if (strncmp(e->text, "GET http://127.0.0.1:", 21) != 0 || !strstr(e->text, text))
        fail_msg("\"%s\" does not say \"%s\"", e->text, text);
    assert_null(strchr(e->text, '\n'));
}

#endif
