/* A made-up live viewer for tests of rules and estimators: he fetches one segment after the other,
 * each as its chunks are made, over a link whose rate follows a trace, and plays a little faster or
 * slower to stay at his latency. What he sees is no model of a player, but the same whenever the
 * rule decides the same. */
#ifndef TESTS_UNIT_PLAYER_SIM_ABR_LIVE_LOOP_H
#define TESTS_UNIT_PLAYER_SIM_ABR_LIVE_LOOP_H

#include "player-sim/abr/abr.h"
#include "player-sim/link/trace_read.h"
#include "support/cmocka_all.h"

#include <stdalign.h>
#include <string.h>

enum {
    LIVE_STEPS = 160,
    LIVE_RUNGS_MAX = 8,
    LIVE_STATE_BYTES = 1 << 16,
    LIVE_RTT_US = 40000,
    LIVE_START_US = 1000000, /* so much is buffered before he plays */
    LIVE_SWING_PERCENT = 15  /* sizes of segments, around their mean */
};

#define LIVE_FALLING "falling"

struct live_world {
    const char *trace; /* as trace_read takes it, or LIVE_FALLING */
    int64_t segment_us, chunk_us, target_us;
    size_t rung_count;
    int64_t bitrates_bps[LIVE_RUNGS_MAX];
};

/* One decision, and the download before it. */
struct live_step {
    struct abr_download before;
    struct abr_moment told;
    size_t rung;
};

struct live_run {
    size_t count;
    struct live_step steps[LIVE_STEPS];
};

struct live_viewer {
    const struct live_world *world;
    struct trace *trace;
    int64_t now_us, plays_to_us; /* the latter: the playhead, in media time, captured at 0 */
    int64_t stalled_us;
    bool playing;
    double rate;
};

/* From 1500 kbit/s down to 150, by a tenth every 12 s. */
static inline void live_falling(struct trace **out)
{
    struct trace_piece pieces[10];
    for (int i = 0; i < 10; i++)
        pieces[i] = (struct trace_piece){12000000, (10 - i) * 150000, -1};
    assert_int_equal(trace_create(pieces, 10, out), 0);
}

static inline void live_trace(const char *name, struct trace **out)
{
    char error[TRACE_ERROR_BYTES];
    if (!strcmp(name, LIVE_FALLING))
        live_falling(out);
    else if (!trace_read(name, out, error))
        fail_msg("%s", error);
}

/* When a link that starts on them at from_us is done with so many bits. */
static inline int64_t live_sent_us(const struct trace *t, int64_t from_us, double bits)
{
    struct trace_cursor c = trace_cursor_at(t, 0, from_us);
    for (;;) {
        double bps = (double)trace_cursor_piece(&c, t)->rate_bps;
        double fits = bps * (double)(c.ends_us - from_us) / 1e6;
        if (fits >= bits)
            return from_us + (int64_t)(bits / bps * 1e6 + 0.5);
        bits -= fits;
        from_us = c.ends_us;
        trace_cursor_next(&c, t);
    }
}

/* Sizes that swing from segment to segment, the same for all. */
static inline double live_bits(const struct live_world *w, int64_t segment, size_t rung)
{
    double mean = (double)w->bitrates_bps[rung] * (double)w->segment_us / 1e6;
    int swing = (int)(segment * 37 % (2 * LIVE_SWING_PERCENT + 1)) - LIVE_SWING_PERCENT;
    return mean * (100 + swing) / 100;
}

static inline struct abr_download live_fetch(struct live_viewer *v, int64_t segment, size_t rung)
{
    const struct live_world *w = v->world;
    int64_t chunks = w->segment_us / w->chunk_us, first_us = segment * w->segment_us + w->chunk_us;
    int64_t request_us = v->now_us > first_us ? v->now_us : first_us;
    double bits = live_bits(w, segment, rung);
    struct abr_download d = {
        .rung = rung,
        .segment = segment,
        .media_us = w->segment_us,
        .bytes = (uint64_t)(bits / 8),
        .request_us = request_us,
        .first_byte_us = request_us + LIVE_RTT_US,
    };
    d.end_us = d.first_byte_us;
    for (int64_t i = 0; i < chunks; i++) {
        int64_t made_us = segment * w->segment_us + (i + 1) * w->chunk_us + LIVE_RTT_US / 2;
        int64_t start_us = d.end_us > made_us ? d.end_us : made_us;
        d.end_us = live_sent_us(v->trace, start_us, bits / (double)chunks);
        d.transfer_us += d.end_us - start_us;
    }
    return d;
}

/* Time passes up to now_us, with media up to has_us. */
static inline void live_play(struct live_viewer *v, int64_t now_us, int64_t has_us)
{
    int64_t passed_us = now_us - v->now_us;
    v->now_us = now_us;
    if (!v->playing)
        return;
    int64_t played_us = (int64_t)((double)passed_us * v->rate);
    if (v->plays_to_us + played_us > has_us) {
        int64_t missed_us = v->plays_to_us + played_us - has_us;
        v->stalled_us += (int64_t)((double)missed_us / v->rate);
        played_us -= missed_us;
    }
    v->plays_to_us += played_us;
}

static inline struct abr_moment live_moment(struct live_viewer *v, int64_t segment, size_t rung)
{
    const struct live_world *w = v->world;
    int64_t buffer_us = segment * w->segment_us - v->plays_to_us;
    v->playing = v->playing || buffer_us >= LIVE_START_US;
    int64_t latency_us = v->now_us - v->plays_to_us;
    v->rate = 1;
    if (v->playing && buffer_us < w->target_us / 4)
        v->rate = 0.9;
    else if (v->playing && latency_us > w->target_us + w->target_us / 10)
        v->rate = 1.1;
    return (struct abr_moment){
        .now_us = v->now_us,
        .buffer_us = buffer_us,
        .rung = rung,
        .segment = segment,
        .segments_left = INT64_MAX,
        .playing = v->playing,
        .latency_us = v->playing ? latency_us : -1,
        .playback_rate = v->rate,
        .stalled_us = v->stalled_us,
    };
}

static inline struct abr_setup live_setup(const struct live_world *w)
{
    return (struct abr_setup){
        .bitrates_bps = w->bitrates_bps,
        .rung_count = w->rung_count,
        .segment_us = w->segment_us,
        .part_us = w->chunk_us,
        .buffer_max_us = w->target_us,
        .target_latency_us = w->target_us,
    };
}

static inline void live_loop(const struct abr_rule *rule, const struct abr_estimator *estimator,
                             const struct live_world *w, struct live_run *out)
{
    alignas(max_align_t) static unsigned char rule_state[LIVE_STATE_BYTES],
        estimator_state[LIVE_STATE_BYTES];
    assert_true(rule->state_bytes <= LIVE_STATE_BYTES);
    assert_true(estimator->state_bytes <= LIVE_STATE_BYTES);
    struct live_viewer v = {.world = w, .now_us = w->segment_us, .rate = 1};
    live_trace(w->trace, &v.trace);

    struct abr_setup setup = live_setup(w);
    rule->init(rule_state, &setup);
    estimator->init(estimator_state, &setup);
    struct abr_moment m = live_moment(&v, 0, 0);
    m.estimate = estimator->tell(estimator_state);
    size_t rung = abr_first_rung(rule, rule_state, &setup, &m);
    out->count = 0;
    for (int64_t segment = 0; segment < LIVE_STEPS; segment++) {
        struct abr_download d = live_fetch(&v, segment, rung);
        live_play(&v, d.end_us, segment * w->segment_us);
        m = live_moment(&v, segment + 1, rung);
        m.estimate = estimator->tell(estimator_state);
        if (rule->note_download)
            rule->note_download(rule_state, &m, &d);
        estimator->add(estimator_state, &d);
        m.estimate = estimator->tell(estimator_state);
        struct abr_choice choice = rule->choose(rule_state, &m);
        assert_true(choice.rung < w->rung_count);
        assert_int_equal(choice.delay_us, 0);
        out->steps[out->count++] = (struct live_step){d, m, choice.rung};
        rung = choice.rung;
    }
    trace_destroy(v.trace);
}

#endif
