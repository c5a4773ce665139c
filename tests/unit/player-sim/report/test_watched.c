/* Prometheus' text and CloudWatch's line: names, units, and what each format demands. */
#include "fixture.h"

#include <jansson.h>

static struct report *small_run(const struct report_config *config)
{
    struct report *r = fixture_report(config);
    struct report_place place = fixture_place(0, 0, "a", 0);
    for (int i = 1; i <= 10; i++)
        report_saw(r, &place, SESSION_ZAP, 1000 * i);
    report_packet(r, &place, 60000, true);
    report_stalls(r, &place, 2);
    report_missed(r, &place, SESSION_ZAP);
    report_fault(r, &place, SESSION_FAULT_STAMP, "x");
    return r;
}

static void expect_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    size_t size = strlen(line);
    if (!at || (at > text && at[-1] != '\n') || at[size] != '\n')
        fail_msg("no line %s in\n%s", line, text);
}

static void prometheus_has_seconds_and_labels(void **state)
{
    (void)state;
    struct trim trims[3];
    char error[TRIM_ERROR_BYTES];
    struct report_config config = fixture_config();
    struct report_facts facts = fixture_facts();
    assert_true(trim_read("TM(10%:90%)", &trims[0], error));
    assert_true(trim_read("tc90", &trims[1], error));
    assert_true(trim_read("TM(10%:90%)", &trims[2], error));
    config.trims = trims;
    config.trim_count = 3;
    struct report *r = small_run(&config);
    char *text = fixture_text(r, &facts, report_write_prometheus);
    static const char *const lines[] = {
        "# TYPE openhesp_player_zap_seconds summary",
        "openhesp_player_zap_seconds{quantile=\"0.5\"} 0.0055",
        "openhesp_player_zap_seconds{quantile=\"1\"} 0.01",
        "openhesp_player_zap_seconds_sum 0.055",
        "openhesp_player_zap_seconds_count 10",
        "# TYPE openhesp_player_zap_trimmed_seconds gauge",
        "openhesp_player_zap_trimmed_seconds{tm=\"tm90\"} 0.005",
        "openhesp_player_zap_trimmed_seconds{tm=\"TM(10%:90%)\"} 0.0055",
        "openhesp_player_packet_bytes{quantile=\"0.9\"} 60000",
        "openhesp_player_packet_trimmed_bytes{tm=\"iqm\"} 60000",
        "openhesp_player_stall_count{quantile=\"0.99\"} 2",
        "openhesp_player_errors_total{kind=\"stamp\"} 1",
        "openhesp_player_unfinished_total{what=\"zap\"} 1",
        "openhesp_player_received_bytes_total 2500000",
        "openhesp_player_duration_seconds 30",
        "openhesp_player_info{version=\"" OPENHESP_VERSION "\",mode=\"live\",seed=\"7\"} 1",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        expect_line(text, lines[i]);
    assert_null(strstr(text, "tc90"));
    assert_null(strstr(text, "_ms"));
    assert_null(strstr(text, "startup_seconds")); /* there was none */
    const char *twice = strstr(text, "player_zap_trimmed_seconds{tm=\"TM(10%:90%)");
    assert_null(strstr(twice + 1, "player_zap_trimmed_seconds{tm=\"TM(10%:90%)"));
    free(text);
    report_destroy(r);
}

/* Each family is told in one piece, its head first, and no line comes twice. */
static void prometheus_lines_are_in_families(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report_facts facts = fixture_facts();
    struct report *r = small_run(&config);
    char *text = fixture_text(r, &facts, report_write_prometheus), *rest = text, *line;
    char family[128] = "";
    while ((line = strsep(&rest, "\n")) && *line) {
        if (sscanf(line, "# TYPE %127s", family) == 1 || strncmp(line, "# HELP", 6) == 0)
            continue;
        assert_int_equal(strncmp(line, family, strlen(family)), 0);
        assert_true(!rest || !strstr(rest, line));
    }
    assert_true(!rest || !*rest);
    free(text);
    report_destroy(r);
}

static int write_at_noon(struct report *r, const struct report_facts *facts, FILE *out)
{
    return report_write_cloudwatch(r, facts, 1764331200000, out);
}

static void cloudwatch_names_what_it_has(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report_facts facts = fixture_facts();
    struct report *r = small_run(&config);
    char *text = fixture_text(r, &facts, write_at_noon);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *meta, *directives, *directive;
    meta = json_object_get(root, "_aws");
    directives = json_object_get(meta, "CloudWatchMetrics");
    directive = json_array_get(directives, 0);
    assert_int_equal(json_integer_value(json_object_get(meta, "Timestamp")), 1764331200000);
    assert_string_equal(json_string_value(json_object_get(directive, "Namespace")),
                        "openhesp/player-sim");
    json_t *dimensions = json_array_get(json_object_get(directive, "Dimensions"), 0);
    const char *dimension = json_string_value(json_array_get(dimensions, 0));
    assert_string_equal(json_string_value(json_object_get(root, dimension)), "live");
    json_t *metrics = json_object_get(directive, "Metrics");
    assert_in_range(json_array_size(metrics), 15, 100);
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        json_t *metric = json_array_get(metrics, i);
        const char *name = json_string_value(json_object_get(metric, "Name"));
        const char *unit = json_string_value(json_object_get(metric, "Unit"));
        assert_true(json_is_number(json_object_get(root, name)));
        assert_true((strstr(name, "_ms_") && !strstr(name, "_n")) ==
                    (strcmp(unit, "Milliseconds") == 0));
    }
    assert_true(json_real_value(json_object_get(root, "zap_ms_tm90")) == 5);
    assert_int_equal(json_integer_value(json_object_get(root, "zap_ms_n")), 10);
    assert_int_equal(json_integer_value(json_object_get(root, "errors_stamp")), 1);
    json_decref(root);
    free(text);
    report_destroy(r);
}

static void full_disks_are_told(void **state)
{
    (void)state;
    struct fixture_disk disk = {50};
    struct report_config config = fixture_config();
    struct report_facts facts = fixture_facts();
    struct report *r = small_run(&config);
    FILE *full = fixture_full_disk(&disk);
    assert_int_equal(report_write_prometheus(r, &facts, full), ERR_IO);
    assert_int_equal(write_at_noon(r, &facts, full), ERR_IO);
    fclose(full);
    report_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prometheus_has_seconds_and_labels),
        cmocka_unit_test(prometheus_lines_are_in_families),
        cmocka_unit_test(cloudwatch_names_what_it_has),
        cmocka_unit_test(full_disks_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
