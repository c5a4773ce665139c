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

/* Sound comes in bundles of ten: what a bundle begins with follows the end of the one before,
 * however long ago that came. */
static void a_jump_leaves_bundles_where_they_were(void **state)
{
    (void)state;
    struct pace_timeline t;
    pace_timeline_init(&t, true, 2 * second_us);
    for (int64_t n = 0; n < 200; n++) {
        int64_t pts_us = n * 20000 + (n >= 100 ? 10800 * second_us : 0);
        assert_int_equal(pace_timeline_map(&t, PACE_SOUND, pts_us, 20000, n / 10 * 10 * 20000),
                         n * 20000);
    }
    assert_int_equal(t.jumps, 1);
}

/* A sender whose clock hangs for three seconds: sound's stamps count on from the same one in each
 * bundle, the picture's are all the same. */
static void stamps_that_stand_still_say_nothing(void **state)
{
    (void)state;
    for (int only_pictures = 0; only_pictures < 2; only_pictures++) {
        struct pace_timeline t;
        int64_t sound_us = 0, last_us = INT64_MIN;
        pace_timeline_init(&t, true, 2 * second_us);
        for (int64_t n = 0; n < 400; n++) {
            int64_t at_us = n * frame_us, stamp_us = n >= 100 && n < 175 ? 100 * frame_us : at_us;
            int64_t got_us = pace_timeline_map(&t, PACE_PICTURES, stamp_us, frame_us, at_us);
            assert_int_equal(got_us, at_us);
            if (n % 5)
                continue;
            for (int64_t k = 0; k < 10; k++) {
                int64_t pts_us = (only_pictures ? at_us : stamp_us) - 700000 + k * 20000;
                sound_us = pace_timeline_map(&t, PACE_SOUND, pts_us, 20000, at_us);
                assert_true(sound_us > last_us || only_pictures);
                last_us = sound_us;
            }
            if (n < 100 || n > 175 + 30) /* once both have shown for a second that they agree */
                assert_int_equal(sound_us, at_us - 700000 + 9 * 20000);
        }
        assert_int_equal(t.streams[PACE_SOUND].shift_us, t.streams[PACE_PICTURES].shift_us);
    }
}

/* Both jump back by less than what makes them two clocks, sound half a second later. */
static void a_short_jump_back_is_shared_as_well(void **state)
{
    (void)state;
    struct pace_timeline t;
    pace_timeline_init(&t, true, 2 * second_us);
    for (int64_t n = 0; n < 200; n++) {
        int64_t at_us = n * frame_us;
        int64_t picture_us = at_us - (n >= 100 ? 1500000 : 0);
        int64_t sound_us = at_us + 5000 - (n >= 112 ? 1500000 : 0);
        assert_int_equal(pace_timeline_map(&t, PACE_PICTURES, picture_us, frame_us, at_us), at_us);
        assert_int_equal(pace_timeline_map(&t, PACE_SOUND, sound_us, frame_us, at_us),
                         at_us + 5000);
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
        cmocka_unit_test(a_jump_leaves_bundles_where_they_were),
        cmocka_unit_test(stamps_that_stand_still_say_nothing),
        cmocka_unit_test(a_short_jump_back_is_shared_as_well),
        cmocka_unit_test(a_gap_of_a_live_feed_is_no_jump),
        cmocka_unit_test(a_gap_of_a_file_is_no_jump_a_splice_is),
        cmocka_unit_test(unstamped_ones_follow_the_last),
        cmocka_unit_test(after_a_rewind_both_streams_follow_the_end_of_the_longer_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
