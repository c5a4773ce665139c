#include "packager/pipeline/health.h"
#include "support/cmocka_all.h"

static struct channel_state running(enum input_feed feed, int64_t behind_us)
{
    struct channel_state s = {.started = true,
                              .newest_sequence = 100,
                              .behind_us = behind_us,
                              .all_behind_us = behind_us};
    s.input.feed = feed;
    return s;
}

static void a_channel_is_ok_degraded_or_down(void **state)
{
    (void)state;
    struct channel_state s = running(INPUT_UP, 40000);
    assert_int_equal(health_of_channel(&s), HEALTH_OK);
    s = running(INPUT_LOST, 40000);
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    s = running(INPUT_STARTING, 40000);
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    s = running(INPUT_UP, 40000);
    s.input.picture = s.input.sound = INPUT_PART_UP;
    assert_int_equal(health_of_channel(&s), HEALTH_OK);
    s.input.picture = INPUT_PART_MISSING; /* frozen, with sound */
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    s.input.picture = INPUT_PART_NONE; /* a radio programme */
    assert_int_equal(health_of_channel(&s), HEALTH_OK);
    s.input.sound = INPUT_PART_MISSING;
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    s = running(INPUT_UP, 1000000); /* the encoder is late */
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    s = running(INPUT_UP, 5000000); /* it hangs */
    assert_int_equal(health_of_channel(&s), HEALTH_DOWN);
    s.all_behind_us = 40000; /* one rung does */
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    s = running(INPUT_UP, 0);
    s.started = false;
    assert_int_equal(health_of_channel(&s), HEALTH_DOWN);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    struct channel_state s = running(INPUT_UP, 40000);
    assert_null(health_reason(&s));
    s.rung_count = 2;
    s.shed_level = 1;
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    assert_string_equal(health_reason(&s), "the encoders are too slow");
    s.rungs[1].failed = true;
    assert_string_equal(health_reason(&s), "a rung has failed");
    s.shed_level = 0;
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    s.rungs[1].failed = false;
    s.sound.failed = true;
    assert_int_equal(health_of_channel(&s), HEALTH_DEGRADED);
    assert_string_equal(health_reason(&s), "the sound has failed");
    s.input.feed = INPUT_LOST;
    assert_string_equal(health_reason(&s), "the feed is lost");
    s.all_behind_us = 5000000;
    assert_int_equal(health_of_channel(&s), HEALTH_DOWN);
    assert_string_equal(health_reason(&s), "there is no output any more");
}

static void all_is_as_good_as_its_parts(void **state)
{
    (void)state;
    enum health ok[] = {HEALTH_OK, HEALTH_OK}, mixed[] = {HEALTH_OK, HEALTH_DOWN},
                down[] = {HEALTH_DOWN, HEALTH_DOWN}, half[] = {HEALTH_DEGRADED, HEALTH_DEGRADED};
    assert_int_equal(health_of_all(ok, 2), HEALTH_OK);
    assert_int_equal(health_of_all(mixed, 2), HEALTH_DEGRADED);
    assert_int_equal(health_of_all(half, 2), HEALTH_DEGRADED);
    assert_int_equal(health_of_all(down, 2), HEALTH_DOWN);
}

static void repeats_of_feed_and_slowest_rung_add_up(void **state)
{
    (void)state;
    struct channel_state s = running(INPUT_UP, 0);
    s.input.repeated_pictures = 7;
    s.rung_count = 2;
    s.rungs[0].repeated_pictures = 2;
    s.rungs[0].shed_pictures = 1;
    s.rungs[1].repeated_pictures = 1;
    assert_int_equal(health_repeated_pictures(&s), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_is_ok_degraded_or_down),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(all_is_as_good_as_its_parts),
        cmocka_unit_test(repeats_of_feed_and_slowest_rung_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
