/* Bins that are as narrow as they are said to be, and groups that are as alike. */
#include "player-sim/stats/histogram.h"
#include "support/cmocka_all.h"

#include <string.h>

/* Around each power of two, and in between. */
static void expect_near_itself(int64_t value)
{
    int64_t middle = histogram_value(value);
    int64_t off = middle > value ? middle - value : value - middle;
    if ((double)off > HISTOGRAM_ERROR * (double)value)
        fail_msg("%lld became %lld", (long long)value, (long long)middle);
    assert_true(histogram_value(middle) == middle);
}

static void a_value_moves_by_no_more_than_the_error(void **state)
{
    (void)state;
    for (int64_t value = 0; value < 100000; value++)
        expect_near_itself(value);
    for (int bit = 11; bit < 63; bit++) {
        int64_t power = INT64_C(1) << bit;
        for (int64_t step = -3; step <= 3; step++) {
            expect_near_itself(power + step);
            expect_near_itself(power + power / 3 + step);
        }
    }
    expect_near_itself(INT64_MAX);
    assert_true(histogram_value(2047) == 2047);
}

static void bins_below_0_mirror_those_above(void **state)
{
    (void)state;
    assert_true(histogram_value(-2047) == -2047);
    for (int64_t value = 2048; value < INT64_MAX / 3; value = value * 3 + 1)
        assert_true(histogram_value(-value) == -histogram_value(value));
}

static void bins_don_t_overlap_and_are_few(void **state)
{
    (void)state;
    int64_t before = -1, bins = 0;
    for (int64_t value = 0; value < 1 << 20; value++) {
        int64_t middle = histogram_value(value);
        assert_true(middle >= before);
        bins += middle != before;
        before = middle;
    }
    assert_int_equal(bins, (2 << HISTOGRAM_BITS) + (9 << HISTOGRAM_BITS));
}

static void the_first_sessions_are_groups_of_their_own(void **state)
{
    (void)state;
    for (uint32_t session = 0; session < HISTOGRAM_GROUPS; session++)
        assert_int_equal(histogram_group(session), session);
    assert_true(histogram_group(UINT32_MAX) < HISTOGRAM_GROUPS);
}

/* Of every second session, as of all, each group has about as many. */
static void what_repeats_is_in_all_groups(void **state)
{
    (void)state;
    enum { BLOCKS = 400 };
    int all[HISTOGRAM_GROUPS] = {0}, even[HISTOGRAM_GROUPS] = {0};
    for (uint32_t session = 0; session < BLOCKS * HISTOGRAM_GROUPS; session++) {
        all[histogram_group(session)]++;
        even[histogram_group(session)] += session % 2 == 0;
    }
    for (int i = 0; i < HISTOGRAM_GROUPS; i++) {
        assert_int_equal(all[i], BLOCKS);
        assert_in_range(even[i], BLOCKS / 2 - 60, BLOCKS / 2 + 60); /* sqrt(400) / 2 is 10 */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_moves_by_no_more_than_the_error),
        cmocka_unit_test(bins_below_0_mirror_those_above),
        cmocka_unit_test(bins_don_t_overlap_and_are_few),
        cmocka_unit_test(the_first_sessions_are_groups_of_their_own),
        cmocka_unit_test(what_repeats_is_in_all_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
