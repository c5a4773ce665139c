/* Rule "lol+" step by step. Agreement with its references: test_references.c. */
#include "deciding.h"

static const int64_t ladder[] = {200000, 600000, 1000000, 2000000};

enum { RUNGS = sizeof ladder / sizeof *ladder };

static void keeps_the_rung_while_nothing_is_known(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "lol+", ladder, RUNGS);
    d.m.rung = 2;
    assert_int_equal(deciding_choose(&d), 2);
}

/* The highest rung that nine tenths of the throughput carry with 10 kbit/s to spare, unless they
 * come very near to the next one. */
static void takes_what_is_carried(void **state)
{
    (void)state;
    static const struct {
        double throughput_bps;
        size_t rung;
    } cases[] = {{250000, 0}, {620000, 0}, {680000, 1}, {1030000, 1}, {1130000, 2}, {2300000, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct deciding d;
        deciding_init(&d, "lol+", ladder, RUNGS);
        d.m.estimate.throughput_bps = cases[i].throughput_bps;
        assert_int_equal(deciding_choose(&d), cases[i].rung);
    }
}

/* Where the rung's segment would leave less than 0.3 s: down to what is carried, at once. */
static void falls_where_the_buffer_would_run_low(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "lol+", ladder, RUNGS);
    d.m.rung = 3;
    d.m.estimate.throughput_bps = 1000000 / 0.9;
    d.m.buffer_us = 2299999;
    assert_int_equal(deciding_choose(&d), 1);
}

/* The reference's, and not what one would expect: with nothing below that is carried it stays. */
static void stays_where_nothing_is_carried(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "lol+", ladder, RUNGS);
    d.m.rung = 1;
    d.m.estimate.throughput_bps = 100000;
    d.m.buffer_us = 500000;
    assert_int_equal(deciding_choose(&d), 1);
}

/* Latency is learnt as a fault of the rung it was seen with: after long at a high one, the map
 * answers the same throughput otherwise than at first. */
static void learns(void **state)
{
    (void)state;
    struct deciding fresh, old;
    deciding_init(&fresh, "lol+", ladder, RUNGS);
    deciding_init(&old, "lol+", ladder, RUNGS);
    old.m.latency_us = 60000000;
    old.m.estimate.throughput_bps = 2300000;
    for (int i = 0; i < 300; i++)
        deciding_choose(&old);
    fresh.m.estimate.throughput_bps = old.m.estimate.throughput_bps = 1300000;
    fresh.m.rung = old.m.rung = 2;
    assert_int_equal(deciding_choose(&fresh), 2);
    assert_int_not_equal(deciding_choose(&old), 2);
}

static void survives_a_ladder_of_one(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "lol+", ladder, 1);
    for (int i = 1; i < 50; i++) {
        d.m.estimate.throughput_bps = i * 10000;
        assert_int_equal(deciding_choose(&d), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_rung_while_nothing_is_known),
        cmocka_unit_test(takes_what_is_carried),
        cmocka_unit_test(falls_where_the_buffer_would_run_low),
        cmocka_unit_test(stays_where_nothing_is_carried),
        cmocka_unit_test(learns),
        cmocka_unit_test(survives_a_ladder_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
