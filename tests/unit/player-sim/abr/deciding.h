/* A rule on its own, told moments that a test makes up. */
#ifndef TESTS_UNIT_PLAYER_SIM_ABR_DECIDING_H
#define TESTS_UNIT_PLAYER_SIM_ABR_DECIDING_H

#include "player-sim/abr/abr.h"
#include "support/cmocka_all.h"

#include <stdalign.h>

enum { DECIDING_STATE_BYTES = 1 << 14, DECIDING_SEGMENT_US = 1000000 };

struct deciding {
    alignas(max_align_t) unsigned char state[DECIDING_STATE_BYTES];
    const struct abr_rule *rule;
    struct abr_setup setup;
    struct abr_moment m; /* the test sets what it is about */
};

/* A live viewer of segments of 1 s; ladder[count] is borrowed. */
static inline void deciding_init(struct deciding *d, const char *rule, const int64_t *ladder,
                                 size_t count)
{
    *d = (struct deciding){.rule = abr_rule_find(rule),
                           .setup = {.bitrates_bps = ladder,
                                     .rung_count = count,
                                     .segment_us = DECIDING_SEGMENT_US,
                                     .buffer_max_us = 3000000,
                                     .target_latency_us = 3000000},
                           .m = {.segments_left = INT64_MAX,
                                 .playing = true,
                                 .buffer_us = 2000000,
                                 .latency_us = 3000000,
                                 .playback_rate = 1}};
    assert_non_null(d->rule);
    assert_true(d->rule->state_bytes <= sizeof d->state);
    d->rule->init(d->state, &d->setup);
}

/* The segment of d->m.rung came at that throughput; the estimate follows if it was unknown. */
static inline void deciding_download(struct deciding *d, double bps)
{
    double bits = (double)d->setup.bitrates_bps[d->m.rung] * DECIDING_SEGMENT_US / 1e6;
    struct abr_download x = {.rung = d->m.rung,
                             .segment = d->m.segment++,
                             .media_us = DECIDING_SEGMENT_US,
                             .bytes = (uint64_t)(bits / 8),
                             .transfer_us = (int64_t)(bits / bps * 1e6)};
    x.request_us = d->m.now_us;
    x.first_byte_us = x.request_us;
    x.end_us = d->m.now_us += x.transfer_us;
    if (d->rule->note_download)
        d->rule->note_download(d->state, &d->m, &x);
}

/* It becomes d->m.rung. */
static inline size_t deciding_choose(struct deciding *d)
{
    struct abr_choice c = d->rule->choose(d->state, &d->m);
    assert_int_equal(c.delay_us, 0);
    return d->m.rung = c.rung;
}

#endif
