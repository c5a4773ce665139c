#include "media/core/timebase.h"
#include "support/cmocka_all.h"

/* H5: the draft's worked example. */
static void h5_worked_example(void **state)
{
    (void)state;
    assert_int_equal(timebase_sequence(4120, 1360, 1000, (struct rational){25, 1}, 34), 103);
    assert_int_equal(timebase_sequence(4119, 1360, 1000, (struct rational){25, 1}, 34), 102);
    assert_int_equal(timebase_sequence(1360, 1360, 1000, (struct rational){25, 1}, 34), 34);
}

/* H5: through microseconds one gets n - 1; in ticks of the frame rate's numerator one gets n, for
 * ever. */
static void h5_every_frame_of_a_year_is_itself(void **state)
{
    static const struct rational rates[] = {{24000, 1001}, {25, 1}, {30000, 1001},
                                            {30, 1},       {50, 1}, {60000, 1001}};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        for (int64_t n = 0; n < INT64_C(2000000000); n += 19999999) {
            int64_t ticks = n * rates[i].den;
            assert_int_equal(timebase_sequence(ticks, 0, rates[i].num, rates[i], 0), n);
            assert_int_equal(timebase_sequence(ticks + 1, 0, rates[i].num, rates[i], 0),
                             rates[i].den == 1 ? n + 1 : n);
        }
    }
}

static void frame_times_round_down_and_come_back(void **state)
{
    (void)state;
    struct rational ntsc = {30000, 1001};
    assert_int_equal(timebase_frame_us(1, ntsc), 33366);
    assert_int_equal(timebase_frame_us(30000, ntsc), 1001000000);
    for (int64_t n = 0; n < 100000; n++) {
        int64_t us = timebase_frame_us(n, ntsc);
        int64_t back = timebase_frame_at_us(us, ntsc);
        assert_true(back == n || back == n - 1); /* rounding down may fall into the frame before */
        assert_int_equal(timebase_frame_at_us(us + 1, ntsc), n);
    }
}

/* H27: the first frame with time >= k * D, at rates where D is no whole number of frames. */
static void h27_segments_begin_at_the_first_frame_not_before_their_time(void **state)
{
    (void)state;
    struct rational six = {6, 1};
    struct rational ntsc = {30000, 1001};
    struct rational aac = {375, 8};
    assert_int_equal(timebase_segment_first_frame(1, six, ntsc), 180);
    assert_int_equal(timebase_segment_first_frame(5, six, ntsc), 900);  /* 899.1 */
    assert_int_equal(timebase_segment_first_frame(6, six, ntsc), 1079); /* 1078.92 */
    assert_int_equal(timebase_segment_first_frame(1, six, aac), 282);
    assert_int_equal(timebase_segment_first_frame(4, six, aac), 1125);
    for (int64_t k = 0; k < 1000; k++) {
        int64_t first = timebase_segment_first_frame(k, six, aac);
        assert_int_equal(timebase_segment_of_frame(first, six, aac), k);
        if (first)
            assert_int_equal(timebase_segment_of_frame(first - 1, six, aac), k - 1);
    }
}

static void products_beyond_64_bits_are_exact(void **state)
{
    (void)state;
    assert_int_equal(timebase_muldiv_floor(INT64_MAX, 1000000, 1000000), INT64_MAX);
    assert_int_equal(timebase_muldiv_floor(-7, 1, 2), -4);
    assert_int_equal(timebase_muldiv_ceil(-7, 1, 2), -3);
    assert_int_equal(timebase_muldiv_ceil(7, 1, 2), 4);
    struct rational r = timebase_reduce((struct rational){60000, 2000});
    assert_int_equal(r.num, 30);
    assert_int_equal(r.den, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h5_worked_example),
        cmocka_unit_test(h5_every_frame_of_a_year_is_itself),
        cmocka_unit_test(frame_times_round_down_and_come_back),
        cmocka_unit_test(h27_segments_begin_at_the_first_frame_not_before_their_time),
        cmocka_unit_test(products_beyond_64_bits_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
