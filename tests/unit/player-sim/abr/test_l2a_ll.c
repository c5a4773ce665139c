/* Rule "l2a-ll" step by step. Agreement with its reference: test_references.c. */
#include "deciding.h"

static const int64_t ladder[] = {200000, 600000, 1000000, 2000000};

enum { RUNGS = sizeof ladder / sizeof *ladder };

static void keeps_the_rung_while_nothing_is_known(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "l2a-ll", ladder, RUNGS);
    d.m.rung = 2;
    assert_int_equal(deciding_choose(&d), 2);
}

/* Below the target buffer of 1.5 s: what nine tenths carry, whatever was downloaded. */
static void starts_by_throughput(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "l2a-ll", ladder, RUNGS);
    d.m.buffer_us = 1499999;
    d.m.estimate.throughput_bps = 1112000;
    for (int i = 0; i < 5; i++) {
        deciding_download(&d, 100000);
        assert_int_equal(deciding_choose(&d), 2);
    }
    d.m.estimate.throughput_bps = 1110000;
    assert_int_equal(deciding_choose(&d), 1);
}

/* With the buffer there it learns: what the link carries is climbed to, and not at once. */
static void climbs_to_what_is_carried(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "l2a-ll", ladder, RUNGS);
    d.m.estimate.throughput_bps = 400000;
    deciding_download(&d, 2500000);
    assert_int_equal(deciding_choose(&d), 0);
    static const size_t expected[] = {1, 2, 2, 2, 3, 3, 3, 3};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        deciding_download(&d, 2500000);
        assert_int_equal(deciding_choose(&d), expected[i]);
    }
}

/* A link that falls below the rung is left at once for one that it carries, however far down. */
static void falls_at_once(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "l2a-ll", ladder, RUNGS);
    d.m.rung = 3;
    d.m.estimate.throughput_bps = 2500000;
    deciding_download(&d, 2500000);
    assert_int_equal(deciding_choose(&d), 3);
    for (int i = 0; i < 3; i++) {
        deciding_download(&d, 300000);
        assert_int_equal(deciding_choose(&d), 0);
    }
}

/* A seek begins anew: the throughput decides, not what was learnt. */
static void forgets_at_a_seek(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "l2a-ll", ladder, RUNGS);
    d.m.estimate.throughput_bps = 2500000;
    deciding_download(&d, 300000);
    deciding_choose(&d);
    deciding_download(&d, 300000);
    assert_int_equal(deciding_choose(&d), 0);
    d.rule->note_seek(d.state, &d.m);
    assert_int_equal(deciding_choose(&d), 3);
}

/* A dead link, and a ladder of one rung, give no number that is none. */
static void survives_the_least(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "l2a-ll", ladder, RUNGS);
    d.m.estimate.throughput_bps = 2500000;
    for (int i = 0; i < 4; i++) {
        deciding_download(&d, 1);
        deciding_choose(&d);
    }
    assert_int_equal(d.m.rung, 0);
    deciding_init(&d, "l2a-ll", ladder, 1);
    d.m.estimate.throughput_bps = 2500000;
    for (int i = 0; i < 4; i++) {
        deciding_download(&d, 100000);
        assert_int_equal(deciding_choose(&d), 0);
    }
}

/* The last throughput only bounds the link from below where the origin had no more to send. */
static void does_not_take_the_origins_pace_for_the_links(void **state)
{
    (void)state;
    struct deciding d;
    deciding_init(&d, "l2a-ll", ladder, RUNGS);
    d.m.rung = 2;
    d.m.estimate.throughput_bps = 1150000;
    struct abr_download paced = {.rung = 2,
                                 .media_us = DECIDING_SEGMENT_US,
                                 .bytes = 125000,
                                 .first_byte_us = 0,
                                 .end_us = 1100000,
                                 .transfer_us = 1100000,
                                 .app_limited = true};
    for (int i = 0; i < 4; i++) {
        d.rule->note_download(d.state, &d.m, &paced);
        assert_int_equal(deciding_choose(&d), 2);
    }
    paced.app_limited = false;
    d.rule->note_download(d.state, &d.m, &paced);
    assert_true(deciding_choose(&d) < 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_rung_while_nothing_is_known),
        cmocka_unit_test(starts_by_throughput),
        cmocka_unit_test(climbs_to_what_is_carried),
        cmocka_unit_test(falls_at_once),
        cmocka_unit_test(forgets_at_a_seek),
        cmocka_unit_test(survives_the_least),
        cmocka_unit_test(does_not_take_the_origins_pace_for_the_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
