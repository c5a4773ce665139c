/* Which rung suffers first when the machine is too slow: a rule, in virtual time. The encoders are
 * a model: each frame the machine has so much work to give, and each picture takes some; who is
 * served first is as unkind as can be, the largest rung, for the rule must hold all the same. */
#include "packager/pipeline/overload.h"
#include "packager/pipeline/restarts.h"
#include "support/cmocka_all.h"

enum { RUNGS = 3, DEPTH = 4 };

static const struct rational fps25 = {25, 1};

/* What a picture takes, in parts of what the machine gives in the time of a frame; largest first.
 */
struct machine {
    double cost[RUNGS], capacity;
    double left[RUNGS]; /* of the picture that is being encoded */
    int64_t waiting[RUNGS];
    int64_t given[RUNGS], gone[RUNGS], worst_waiting[RUNGS];
};

/* A picture comes into a mailbox that holds DEPTH; nothing (a repeat) costs nothing. */
static void offer(struct machine *m, int rung, bool picture)
{
    if (!picture)
        return;
    if (m->waiting[rung] == DEPTH) {
        m->gone[rung]++;
        return;
    }
    if (m->waiting[rung]++ == 0)
        m->left[rung] = m->cost[rung];
    m->given[rung]++;
}

static void work(struct machine *m)
{
    double capacity = m->capacity;
    for (int i = 0; i < RUNGS; i++) {
        while (m->waiting[i] && capacity > 0) {
            double part = m->left[i] < capacity ? m->left[i] : capacity;
            capacity -= part;
            m->left[i] -= part;
            if (m->left[i] > 1e-9)
                break;
            m->waiting[i]--;
            m->left[i] = m->cost[i];
        }
        if (m->waiting[i] > m->worst_waiting[i])
            m->worst_waiting[i] = m->waiting[i];
    }
}

static void run(struct machine *m, struct overload *o, int64_t from, int64_t frames)
{
    for (int i = 0; i < RUNGS; i++)
        m->given[i] = m->gone[i] = m->worst_waiting[i] = 0;
    for (int64_t n = from; n < from + frames; n++) {
        overload_step(o, m->waiting);
        for (int i = 0; i < RUNGS; i++)
            offer(m, i, overload_gives(o, (size_t)i, n));
        work(m);
    }
}

static void a_machine_that_is_fast_enough_is_left_alone(void **state)
{
    struct machine m = {.cost = {0.5, 0.2, 0.1}, .capacity = 1};
    struct overload o;
    (void)state;
    overload_init(&o, RUNGS, fps25);
    run(&m, &o, 0, 100000);
    assert_int_equal(o.level, 0);
    for (int i = 0; i < RUNGS; i++)
        assert_int_equal(m.given[i], 100000);
}

/* A fifth too slow: the largest rung gives up pictures, the others get all of theirs. */
static void the_largest_rung_suffers_first(void **state)
{
    struct machine m = {.cost = {0.8, 0.3, 0.1}, .capacity = 1};
    struct overload o;
    (void)state;
    overload_init(&o, RUNGS, fps25);
    run(&m, &o, 0, 500);
    run(&m, &o, 500, 100); /* before it is tried whether it has passed */
    assert_int_equal(o.level, 1);
    assert_int_equal(m.given[0], 50);
    for (int i = 1; i < RUNGS; i++) {
        assert_int_equal(m.given[i], 100);
        assert_int_equal(m.gone[i], 0);
        assert_true(m.worst_waiting[i] < OVERLOAD_LATE_FRAMES);
    }
}

/* Three times too slow: all but the smallest give what they can, and the smallest is whole. */
static void the_smallest_is_served_to_the_end(void **state)
{
    struct machine m = {.cost = {1.6, 1.0, 0.3}, .capacity = 1};
    struct overload o;
    (void)state;
    overload_init(&o, RUNGS, fps25);
    run(&m, &o, 0, 1000);
    run(&m, &o, 1000, 1000);
    assert_true(o.level >= 3);
    assert_true(m.given[2] - m.gone[2] >= 990);
    assert_true(m.given[0] <= m.given[1] && m.given[1] < m.given[2]);
}

/* What is slow by itself, with a thread of its own, is no reason to take from others. */
static void a_rung_that_is_late_by_itself_costs_smaller_ones_nothing(void **state)
{
    struct overload o;
    (void)state;
    overload_init(&o, RUNGS, fps25);
    for (int n = 0; n < 10000; n++)
        overload_step(&o, (const int64_t[]){DEPTH, 0, 0});
    assert_int_equal(o.level, OVERLOAD_STEPS);
    assert_false(overload_gives(&o, 0, 1) || overload_gives(&o, 0, 2) || overload_gives(&o, 0, 3));
    assert_true(overload_gives(&o, 0, 4));
    assert_true(overload_gives(&o, 1, 1) && overload_gives(&o, 2, 1));
}

/* It is tried again after 5 s, and after as much longer the more often that was in vain. */
static void a_load_that_stays_is_tried_ever_less_often(void **state)
{
    struct machine m = {.cost = {0.8, 0.3, 0.1}, .capacity = 1};
    struct overload o;
    int rises = 0, before = 0;
    (void)state;
    overload_init(&o, RUNGS, fps25);
    for (int64_t n = 0; n < 25 * 600; n++) {
        run(&m, &o, n, 1);
        rises += o.level > before;
        before = o.level;
    }
    assert_in_range(rises, 3, 12);
    m.capacity = 2;
    run(&m, &o, 25 * 600, 25 * 300);
    assert_int_equal(o.level, 0);
    assert_int_equal(o.calm_s, OVERLOAD_CALM_S); /* it has been forgiven */
}

static void a_hiccup_is_no_overload(void **state)
{
    struct overload o;
    (void)state;
    overload_init(&o, RUNGS, fps25);
    for (int n = 0; n < 10000; n++)
        overload_step(&o, (const int64_t[]){n % 50 < 5 ? 3 : 0, n % 50 < 5 ? 3 : 0, 0});
    assert_int_equal(o.level, 0);
}

static void a_single_rung_has_nothing_to_give_but_it_is_told(void **state)
{
    struct overload o;
    (void)state;
    overload_init(&o, 1, fps25);
    for (int n = 0; n < 100; n++) {
        overload_step(&o, (const int64_t[]){DEPTH});
        assert_true(overload_gives(&o, 0, n));
    }
    assert_int_equal(o.level, 1);
    assert_int_equal(o.level, o.most);
}

static void a_rung_that_has_failed_counts_for_nothing(void **state)
{
    struct overload o;
    (void)state;
    overload_init(&o, RUNGS, fps25);
    for (int n = 0; n < 1000; n++)
        overload_step(&o, (const int64_t[]){-1, 0, -1});
    assert_int_equal(o.level, 0);
}

static void an_encoder_is_started_again_until_that_is_hopeless(void **state)
{
    struct restarts r = {0};
    int64_t wait_us = -1, all_us = 0;
    (void)state;
    assert_true(restarts_again(&r, 10, &wait_us));
    assert_int_equal(wait_us, 0);
    for (int i = 1; i < RESTARTS_MAX; i++) {
        int64_t before_us = wait_us;
        assert_true(restarts_again(&r, 10, &wait_us));
        assert_true(wait_us > before_us);
        all_us += wait_us;
    }
    assert_int_equal(all_us, 1500000);
    assert_false(restarts_again(&r, 11, &wait_us));
    assert_true(restarts_again(&r, 11 + RESTARTS_FORGET_FRAMES, &wait_us));
    assert_int_equal(wait_us, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_that_is_fast_enough_is_left_alone),
        cmocka_unit_test(the_largest_rung_suffers_first),
        cmocka_unit_test(the_smallest_is_served_to_the_end),
        cmocka_unit_test(a_rung_that_is_late_by_itself_costs_smaller_ones_nothing),
        cmocka_unit_test(a_load_that_stays_is_tried_ever_less_often),
        cmocka_unit_test(a_hiccup_is_no_overload),
        cmocka_unit_test(a_single_rung_has_nothing_to_give_but_it_is_told),
        cmocka_unit_test(a_rung_that_has_failed_counts_for_nothing),
        cmocka_unit_test(an_encoder_is_started_again_until_that_is_hopeless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
