/* What a session was worth, by numbers that are worked out by hand. */
#include "player-sim/qoe/qoe.h"
#include "support/cmocka_all.h"

#include <math.h>

static const struct rational pal = {25, 1};

static struct qoe_shown pictures(int64_t frames, uint32_t rung, int64_t kbps)
{
    return (struct qoe_shown){.frames = frames,
                              .rate = pal,
                              .rung = rung,
                              .bitrate_bps = kbps * 1000,
                              .latency_us = -1,
                              .rate_ppm = 1000000};
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) < 1e-6))
        fail_msg("%.9f is not %.9f", value, expected);
}

/* 0.4 s until the first picture; 8 s of 1000 kbit/s, a second behind; half a second's stall; 4 s of
 * 3000 kbit/s, two seconds behind and played at 1.05. The ladder is 500 to 3000. */
static struct qoe session_by_hand(void)
{
    struct qoe q = {0};
    struct qoe_shown low = pictures(200, 7, 1000), high = pictures(100, 9, 3000);
    low.latency_us = 1000000;
    high.latency_us = 2000000;
    high.rate_ppm = 1050000;
    qoe_ladder(&q, 500000, 3000000);
    qoe_joined(&q, 400000);
    qoe_showed(&q, &low);
    qoe_stalled(&q, 500000);
    qoe_showed(&q, &high);
    return q;
}

/* Three chunks of 4 s: 1000 + 1000 + 3000 - |3000 - 1000| - 3000 * 0.5 - 3000 * 0.4 = 300, a third
 * of which is a chunk's. */
static void test_yin(void **state)
{
    (void)state;
    struct qoe q = session_by_hand();
    assert_near(qoe_yin(&q, &qoe_yin_balanced), 100);
    /* "avoid instability": 5000 - 3 * 2000 - 1500 - 1200 */
    struct qoe_yin_weights stable = {.lambda = 3, .mu = 3000, .mu_s = 3000, .unit_us = 4000000};
    assert_near(qoe_yin(&q, &stable), -3700 / 3.0);
    /* in chunks of 2 s there are six: 4 * 1000 + 2 * 3000 - 2000 - 1500 - 1200 = 5300 */
    stable.lambda = 1;
    stable.unit_us = 2000000;
    assert_near(qoe_yin(&q, &stable), 5300 / 6.0);
}

/* Twelve segments of a second: 8 * 1000 + 4 * 3000 = 20000; stalled 0.5 * 3000 = 1500; speed 4 *
 * 500 * 0.05 = 100; switched 2000. Latency by the code: 8 * 25 * 1 + 4 * 300 * 2 = 2600; by the
 * paper 8 * 0.005 * 1 + 4 * 0.01 * 2 = 0.12, and there the switch counts 40. */
static void test_nqoe(void **state)
{
    (void)state;
    struct qoe q = session_by_hand();
    assert_near(qoe_nqoe(&q, &qoe_nqoe_code), (20000 - 1500 - 100 - 2000 - 2600) / 12.0);
    assert_near(qoe_nqoe(&q, &qoe_nqoe_paper), (20000 - 1500 - 100 - 40 - 0.12) / 12.0);
}

/* 1.1 s is near, the next microsecond is not. */
static void test_nqoe_bound_of_latency(void **state)
{
    (void)state;
    struct qoe near = {0}, far = {0};
    struct qoe_shown shown = pictures(25, 1, 2000);
    qoe_ladder(&near, 1000000, 2000000);
    qoe_ladder(&far, 1000000, 2000000);
    shown.latency_us = 1100000;
    qoe_showed(&near, &shown);
    shown.latency_us = 1100001;
    qoe_showed(&far, &shown);
    assert_near(qoe_nqoe(&near, &qoe_nqoe_code), 2000 - 0.05 * 1000 * 1.1);
    assert_near(qoe_nqoe(&far, &qoe_nqoe_code), 2000 - 0.1 * 2000 * 1.100001);
}

static void test_figures(void **state)
{
    (void)state;
    struct qoe q = session_by_hand();
    struct qoe_figures f;
    qoe_tell(&q, &f);
    assert_true(f.shown);
    assert_int_equal(f.media_us, 12000000);
    assert_int_equal(f.screen_us, 8000000 + 3809523);
    assert_int_equal(f.bitrate_bps, 1666667); /* (8 * 1000 + 4 * 3000) / 12 */
    assert_int_equal(f.switches, 1);
    assert_int_equal(f.switched_bps, 2000000);
    assert_int_equal(f.stalls, 1);
    assert_int_equal(f.stalled_us, 500000);
    assert_int_equal(f.stall_ppm, 40619); /* 0.5 / (11.809523809 + 0.5) */
    assert_int_equal(f.joined_us, 400000);
    assert_int_equal(f.latency_us, 1333333); /* (8 * 1 + 4 * 2) / 12 */
    assert_int_equal(f.rate_ppm, 1016129);   /* 12 / 11.809523809 */
    assert_near(f.yin, 100);
    assert_near(f.nqoe, 1150);
    assert_int_equal(q.rung_count, 2);
    assert_int_equal(q.rungs[0].rung, 7);
    assert_int_equal(q.rungs[0].screen_ns, 8000000000);
    assert_int_equal(q.rungs[1].rung, 9);
    assert_int_equal(q.rungs[1].screen_ns, 3809523809);
}

/* Frame by frame comes to the same as in runs. */
static void test_runs(void **state)
{
    (void)state;
    struct qoe runs = session_by_hand(), frames = {0};
    struct qoe_figures a, b;
    qoe_ladder(&frames, 500000, 3000000);
    qoe_joined(&frames, 400000);
    for (int i = 0; i < 300; i++) {
        struct qoe_shown one = i < 200 ? pictures(1, 7, 1000) : pictures(1, 9, 3000);
        one.latency_us = i < 200 ? 1000000 : 2000000;
        one.rate_ppm = i < 200 ? 1000000 : 1050000;
        if (i == 200)
            qoe_stalled(&frames, 500000);
        qoe_showed(&frames, &one);
    }
    qoe_tell(&runs, &a);
    qoe_tell(&frames, &b);
    assert_int_equal(a.media_us, b.media_us);
    assert_int_equal(a.switches, b.switches);
    assert_int_equal(a.bitrate_bps, b.bitrate_bps);
    assert_near(a.yin, b.yin);
    assert_near(a.nqoe, b.nqoe);
}

/* Another rung after a zap is no switch, and its wait counts as a start-up's. */
static void test_zap(void **state)
{
    (void)state;
    struct qoe q = {0};
    struct qoe_figures f;
    struct qoe_shown low = pictures(50, 1, 1000), high = pictures(50, 2, 3000);
    qoe_joined(&q, 100000);
    qoe_showed(&q, &low);
    qoe_joined(&q, 200000);
    qoe_showed(&q, &high);
    qoe_showed(&q, &low);
    qoe_tell(&q, &f);
    assert_int_equal(f.switches, 1);
    assert_int_equal(f.switched_bps, 2000000);
    assert_int_equal(f.joined_us, 300000);
    /* 6 s: 1.5 chunks; (1000 * 4 + 3000 * 2) / 4 - 2000 - 3000 * 0.3 */
    assert_near(f.yin, (2500 - 2000 - 900) / 1.5);
}

/* Of 1000 bytes 300 were never shown. */
static void test_waste(void **state)
{
    (void)state;
    struct qoe q = {0};
    struct qoe_figures f;
    struct qoe_shown shown = pictures(1, 1, 1000);
    qoe_received(&q, 600);
    qoe_tell(&q, &f);
    assert_false(f.shown);
    assert_int_equal(f.wasted_bytes, 600);
    assert_int_equal(f.wasted_ppm, 1000000);
    qoe_received(&q, 400);
    shown.bytes = 700;
    qoe_showed(&q, &shown);
    qoe_tell(&q, &f);
    assert_int_equal(f.received_bytes, 1000);
    assert_int_equal(f.wasted_bytes, 300);
    assert_int_equal(f.wasted_ppm, 300000);
}

static void test_nothing(void **state)
{
    (void)state;
    struct qoe q = {0};
    struct qoe_figures f;
    qoe_tell(&q, &f);
    assert_false(f.shown);
    assert_int_equal(f.latency_us, -1);
    assert_int_equal(f.wasted_ppm, 0);
    assert_int_equal(f.stall_ppm, 0);
}

/* Less than a unit counts as one: a single picture after a second's wait is no abyss. */
static void test_short_session(void **state)
{
    (void)state;
    struct qoe q = {0};
    struct qoe_shown shown = pictures(1, 1, 1000);
    qoe_ladder(&q, 1000000, 1000000);
    qoe_joined(&q, 1000000);
    qoe_showed(&q, &shown);
    assert_near(qoe_yin(&q, &qoe_yin_balanced), 1000 * 0.04 / 4 - 3000);
    assert_near(qoe_nqoe(&q, &qoe_nqoe_code), 1000 * 0.04);
}

/* More rungs than there is room for: the rest is counted, but for the time of each. */
static void test_many_rungs(void **state)
{
    (void)state;
    struct qoe q = {0};
    struct qoe_figures f;
    for (uint32_t i = 0; i < QOE_RUNGS_MAX + 10; i++) {
        struct qoe_shown shown = pictures(25, i, 1000);
        qoe_showed(&q, &shown);
    }
    qoe_tell(&q, &f);
    assert_int_equal(q.rung_count, QOE_RUNGS_MAX);
    assert_int_equal(f.switches, QOE_RUNGS_MAX + 9);
    assert_int_equal(f.switched_bps, 0);
    assert_int_equal(f.media_us, (QOE_RUNGS_MAX + 10) * INT64_C(1000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yin),
        cmocka_unit_test(test_nqoe),
        cmocka_unit_test(test_nqoe_bound_of_latency),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_zap),
        cmocka_unit_test(test_waste),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_short_session),
        cmocka_unit_test(test_many_rungs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
