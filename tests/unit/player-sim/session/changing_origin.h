/* The channel and the origin of changing.h, and what all of that world consists of. */
#ifndef TESTS_UNIT_PLAYER_SIM_SESSION_CHANGING_ORIGIN_H
#define TESTS_UNIT_PLAYER_SIM_SESSION_CHANGING_ORIGIN_H

#include "media/core/blob.h"
#include "media/core/err.h"
#include "player-sim/session/session.h"

#include "support/cmocka_all.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTS_MAX = 3,
    RUNGS_MAX = 3,
    CALLS_MAX = 64,
    DECODES_MAX = 512,
    NOTES_MAX = 4096,
    SIZE = 1000
};

struct part {               /* a Presentation */
    int64_t start_s, end_s; /* end_s 0: it has none */
    struct rational rate;
    struct {
        const char *name;
        int64_t bps;
    } rungs[RUNGS_MAX]; /* bps 0: no more */
    bool silent;
    int64_t listed_us;    /* since when, and the end of the one before it */
    int64_t gone_us;      /* from then on all of it is 404; 0: never */
    int64_t late_us;      /* made so much later, */
    int64_t last_late_us; /* and the last picture */
};

struct call {
    struct session_request r; /* without what it borrows */
    size_t part;
    bool sound;
    char rung[8];
    int64_t sent_us, arrives_us, at_us; /* at_us: the next event of it, at the viewer */
    int64_t next, end;                  /* frames: of a segment, from next to end - 1 */
    int status;                         /* 0: it succeeds; -1: nothing comes */
};

struct note { /* of a picture or a frame of sound */
    size_t part;
    char rung[8];
    int64_t sequence, time_us, at_us;
};

struct world {
    struct part parts[PARTS_MAX]; /* rate.num 0: no more */
    int64_t made_us, rtt_us, decode_us;
    bool no_events;   /* they are lost */
    int64_t poll_s;   /* fallbackPollRate */
    int lose_packets; /* so many of the packets of part 1 are lost, */
    bool lose_sound;  /* or those of sound */
    int lose_status;  /* as this; 0: no answer, after 1 s */
    const char *url;  /* of the events */
    int64_t cut_us;   /* then every segment of part 0 that is under way breaks off; 0: never */
    struct session *session;
    int64_t now_us;
    struct call calls[CALLS_MAX];
    size_t call_count;
    struct {
        uint32_t stream;
        int64_t sequence, at_us;
    } decodes[DECODES_MAX];
    size_t decode_count;
    struct note shown[NOTES_MAX], heard[NOTES_MAX];
    size_t shown_count, heard_count;
    size_t metrics[SESSION_METRIC_COUNT];
    int64_t last_us[SESSION_METRIC_COUNT], stalled_us;
    int64_t least_latency_us, most_latency_us;
    size_t faults, missed, ended, chunks, packets; /* that arrived */
    size_t manifests, packets_asked, joins;        /* asked for; packets by HESP_NOW */
    char fault[400], manifest_url[200];
    int64_t asked_us; /* part 1's first packet */
};

/* ---- the channel ---- */

static const struct rational sound_rate = {48000, 1024};
static const struct rational segment_2s = {2, 1};

static inline struct rational rate_of(const struct part *p, bool sound)
{
    return sound ? sound_rate : p->rate;
}

static inline int64_t frame_time_us(const struct part *p, bool sound, int64_t n)
{
    struct rational rate = rate_of(p, sound);
    return p->start_s * 1000000 + n * rate.den * 1000000 / rate.num;
}

/* The number of frames of a Presentation, those that begin before its end. */
static inline int64_t frames_of(const struct part *p, bool sound)
{
    struct rational rate = rate_of(p, sound);
    int64_t ticks = (p->end_s - p->start_s) * rate.num;
    return p->end_s ? (ticks + rate.den - 1) / rate.den : INT64_MAX;
}

static inline int64_t there_us(const struct world *w, size_t part, bool sound, int64_t n)
{
    const struct part *p = &w->parts[part];
    bool last = !sound && n + 1 == frames_of(p, sound);
    return frame_time_us(p, sound, n) + w->made_us + p->late_us + (last ? p->last_late_us : 0);
}

static inline int64_t newest_of(const struct world *w, size_t part, bool sound, int64_t at_us)
{
    int64_t n = -1, all = frames_of(&w->parts[part], sound);
    while (n + 1 < all && there_us(w, part, sound, n + 1) <= at_us)
        n++;
    return n;
}

static inline bool is_listed(const struct world *w, size_t part, int64_t at_us)
{
    return part < PARTS_MAX && w->parts[part].rate.num && w->parts[part].listed_us <= at_us &&
           (!w->parts[part].gone_us || at_us < w->parts[part].gone_us);
}

static inline size_t write_part(const struct world *w, size_t i, int64_t at_us, char *out)
{
    const struct part *p = &w->parts[i];
    char *at = out;
    at +=
        sprintf(at, "{\"id\":\"p%zu\",\"baseUrl\":\"p%zu/\",\"timeBounds\":{\"startTime\":%" PRId64,
                i, i, p->start_s);
    if (p->end_s && is_listed(w, i + 1, at_us))
        at += sprintf(at, ",\"endTime\":%" PRId64, p->end_s);
    at += sprintf(at,
                  "},\"video\":[{\"id\":\"video\",\"mediaTimeOffset\":{\"value\":%" PRId64
                  "},\"frameRate\":{\"value\":%" PRId64 ",\"scale\":%" PRId64
                  "},\"initializationPattern\":\"i-{initId}\","
                  "\"continuationPattern\":\"c-{segmentId}\",\"tracks\":[",
                  -p->start_s, p->rate.num, p->rate.den);
    for (size_t k = 0; k < RUNGS_MAX && p->rungs[k].bps; k++)
        at += sprintf(at,
                      "%s{\"id\":\"%s\",\"bandwidth\":%" PRId64
                      ",\"codecs\":\"avc1.4d001f\",\"baseUrl\":\"%s/\","
                      "\"resolution\":{\"width\":640,\"height\":360},"
                      "\"segmentDuration\":{\"value\":2},\"segments\":[]}",
                      k ? "," : "", p->rungs[k].name, p->rungs[k].bps, p->rungs[k].name);
    at += sprintf(at, "]}]");
    if (!p->silent)
        at += sprintf(at,
                      ",\"audio\":[{\"id\":\"audio\",\"language\":\"eng\",\"sampleRate\":48000,"
                      "\"mediaTimeOffset\":{\"value\":%" PRId64 "},\"channels\":2,"
                      "\"initializationPattern\":\"i-{initId}\","
                      "\"continuationPattern\":\"c-{segmentId}\",\"tracks\":[{\"id\":\"sound\","
                      "\"bandwidth\":128000,\"codecs\":\"mp4a.40.2\",\"baseUrl\":\"sound/\","
                      "\"segmentDuration\":{\"value\":2},\"segments\":[]}]}]",
                      -p->start_s);
    return (size_t)(at - out) + (size_t)sprintf(at, "}");
}

static inline struct session_channel *channel_at(const struct world *w, int64_t at_us,
                                                 const char *url)
{
    char *json = malloc(20000), *at = json, error[SESSION_CHANNEL_ERROR_BYTES] = "";
    struct session_channel *c = NULL;
    int64_t edge_us = at_us - w->made_us;
    size_t active = 0;
    for (size_t i = 1; i < PARTS_MAX; i++)
        if (is_listed(w, i, at_us) && w->parts[i].start_s * 1000000 <= edge_us)
            active = i;
    at += sprintf(at,
                  "{\"manifestVersion\":\"2.0.0\",\"creationDate\":\"2026-02-03T04:05:06.789Z\","
                  "\"streamType\":\"live\",\"availabilityDuration\":{\"value\":60},"
                  "\"fallbackPollRate\":%" PRId64 ",\"activePresentation\":\"p%zu\","
                  "\"currentTime\":{\"value\":%" PRId64 ",\"scale\":1000000},\"presentations\":[",
                  w->poll_s, active, edge_us);
    for (size_t i = 0; i < PARTS_MAX; i++)
        if (is_listed(w, i, at_us)) {
            at += sprintf(at, "%s", at[-1] == '[' ? "" : ",");
            at += write_part(w, i, at_us, at);
        }
    strcpy(at, "]}");
    int status = session_channel_read(url, json, strlen(json), &c, error);
    if (status)
        fail_msg("%s", error);
    free(json);
    return c;
}

/* ---- the origin ---- */

static inline void refuse(struct call *c, int status, int64_t at_us)
{
    c->status = status;
    c->at_us = at_us;
}

static inline bool is_lost(struct world *w, const struct call *c)
{
    if (c->part != 1 || c->r.kind != SESSION_GET_PACKET || c->sound != w->lose_sound ||
        w->lose_packets <= 0)
        return false;
    w->lose_packets--;
    return true;
}

/* How long something is waited for; it must not be more than three frames ahead. */
static inline int64_t patience_us(const struct world *w, const struct call *c)
{
    struct rational rate = rate_of(&w->parts[c->part], c->sound);
    int64_t us = timebase_frame_us(4, rate), ahead_us = timebase_frame_us(3, rate);
    us = us > 250000 ? us : 250000;
    return us < ahead_us + w->made_us || c->part == 0 || c->sound ? us : ahead_us + w->made_us;
}

static inline void answer_packet(struct world *w, struct call *c)
{
    int64_t n =
        c->r.number == HESP_NOW ? newest_of(w, c->part, c->sound, c->arrives_us) : c->r.number;
    int64_t half_us = w->rtt_us / 2;
    c->next = n;
    if (n < 0 || n >= frames_of(&w->parts[c->part], c->sound)) {
        refuse(c, 404, c->arrives_us + half_us);
        return;
    }
    int64_t at_us = there_us(w, c->part, c->sound, n);
    if (at_us > c->arrives_us + patience_us(w, c))
        refuse(c, 404, c->arrives_us + patience_us(w, c) + half_us);
    else
        c->at_us = (at_us > c->arrives_us ? at_us : c->arrives_us) + half_us;
}

static inline void set_segment_time(const struct world *w, struct call *c)
{
    int64_t n = c->next < c->end ? c->next : c->end - 1;
    int64_t at_us = there_us(w, c->part, c->sound, n);
    c->at_us = (at_us > c->arrives_us ? at_us : c->arrives_us) + w->rtt_us / 2;
    if (c->next == c->end)
        c->at_us++;
}

static inline void answer_segment(struct world *w, struct call *c)
{
    const struct part *p = &w->parts[c->part];
    int64_t all = frames_of(p, c->sound);
    int64_t first = timebase_segment_first_frame(c->r.number, segment_2s, rate_of(p, c->sound));
    c->next = first + c->r.offset / SIZE;
    c->end = timebase_segment_first_frame(c->r.number + 1, segment_2s, rate_of(p, c->sound));
    c->end = c->end < all ? c->end : all;
    if (first >= all)
        refuse(c, 404, c->arrives_us + patience_us(w, c) + w->rtt_us / 2);
    else if (c->next >= c->end)
        refuse(c, 416, c->arrives_us + w->rtt_us / 2);
    else if (there_us(w, c->part, c->sound, first) > c->arrives_us + patience_us(w, c))
        refuse(c, 404, c->arrives_us + patience_us(w, c) + w->rtt_us / 2);
    else
        set_segment_time(w, c);
}

static inline void start(struct world *w, const struct session_request *r)
{
    assert_true(w->call_count < CALLS_MAX);
    struct call *c = &w->calls[w->call_count++];
    *c = (struct call){.r = *r, .sent_us = w->now_us, .arrives_us = w->now_us + w->rtt_us / 2};
    c->at_us = w->now_us + w->rtt_us;
    if (r->kind == SESSION_GET_MANIFEST) {
        w->manifests++;
        snprintf(w->manifest_url, sizeof w->manifest_url, "%s", r->url);
        return;
    }
    c->part = (size_t)(r->from->presentation->id[1] - '0');
    c->sound = r->track == &r->from->sound;
    snprintf(c->rung, sizeof c->rung, "%s", r->track->name);
    if (r->kind == SESSION_GET_PACKET && !c->sound) {
        w->packets_asked++;
        w->joins += r->number == HESP_NOW;
        if (c->part == 1 && r->number == 0)
            w->asked_us = w->now_us;
    }
    if (w->parts[c->part].gone_us && c->arrives_us >= w->parts[c->part].gone_us)
        refuse(c, 404, c->at_us);
    else if (is_lost(w, c))
        refuse(c, w->lose_status ? w->lose_status : -1, c->at_us + (w->lose_status ? 0 : 1000000));
    else if (r->kind == SESSION_GET_PACKET)
        answer_packet(w, c);
    else
        answer_segment(w, c);
}

static inline void forget(struct world *w, uint32_t id)
{
    for (size_t i = 0; i < w->call_count; i++)
        if (w->calls[i].r.id == id) {
            w->calls[i] = w->calls[--w->call_count];
            return;
        }
}

#endif
