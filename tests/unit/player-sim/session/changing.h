/* A channel that goes from Presentation to Presentation, its origin, a network and a viewer who
 * decodes, all in virtual time: what was shown and heard is written down, and counted.
 *
 * Manifest time is virtual time. Frame n of a track is at the origin made_us after its time. A
 * request takes half of rtt_us to the origin, and each answer half of it back. The origin holds
 * what is asked for up to 250 ms ahead. A chunk or packet has 1,000 bytes. Segments take 2 s. */
#ifndef TESTS_UNIT_PLAYER_SIM_SESSION_CHANGING_H
#define TESTS_UNIT_PLAYER_SIM_SESSION_CHANGING_H

#include "changing_origin.h"

/* ---- the viewer ---- */

static inline void write_down(struct note *list, size_t *count, const struct session_action *a)
{
    assert_true(*count < NOTES_MAX);
    struct note *n = &list[(*count)++];
    n->part = (size_t)(a->track->place.presentation->id[1] - '0');
    snprintf(n->rung, sizeof n->rung, "%s", a->track->name);
    n->sequence = a->sequence;
    n->time_us = session_track_time_us(a->track, a->sequence);
    n->at_us = a->at_us;
}

static inline void saw(struct world *w, const struct session_action *a)
{
    w->metrics[a->metric]++;
    w->last_us[a->metric] = a->value_us;
    if (a->metric == SESSION_STALL)
        w->stalled_us += a->value_us;
    if (a->metric != SESSION_LATENCY)
        return;
    w->least_latency_us = a->value_us < w->least_latency_us ? a->value_us : w->least_latency_us;
    w->most_latency_us = a->value_us > w->most_latency_us ? a->value_us : w->most_latency_us;
}

static inline void drain(struct world *w)
{
    struct session_action a;
    while (session_next_action(w->session, &a)) {
        if (a.kind == SESSION_DO_REQUEST)
            start(w, &a.request);
        else if (a.kind == SESSION_DO_CANCEL)
            forget(w, a.request_id);
        else if (a.kind == SESSION_SAW)
            saw(w, &a);
        else if (a.kind == SESSION_SHOWED)
            write_down(w->shown, &w->shown_count, &a);
        else if (a.kind == SESSION_DO_DECODE && !a.video && !a.opens)
            write_down(w->heard, &w->heard_count, &a);
        if (a.kind == SESSION_DO_DECODE && (a.video || !a.opens)) {
            assert_true(w->decode_count < DECODES_MAX);
            w->decodes[w->decode_count].stream = a.stream;
            w->decodes[w->decode_count].at_us = w->now_us + w->decode_us;
            w->decodes[w->decode_count++].sequence = a.sequence;
        }
        w->missed += a.kind == SESSION_MISSED;
        w->ended += a.kind == SESSION_ENDED;
        if (a.kind == SESSION_FAULT) {
            w->faults++;
            snprintf(w->fault, sizeof w->fault, "%s: %s", session_fault_name(a.fault), a.text);
        }
    }
}

static inline void decode(struct world *w)
{
    uint32_t stream = w->decodes[0].stream;
    int64_t sequence = w->decodes[0].sequence, at_us = w->decodes[0].at_us;
    memmove(w->decodes, w->decodes + 1, --w->decode_count * sizeof *w->decodes);
    session_decoded(w->session, w->now_us, stream, sequence, at_us, true, NULL);
    drain(w);
}

/* The first frame of each second from when the next Presentation is listed on. */
static inline bool has_event(const struct world *w, const struct call *c, int64_t n)
{
    const struct part *p = &w->parts[c->part];
    if (w->no_events || c->part + 1 == PARTS_MAX || !w->parts[c->part + 1].rate.num)
        return false;
    int64_t time_us = frame_time_us(p, c->sound, n), before_us = frame_time_us(p, c->sound, n - 1);
    return time_us >= w->parts[c->part + 1].listed_us && time_us / 1000000 != before_us / 1000000;
}

static inline struct session_sample sample_of(const struct world *w, const struct call *c,
                                              int64_t n)
{
    struct rational rate = rate_of(&w->parts[c->part], c->sound);
    return (struct session_sample){.time = n * rate.den,
                                   .timescale = (uint32_t)rate.num,
                                   .duration = (uint32_t)rate.den,
                                   .bytes = SIZE,
                                   .capture_us = frame_time_us(&w->parts[c->part], c->sound, n),
                                   .manifest_update = has_event(w, c, n),
                                   .manifest_url = has_event(w, c, n) ? w->url : NULL};
}

static inline void describe_packet(const struct world *w, const struct call *c,
                                   struct session_event *e)
{
    struct rational rate = rate_of(&w->parts[c->part], c->sound);
    int64_t next = c->next + 1, segment = timebase_segment_of_frame(next, segment_2s, rate);
    e->kind = SESSION_PACKET;
    e->has_sample = !c->sound;
    if (!c->sound)
        e->sample = sample_of(w, c, c->next);
    e->sample.manifest_update = false;
    e->timescale = (uint32_t)rate.num;
    e->segment_id = segment;
    e->offset = (next - timebase_segment_first_frame(segment, segment_2s, rate)) * SIZE;
    e->connected_us = c->sent_us;
    e->first_byte_us = w->now_us;
}

/* The next event of call i. */
static inline void serve(struct world *w, size_t i, struct blob *payload)
{
    struct call *c = &w->calls[i];
    struct session_event e = {
        .request = c->r.id, .text = "lost", .http_status = c->status > 0 ? c->status : 0};
    bool over = true;
    if (c->r.kind == SESSION_GET_MANIFEST) {
        e.kind = SESSION_MANIFEST;
        e.channel = channel_at(w, c->arrives_us, w->manifest_url);
    } else if (c->status) {
        e.kind = SESSION_FAILED;
        e.fault = c->status > 0 ? SESSION_FAULT_HTTP : SESSION_FAULT_TIMEOUT;
    } else if (c->r.kind == SESSION_GET_PACKET) {
        describe_packet(w, c, &e);
        w->packets++;
    } else if (c->next == c->end) {
        e.kind = SESSION_FINISHED;
    } else {
        e.kind = SESSION_CHUNK;
        e.sample = sample_of(w, c, c->next++);
        w->chunks++;
        set_segment_time(w, c);
        over = false;
    }
    e.sample.payload = payload;
    if (over)
        forget(w, c->r.id);
    session_handle(w->session, w->now_us, &e);
    session_channel_unref(e.channel);
    drain(w);
}

static inline void cut(struct world *w)
{
    w->cut_us = 0;
    for (size_t i = 0; i < w->call_count;) {
        struct call *c = &w->calls[i];
        uint32_t id = c->r.id;
        bool hit = c->r.kind == SESSION_GET_SEGMENT && c->part == 0 && !c->sound;
        i++;
        if (!hit)
            continue;
        forget(w, id);
        session_handle(
            w->session, w->now_us,
            &(struct session_event){.kind = SESSION_FAILED, .request = id, .text = "cut"});
        drain(w);
        i = 0;
    }
}

static inline void run(struct world *w, int64_t until_us)
{
    struct blob *payload = blob_create("x", 1);
    for (;;) {
        int64_t at_us = session_next_us(w->session), decode_us = INT64_MAX;
        size_t call = w->call_count;
        for (size_t i = 0; i < w->call_count; i++)
            if (w->calls[i].at_us < at_us) {
                at_us = w->calls[i].at_us;
                call = i;
            }
        if (w->decode_count)
            decode_us = w->decodes[0].at_us;
        at_us = decode_us < at_us ? decode_us : at_us;
        if (w->cut_us && w->cut_us < at_us)
            at_us = w->cut_us;
        if (at_us > until_us)
            break;
        w->now_us = at_us > w->now_us ? at_us : w->now_us;
        if (w->cut_us == at_us)
            cut(w);
        else if (decode_us == at_us)
            decode(w);
        else if (call < w->call_count)
            serve(w, call, payload);
        else {
            session_advance(w->session, w->now_us);
            drain(w);
        }
    }
    w->now_us = until_us;
    blob_unref(payload);
}

/* ---- what a test begins with ---- */

static const char *const urls[] = {"http://origin/one/manifest.json",
                                   "http://origin/two/manifest.json"}; /* the same once more */

/* Presentation 0 of 25 frames a second from 0 s to 10 s, and 1 from there on; rungs low (300), mid
 * (800) and high (2500 kbit/s), sound; announced 5 s ahead. The viewer wants mid. */
static inline struct world *world_create(void)
{
    struct world *w = calloc(1, sizeof *w);
    struct part p = {.rate = {25, 1},
                     .rungs = {{"low", 300000}, {"mid", 800000}, {"high", 2500000}}};
    w->parts[0] = w->parts[1] = p;
    w->parts[0].end_s = w->parts[1].start_s = 10;
    w->parts[1].listed_us = 5000000;
    w->made_us = 20000;
    w->rtt_us = 20000;
    w->decode_us = 3000;
    w->poll_s = 30;
    w->least_latency_us = INT64_MAX;
    return w;
}

static inline void turn_up(struct world *w, int64_t at_us, int64_t rate_bps)
{
    struct session_config config = {.urls = urls,
                                    .channel_count = 2,
                                    .rate_bps = rate_bps,
                                    .buffer_us = 20000,
                                    .decodes = true};
    assert_int_equal(session_create(&config, &w->session), ERR_OK);
    w->now_us = at_us;
    session_start(w->session, at_us);
    drain(w);
}

static inline void world_destroy(struct world *w)
{
    session_destroy(w->session);
    free(w);
}

/* ---- what holds ---- */

static inline const struct note *first_of(const struct note *list, size_t count, size_t part)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].part == part)
            return &list[i];
    return NULL;
}

/* Each frame follows the one before, the last one of a Presentation by the first one of the next.
 */
static inline void expect_gapless(const struct world *w, const struct note *list, size_t count,
                                  bool sound)
{
    for (size_t i = 1; i < count; i++) {
        const struct note *a = &list[i - 1], *b = &list[i];
        bool goes_on = a->part == b->part
                           ? b->sequence == a->sequence + 1
                           : b->part == a->part + 1 && b->sequence == 0 &&
                                 a->sequence + 1 == frames_of(&w->parts[a->part], sound);
        if (!goes_on)
            fail_msg("frame %" PRId64 " of %zu comes after %" PRId64 " of %zu", b->sequence,
                     b->part, a->sequence, a->part);
    }
}

/* All in one schedule: every picture comes on as much after its time as the second one (the first
 * one stands longer), none stood still, and nothing was wrong. */
static inline void expect_seamless(const struct world *w)
{
    if (w->faults)
        fail_msg("%s", w->fault);
    expect_gapless(w, w->shown, w->shown_count, false);
    expect_gapless(w, w->heard, w->heard_count, true);
    int64_t behind_us = w->shown[1].at_us - w->shown[1].time_us;
    for (size_t i = 1; i < w->shown_count; i++)
        if (w->shown[i].at_us - w->shown[i].time_us != behind_us)
            fail_msg("frame %" PRId64 " of %zu is shown at %" PRId64, w->shown[i].sequence,
                     w->shown[i].part, w->shown[i].at_us);
    assert_int_equal(w->metrics[SESSION_STALL], 0);
}

#endif
