/* Rule "hls.js" step by step. Agreement with its reference, live: test_references.c. */
#include "deciding.h"

static const int64_t ladder[] = {200000, 450000, 1000000, 2000000};

enum { RUNGS = sizeof ladder / sizeof *ladder };

static size_t first(struct deciding *d)
{
    return abr_first_rung(d->rule, d->state, &d->setup, &d->m);
}

/* With nothing known, 500 kbit/s, or the lowest bit rate where that is more; else the whole
 * estimate. */
static void joins_by_its_default_or_the_whole_estimate(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "hls.js", ladder, RUNGS);
    assert_int_equal(first(&d), 1);
    assert_int_equal(deciding_choose(&d), 1);
    d.m.estimate.throughput_bps = 1000000;
    assert_int_equal(first(&d), 2);
    d.m.estimate.throughput_bps = 999999;
    assert_int_equal(first(&d), 1);

    static const int64_t high[] = {2000000, 2000000, 2000001, 9000000};
    deciding_init(&d, "hls.js", high, RUNGS);
    assert_int_equal(first(&d), 1);
}

static void stays_with_a_twentieth_and_climbs_with_three_tenths_to_spare(void **state)
{
    (void)state;
    static const struct {
        size_t from;
        double throughput_bps;
        size_t to;
    } cases[] = {
        {2, 1052700, 2}, {2, 1052600, 1}, {1, 1052700, 1}, {1, 1428600, 2}, {1, 1428500, 1},
        {0, 9000000, 3}, {3, 200000, 0},  {3, 100000, 0},  {3, 1053000, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct deciding d;
        deciding_init(&d, "hls.js", ladder, RUNGS);
        d.m.rung = cases[i].from;
        d.m.estimate.throughput_bps = cases[i].throughput_bps;
        d.m.buffer_us = 0; /* live, the buffer does not count */
        assert_int_equal(deciding_choose(&d), cases[i].to);
    }
}

/* On demand a rung is taken only if its segment arrives before the buffer is empty; where none
 * does, one that is late by less than its duration. */
static void on_demand_does_not_let_the_buffer_run_out(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "hls.js", ladder, RUNGS);
    d.setup.target_latency_us = -1;
    d.rule->init(d.state, &d.setup);
    d.m.rung = 2;
    d.m.estimate = (struct abr_estimate){1100000, 100000}; /* 1045 kbit/s count */
    d.m.buffer_us = 1058000;                               /* rung 2 takes 1.0569 s */
    assert_int_equal(deciding_choose(&d), 2);
    d.m.buffer_us = 1056000;
    assert_int_equal(deciding_choose(&d), 1);
    d.m.rung = 2;
    d.m.buffer_us = 0; /* and now a second late at most */
    assert_int_equal(deciding_choose(&d), 1);
    d.m.rung = 2;
    d.m.buffer_us = 100000;
    d.m.playback_rate = 2; /* 0.05 s are left; the lowest takes 0.29 s, so all may be late */
    assert_int_equal(deciding_choose(&d), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_by_its_default_or_the_whole_estimate),
        cmocka_unit_test(stays_with_a_twentieth_and_climbs_with_three_tenths_to_spare),
        cmocka_unit_test(on_demand_does_not_let_the_buffer_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
