/* One viewer on demand over the ideal network of the ABR literature (Sabre's): a request first
 * takes the latency of the trace's piece that it falls into, then its bits flow at the pieces'
 * rates; the trace begins again when it is over. Every decision is written down. */
#ifndef TESTS_UNIT_PLAYER_SIM_SEGMENTED_IDEAL_RUN_H
#define TESTS_UNIT_PLAYER_SIM_SEGMENTED_IDEAL_RUN_H

#include "player-sim/segmented/segmented.h"

#include "support/cmocka_all.h"

#include <math.h>
#include <string.h>

enum { IDEAL_DECISIONS_MAX = 1024, IDEAL_US_PER_MS = 1000 };

struct ideal_piece {
    double duration_ms, kbps, latency_ms;
};

struct ideal_trace {
    const struct ideal_piece *pieces;
    size_t count;
};

struct ideal_movie {
    int64_t segment_ms;
    int64_t bitrates_bps[ABR_RUNGS_MAX];
    size_t rung_count, segment_count;
    const int64_t *bits; /* [segment_count][rung_count] */
};

struct ideal_decision {
    int64_t segment;
    size_t rung;
    int64_t start_us, end_us, buffer_us; /* buffer: at the request */
};

struct ideal_result {
    struct ideal_decision decisions[IDEAL_DECISIONS_MAX];
    size_t count;
    int64_t startup_us, stalled_us, ended_us;
    int stalls;
    int64_t shown; /* segments, of which each counts as one frame */
};

/* Where in the trace the network is. It is kept exactly, and not found anew from each rounded time:
 * where the rate falls to a few bits a millisecond, one bit that a microsecond at full rate had
 * carried takes that long. */
struct ideal_place {
    size_t piece;
    double left_ms; /* of the piece */
    double at_ms;
};

static inline void ideal_pass(struct ideal_place *p, double ms)
{
    p->left_ms -= ms;
    p->at_ms += ms;
}

static inline void ideal_next_piece(const struct ideal_trace *t, struct ideal_place *p)
{
    p->at_ms += p->left_ms;
    p->piece = (p->piece + 1) % t->count;
    p->left_ms = t->pieces[p->piece].duration_ms;
}

static inline void ideal_wait(const struct ideal_trace *t, struct ideal_place *p, double ms)
{
    for (; ms > p->left_ms; ideal_next_piece(t, p))
        ms -= p->left_ms;
    ideal_pass(p, ms);
}

static inline void ideal_latency(const struct ideal_trace *t, struct ideal_place *p)
{
    for (double part = 1;;) { /* of the latency that is left */
        double latency_ms = t->pieces[p->piece].latency_ms;
        if (part * latency_ms <= p->left_ms) {
            ideal_pass(p, part * latency_ms);
            return;
        }
        part -= p->left_ms / latency_ms;
        ideal_next_piece(t, p);
    }
}

static inline void ideal_transfer(const struct ideal_trace *t, struct ideal_place *p, double bits)
{
    for (;;) {
        double kbps = t->pieces[p->piece].kbps;
        if (bits <= p->left_ms * kbps) {
            ideal_pass(p, bits / kbps);
            return;
        }
        bits -= p->left_ms * kbps;
        ideal_next_piece(t, p);
    }
}

static inline int64_t ideal_us(double ms)
{
    return llround(ms * IDEAL_US_PER_MS);
}

/* A whole response, its times to the nearest microsecond. */
static inline struct segmented_event ideal_answer(const struct ideal_trace *t,
                                                  const struct ideal_movie *m,
                                                  const struct segmented_request *r, int64_t now_us,
                                                  struct ideal_place *p)
{
    if (now_us != ideal_us(p->at_ms))
        ideal_wait(t, p, (double)now_us / IDEAL_US_PER_MS - p->at_ms);
    int64_t bits = m->bits[(size_t)r->segment * m->rung_count + r->rung];
    ideal_latency(t, p);
    int64_t first_us = ideal_us(p->at_ms);
    ideal_transfer(t, p, (double)bits);
    return (struct segmented_event){
        .kind = SEGMENTED_FINISHED,
        .request = r->id,
        .bytes = (uint64_t)bits / 8,
        .connected_us = now_us,
        .first_byte_us = first_us,
        .transfer_us = -1,
    };
}

struct ideal_viewer {
    struct segmented *viewer;
    struct ideal_place place;
    struct segmented_event pending; /* of the request under way; request 0: none */
    int64_t pending_us;
    int64_t now_us;
    struct ideal_result *out;
};

static inline void ideal_request(struct ideal_viewer *v, const struct ideal_trace *t,
                                 const struct ideal_movie *m, const struct segmented_request *r)
{
    if (r->kind == SEGMENTED_GET_MANIFEST) {
        v->pending_us = v->now_us; /* it is known beforehand, as it is to Sabre */
        v->pending = (struct segmented_event){
            .kind = SEGMENTED_MANIFEST,
            .request = r->id,
            .manifest =
                {
                    .rate = {1000, m->segment_ms},
                    .segment_frames = 1,
                    .part_frames = 1,
                    .newest_frame = (int64_t)m->segment_count - 1,
                    .last_frame = (int64_t)m->segment_count - 1,
                    .bitrates_bps = m->bitrates_bps,
                    .rung_count = m->rung_count,
                },
        };
        return;
    }
    assert_int_equal(r->kind, SEGMENTED_GET_MEDIA);
    v->pending = ideal_answer(t, m, r, v->now_us, &v->place);
    v->pending_us = ideal_us(v->place.at_ms);
    struct segmented_view view;
    assert_true(segmented_watches(v->viewer, &view));
    assert_true(v->out->count < IDEAL_DECISIONS_MAX);
    v->out->decisions[v->out->count++] = (struct ideal_decision){
        .segment = r->segment,
        .rung = r->rung,
        .start_us = v->now_us,
        .end_us = v->pending_us,
        .buffer_us = view.buffer_us,
    };
}

static inline void ideal_drain(struct ideal_viewer *v, const struct ideal_trace *t,
                               const struct ideal_movie *m)
{
    struct segmented_action a;
    while (segmented_next_action(v->viewer, &a)) {
        if (a.kind == SEGMENTED_DO_REQUEST)
            ideal_request(v, t, m, &a.request);
        else if (a.kind == SEGMENTED_SHOWED)
            v->out->shown += a.frame_count;
        else if (a.kind == SEGMENTED_ENDED)
            v->out->ended_us = a.at_us;
        if (a.kind == SEGMENTED_SAW && a.metric == SESSION_STARTUP)
            v->out->startup_us = a.value_us;
        if (a.kind == SEGMENTED_SAW && a.metric == SESSION_STALL) {
            v->out->stalled_us += a.value_us;
            v->out->stalls++;
        }
    }
}

/* From the first request, at time 0, to the last picture. The buffer holds Sabre's 25 s. */
static inline void ideal_run(const char *rule, const char *estimator, const struct ideal_trace *t,
                             const struct ideal_movie *m, struct ideal_result *out)
{
    struct segmented_config config = {
        .channel_count = 1,
        .delivery = {.name = "ideal", .unit = SEGMENTED_WHOLE, .buffer_max_us = 25000000},
        .rule = abr_rule_find(rule),
        .estimator = abr_estimator_find(estimator),
    };
    memset(out, 0, sizeof *out);
    struct ideal_viewer v = {.place = {.left_ms = t->pieces[0].duration_ms}, .out = out};
    assert_int_equal(segmented_create(&config, &v.viewer), 0);
    segmented_start(v.viewer, 0);
    ideal_drain(&v, t, m);
    while (!out->ended_us) {
        int64_t next_us = segmented_next_us(v.viewer);
        bool event = v.pending.request && v.pending_us <= next_us;
        v.now_us = event ? v.pending_us : next_us;
        assert_true(v.now_us < INT64_MAX);
        struct segmented_event e = v.pending;
        if (event) {
            v.pending.request = 0;
            segmented_handle(v.viewer, v.now_us, &e);
        } else {
            segmented_advance(v.viewer, v.now_us);
        }
        ideal_drain(&v, t, m);
    }
    segmented_destroy(v.viewer);
}

#endif
