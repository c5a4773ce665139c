/* A live channel, its origin and one link, in virtual time, around one viewer of segments. All that
 * the viewer does is kept, for a test to look at.
 *
 * Channels have 25 frames a second and segments of 2 s (50 frames) in parts or chunks of 200 ms (5
 * frames), the rungs 0, 1 and 2 of 500, 1000 and 4000 kbit/s, and were on the air for a minute when
 * the viewer turns up at time 0. A frame stands at the origin 10 ms after its capture. Round trip
 * and rate are the test's to set; manifests, playlists and initialization segments weigh nothing.
 */
#ifndef TESTS_UNIT_PLAYER_SIM_SEGMENTED_LIVE_WORLD_H
#define TESTS_UNIT_PLAYER_SIM_SEGMENTED_LIVE_WORLD_H

#include "player-sim/segmented/segmented.h"

#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum {
    FPS = 25,
    FRAME_US = 1000000 / FPS,
    SEGMENT_FRAMES = 50,
    SEGMENT_US = SEGMENT_FRAMES * FRAME_US,
    PART_FRAMES = 5,
    PART_US = PART_FRAMES * FRAME_US,
    AIR_US = 60000000,
    MADE_US = 10000,
    FLIGHTS_MAX = 8,
    ACTIONS_MAX = 1 << 17,
};

static const int64_t live_rates[] = {500000, 1000000, 4000000};

struct flight { /* a request under way */
    struct segmented_request request;
    int64_t asked_us, first_byte_us;
    int64_t frames; /* that arrived */
    uint64_t bytes;
    int64_t next_us; /* when the next one does, or the whole answer */
    bool fails;
};

struct live_world {
    struct segmented *viewer;
    int64_t now_us, rtt_us, link_bps;
    int64_t link_free_us;
    int64_t last_frame; /* -1: the channels go on */
    int64_t window_us;  /* how long the origin keeps frames */
    bool failing;       /* the origin answers media with 503 */
    int64_t late_us;    /* timers are called so much too late */
    struct flight flights[FLIGHTS_MAX];
    struct segmented_action *actions; /* [ACTIONS_MAX] */
    size_t count;
};

static inline int64_t live_capture_us(int64_t frame)
{
    return frame * FRAME_US - AIR_US;
}

/* The newest frame that stands at the origin at that time. */
static inline int64_t live_newest(const struct live_world *w, int64_t at_us)
{
    int64_t frame = (at_us - MADE_US + AIR_US) / FRAME_US;
    return w->last_frame >= 0 && frame > w->last_frame ? w->last_frame : frame;
}

static inline int64_t live_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When the request's answer can begin: at once, or when what it asks for is there. */
static inline int64_t live_ready_us(const struct live_world *w, const struct segmented_request *r)
{
    int64_t reaches_us = w->now_us + w->rtt_us / 2;
    int64_t frame = -1;
    if (r->kind == SEGMENTED_GET_PLAYLIST && r->segment >= 0)
        frame = r->segment * SEGMENT_FRAMES + (r->part + 1) * PART_FRAMES - 1;
    if (r->kind == SEGMENTED_GET_MEDIA)
        frame = r->first_frame + (r->streams ? PART_FRAMES : r->frame_count) - 1;
    return frame < 0 ? reaches_us : live_max(reaches_us, live_capture_us(frame) + MADE_US);
}

/* When the next frame of a streamed answer, or all of another, has come. */
static inline int64_t live_arrives_us(struct live_world *w, struct flight *f)
{
    const struct segmented_request *r = &f->request;
    int64_t frames = r->streams ? 1 : r->frame_count;
    int64_t last = r->first_frame + f->frames + frames - 1;
    int64_t chunk_end = last - last % PART_FRAMES + PART_FRAMES - 1;
    int64_t there_us = live_capture_us(r->streams ? chunk_end : last) + MADE_US;
    int64_t sent_us = live_max(live_max(w->now_us - w->rtt_us / 2, w->link_free_us), there_us);
    sent_us += frames * live_rates[r->rung] / FPS * 1000000 / w->link_bps;
    w->link_free_us = sent_us;
    f->bytes += (uint64_t)(frames * live_rates[r->rung] / FPS / 8);
    return sent_us + w->rtt_us / 2;
}

static inline void live_fly(struct live_world *w, const struct segmented_request *r)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        struct flight *f = &w->flights[i];
        if (f->request.id)
            continue;
        int64_t ready_us = live_ready_us(w, r);
        *f = (struct flight){
            .request = *r, .asked_us = w->now_us, .first_byte_us = ready_us + w->rtt_us / 2};
        f->next_us = f->first_byte_us;
        f->fails = r->kind == SEGMENTED_GET_MEDIA &&
                   (w->failing || live_capture_us(r->first_frame) < w->now_us - w->window_us);
        return;
    }
    fail_msg("more than %d requests at once", FLIGHTS_MAX);
}

static inline void live_drain(struct live_world *w)
{
    struct segmented_action a;
    while (segmented_next_action(w->viewer, &a)) {
        assert_true(w->count < ACTIONS_MAX);
        assert_true(a.at_us <= w->now_us);
        w->actions[w->count++] = a;
        if (a.kind == SEGMENTED_DO_REQUEST)
            live_fly(w, &a.request);
        for (size_t i = 0; i < FLIGHTS_MAX && a.kind == SEGMENTED_DO_CANCEL; i++)
            if (w->flights[i].request.id == a.request_id)
                w->flights[i].request.id = 0;
    }
}

static inline struct segmented_manifest live_manifest(const struct live_world *w)
{
    int64_t newest = live_newest(w, w->now_us - w->rtt_us / 2);
    int64_t oldest = live_max(0, newest - w->window_us / FRAME_US);
    return (struct segmented_manifest){
        .rate = {FPS, 1},
        .segment_frames = SEGMENT_FRAMES,
        .part_frames = PART_FRAMES,
        .capture0_us = -AIR_US,
        .available_us = MADE_US,
        .first_frame = (oldest + SEGMENT_FRAMES - 1) / SEGMENT_FRAMES * SEGMENT_FRAMES,
        .newest_frame =
            newest == w->last_frame ? newest : (newest + 1) / PART_FRAMES * PART_FRAMES - 1,
        .last_frame = w->last_frame,
        .bitrates_bps = live_rates,
        .rung_count = sizeof live_rates / sizeof *live_rates,
    };
}

/* What comes next of a flight. Media that streams comes frame by frame. */
static inline void live_land(struct live_world *w, struct flight *f)
{
    struct segmented_event e = {.request = f->request.id,
                                .connected_us = f->asked_us,
                                .first_byte_us = f->first_byte_us,
                                .transfer_us = -1};
    bool media = f->request.kind == SEGMENTED_GET_MEDIA;
    if (f->fails) {
        e.kind = SEGMENTED_FAILED;
        e.http_status = w->failing ? 503 : 404;
        e.text = "media: not to be had";
    } else if (f->request.kind == SEGMENTED_GET_MANIFEST ||
               f->request.kind == SEGMENTED_GET_PLAYLIST) {
        e.kind = SEGMENTED_MANIFEST;
        e.manifest = live_manifest(w);
    } else if (media && !f->bytes) { /* its first byte */
        f->next_us = live_arrives_us(w, f);
        return;
    } else if (media && f->request.streams && ++f->frames < f->request.frame_count) {
        e.kind = SEGMENTED_DATA;
        e.frames = f->frames;
        e.bytes = f->bytes;
        f->next_us = live_arrives_us(w, f);
        segmented_handle(w->viewer, w->now_us, &e);
        return;
    } else {
        e.kind = SEGMENTED_FINISHED;
        e.bytes = f->bytes ? f->bytes : 800;
    }
    f->request.id = 0;
    segmented_handle(w->viewer, w->now_us, &e);
}

static inline struct flight *live_next(struct live_world *w)
{
    struct flight *next = NULL;
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        struct flight *f = &w->flights[i];
        if (f->request.id && (!next || f->next_us < next->next_us))
            next = f;
    }
    return next;
}

/* Time goes on to until_us. */
static inline void live_run(struct live_world *w, int64_t until_us)
{
    live_drain(w);
    for (;;) {
        struct flight *f = live_next(w);
        int64_t timer_us = segmented_next_us(w->viewer);
        timer_us = timer_us < INT64_MAX - w->late_us ? timer_us + w->late_us : INT64_MAX;
        int64_t next_us = f && f->next_us <= timer_us ? f->next_us : timer_us;
        if (next_us > until_us)
            break;
        w->now_us = live_max(w->now_us, next_us);
        if (f && f->next_us <= timer_us)
            live_land(w, f);
        else
            segmented_advance(w->viewer, w->now_us);
        live_drain(w);
    }
    w->now_us = until_us;
}

static inline void live_zap(struct live_world *w, size_t channel)
{
    segmented_zap(w->viewer, w->now_us, channel);
    live_drain(w);
}

/* delivery: of the table; 20 Mbit/s and 40 ms. The viewer has not turned up yet, so that a test can
 * change the world first. */
static inline struct segmented_config live_config(const char *delivery, const char *rule)
{
    return (struct segmented_config){
        .channel_count = 2,
        .delivery = *segmented_delivery_find(delivery),
        .rule = abr_rule_find(rule),
        .estimator = abr_estimator_find("ewma"),
    };
}

static inline void live_begin(struct live_world *w, const struct segmented_config *config)
{
    *w = (struct live_world){
        .rtt_us = 40000, .link_bps = 20000000, .last_frame = -1, .window_us = 60000000};
    w->actions = calloc(ACTIONS_MAX, sizeof *w->actions);
    assert_non_null(w->actions);
    assert_int_equal(segmented_create(config, &w->viewer), 0);
    segmented_start(w->viewer, 0);
}

static inline void live_end(struct live_world *w)
{
    segmented_destroy(w->viewer);
    free(w->actions);
}

/* The nth action of a kind (and metric, for SAW and MISSED; and request kind, for REQUEST); NULL:
 * there are not so many. */
static inline const struct segmented_action *
live_find(const struct live_world *w, enum segmented_action_kind kind, int which, size_t nth)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct segmented_action *a = &w->actions[i];
        bool fits = a->kind == kind;
        if (fits && (kind == SEGMENTED_SAW || kind == SEGMENTED_MISSED))
            fits = a->metric == (enum session_metric)which;
        if (fits && kind == SEGMENTED_DO_REQUEST)
            fits = a->request.kind == (enum segmented_request_kind)which;
        if (fits && nth-- == 0)
            return a;
    }
    return NULL;
}

static inline size_t live_count(const struct live_world *w, enum segmented_action_kind kind,
                                int which)
{
    size_t n = 0;
    while (live_find(w, kind, which, n))
        n++;
    return n;
}

/* Since each join, pictures come one after the other, without a hole unless it may jump, none
 * before it was captured and could be here. Gives how many there were since the last join. */
static inline int64_t live_check_pictures(const struct live_world *w, bool may_jump)
{
    int64_t next = -1, at_us = INT64_MIN, shown = 0;
    for (size_t i = 0; i < w->count; i++) {
        const struct segmented_action *a = &w->actions[i];
        if (a->kind == SEGMENTED_SAW &&
            (a->metric == SESSION_STARTUP || a->metric == SESSION_ZAP)) {
            next = -1;
            shown = 0;
        }
        if (a->kind != SEGMENTED_SHOWED)
            continue;
        assert_true(a->frame_count > 0);
        assert_true(next < 0 || a->first_frame == next || (may_jump && a->first_frame > next));
        assert_true(a->at_us >= at_us);
        assert_int_equal(a->latency_us, a->at_us - live_capture_us(a->first_frame));
        assert_true(a->latency_us >= MADE_US + w->rtt_us / 2);
        next = a->first_frame + a->frame_count;
        at_us = a->at_us + (a->frame_count - 1) * FRAME_US * 1000000 / a->rate_ppm;
        shown += a->frame_count;
    }
    return shown;
}

#endif
