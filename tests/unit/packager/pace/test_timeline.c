/* Time stamps that wrap and jump: they become one time, and sound and picture stay together. */
#include "packager/pace/timeline.h"

#include "support/cmocka_all.h"

static const int64_t second_us = 1000000;
static const int64_t frame_us = 40000;

static void steady_stamps_stay_as_they_are(void **state)
{
    (void)state;
    struct pace_timeline t;
    pace_timeline_init(&t, true, 2 * second_us);
    for (int64_t n = 0; n < 100; n++) {
        int64_t pts_us = 7 * second_us + n * frame_us;
        assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, pts_us, frame_us, n * frame_us),
                         pts_us);
        assert_int_equal(
            pace_timeline_map(&t, PACE_SOUND, pts_us + 5000, frame_us, n * frame_us + 100),
            pts_us + 5000);
    }
}

/* The second stream follows some packets later, whichever is the first. */
static void both_streams_take_the_same_shift_over_a_jump(void **state)
{
    (void)state;
    static const int64_t jumps_us[] = {-95443717689, 3600000000, -3000000, 5000000};
    for (int first = 0; first < PACE_STREAMS; first++) {
        for (size_t j = 0; j < sizeof jumps_us / sizeof *jumps_us; j++) {
            struct pace_timeline t;
            pace_timeline_init(&t, true, 2 * second_us);
            for (int64_t n = 0; n < 100; n++) {
                for (int s = 0; s < PACE_STREAMS; s++) {
                    int64_t jump_us = n >= (s == first ? 50 : 60) ? jumps_us[j] : 0;
                    int64_t pts_us = n * frame_us + s * 5000;
                    assert_int_equal(pace_timeline_map(&t, (enum pace_stream)s, pts_us + jump_us,
                                                       frame_us, n * frame_us),
                                     pts_us);
                }
            }
        }
    }
}

static void a_gap_of_a_live_feed_is_no_jump(void **state)
{
    (void)state;
    struct pace_timeline t;
    pace_timeline_init(&t, true, 2 * second_us);
    assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, 0, frame_us, 0), 0);
    assert_int_equal(
        pace_timeline_map(&t, PACE_PICTURES, 600 * second_us, frame_us, 601 * second_us),
        600 * second_us);
    /* but after as long a silence, other stamps go on where the time is by then */
    assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, 5 * second_us, frame_us, 611 * second_us),
                     610 * second_us);
}

static void a_gap_of_a_file_is_no_jump_a_splice_is(void **state)
{
    (void)state;
    struct pace_timeline t;
    pace_timeline_init(&t, false, 10 * second_us);
    assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, 0, frame_us, 0), 0);
    assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, 8 * second_us, frame_us, 1),
                     8 * second_us);
    assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, 60 * second_us, frame_us, 2),
                     8 * second_us + frame_us);
    assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, second_us, frame_us, 3),
                     8 * second_us + 2 * frame_us);
}

static void unstamped_ones_follow_the_last(void **state)
{
    (void)state;
    struct pace_timeline t;
    pace_timeline_init(&t, false, 10 * second_us);
    assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, PACE_NO_PTS, frame_us, 0), 0);
    for (int64_t n = 1; n < 100; n++)
        assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, PACE_NO_PTS, frame_us, 0),
                         n * frame_us);
}

static void after_a_rewind_both_streams_follow_the_end_of_the_longer_one(void **state)
{
    (void)state;
    struct pace_timeline t;
    pace_timeline_init(&t, false, 60 * second_us);
    for (int64_t round = 0; round < 5; round++) {
        int64_t at_us = 1400000 + round * (10 * frame_us + 15000);
        for (int64_t n = 0; n < 10; n++)
            assert_int_equal(
                pace_timeline_map(&t, PACE_PICTURES, 1400000 + n * frame_us, frame_us, 0),
                at_us + n * frame_us);
        assert_int_equal(pace_timeline_map(&t, PACE_SOUND, 1410000, 10 * frame_us + 5000, 0),
                         at_us + 10000);
        pace_timeline_rewind(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_stamps_stay_as_they_are),
        cmocka_unit_test(both_streams_take_the_same_shift_over_a_jump),
        cmocka_unit_test(a_gap_of_a_live_feed_is_no_jump),
        cmocka_unit_test(a_gap_of_a_file_is_no_jump_a_splice_is),
        cmocka_unit_test(unstamped_ones_follow_the_last),
        cmocka_unit_test(after_a_rewind_both_streams_follow_the_end_of_the_longer_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
