/* What sessions were worth, in the report: units, scores below 0 in every form, and what is not
 * told of sessions that showed nothing. */
#include "fixture.h"

#include <jansson.h>

static const struct qoe_figures good = {.shown = true,
                                        .bitrate_bps = 2500123,
                                        .switches = 3,
                                        .switched_bps = 4000000,
                                        .stall_ppm = 12345,
                                        .rate_ppm = 1002500,
                                        .received_bytes = 1000,
                                        .wasted_ppm = 250004,
                                        .yin = 1234.5678,
                                        .nqoe = -2.0004};

static json_t *metrics_of(struct report *r)
{
    struct report_facts facts = fixture_facts();
    char *text = fixture_text(r, &facts, report_write_json);
    json_t *report = json_loads(text, 0, NULL), *metrics;
    assert_non_null(report);
    metrics = json_incref(json_object_get(report, "metrics"));
    json_decref(report);
    free(text);
    return metrics;
}

static void expect(json_t *metrics, const char *name, const char *key, double value)
{
    json_t *found = json_object_get(json_object_get(metrics, name), key);
    if (!json_is_number(found) || json_number_value(found) != value)
        fail_msg("%s of %s is %.9g, not %.9g", key, name, json_number_value(found), value);
}

static void figures_have_their_units(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_place place = fixture_place(0, 0, "720p", 0);
    assert_int_equal(report_worth(r, &place, &good), 0);
    assert_int_equal(report_rung(r, &place, 1500), 0);
    assert_int_equal(report_rung(r, &place, -1), ERR_INVALID);
    json_t *metrics = metrics_of(r);
    expect(metrics, "bitrate_kbps", "tm90", 2500.123);
    expect(metrics, "quality_switches", "tm90", 3);
    expect(metrics, "switched_kbps", "tm90", 4000);
    expect(metrics, "stall_percent", "tm90", 1.235);
    expect(metrics, "speed_percent", "tm90", 100.25);
    expect(metrics, "wasted_percent", "tm90", 25);
    expect(metrics, "qoe_yin", "tm90", 1234.568);
    expect(metrics, "qoe_mmsys", "tm90", -2);
    expect(metrics, "rung_ms", "tm90", 1.5);
    json_t *split = json_object_get(json_object_get(metrics, "rung_ms"), "split");
    expect(json_object_get(split, "rendition"), "720p", "n", 1);
    json_decref(metrics);
    report_destroy(r);
}

static void nothing_shown_is_no_score(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_place place = fixture_place(0, 0, NULL, 0);
    struct qoe_figures f = {.received_bytes = 10, .wasted_ppm = 1000000};
    assert_int_equal(report_worth(r, &place, &f), 0);
    f.received_bytes = 0;
    assert_int_equal(report_worth(r, &place, &f), 0);
    json_t *metrics = metrics_of(r);
    expect(metrics, "wasted_percent", "n", 1);
    expect(metrics, "wasted_percent", "max", 100);
    expect(metrics, "bitrate_kbps", "n", 0);
    expect(metrics, "qoe_yin", "n", 0);
    json_decref(metrics);
    place.channel = 2;
    assert_int_equal(report_worth(r, &place, &good), ERR_INVALID);
    report_destroy(r);
}

/* Ten sessions from -90000 to 90000: without the highest tenth their mean is -10000. */
static struct report *scored(void)
{
    struct report_config config = fixture_config();
    config.sessions = 10;
    struct report *r = fixture_report(&config);
    for (size_t i = 0; i < 10; i++) {
        struct report_place place = fixture_place(i, i % 2, "a", 0);
        struct qoe_figures f = good;
        f.yin = 90000 - 20000.0 * (double)i;
        assert_int_equal(report_worth(r, &place, &f), 0);
    }
    return r;
}

static void scores_below_0_are_in_every_form(void **state)
{
    (void)state;
    struct report *r = scored();
    struct report_facts facts = fixture_facts();
    json_t *metrics = metrics_of(r);
    expect(metrics, "qoe_yin", "tm90", -10000);
    expect(metrics, "qoe_yin", "p50", 0);
    expect(metrics, "qoe_yin", "max", 90000);
    json_t *quantiles = json_object_get(json_object_get(metrics, "qoe_yin"), "quantiles");
    assert_true(json_number_value(json_array_get(quantiles, 0)) == -90000);
    json_decref(metrics);
    char *text = fixture_text(r, &facts, report_write_table);
    assert_non_null(strstr(text, "\nqoe_yin               10   -10000  ["));
    assert_non_null(strstr(text, "\nqoe_mmsys             10    -2.00  ["));
    free(text);
    text = fixture_text(r, &facts, report_write_prometheus);
    assert_non_null(strstr(text, "\nopenhesp_player_qoe_yin_trimmed{tm=\"tm90\"} -10000\n"));
    assert_non_null(strstr(text, "\nopenhesp_player_qoe_yin_sum 0\n"));
    free(text);
    report_destroy(r);
}

static int write_at_noon(struct report *r, const struct report_facts *facts, FILE *out)
{
    return report_write_cloudwatch(r, facts, 1764331200000, out);
}

/* A directive names at most 100 metrics: more of them are told by several. */
static void cloudwatch_has_room_for_all(void **state)
{
    (void)state;
    struct report *r = scored();
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 0, "a", 0);
    for (int m = 0; m < SESSION_METRIC_COUNT; m++)
        assert_int_equal(report_saw(r, &place, (enum session_metric)m, 1000), 0);
    assert_int_equal(report_packet(r, &place, 1, false), 0);
    assert_int_equal(report_stalls(r, &place, 1), 0);
    assert_int_equal(report_rung(r, &place, 1), 0);
    char *text = fixture_text(r, &facts, write_at_noon);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *directive;
    json_t *directives = json_object_get(json_object_get(root, "_aws"), "CloudWatchMetrics");
    size_t named = 0, i;
    json_array_foreach(directives, i, directive)
    {
        size_t count = json_array_size(json_object_get(directive, "Metrics"));
        assert_in_range(count, 1, 100);
        named += count;
    }
    assert_int_equal(named, 23 * 5 + SESSION_FAULT_COUNT);
    assert_non_null(strstr(text, "{\"Name\":\"bitrate_kbps_tm90\",\"Unit\":\"Kilobits/Second\"}"));
    assert_non_null(strstr(text, "{\"Name\":\"wasted_percent_p50\",\"Unit\":\"Percent\"}"));
    assert_non_null(strstr(text, "{\"Name\":\"qoe_yin_tm90\",\"Unit\":\"None\"}"));
    json_decref(root);
    free(text);
    report_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_have_their_units),
        cmocka_unit_test(nothing_shown_is_no_score),
        cmocka_unit_test(scores_below_0_are_in_every_form),
        cmocka_unit_test(cloudwatch_has_room_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
