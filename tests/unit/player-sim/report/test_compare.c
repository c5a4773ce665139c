/* Runs side by side: differences, their intervals, pairs, and files that are no reports. */
#include "player-sim/report/compare.h"
#include "measured.h"

enum { SESSIONS = 60 };

/* A run in which session i waits about waits_us[i] for a zap, times slower. */
static json_t *report_of_waits(const int64_t *waits_us, double slower, uint64_t lots)
{
    struct report_config config = fixture_config();
    struct report_facts facts = fixture_facts();
    config.sessions = SESSIONS;
    struct report *r = fixture_report(&config);
    for (size_t i = 0; i < SESSIONS; i++)
        for (int k = 0; k < 20; k++) {
            struct report_place place = fixture_place(i, 0, "a", 0);
            int64_t wait_us = waits_us[i] + measured_wait_us(&lots, 1000);
            assert_int_equal(
                report_saw(r, &place, SESSION_ZAP, (int64_t)((double)wait_us * slower)), 0);
        }
    char *text = fixture_text(r, &facts, report_write_json);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    free(text);
    report_destroy(r);
    return json;
}

/* From 20 to 140 ms: sessions are far more unlike than the runs. */
static void make_waits(int64_t waits_us[SESSIONS], uint64_t lots)
{
    for (size_t i = 0; i < SESSIONS; i++)
        waits_us[i] = 20000 + (int64_t)(measured_random(&lots) % 120000);
}

static struct comparison compare_two(struct compare_run runs[2], json_t *a, json_t *b)
{
    struct comparison c;
    char error[REPORT_ERROR_BYTES] = "";
    runs[0] = (struct compare_run){"a.json", a};
    runs[1] = (struct compare_run){"b.json", b};
    if (compare_make(runs, 2, &c, error))
        fail_msg("%s", error);
    return c;
}

static double tm90_of(json_t *report)
{
    json_t *zap = json_object_get(json_object_get(report, "metrics"), "zap_ms");
    return json_number_value(json_object_get(zap, "tm90"));
}

static void the_same_sessions_are_pairs(void **state)
{
    (void)state;
    int64_t waits_us[SESSIONS], others_us[SESSIONS];
    struct compare_run runs[2], unlike[2];
    make_waits(waits_us, 1);
    make_waits(others_us, 2);
    json_t *a = report_of_waits(waits_us, 1, 3), *b = report_of_waits(waits_us, 1.02, 4);
    json_t *other = report_of_waits(others_us, 1.02, 4);
    struct comparison paired = compare_two(runs, a, b), independent = compare_two(unlike, a, other);
    assert_int_equal(paired.metric_count, 1);
    assert_string_equal(paired.metrics[0].name, "zap_ms");
    const struct compare_figures *f = &paired.metrics[0].of[1], *g = &independent.metrics[0].of[1];
    assert_true(f->difference == tm90_of(b) - tm90_of(a));
    assert_true(f->ratio == tm90_of(b) / tm90_of(a));
    assert_true(f->has_interval && f->differs);
    assert_true(f->interval[0] > 0 && f->interval[0] < f->difference);
    assert_true(f->interval[1] > f->difference && f->interval[1] < 2 * f->difference);
    assert_true(g->has_interval && !g->differs); /* 2 % are nothing between other sessions */
    assert_true(g->interval[1] - g->interval[0] > 10 * (f->interval[1] - f->interval[0]));
    compare_finish(&paired);
    compare_finish(&independent);
    json_decref(a);
    json_decref(b);
    json_decref(other);
}

static void a_run_does_not_differ_from_itself(void **state)
{
    (void)state;
    int64_t waits_us[SESSIONS];
    struct compare_run runs[2];
    make_waits(waits_us, 1);
    json_t *a = report_of_waits(waits_us, 1, 3);
    struct comparison c = compare_two(runs, a, a);
    const struct compare_figures *f = &c.metrics[0].of[1];
    assert_true(f->difference == 0 && f->ratio == 1 && f->has_interval && !f->differs);
    assert_true(f->interval[0] == 0 && f->interval[1] == 0);
    compare_finish(&c);
    json_decref(a);
}

static json_t *report_text(const char *metrics)
{
    char text[1024];
    snprintf(text, sizeof text, "{\"tool\":\"player-sim\",\"mode\":\"x\",\"metrics\":{%s}}",
             metrics);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    return json;
}

#define FIGURES "\"tm90\":2.0,\"p50\":2,\"p99\":4,\"ci95\":[1,3]"

static void without_resamples_there_is_no_interval(void **state)
{
    (void)state;
    struct compare_run runs[2];
    json_t *a = report_text("\"zero\":{\"n\":1,\"tm90\":0,\"p50\":0,\"p99\":0,\"ci95\":[0,0]},"
                            "\"one\":{\"n\":3," FIGURES "},\"mine\":{\"n\":3," FIGURES "}");
    json_t *b = report_text("\"one\":{\"n\":3," FIGURES ",\"resamples\":[1,2,3]},"
                            "\"zero\":{\"n\":1," FIGURES "},\"mine\":{\"n\":0}");
    struct comparison c = compare_two(runs, a, b);
    assert_int_equal(c.metric_count, 2);
    assert_true(isnan(c.metrics[0].of[1].ratio));
    assert_false(c.metrics[1].of[1].has_interval);
    FILE *out;
    char *table;
    size_t size;
    out = open_memstream(&table, &size);
    assert_int_equal(compare_write_table(&c, out), 0);
    fclose(out);
    assert_non_null(strstr(table, "not known"));
    assert_null(strstr(table, "nan"));
    assert_null(strstr(table, "mine"));
    free(table);
    compare_finish(&c);
    json_decref(a);
    json_decref(b);
}

static void json_has_each_against_the_first(void **state)
{
    (void)state;
    json_t *reports[] = {report_text("\"m\":{\"n\":3," FIGURES "}"), report_text(""),
                         report_text("\"m\":{\"n\":9," FIGURES "}")};
    struct compare_run runs[3];
    struct comparison c;
    char error[REPORT_ERROR_BYTES], *text;
    size_t size;
    for (size_t i = 0; i < 3; i++)
        runs[i] = (struct compare_run){"f", reports[i]};
    assert_int_equal(compare_make(runs, 3, &c, error), 0);
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(compare_write_json(&c, out), 0);
    fclose(out);
    json_t *json = json_loads(text, 0, NULL);
    json_t *wanted = json_loads(
        "{\"runs\":[{\"n\":3,\"tm90\":2.0,\"ci95\":[1.0,3.0],\"p50\":2.0,\"p99\":4.0},null,"
        "{\"n\":9,\"tm90\":2.0,\"ci95\":[1.0,3.0],\"p50\":2.0,\"p99\":4.0}],"
        "\"against_first\":[null,null,{\"difference\":0.0,\"ratio\":1.0,\"ci95\":null,"
        "\"excludes_0\":null}]}",
        0, NULL);
    assert_non_null(wanted);
    assert_true(json_equal(json_object_get(json_object_get(json, "metrics"), "m"), wanted));
    assert_int_equal(json_array_size(json_object_get(json, "runs")), 3);
    json_decref(wanted);
    json_decref(json);
    free(text);
    compare_finish(&c);
    for (size_t i = 0; i < 3; i++)
        json_decref(reports[i]);
}

static void others_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *word;
        int status;
    } wrong[] = {
        {"[]", "no report", ERR_INVALID},
        {"{}", "no report", ERR_INVALID},
        {"{\"tool\":\"other\",\"metrics\":{}}", "no report", ERR_INVALID},
        {"{\"tool\":\"player-sim\",\"metrics\":[]}", "no report", ERR_INVALID},
        {"{\"tool\":\"player-sim\",\"metrics\":{}}", "no metric", ERR_NOT_FOUND},
        {"{\"tool\":\"player-sim\",\"metrics\":{\"m\":{\"n\":0}}}", "no metric", ERR_NOT_FOUND},
        {"{\"tool\":\"player-sim\",\"metrics\":{\"m\":[]}}", "its m", ERR_INVALID},
        {"{\"tool\":\"player-sim\",\"metrics\":{\"m\":{\"n\":-1}}}", "its m", ERR_INVALID},
        {"{\"tool\":\"player-sim\",\"metrics\":{\"m\":{\"n\":1,\"tm90\":1}}}", "its m",
         ERR_INVALID},
    };
    json_t *good = report_text("\"m\":{\"n\":3," FIGURES "}");
    json_t *hostile = report_text("\"\\u001b[2J\":{\"n\":3," FIGURES "}");
    struct compare_run cleared[] = {{"hostile", hostile}, {"good", good}};
    struct comparison none;
    char reason[REPORT_ERROR_BYTES];
    assert_int_equal(compare_make(cleared, 2, &none, reason), ERR_INVALID);
    assert_null(strchr(reason, '\x1b'));
    json_decref(hostile);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct compare_run runs[] = {{"good", good}, {"bad", json_loads(wrong[i].text, 0, NULL)}};
        struct comparison c;
        char error[REPORT_ERROR_BYTES] = "";
        assert_int_equal(compare_make(runs, 2, &c, error), wrong[i].status);
        if (!strstr(error, wrong[i].word))
            fail_msg("%s: %s", wrong[i].text, error);
        json_decref(runs[1].report);
    }
    json_decref(good);
}

static void the_page_has_both(void **state)
{
    (void)state;
    int64_t waits_us[SESSIONS];
    struct compare_run runs[2];
    make_waits(waits_us, 1);
    json_t *a = report_of_waits(waits_us, 1, 3), *b = report_of_waits(waits_us, 2, 3);
    struct comparison c = compare_two(runs, a, b);
    runs[1].name = "</script><script>alert(1)";
    char *page;
    size_t size;
    FILE *out = open_memstream(&page, &size);
    int status = compare_write_html(&c, "player-sim compare a b", out);
    fclose(out);
    assert_int_equal(status, report_html_missing() ? ERR_UNSUPPORTED : 0);
    if (!status) {
        assert_non_null(strstr(page, "<title>player-sim compare a b</title>"));
        assert_non_null(strstr(page, "\"quantiles\":{\"zap_ms\":[["));
        assert_null(strstr(page, "<script>alert"));
        assert_null(strstr(page, "{{"));
    }
    free(page);
    compare_finish(&c);
    json_decref(a);
    json_decref(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_sessions_are_pairs),
        cmocka_unit_test(a_run_does_not_differ_from_itself),
        cmocka_unit_test(without_resamples_there_is_no_interval),
        cmocka_unit_test(json_has_each_against_the_first),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(the_page_has_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
