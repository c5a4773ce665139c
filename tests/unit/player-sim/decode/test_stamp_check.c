#include "player-sim/decode/stamp_check.h"
#include "support/cmocka_all.h"

#include <string.h>

enum { NEWS = 0, SPORT = 1, NEWS_NUMBER = 7, SPORT_NUMBER = 3 };

static const int64_t capture_us = 1700000000123456;

struct check {
    struct stamp_check all;
    struct stamp_check_stream stream;
    bool repeated;
    char text[STAMP_CHECK_TEXT_BYTES];
};

static void init(struct check *c)
{
    memset(c, 0x55, sizeof *c);
    stamp_check_init(&c->all);
    c->stream = (struct stamp_check_stream){0};
    c->text[0] = 0;
}

/* The stamp as it is read: rounded down to 100 us. */
static bool look(struct check *c, size_t channel, int64_t sequence, uint16_t number, uint32_t frame)
{
    struct stamp stamp = {number, frame, capture_us - capture_us % 100};
    c->repeated = true; /* to be overwritten */
    return stamp_check_picture(&c->all, &c->stream, channel, sequence, capture_us, &stamp,
                               &c->repeated, c->text);
}

static bool look_unstamped(struct check *c, size_t channel, int64_t sequence)
{
    c->repeated = true;
    return stamp_check_picture(&c->all, &c->stream, channel, sequence, capture_us, NULL,
                               &c->repeated, c->text);
}

static void assert_wrong(struct check *c, bool right, const char *text)
{
    assert_false(right);
    assert_false(c->repeated);
    assert_string_equal(c->text, text);
}

static void a_channel_s_number_is_learnt_from_its_first_picture(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    assert_true(look(&c, NEWS, 100, NEWS_NUMBER, 100));
    assert_false(c.repeated);
    assert_true(look(&c, NEWS, 101, NEWS_NUMBER, 101));
    c.stream = (struct stamp_check_stream){0};
    assert_true(look(&c, SPORT, 50, SPORT_NUMBER, 50));
    assert_wrong(&c, look(&c, SPORT, 51, NEWS_NUMBER, 51),
                 "frame 51: its stamp says channel 7, not 3");
    assert_true(look(&c, SPORT, 52, SPORT_NUMBER, 52));
}

/* A file's or a camera's pictures: nothing can be said about them. */
static void a_channel_whose_first_picture_has_no_stamp_has_none(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    assert_true(look_unstamped(&c, NEWS, 100));
    assert_true(look_unstamped(&c, NEWS, 101));
    assert_true(look(&c, NEWS, 102, SPORT_NUMBER, 9000));
    assert_false(c.repeated);
    assert_true(look(&c, SPORT, 102, SPORT_NUMBER, 102));
}

static void a_stamp_that_cannot_be_read_any_more_is_wrong(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    assert_true(look(&c, NEWS, 100, NEWS_NUMBER, 100));
    assert_wrong(&c, look_unstamped(&c, NEWS, 101), "frame 101: no stamp can be read");
    assert_true(look(&c, NEWS, 102, NEWS_NUMBER, 102));
}

static void an_earlier_frame_is_a_repeat_unless_a_later_one_was_shown(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    assert_true(look(&c, NEWS, 100, NEWS_NUMBER, 95)); /* the first of a stream may be one */
    assert_true(c.repeated);
    assert_true(look(&c, NEWS, 101, NEWS_NUMBER, 95));
    assert_true(c.repeated);
    assert_true(look(&c, NEWS, 102, NEWS_NUMBER, 98));
    assert_true(c.repeated);
    assert_true(look(&c, NEWS, 103, NEWS_NUMBER, 103));
    assert_false(c.repeated);
    assert_wrong(&c, look(&c, NEWS, 104, NEWS_NUMBER, 102),
                 "frame 104: its stamp says frame 102, after frame 103");
    assert_true(look(&c, NEWS, 105, NEWS_NUMBER, 103)); /* a wrong one doesn't count as shown */
    assert_true(c.repeated);
}

static void each_stream_has_shown_what_it_has_shown(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    assert_true(look(&c, NEWS, 100, NEWS_NUMBER, 100));
    c.stream = (struct stamp_check_stream){0};
    assert_true(look(&c, NEWS, 101, NEWS_NUMBER, 99));
    assert_true(c.repeated);
}

static void a_frame_that_is_yet_to_come_is_wrong(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    assert_true(look(&c, NEWS, 100, NEWS_NUMBER, 100));
    assert_wrong(&c, look(&c, NEWS, 101, NEWS_NUMBER, 102),
                 "frame 101: its stamp says frame 102, which is yet to come");
    assert_true(look(&c, NEWS, 102, NEWS_NUMBER, 101)); /* nor did that one count */
    assert_true(c.repeated);
}

/* The stamp holds 32 bits of a number that has more. */
static void frame_numbers_wrap(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    int64_t wrap = (int64_t)1 << 32;
    assert_true(look(&c, NEWS, wrap - 1, NEWS_NUMBER, UINT32_MAX - 1));
    assert_true(c.repeated);
    assert_true(look(&c, NEWS, wrap, NEWS_NUMBER, UINT32_MAX));
    assert_true(c.repeated);
    assert_true(look(&c, NEWS, wrap + 1, NEWS_NUMBER, 1));
    assert_false(c.repeated);
    assert_false(look(&c, NEWS, wrap + 2, NEWS_NUMBER, UINT32_MAX));
}

/* prft and stamp tell the same capture, as exactly as a stamp can. */
static void the_capture_time_is_that_of_prft(void **state)
{
    (void)state;
    static const struct {
        int64_t stamp_us;
        bool right;
    } cases[] = {{1700000000123400, true},
                 {1700000000123500, true},
                 {1700000000123300, false},
                 {1700000000123600, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct check c;
        init(&c);
        struct stamp stamp = {NEWS_NUMBER, 100, cases[i].stamp_us};
        assert_int_equal(stamp_check_picture(&c.all, &c.stream, NEWS, 100, capture_us, &stamp,
                                             &c.repeated, c.text),
                         cases[i].right);
        assert_int_equal(c.text[0] == 0, cases[i].right);
        assert_true(
            stamp_check_picture(&c.all, &c.stream, NEWS, 100, -1, &stamp, &c.repeated, c.text));
    }
}

/* A repeated picture's capture is its output slot, not what it shows. */
static void a_repeat_s_capture_time_is_not_looked_at(void **state)
{
    (void)state;
    struct check c;
    init(&c);
    struct stamp stamp = {NEWS_NUMBER, 99, capture_us - 33300};
    assert_true(
        stamp_check_picture(&c.all, &c.stream, NEWS, 100, capture_us, &stamp, &c.repeated, c.text));
    assert_true(c.repeated);
}

static void channels_of_one_number_are_found(void **state)
{
    (void)state;
    struct check c;
    size_t first = 99, second = 99;
    init(&c);
    assert_false(stamp_check_ambiguous(&c.all, &first, &second));
    assert_true(look_unstamped(&c, 0, 1)); /* channels without stamps are not alike */
    assert_true(look_unstamped(&c, 1, 1));
    assert_true(look(&c, 2, 1, NEWS_NUMBER, 1));
    assert_true(look(&c, 3, 2, SPORT_NUMBER, 2));
    assert_false(stamp_check_ambiguous(&c.all, &first, &second));
    assert_int_equal(first, 99);
    assert_true(look(&c, STAMP_CHECK_CHANNELS_MAX - 1, 3, SPORT_NUMBER, 3));
    assert_true(stamp_check_ambiguous(&c.all, &first, &second));
    assert_int_equal(first, 3);
    assert_int_equal(second, STAMP_CHECK_CHANNELS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_s_number_is_learnt_from_its_first_picture),
        cmocka_unit_test(a_channel_whose_first_picture_has_no_stamp_has_none),
        cmocka_unit_test(a_stamp_that_cannot_be_read_any_more_is_wrong),
        cmocka_unit_test(an_earlier_frame_is_a_repeat_unless_a_later_one_was_shown),
        cmocka_unit_test(each_stream_has_shown_what_it_has_shown),
        cmocka_unit_test(a_frame_that_is_yet_to_come_is_wrong),
        cmocka_unit_test(frame_numbers_wrap),
        cmocka_unit_test(the_capture_time_is_that_of_prft),
        cmocka_unit_test(a_repeat_s_capture_time_is_not_looked_at),
        cmocka_unit_test(channels_of_one_number_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
