/* When viewers zap and switch, and to what. */
#include "player-sim/session/plan.h"

#include "support/cmocka_all.h"

#include <stdlib.h>

static void test_intervals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool random;
        int64_t us;
    } good[] = {
        {"0", false, 0},
        {"5", false, 5000000},
        {"0.5", false, 500000},
        {"86400", false, 86400000000},
        {"random:5", true, 5000000},
        {"random:0.25", true, 250000},
        {"0.000001", false, 1},
    };
    static const char *const bad[] = {"",         "-1",      "x",         "5s",       "random",
                                      "random:",  "86400.1", "random:-1", " 5",       "5 ",
                                      "Random:5", "nan",     "inf",       "0.0000001"};
    struct plan_interval i;
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        assert_true(plan_interval_read(good[k].text, &i));
        assert_true(i.mean_us == good[k].us);
        assert_true(i.random == good[k].random);
    }
    i = (struct plan_interval){77, true};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        assert_false(plan_interval_read(bad[k], &i));
    assert_true(i.mean_us == 77 && i.random);
}

static const struct plan_interval never = {0, false};
static const struct plan_interval each_second = {1000000, false};
static const struct plan_interval random_second = {1000000, true};

static void test_never(void **state)
{
    (void)state;
    struct plan p;
    plan_init(&p, never, never, 1, 0, 5);
    assert_true(plan_next_us(&p) == INT64_MAX);
    assert_false(plan_zap_due(&p, INT64_MAX - 1));
    assert_false(plan_switch_due(&p, INT64_MAX - 1));
}

static void test_regular(void **state)
{
    (void)state;
    struct plan p;
    plan_init(&p, each_second, never, 1, 0, 500);
    assert_true(plan_next_us(&p) == 1000500); /* viewer 0 never at once */
    assert_false(plan_zap_due(&p, 1000499));
    assert_true(plan_zap_due(&p, 1000500));
    assert_false(plan_zap_due(&p, 1000500));
    assert_true(plan_next_us(&p) == 2000500);
    assert_true(plan_zap_due(&p, 2700000)); /* late by less than an interval */
    assert_true(plan_next_us(&p) == 3000500);
    assert_true(plan_zap_due(&p, 9000500)); /* by more: not made up for */
    assert_true(plan_next_us(&p) == 10000500);
}

/* However many viewers there are, no tenth of the interval is left out, and none is crowded. */
static void test_a_crowd_is_spread(void **state)
{
    (void)state;
    for (size_t count = 20; count <= 500; count += 60) {
        unsigned tenths[10] = {0};
        for (size_t i = 0; i < count; i++) {
            struct plan p;
            plan_init(&p, each_second, each_second, 9, i, 0);
            assert_true(p.next_zap_us > 0 && p.next_zap_us <= 1000000);
            assert_true(p.next_zap_us != p.next_switch_us);
            tenths[(p.next_zap_us - 1) / 100000]++;
        }
        for (size_t k = 0; k < 10; k++)
            assert_in_range(tenths[k], count / 10 - 2, count / 10 + 3);
    }
}

/* Exponential: mean 1, and e^-1 of them above it, e^-2 above twice of it. */
static void test_random_times(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct plan p;
    int64_t last = 0, above = 0, twice = 0;
    plan_init(&p, random_second, never, 42, 3, 0);
    for (int i = 0; i < COUNT; i++) {
        int64_t next = plan_next_us(&p);
        above += next - last > 1000000;
        twice += next - last > 2000000;
        assert_true(next >= last);
        last = next;
        assert_true(plan_zap_due(&p, next));
    }
    assert_in_range(last / COUNT, 990000, 1010000);
    assert_in_range(above, COUNT * 0.364, COUNT * 0.372);
    assert_in_range(twice, COUNT * 0.132, COUNT * 0.139);
}

/* A viewer who slept does not zap a hundred times in a row. */
static void test_random_times_are_not_made_up_for(void **state)
{
    (void)state;
    struct plan p;
    unsigned zaps = 0;
    plan_init(&p, random_second, never, 42, 3, 0);
    while (plan_zap_due(&p, 100000000))
        zaps++;
    assert_in_range(zaps, 1, 2);
}

static void test_seed_and_viewer_say_all(void **state)
{
    (void)state;
    struct plan a, b, c, d;
    plan_init(&a, random_second, random_second, 7, 5, 0);
    plan_init(&b, random_second, random_second, 7, 5, 0);
    plan_init(&c, random_second, random_second, 8, 5, 0);
    plan_init(&d, random_second, random_second, 7, 6, 0);
    assert_true(a.next_zap_us != c.next_zap_us && a.next_zap_us != d.next_zap_us);
    /* Zaps do not move switches, nor the other way round. */
    for (int i = 0; i < 100; i++) {
        assert_true(plan_zap_due(&a, a.next_zap_us));
        plan_pick_channel(&a, 0, 9);
    }
    for (int i = 0; i < 100; i++) {
        assert_true(a.next_switch_us == b.next_switch_us);
        assert_int_equal(plan_pick_rung(&a, 1, 5), plan_pick_rung(&b, 1, 5));
        assert_true(plan_switch_due(&a, a.next_switch_us));
        assert_true(plan_switch_due(&b, b.next_switch_us));
    }
}

/* The same numbers on every machine and in every language. */
static void test_golden_numbers(void **state)
{
    (void)state;
    struct plan p;
    plan_init(&p, random_second, never, 1, 0, 0);
    int64_t first = p.next_zap_us;
    assert_true(plan_zap_due(&p, first));
    assert_true(first == 693512);
    assert_true(p.next_zap_us == 1120080);
    assert_int_equal(plan_pick_channel(&p, 0, 1000), 359);
}

static void test_picks(void **state)
{
    (void)state;
    struct plan p;
    plan_init(&p, never, never, 1, 1, 0);
    assert_int_equal(plan_pick_channel(&p, 0, 1), 0);
    for (size_t now = 0; now < 5; now++) {
        unsigned picked[5] = {0};
        for (int i = 0; i < 40000; i++)
            picked[plan_pick_channel(&p, now, 5)]++;
        for (size_t k = 0; k < 5; k++) {
            if (k == now)
                assert_int_equal(picked[k], 0);
            else
                assert_in_range(picked[k], 9600, 10400);
        }
    }
    for (int i = 0; i < 100; i++)
        assert_true(plan_pick_rung(&p, 7, 3) < 3); /* a rung that is gone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_regular),
        cmocka_unit_test(test_a_crowd_is_spread),
        cmocka_unit_test(test_random_times),
        cmocka_unit_test(test_random_times_are_not_made_up_for),
        cmocka_unit_test(test_seed_and_viewer_say_all),
        cmocka_unit_test(test_golden_numbers),
        cmocka_unit_test(test_picks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
