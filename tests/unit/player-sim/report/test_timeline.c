/* Timelines: bounded, with what stands out left in them, and the same once written and read. */
#include "fixture.h"
#include "player-sim/report/timeline.h"

static void a_long_line_keeps_its_peaks(void **state)
{
    (void)state;
    struct timelines t = {0};
    assert_int_equal(timelines_open(&t, 5), 0);
    struct timeline *one = timelines_find(&t, 5);
    for (int i = 0; i < 100000; i++) {
        int64_t value = i == 31234 ? 1000000 : i == 71234 ? 1 : 500 + i % 2;
        assert_int_equal(timeline_point(one, REPORT_BUFFER_US, i * 1000, value), 0);
    }
    const struct timeline_line *l = &one->lines[REPORT_BUFFER_US];
    assert_in_range(l->count, TIMELINE_POINTS_MAX / 8, TIMELINE_POINTS_MAX);
    size_t peaks = 0;
    for (size_t i = 0; i < l->count; i++) {
        peaks += l->values[i] == 1000000 && l->at_us[i] == 31234000;
        peaks += l->values[i] == 1 && l->at_us[i] == 71234000;
        assert_true(!i || l->at_us[i] > l->at_us[i - 1]);
    }
    assert_int_equal(peaks, 2);
    assert_int_equal(timeline_point(one, REPORT_BUFFER_US, 5, 1), ERR_INVALID);
    timelines_finish(&t);
}

static void a_value_that_stays_is_one_point(void **state)
{
    (void)state;
    struct timelines t = {0};
    assert_int_equal(timelines_open(&t, 0), 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(timeline_point(&t.list[0], REPORT_QUALITY_BPS, i, 800000), 0);
    assert_int_equal(t.list[0].lines[REPORT_QUALITY_BPS].count, 1);
    timelines_finish(&t);
}

static void the_lowest_sessions_stay(void **state)
{
    (void)state;
    struct timelines t = {0}, more = {0};
    for (size_t i = 0; i < REPORT_TIMELINES_MAX; i++)
        assert_int_equal(timelines_open(&t, 100 - i), 0);
    assert_int_equal(timelines_open(&t, 100), ERR_EXISTS);
    assert_int_equal(timelines_open(&t, 200), ERR_FULL);
    assert_int_equal(timelines_open(&more, 3), 0);
    assert_int_equal(timelines_open(&more, 300), 0);
    assert_int_equal(timelines_absorb(&t, &more), 0);
    assert_int_equal(t.count, REPORT_TIMELINES_MAX);
    assert_int_equal(more.count, 0);
    assert_int_equal(t.list[0].session, 3);
    assert_null(timelines_find(&t, 100));
    assert_null(timelines_find(&t, 300));
    timelines_finish(&t);
    timelines_finish(&more);
}

static void marks_beyond_the_bound_are_counted(void **state)
{
    (void)state;
    struct timelines t = {0};
    assert_int_equal(timelines_open(&t, 0), 0);
    for (int i = 0; i < TIMELINE_MARKS_MAX + 7; i++)
        assert_int_equal(timeline_mark(&t.list[0], REPORT_MARK_STALL, i, i + 1), 0);
    assert_int_equal(t.list[0].mark_count, TIMELINE_MARKS_MAX);
    assert_int_equal(t.list[0].marks_left_out, 7);
    assert_int_equal(timeline_mark(&t.list[0], REPORT_MARK_STALL, 2, 1), ERR_INVALID);
    timelines_finish(&t);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct timelines t = {0}, again = {0};
    assert_int_equal(timelines_open(&t, 7), 0);
    assert_int_equal(timelines_open(&t, 2), 0);
    for (int i = 0; i < 5000; i++)
        for (int line = 0; line < REPORT_LINES; line++)
            assert_int_equal(timeline_point(&t.list[1], line, i * 10, i * 31 % 1009 * line), 0);
    for (int mark = 0; mark < REPORT_MARKS; mark++)
        assert_int_equal(timeline_mark(&t.list[0], mark, mark, 2 * mark), 0);
    json_t *json = timelines_json(&t);
    assert_int_equal(timelines_read(json, &again), 0);
    json_t *copy = timelines_json(&again);
    assert_true(json_equal(json, copy));
    json_decref(json);
    json_decref(copy);
    timelines_finish(&t);
    timelines_finish(&again);
}

static void other_sessions_are_passed_over(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    assert_int_equal(report_timeline_open(r, 1), 0);
    assert_int_equal(report_timeline_point(r, 0, REPORT_BUFFER_US, 1, 1), 0);
    assert_int_equal(report_timeline_mark(r, 0, REPORT_MARK_ZAP, 1, 1), 0);
    assert_int_equal(report_timeline_point(r, 1, REPORT_BUFFER_US, -1, 1), ERR_INVALID);
    assert_int_equal(report_timeline_point(r, 1, REPORT_LINES, 1, 1), ERR_INVALID);
    assert_int_equal(report_timeline_mark(r, 1, REPORT_MARKS, 1, 1), ERR_INVALID);
    report_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_line_keeps_its_peaks),
        cmocka_unit_test(a_value_that_stays_is_one_point),
        cmocka_unit_test(the_lowest_sessions_stay),
        cmocka_unit_test(marks_beyond_the_bound_are_counted),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(other_sessions_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
