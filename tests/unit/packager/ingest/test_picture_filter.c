/* What becomes of interlaced and turned pictures: how many, of what time, and showing what.
 *
 * Field k of a sequence, counted through, is grey BASE + STEP * k, so a picture's grey tells which
 * moment it shows, and a frame of two fields that was not deinterlaced is no plain grey. */
#include "packager/ingest/picture_filter.h"
#include "support/cmocka_all.h"
#include "support/moving_picture.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 64, HEIGHT = 48, BASE = 40, STEP = 3, MOST = 400 };

static const int64_t frame_us = 40000;

struct output {
    struct picture_filter_time time;
    int64_t capture_us;
    int width, height, corner;
    AVRational sar;
    double mean, roughness; /* of the luma; the mean step from line to line */
};

static struct output outputs[MOST];
static int output_count;

static void keep(void *context, AVFrame *picture, const struct picture_filter_time *time)
{
    (void)context;
    int64_t sum = 0, steps = 0;
    assert_true(output_count < MOST);
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *row = picture->data[0] + (ptrdiff_t)y * picture->linesize[0];
        for (int x = 0; x < picture->width; x++) {
            sum += row[x];
            steps += y ? abs(row[x] - row[x - picture->linesize[0]]) : 0;
        }
    }
    int64_t samples = (int64_t)picture->width * picture->height;
    outputs[output_count++] = (struct output){.time = *time,
                                              .capture_us = picture->reordered_opaque,
                                              .width = picture->width,
                                              .height = picture->height,
                                              .corner = picture->data[0][0],
                                              .sar = picture->sample_aspect_ratio,
                                              .mean = (double)sum / (double)samples,
                                              .roughness = (double)steps / (double)samples};
    av_frame_free(&picture);
}

static void open_filter(struct picture_filter *f, int64_t output_fps)
{
    picture_filter_init(f, (struct rational){output_fps, 1});
    f->give = keep;
    output_count = 0;
}

enum kind { PROGRESSIVE, TOP_FIRST, BOTTOM_FIRST };

/* Frame n of the sequence: fields 2n and 2n + 1, or, progressive, the first of them. */
static AVFrame *frame_of(int n, enum kind kind, int width, int height)
{
    AVFrame *f = moving_picture_create(width, height);
    assert_non_null(f);
    f->interlaced_frame = kind != PROGRESSIVE;
    f->top_field_first = kind == TOP_FIRST;
    f->reordered_opaque = 1000 + n;
    for (int y = 0; y < height; y++) {
        int second = kind == PROGRESSIVE ? 0 : y % 2 == (kind == TOP_FIRST);
        memset(f->data[0] + (ptrdiff_t)y * f->linesize[0], BASE + STEP * ((2 * n + second) % 60),
               (size_t)width);
    }
    return f;
}

static void put(struct picture_filter *f, int n, enum kind kind)
{
    picture_filter_put(f, frame_of(n, kind, WIDTH, HEIGHT),
                       (struct picture_filter_time){n * frame_us, frame_us}, 0);
}

/* That output i is a plain picture of field k, at the field's time. */
static void check_field(int i, int k, int64_t duration_us)
{
    const struct output *o = &outputs[i];
    assert_int_equal(o->time.pts_us, k * frame_us / 2);
    assert_int_equal(o->time.duration_us, duration_us);
    assert_int_equal(o->capture_us, 1000 + k / 2);
    assert_true(o->mean > BASE + STEP * (k % 60) - STEP && o->mean < BASE + STEP * (k % 60) + STEP);
    assert_true(o->roughness < 0.5);
}

static void progressive_pictures_pass_at_once(void **state)
{
    (void)state;
    struct picture_filter f;
    open_filter(&f, 50);
    for (int n = 0; n < 10; n++) {
        put(&f, n, PROGRESSIVE);
        assert_int_equal(output_count, n + 1);
        check_field(n, 2 * n, frame_us);
        assert_false(picture_filter_deinterlaces(&f));
    }
    picture_filter_drain(&f);
    assert_int_equal(output_count, 10);
    picture_filter_finish(&f);
}

static void check_fields_out(enum kind kind)
{
    struct picture_filter f;
    open_filter(&f, 50);
    for (int n = 0; n < 20; n++) {
        put(&f, n, kind);
        assert_int_equal(output_count, 2 * n); /* one frame later */
    }
    assert_true(picture_filter_deinterlaces(&f) && f.fields);
    picture_filter_drain(&f);
    assert_int_equal(output_count, 40);
    for (int k = 0; k < 40; k++)
        check_field(k, k, frame_us / 2);
    picture_filter_finish(&f);
}

static void each_field_becomes_a_picture_where_the_output_has_room(void **state)
{
    (void)state;
    check_fields_out(TOP_FIRST);
    check_fields_out(BOTTOM_FIRST);
}

static void each_frame_becomes_a_picture_where_it_has_not(void **state)
{
    (void)state;
    struct picture_filter f;
    open_filter(&f, 25);
    for (int n = 0; n < 20; n++) {
        put(&f, n, TOP_FIRST);
        assert_int_equal(output_count, n);
    }
    assert_true(picture_filter_deinterlaces(&f) && !f.fields);
    picture_filter_drain(&f);
    assert_int_equal(output_count, 20);
    for (int n = 0; n < 20; n++)
        check_field(n, 2 * n, frame_us);
    picture_filter_finish(&f);
}

static bool fields_for(int64_t output_num, int64_t output_den, int64_t duration_us)
{
    struct picture_filter f;
    picture_filter_init(&f, (struct rational){output_num, output_den});
    f.give = keep;
    output_count = 0;
    picture_filter_put(&f, frame_of(0, TOP_FIRST, WIDTH, HEIGHT),
                       (struct picture_filter_time){0, duration_us}, 0);
    bool fields = f.fields;
    picture_filter_finish(&f);
    return fields;
}

static void the_rates_decide_between_fields_and_frames(void **state)
{
    (void)state;
    assert_true(fields_for(50, 1, 40000));
    assert_true(fields_for(60000, 1001, 33366));
    assert_true(fields_for(60, 1, 33366));
    assert_true(fields_for(30, 1, 40000));
    assert_false(fields_for(25, 1, 40000));
    assert_false(fields_for(30, 1, 33366)); /* 29.97 */
    assert_false(fields_for(30000, 1001, 33366));
    assert_false(fields_for(25, 1, 33366));
    /* Streams of field pictures are stamped with a field's duration. */
    assert_true(fields_for(50, 1, 20000));
    assert_false(fields_for(25, 1, 20000));
    assert_true(fields_for(25, 1, 0)); /* not known: the pace leaves out what is too much */
}

static void progressive_ones_among_them_keep_their_turn_and_their_time(void **state)
{
    (void)state;
    struct picture_filter f;
    open_filter(&f, 50);
    int fields_expected = 0;
    for (int n = 0; n < 30; n++) {
        enum kind kind = n % 7 < 3 ? PROGRESSIVE : TOP_FIRST;
        put(&f, n, kind);
        fields_expected += kind == TOP_FIRST ? 2 : 1;
    }
    picture_filter_drain(&f);
    assert_int_equal(output_count, fields_expected);
    for (int i = 0, n = 0; n < 30; n++) {
        check_field(i++, 2 * n, n < 3 ? frame_us : frame_us / 2);
        if (n % 7 >= 3)
            check_field(i++, 2 * n + 1, frame_us / 2);
    }
    picture_filter_finish(&f);
}

static void a_feed_that_stays_progressive_is_not_held_back_any_more(void **state)
{
    (void)state;
    struct picture_filter f;
    int n = 0;
    open_filter(&f, 25);
    for (; n < 10; n++)
        put(&f, n, TOP_FIRST);
    for (; n < 10 + PICTURE_FILTER_QUIET - 1; n++)
        put(&f, n, PROGRESSIVE);
    assert_true(picture_filter_deinterlaces(&f));
    assert_int_equal(output_count, n - 1);
    put(&f, n++, PROGRESSIVE);
    assert_false(picture_filter_deinterlaces(&f));
    assert_int_equal(output_count, n);
    put(&f, n++, TOP_FIRST);
    assert_int_equal(output_count, n - 1);
    put(&f, n++, TOP_FIRST);
    picture_filter_drain(&f);
    assert_int_equal(output_count, n);
    for (int i = 0; i < n; i++)
        check_field(i, 2 * i, frame_us);
    picture_filter_finish(&f);
}

/* The second field is half a frame behind the first, not half way to where the stamps jump to. */
static void jumps_and_gaps_of_the_stamps_are_not_halved(void **state)
{
    (void)state;
    static const int64_t stamps[] = {0, 40000, 3600000000, 3600040000, 1000, 41000, INT64_MIN};
    struct picture_filter f;
    open_filter(&f, 50);
    for (int n = 0; n < 7; n++)
        picture_filter_put(&f, frame_of(n, TOP_FIRST, WIDTH, HEIGHT),
                           (struct picture_filter_time){stamps[n], frame_us}, 0);
    picture_filter_drain(&f);
    assert_int_equal(output_count, 14);
    for (int n = 0; n < 7; n++) {
        int64_t second_us = stamps[n] == INT64_MIN ? INT64_MIN : stamps[n] + frame_us / 2;
        assert_int_equal(outputs[2 * n].time.pts_us, stamps[n]);
        assert_int_equal(outputs[2 * n + 1].time.pts_us, second_us);
    }
    picture_filter_finish(&f);
}

static void a_fields_duration_is_taken_from_the_stamps_where_they_tell(void **state)
{
    (void)state;
    struct picture_filter f;
    open_filter(&f, 50);
    for (int n = 0; n < 5; n++)
        picture_filter_put(&f, frame_of(n, TOP_FIRST, WIDTH, HEIGHT),
                           (struct picture_filter_time){n * frame_us, frame_us / 2}, 0);
    for (int k = 0; k < 8; k++)
        check_field(k, k, frame_us / 2);
    picture_filter_finish(&f);
}

static void a_change_of_size_loses_nothing(void **state)
{
    (void)state;
    struct picture_filter f;
    open_filter(&f, 50);
    for (int n = 0; n < 12; n++)
        picture_filter_put(
            &f, frame_of(n, TOP_FIRST, n < 6 ? WIDTH : 2 * WIDTH, n < 6 ? HEIGHT : HEIGHT - 16),
            (struct picture_filter_time){n * frame_us, frame_us}, 0);
    picture_filter_drain(&f);
    assert_int_equal(output_count, 24);
    for (int k = 0; k < 24; k++) {
        check_field(k, k, frame_us / 2);
        assert_int_equal(outputs[k].width, k < 12 ? WIDTH : 2 * WIDTH);
    }
    picture_filter_finish(&f);
}

/* Each corner has a grey of its own: which one comes to the top left? */
static void check_turn(int quarter_turns, int expected_corner)
{
    struct picture_filter f;
    open_filter(&f, 25);
    AVFrame *picture = frame_of(0, PROGRESSIVE, WIDTH, HEIGHT);
    picture->sample_aspect_ratio = (AVRational){16, 15};
    uint8_t *last_row = picture->data[0] + (HEIGHT - 1) * (ptrdiff_t)picture->linesize[0];
    picture->data[0][0] = 235;
    memset(last_row, 100, WIDTH / 2);
    memset(last_row + WIDTH / 2, 150, WIDTH / 2);
    picture_filter_put(&f, picture, (struct picture_filter_time){frame_us, frame_us},
                       quarter_turns);
    assert_int_equal(output_count, 1);
    assert_int_equal(outputs[0].time.pts_us, frame_us);
    assert_int_equal(outputs[0].capture_us, 1000);
    assert_int_equal(outputs[0].corner, expected_corner);
    bool lies = quarter_turns % 2;
    assert_int_equal(outputs[0].width, lies ? HEIGHT : WIDTH);
    assert_int_equal(outputs[0].height, lies ? WIDTH : HEIGHT);
    assert_int_equal(outputs[0].sar.num, lies ? 15 : 16);
    assert_int_equal(outputs[0].sar.den, lies ? 16 : 15);
    picture_filter_finish(&f);
}

static void what_lies_on_its_side_is_turned_upright(void **state)
{
    (void)state;
    check_turn(0, 235);
    check_turn(1, 100);  /* the lower left corner comes up */
    check_turn(2, 150);  /* the lower right one */
    check_turn(3, BASE); /* the upper right one */
    check_turn(4, 235);
}

static void what_no_filter_takes_is_given_as_it_is(void **state)
{
    (void)state;
    struct picture_filter f;
    open_filter(&f, 50);
    for (int n = 0; n < 3; n++) {
        picture_filter_put(&f, frame_of(n, TOP_FIRST, 2, 2),
                           (struct picture_filter_time){n * frame_us, frame_us}, 0);
        assert_int_equal(output_count, n + 1);
        assert_int_equal(outputs[n].width, 2);
    }
    put(&f, 3, TOP_FIRST);
    put(&f, 4, TOP_FIRST);
    assert_int_equal(output_count, 5);
    assert_true(picture_filter_deinterlaces(&f));
    picture_filter_finish(&f);
}

static void a_reset_forgets_what_was_held_back(void **state)
{
    (void)state;
    struct picture_filter f;
    open_filter(&f, 25);
    put(&f, 0, TOP_FIRST);
    picture_filter_reset(&f);
    put(&f, 1, TOP_FIRST);
    put(&f, 2, TOP_FIRST);
    assert_int_equal(output_count, 1);
    check_field(0, 2, frame_us);
    picture_filter_reset(&f);
    picture_filter_drain(&f);
    assert_int_equal(output_count, 1);
    picture_filter_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progressive_pictures_pass_at_once),
        cmocka_unit_test(each_field_becomes_a_picture_where_the_output_has_room),
        cmocka_unit_test(each_frame_becomes_a_picture_where_it_has_not),
        cmocka_unit_test(the_rates_decide_between_fields_and_frames),
        cmocka_unit_test(progressive_ones_among_them_keep_their_turn_and_their_time),
        cmocka_unit_test(a_feed_that_stays_progressive_is_not_held_back_any_more),
        cmocka_unit_test(jumps_and_gaps_of_the_stamps_are_not_halved),
        cmocka_unit_test(a_fields_duration_is_taken_from_the_stamps_where_they_tell),
        cmocka_unit_test(a_change_of_size_loses_nothing),
        cmocka_unit_test(what_lies_on_its_side_is_turned_upright),
        cmocka_unit_test(what_no_filter_takes_is_given_as_it_is),
        cmocka_unit_test(a_reset_forgets_what_was_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
