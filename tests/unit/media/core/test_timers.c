/* Timers: whatever is set, moved and taken out, they come in order of time, and those of one time
 * in the order in which they were set. */
#include "media/core/err.h"
#include "media/core/timers.h"

#include "support/cmocka_all.h"

#include <stdlib.h>

enum { MANY = 500, STEPS = 20000 };

static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void is_true_to_a_plain_list(void **state)
{
    (void)state;
    struct timers all = {0};
    struct timer list[MANY] = {0};
    uint64_t set_at[MANY] = {0}, sets = 0;
    uint32_t random = 7;
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(timers_add(&all, &list[i]), ERR_OK);
    for (int step = 0; step < STEPS; step++) {
        size_t which = draw(&random) % MANY;
        int64_t at_us = draw(&random) % 50;
        if (draw(&random) % 8 == 0) {
            timers_remove(&all, &list[which]);
            assert_int_equal(timers_add(&all, &list[which]), ERR_OK);
            set_at[which] = ++sets;
        } else if (list[which].at_us != at_us) {
            timers_set(&all, &list[which], at_us);
            set_at[which] = ++sets;
        }
        size_t first = 0;
        for (size_t i = 1; i < MANY; i++)
            if (list[i].at_us < list[first].at_us ||
                (list[i].at_us == list[first].at_us && set_at[i] < set_at[first]))
                first = i;
        assert_int_equal(timers_next_us(&all), list[first].at_us);
        if (list[first].at_us == TIMER_NEVER)
            continue;
        assert_null(timers_take(&all, list[first].at_us - 1));
        if (draw(&random) % 2) {
            assert_ptr_equal(timers_take(&all, list[first].at_us), &list[first]);
            set_at[first] = ++sets;
            assert_int_equal(list[first].at_us, TIMER_NEVER);
        }
    }
    timers_finish(&all);
}

static void nothing_is_due_where_there_is_none(void **state)
{
    (void)state;
    struct timers all = {0};
    struct timer never = {0};
    assert_null(timers_take(&all, INT64_MAX));
    assert_int_equal(timers_next_us(&all), TIMER_NEVER);
    timers_remove(&all, &never);
    assert_int_equal(timers_add(&all, &never), ERR_OK);
    timers_set(&all, &never, 5);
    timers_remove(&all, &never);
    assert_null(timers_take(&all, INT64_MAX));
    timers_finish(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_true_to_a_plain_list),
        cmocka_unit_test(nothing_is_due_where_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
