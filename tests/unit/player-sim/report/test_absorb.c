/* One run told to several reports, which are then put together: all forms are what they would have
 * been in one; also where there are so many samples that a histogram has to do. */
#include "measured.h"
#include "player-sim/stats/histogram.h"

#include <jansson.h>

enum { SESSIONS = 600, FRAMES = 60, FEW = 500 };

static struct report *whole_run(const struct report_config *config)
{
    struct report *r = fixture_report(config);
    for (size_t session = 0; session < SESSIONS; session++)
        measured_session(r, session, FRAMES);
    return r;
}

/* Session by session to so many reports, which are absorbed backwards or not. */
static struct report *parted_run(const struct report_config *config, size_t parts, bool backwards)
{
    struct report *whole = fixture_report(config), *part[16];
    for (size_t i = 0; i < parts; i++)
        part[i] = fixture_report(config);
    for (size_t session = SESSIONS; session--;)
        measured_session(part[session * 7 % parts], session, FRAMES);
    for (size_t i = 0; i < parts; i++)
        assert_int_equal(report_absorb(whole, part[backwards ? parts - 1 - i : i]), 0);
    for (size_t i = 0; i < parts; i++)
        report_destroy(part[i]);
    return whole;
}

static void expect_same(struct report *a, struct report *b, fixture_writer *writer)
{
    struct report_facts facts = fixture_facts();
    char *x = fixture_text(a, &facts, writer), *y = fixture_text(b, &facts, writer);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void expect_parts_alike(const struct report_config *config)
{
    static const size_t parts[] = {1, 2, 5, 16};
    struct report *whole = whole_run(config);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct report *parted = parted_run(config, parts[i], i % 2);
        expect_same(whole, parted, report_write_json);
        expect_same(whole, parted, report_write_table);
        if (!report_html_missing())
            expect_same(whole, parted, report_write_html);
        report_destroy(parted);
    }
    report_destroy(whole);
}

static void parts_make_the_same_whole(void **state)
{
    (void)state;
    struct trim trims[2];
    char error[TRIM_ERROR_BYTES];
    struct report_config config = fixture_config();
    assert_true(trim_read("WM(10%:90%)", &trims[0], error));
    assert_true(trim_read("TM(20:80)", &trims[1], error));
    config.trims = trims;
    config.trim_count = 2;
    expect_parts_alike(&config);
    config.exact_max = FEW; /* each part has fewer, or more, and the whole always more */
    expect_parts_alike(&config);
}

/* Just as many runs as are kept, and one more. */
static void a_histogram_begins_with_one_sample_too_many(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report_facts facts = fixture_facts();
    config.exact_max = 100;
    for (int i = 100; i <= 101; i++) {
        struct report *r = fixture_report(&config);
        struct report_place place = fixture_place(0, 0, NULL, -1);
        for (int k = 0; k < i * 5; k++) /* each comes five times */
            assert_int_equal(report_saw(r, &place, SESSION_ZAP, 50001 + 1000 * (k * 17 % i)), 0);
        char *text = fixture_text(r, &facts, report_write_json);
        const char *greatest = i == 100 ? "\"max\": 149.001" : "\"max\": 150.001";
        assert_true(!strstr(text, greatest) == (i == 101));
        free(text);
        text = fixture_text(r, &facts, report_write_table);
        assert_true(!strstr(text, "histogram:  zap_ms: ") == (i == 100));
        free(text);
        report_destroy(r);
    }
}

static double figure(json_t *stats, const char *name)
{
    return json_number_value(json_object_get(stats, name));
}

static void expect_within(json_t *exact, json_t *coarse, const char *name)
{
    double x = figure(exact, name), y = figure(coarse, name);
    if (!(fabs(x - y) <= x * HISTOGRAM_ERROR))
        fail_msg("%s is %.9g, and %.9g by the histogram", name, x, y);
}

static json_t *metric_of(const struct report_config *config, const char *name, json_t **report)
{
    struct report_facts facts = fixture_facts();
    struct report *r = whole_run(config);
    char *text = fixture_text(r, &facts, report_write_json);
    *report = json_loads(text, 0, NULL);
    assert_non_null(*report);
    free(text);
    report_destroy(r);
    return json_object_get(json_object_get(*report, "metrics"), name);
}

static void a_histogram_errs_by_no_more_than_it_says(void **state)
{
    (void)state;
    static const char *const figures[] = {"mean", "tm90", "tm99", "iqm",
                                          "p50",  "p90",  "p99",  "max"};
    struct report_config config = fixture_config();
    json_t *exact_report, *coarse_report;
    json_t *exact = metric_of(&config, "arrival_ms", &exact_report);
    config.exact_max = FEW;
    json_t *coarse = metric_of(&config, "arrival_ms", &coarse_report);
    assert_true(figure(exact, "n") == SESSIONS * FRAMES);
    assert_true(figure(coarse, "n") == SESSIONS * FRAMES);
    assert_null(json_object_get(exact, "histogram"));
    assert_true(json_is_true(json_object_get(coarse, "histogram")));
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        expect_within(exact, coarse, figures[i]);
    json_t *ends = json_object_get(exact, "ci95"), *others = json_object_get(coarse, "ci95");
    double width =
        json_number_value(json_array_get(ends, 1)) - json_number_value(json_array_get(ends, 0));
    double other =
        json_number_value(json_array_get(others, 1)) - json_number_value(json_array_get(others, 0));
    assert_true(fabs(other / width - 1) < 0.2); /* 256 groups of 600 sessions */
    json_decref(exact_report);
    json_decref(coarse_report);
}

static void lines_come_in_the_order_of_absorption(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    char *text;
    size_t size;
    FILE *csv = config.csv = open_memstream(&text, &size);
    struct report *whole = fixture_report(&config);
    config.csv = NULL;
    config.csv_held = true;
    struct report *a = fixture_report(&config), *b = fixture_report(&config);
    struct report_place place = fixture_place(1, 1, "720p", 1000);
    for (int round = 0; round < 2; round++) { /* a report that was absorbed goes on */
        assert_int_equal(report_saw(b, &place, SESSION_ZAP, 2000), 0);
        assert_int_equal(report_saw_many(a, &place, SESSION_LATENCY, 1000 + round, 2 - round), 0);
        assert_int_equal(report_absorb(whole, a), 0);
        assert_int_equal(report_absorb(whole, b), 0);
    }
    report_destroy(a);
    report_destroy(b);
    report_destroy(whole);
    fclose(csv);
    assert_string_equal(text, "session,time_ms,event,channel,rendition,value_ms\n"
                              "1,1500.000,latency,two,720p,1.000\n"
                              "1,1500.000,latency,two,720p,1.000\n"
                              "1,1500.000,zap,two,720p,2.000\n"
                              "1,1500.000,latency,two,720p,1.001\n"
                              "1,1500.000,zap,two,720p,2.000\n");
    free(text);
}

static void what_is_absorbed_is_gone(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *a = fixture_report(&config), *b = fixture_report(&config);
    struct report *empty = fixture_report(&config);
    measured_session(b, 1, 4000);
    assert_int_equal(report_absorb(a, b), 0);
    assert_true(report_faults(a) > 0);
    expect_same(b, empty, report_write_json);
    expect_same(b, empty, report_write_table);
    report_destroy(a);
    report_destroy(b);
    report_destroy(empty);
}

static void others_are_refused(void **state)
{
    (void)state;
    static const char *const others[] = {"one", "three"};
    struct report_config config = fixture_config(), other = fixture_config();
    other.channels = others;
    struct report *a = fixture_report(&config), *b = fixture_report(&other);
    struct report_place place = fixture_place(0, 0, NULL, -1);
    double mean_ms;
    report_saw(b, &place, SESSION_ZAP, 1000);
    assert_int_equal(report_absorb(a, b), ERR_INVALID);
    assert_int_equal(report_absorb(a, a), ERR_INVALID);
    assert_int_equal(report_count(b, SESSION_ZAP, &mean_ms), 1);
    report_destroy(a);
    report_destroy(b);
}

static void keys_stand_for_names(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *a = fixture_report(&config), *b = fixture_report(&config);
    int high = report_rendition_key(a, "high"), low = report_rendition_key(a, "low");
    assert_true(high > 0 && low > 0 && high != low);
    assert_int_equal(report_rendition_key(a, "high"), high);
    struct report_place by_key = fixture_place(0, 0, NULL, -1);
    for (int i = 0; i < 100; i++) {
        struct report_place by_name = fixture_place(0, 0, i % 3 ? "low" : "high", -1);
        by_key.rendition_key = (uint32_t)(i % 3 ? low : high);
        assert_int_equal(report_saw(a, &by_key, SESSION_ZAP, 1000 * i), 0);
        assert_int_equal(report_saw(b, &by_name, SESSION_ZAP, 1000 * i), 0);
    }
    expect_same(a, b, report_write_json);
    by_key.rendition_key = 3;
    assert_int_equal(report_saw(a, &by_key, SESSION_ZAP, 1), ERR_INVALID);
    assert_int_equal(report_saw_many(a, &by_key, SESSION_ZAP, 1, 0), ERR_INVALID);
    report_destroy(a);
    report_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_make_the_same_whole),
        cmocka_unit_test(a_histogram_begins_with_one_sample_too_many),
        cmocka_unit_test(a_histogram_errs_by_no_more_than_it_says),
        cmocka_unit_test(lines_come_in_the_order_of_absorption),
        cmocka_unit_test(what_is_absorbed_is_gone),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(keys_stand_for_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
