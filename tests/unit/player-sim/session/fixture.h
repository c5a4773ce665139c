/* Plays a viewer's world by hand: events go in at virtual times, and every action that comes out is
 * written down as a line of text, so that a test says exactly what is to happen.
 *
 *   request 2 packet mid now        request 3 segment mid 2+900     request 1 manifest 0
 *   cancel 3     close 1            decode 1 mid 100 [opens]        showed 1 mid 100 at 50000
 *   saw zap_ms 50000 at 50000       missed zap_ms                   fault http TEXT     ended at 9
 *
 * Channels have 25 frames a second (40,000 us), segments of 2 s (50 frames), the rungs low, mid and
 * high of 300, 800 and 2500 kbit/s, and sound, of 48000/1024 frames a second, unless a test says
 * otherwise. latency_ms and arrival_ms are left out unless asked for. */
#ifndef TESTS_UNIT_PLAYER_SIM_SESSION_FIXTURE_H
#define TESTS_UNIT_PLAYER_SIM_SESSION_FIXTURE_H

#include "media/core/err.h"
#include "player-sim/session/session.h"

#include "support/cmocka_all.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_BYTES = 1 << 20, REQUESTS_MAX = 8192, STREAMS_MAX = 2048 };

static const char *const world_urls[] = {"http://origin/one/manifest.json",
                                         "http://origin/two/manifest.json",
                                         "http://origin/three/manifest.json"};

struct world {
    struct session *session;
    int64_t now_us;
    bool latency;  /* written down */
    bool measures; /* nothing else is */
    bool punctual; /* timers are called when they want to be */
    bool payloads; /* events carry bytes */
    bool open[REQUESTS_MAX];
    uint32_t requests; /* the last one's id */
    bool closed[STREAMS_MAX];
    int64_t shown_at_us;
    size_t length;
    char *log;
};

struct shape { /* of a manifest */
    const char *active, *extra;
    const char *id;       /* of the Presentation */
    const char *ends;     /* "" or ",\"endTime\":..." */
    int64_t start, first; /* startTime, scale 25; startSequenceNumber of the picture */
    bool silent, single;
    bool fast; /* high has 50 frames a second */
};

static const struct shape plain = {.active = "p", .id = "p", .ends = ""};

#define RUNG(name, bps)                                                                            \
    "{\"id\":\"" name "\",\"bandwidth\":" bps ",\"codecs\":\"avc1.4d001f\",\"baseUrl\":\"" name    \
    "/\",\"resolution\":{\"width\":640,\"height\":360},"                                           \
    "\"segmentDuration\":{\"value\":2},\"startSequenceNumber\":%" PRId64 ",\"segments\":[]}"

static inline char *shape_presentation(const struct shape *s)
{
    static const char picture[] =
        "{\"id\":\"%s\",\"baseUrl\":\"%s/\","
        "\"timeBounds\":{\"startTime\":%" PRId64 "%s,\"scale\":25},"
        "\"video\":[{\"id\":\"video\",\"frameRate\":{\"value\":25},"
        "\"initializationPattern\":\"i-{initId}\",\"continuationPattern\":\"c-{segmentId}\","
        "\"tracks\":[" RUNG("mid", "800000");
    static const char others[] = "," RUNG("high", "2500000") "," RUNG("low", "300000");
    static const char fast[] =
        "," RUNG("high", "2500000,\"frameRate\":{\"value\":50}") "," RUNG("low", "300000");
    static const char sound[] =
        ",\"audio\":[{\"id\":\"audio\",\"language\":\"eng\",\"sampleRate\":48000,\"channels\":2,"
        "\"initializationPattern\":\"i-{initId}\",\"continuationPattern\":\"c-{segmentId}\","
        "\"tracks\":[{\"id\":\"sound\",\"bandwidth\":128000,\"codecs\":\"mp4a.40.2\","
        "\"baseUrl\":\"sound/\",\"segmentDuration\":{\"value\":2},\"segments\":[]}]}]";
    char *text = malloc(8192);
    int n = snprintf(text, 8192, picture, s->id, s->id, s->start, s->ends, s->first);
    if (!s->single)
        n += snprintf(text + n, 8192 - (size_t)n, s->fast ? fast : others, s->first, s->first);
    n += snprintf(text + n, 8192 - (size_t)n, "]}]%s}", s->silent ? "" : sound);
    assert_true(n < 8192);
    return text;
}

/* With one Presentation, or with a second one. */
static inline struct session_channel *make_channel(const struct shape *s, const struct shape *other)
{
    char *first = shape_presentation(s), *second = other ? shape_presentation(other) : NULL;
    char *json = malloc(20000), error[SESSION_CHANNEL_ERROR_BYTES] = "";
    struct session_channel *c = NULL;
    int64_t newest = other && strcmp(s->active, other->id) == 0 ? other->start : s->start;
    snprintf(json, 20000,
             "{\"manifestVersion\":\"2.0.0\",\"creationDate\":\"2026-02-03T04:05:06.789Z\","
             "\"streamType\":\"live\",\"availabilityDuration\":{\"value\":60},"
             "\"fallbackPollRate\":30,\"activePresentation\":\"%s\","
             "\"currentTime\":{\"value\":%" PRId64 ",\"scale\":25},\"presentations\":[%s%s%s]}",
             s->active, newest, first, second ? "," : "", second ? second : "");
    int status =
        session_channel_read("http://origin/one/manifest.json", json, strlen(json), &c, error);
    if (status)
        print_message("%s\n", error);
    assert_int_equal(status, ERR_OK);
    free(json);
    free(first);
    free(second);
    return c;
}

static inline void note(struct world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void note(struct world *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    w->length += (size_t)vsnprintf(w->log + w->length, LOG_BYTES - w->length, format, arguments);
    va_end(arguments);
    assert_true(w->length + 1 < LOG_BYTES);
    w->log[w->length++] = '\n';
    w->log[w->length] = '\0';
}

static inline void note_request(struct world *w, const struct session_request *r)
{
    static const char *const kinds[] = {"manifest", "packet", "segment"};
    assert_int_equal(r->id, w->requests + 1); /* never used again */
    assert_true(r->id < REQUESTS_MAX);
    w->requests = r->id;
    w->open[r->id] = true;
    if (w->measures)
        return;
    if (r->kind == SESSION_GET_MANIFEST && strcmp(r->url, world_urls[r->channel]) != 0)
        note(w, "request %" PRIu32 " manifest %zu at %s", r->id, r->channel, r->url);
    else if (r->kind == SESSION_GET_MANIFEST)
        note(w, "request %" PRIu32 " manifest %zu", r->id, r->channel);
    else if (r->number == HESP_NOW)
        note(w, "request %" PRIu32 " packet %s now", r->id, r->track->name);
    else if (r->kind == SESSION_GET_PACKET)
        note(w, "request %" PRIu32 " packet %s %" PRId64, r->id, r->track->name, r->number);
    else
        note(w, "request %" PRIu32 " %s %s %" PRId64 "+%" PRId64, r->id, kinds[r->kind],
             r->track->name, r->number, r->offset);
}

static inline bool is_since_capture(enum session_metric metric)
{
    return metric == SESSION_LATENCY || metric == SESSION_ARRIVAL;
}

/* What must hold for any action, whatever happens; and its line. */
static inline void note_action(struct world *w, const struct session_action *a)
{
    assert_true(a->at_us <= w->now_us);
    assert_true(a->stream < STREAMS_MAX);
    if (a->stream)
        assert_false(w->closed[a->stream]);
    switch (a->kind) {
    case SESSION_DO_REQUEST:
        note_request(w, &a->request);
        break;
    case SESSION_DO_CANCEL:
        assert_true(w->open[a->request_id]);
        w->open[a->request_id] = false;
        if (!w->measures)
            note(w, "cancel %" PRIu32, a->request_id);
        break;
    case SESSION_DO_DECODE:
        assert_non_null(a->payload);
        if (!w->measures)
            note(w, "decode %" PRIu32 " %s %" PRId64 "%s", a->stream, a->track->name, a->sequence,
                 a->opens ? " opens" : "");
        break;
    case SESSION_DO_CLOSE:
        w->closed[a->stream] = true;
        if (!w->measures)
            note(w, "close %" PRIu32, a->stream);
        break;
    case SESSION_SAW:
        assert_true(a->value_us >= 0 || is_since_capture(a->metric));
        if (!is_since_capture(a->metric) || w->latency)
            note(w, "saw %s %" PRId64 " at %" PRId64, session_metric_name(a->metric), a->value_us,
                 a->at_us);
        break;
    case SESSION_MISSED:
        note(w, "missed %s", session_metric_name(a->metric));
        break;
    case SESSION_FAULT:
        note(w, "fault %s %s", session_fault_name(a->fault), a->text);
        break;
    case SESSION_SHOWED:
        assert_true(a->at_us >= w->shown_at_us);
        w->shown_at_us = a->at_us;
        note(w, "showed %" PRIu32 " %s %" PRId64 " at %" PRId64, a->stream, a->track->name,
             a->sequence, a->at_us);
        break;
    case SESSION_ENDED:
        note(w, "ended at %" PRId64, a->at_us);
        break;
    }
}

static inline void drain(struct world *w)
{
    struct session_action a;
    while (session_next_action(w->session, &a))
        note_action(w, &a);
    assert_true(session_next_us(w->session) > w->now_us);
}

/* Exactly these lines have come since the last look, each ending in a newline. */
static inline void expect(struct world *w, const char *lines)
{
    assert_string_equal(w->log, lines);
    w->length = 0;
    w->log[0] = '\0';
}

static inline void forget(struct world *w)
{
    w->length = 0;
    w->log[0] = '\0';
}

static inline struct session_config world_config(void)
{
    return (struct session_config){.urls = world_urls,
                                   .channel_count = 1,
                                   .rate_bps = 1000000,
                                   .buffer_us = 33000,
                                   .utc_offset_us = 1000000000};
}

/* A viewer who has not turned up yet. */
static inline struct world *world_create(const struct session_config *config)
{
    struct world *w = calloc(1, sizeof *w);
    w->log = calloc(1, LOG_BYTES);
    assert_int_equal(session_create(config, &w->session), ERR_OK);
    return w;
}

static inline void world_destroy(struct world *w)
{
    session_destroy(w->session);
    free(w->log);
    free(w);
}

/* Time goes on. */
static inline void at(struct world *w, int64_t now_us)
{
    assert_true(now_us >= w->now_us);
    while (w->punctual && session_next_us(w->session) <= now_us) {
        w->now_us = session_next_us(w->session);
        session_advance(w->session, w->now_us);
        drain(w);
    }
    w->now_us = now_us;
}

static inline void advance(struct world *w, int64_t now_us)
{
    at(w, now_us);
    session_advance(w->session, now_us);
    drain(w);
}

static inline void handle(struct world *w, const struct session_event *event)
{
    if (event->kind != SESSION_CHUNK)
        w->open[event->request] = false;
    session_handle(w->session, w->now_us, event);
    drain(w);
}

static inline void told(struct world *w, uint32_t request, struct session_channel *c)
{
    handle(w, &(struct session_event){.kind = SESSION_MANIFEST, .request = request, .channel = c});
    session_channel_unref(c);
}

static inline void manifest(struct world *w, uint32_t request)
{
    told(w, request, make_channel(&plain, NULL));
}

/* Frame n of the picture, captured 100 ms before its time; of sound where `sound`. */
static inline struct session_sample frame(int64_t n, bool sound)
{
    return (struct session_sample){.time = sound ? n * 1024 : n,
                                   .timescale = sound ? 48000 : 25,
                                   .duration = sound ? 1024 : 1,
                                   .bytes = 5000,
                                   .capture_us = 1000000000 + n * 40000};
}

static inline void chunk_of(struct world *w, uint32_t request, struct session_sample sample)
{
    struct blob *payload = w->payloads ? blob_create("chunk", 5) : NULL;
    sample.payload = payload;
    handle(w, &(struct session_event){.kind = SESSION_CHUNK, .request = request, .sample = sample});
    blob_unref(payload);
}

static inline void chunk(struct world *w, uint32_t request, int64_t n)
{
    chunk_of(w, request, frame(n, false));
}

static inline void sound(struct world *w, uint32_t request, int64_t n)
{
    chunk_of(w, request, frame(n, true));
}

/* The packet of frame n of the picture: connected 2,000 us, its first byte 1,000 us before now. */
static inline void packet_at(struct world *w, uint32_t request, int64_t n, int64_t segment,
                             int64_t offset)
{
    struct blob *payload = w->payloads ? blob_create("packet", 6) : NULL;
    struct session_event event = {.kind = SESSION_PACKET,
                                  .request = request,
                                  .sample = frame(n, false),
                                  .has_sample = true,
                                  .timescale = 25,
                                  .segment_id = segment,
                                  .offset = offset,
                                  .connected_us = w->now_us - 2000,
                                  .first_byte_us = w->now_us - 1000};
    event.sample.payload = payload;
    handle(w, &event);
    blob_unref(payload);
}

static inline void packet(struct world *w, uint32_t request, int64_t n)
{
    packet_at(w, request, n, (n + 1) / 50, (n + 1) % 50 * 100);
}

static inline void sound_packet(struct world *w, uint32_t request, int64_t segment, int64_t offset)
{
    struct blob *payload = w->payloads ? blob_create("sound", 5) : NULL;
    struct session_event event = {.kind = SESSION_PACKET,
                                  .request = request,
                                  .timescale = 48000,
                                  .segment_id = segment,
                                  .offset = offset};
    event.sample.payload = payload;
    handle(w, &event);
    blob_unref(payload);
}

static inline void finished(struct world *w, uint32_t request)
{
    handle(w, &(struct session_event){.kind = SESSION_FINISHED, .request = request});
}

static inline void failed(struct world *w, uint32_t request, int status)
{
    handle(w,
           &(struct session_event){
               .kind = SESSION_FAILED, .request = request, .http_status = status, .text = "lost"});
}

static inline void decoded(struct world *w, uint32_t stream, int64_t n, int64_t at_us)
{
    session_decoded(w->session, w->now_us, stream, n, at_us, true, NULL);
    drain(w);
}

static inline void zap(struct world *w, size_t channel)
{
    session_zap(w->session, w->now_us, channel);
    drain(w);
}

static inline void change(struct world *w, int64_t rate_bps)
{
    session_switch(w->session, w->now_us, rate_bps);
    drain(w);
}

/* A viewer who watches channel 0, silent, rung mid: its packet (request 2) was that of frame 100 at
 * 50,000 us, its segment is request 3, and frame 101 came at 90,000. With buffer_us 33,000 frame n
 * is due at 83,000 + (n - 100) * 40,000: frame 101 at 123,000, frame 102 at 163,000. */
static inline struct world *watching(const struct session_config *config)
{
    struct shape silent = plain;
    silent.silent = true;
    struct world *w = world_create(config);
    session_start(w->session, 0);
    drain(w);
    at(w, 10000);
    told(w, 1, make_channel(&silent, NULL));
    at(w, 50000);
    packet(w, 2, 100);
    at(w, 90000);
    chunk(w, 3, 101);
    forget(w);
    return w;
}

#endif
