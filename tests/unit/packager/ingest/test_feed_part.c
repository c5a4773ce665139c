/* When the picture or the sound of a feed counts as there, as missing, and as none. */
#include "packager/ingest/feed_part.h"
#include "support/cmocka_all.h"

static const int64_t up_us = 50000000;
static const int64_t slot_us = 40000;

static enum input_part part_of(bool announced, bool had, int64_t given_us, int64_t asked_us)
{
    struct feed_part part = {.announced = announced, .had = had};
    struct pace_slots slots = {.asked_us = asked_us, .given_us = given_us};
    return feed_part_state(&part, true, up_us, &slots);
}

static void what_nobody_announced_and_never_came_is_none(void **state)
{
    (void)state;
    assert_int_equal(part_of(false, false, INT64_MIN, up_us + 60000000), INPUT_PART_NONE);
    struct feed_part part = {0};
    struct pace_slots slots = {INT64_MIN, INT64_MIN};
    assert_int_equal(feed_part_state(&part, false, up_us, &slots), INPUT_PART_NONE);
}

static void two_seconds_without_are_missing(void **state)
{
    (void)state;
    int64_t given_us = up_us + 10000000, limit_us = given_us + FEED_PART_MISSING_US;
    for (int announced = 0; announced < 2; announced++) {
        assert_int_equal(part_of(announced, true, given_us, given_us), INPUT_PART_UP);
        assert_int_equal(part_of(announced, true, given_us, limit_us), INPUT_PART_UP);
        assert_int_equal(part_of(announced, true, given_us, limit_us + slot_us),
                         INPUT_PART_MISSING);
    }
}

static void what_was_announced_has_two_seconds_to_come(void **state)
{
    (void)state;
    assert_int_equal(part_of(true, false, INT64_MIN, INT64_MIN), INPUT_PART_UP);
    assert_int_equal(part_of(true, false, INT64_MIN, up_us - slot_us), INPUT_PART_UP);
    assert_int_equal(part_of(true, false, INT64_MIN, up_us + FEED_PART_MISSING_US), INPUT_PART_UP);
    assert_int_equal(part_of(true, false, INT64_MIN, up_us + FEED_PART_MISSING_US + slot_us),
                     INPUT_PART_MISSING);
}

/* It was given before the feed was lost; the time it was away does not count. */
static void a_feed_that_came_back_has_two_seconds_again(void **state)
{
    (void)state;
    int64_t given_us = up_us - 30000000;
    assert_int_equal(part_of(true, true, given_us, up_us + slot_us), INPUT_PART_UP);
    assert_int_equal(part_of(true, true, given_us, up_us + FEED_PART_MISSING_US + slot_us),
                     INPUT_PART_MISSING);
}

static void all_of_a_feed_that_is_not_up_is_missing(void **state)
{
    (void)state;
    struct feed_part part = {.announced = true, .had = true};
    struct pace_slots slots = {up_us, up_us};
    assert_int_equal(feed_part_state(&part, false, up_us, &slots), INPUT_PART_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_announced_and_never_came_is_none),
        cmocka_unit_test(two_seconds_without_are_missing),
        cmocka_unit_test(what_was_announced_has_two_seconds_to_come),
        cmocka_unit_test(a_feed_that_came_back_has_two_seconds_again),
        cmocka_unit_test(all_of_a_feed_that_is_not_up_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
