/* The JSON report: the whole text for small runs, its splits, and texts that mean harm. */
#include "fixture.h"

#include <jansson.h>
#include <math.h>

static json_t *report_object(struct report *r, const struct report_facts *facts)
{
    char *text = fixture_text(r, facts, report_write_json);
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    free(text);
    return object;
}

static json_t *metric(json_t *report, const char *name)
{
    json_t *found = json_object_get(json_object_get(report, "metrics"), name);
    assert_non_null(found);
    return found;
}

static void assert_json(json_t *actual, const char *expected)
{
    char *text = json_dumps(actual, JSON_COMPACT | JSON_REAL_PRECISION(15));
    assert_string_equal(text, expected);
    free(text);
}

static void run_without_samples(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    json_t *report = report_object(r, &facts);
    assert_json(
        report,
        "{\"tool\":\"player-sim\",\"version\":\"" OPENHESP_VERSION "\",\"mode\":\"live\","
        "\"seed\":7,\"sessions\":2,\"duration_s\":30.0,\"metrics\":{"
        "\"startup_ms\":{\"n\":0},\"zap_ms\":{\"n\":0},\"switch_ms\":{\"n\":0},"
        "\"gap_ms\":{\"n\":0},\"latency_ms\":{\"n\":0},\"arrival_ms\":{\"n\":0},\"stall_ms\":{"
        "\"n\":0},"
        "\"stall_count\":{\"n\":0},\"stall_percent\":{\"n\":0},\"bitrate_kbps\":{\"n\":0},"
        "\"rung_ms\":{\"n\":0},\"quality_switches\":{\"n\":0},\"switched_kbps\":{\"n\":0},"
        "\"speed_percent\":{\"n\":0},\"wasted_percent\":{\"n\":0},\"qoe_yin\":{\"n\":0},"
        "\"qoe_mmsys\":{\"n\":0},"
        "\"connection_ms\":{\"n\":0},\"first_byte_ms\":{\"n\":0},"
        "\"init_ms\":{\"n\":0},\"continuation_ms\":{\"n\":0},\"sound_ms\":{\"n\":0},"
        "\"packet_bytes\":{\"n\":0}},"
        "\"errors\":{\"http\":0,\"timeout\":0,\"sequence_gap\":0,\"sequence_repeat\":0,"
        "\"timestamp\":0,\"decode\":0,\"stamp\":0},\"error_texts\":{},"
        "\"unfinished\":{\"startup\":0,\"zap\":0,\"switch\":0},"
        "\"transport\":{\"http\":\"1.1\",\"congestion_control\":\"cubic\",\"bytes\":2500000,"
        "\"connections\":4,\"requests\":1234,\"fresh_connections\":0},"
        "\"clock\":{\"offset_ms\":-0.25,\"error_ms\":0.1,\"latencies_below_zero\":0},"
        "\"repeated_pictures\":0,\"decoding\":1,\"cpu_s\":0.5}");
    json_decref(report);
    report_destroy(r);
}

#define FIGURES(n, tc, value)                                                                      \
    "{\"n\":" n ",\"tc\":" tc ",\"mean\":" value ",\"tm90\":" value ",\"tm99\":" value             \
    ",\"iqm\":" value ",\"p50\":" value ",\"p90\":" value ",\"p99\":" value ",\"max\":" value      \
    ",\"ci95\":[" value "," value "],\"trim\":{}"

static void a_sample_is_split_and_keeps_its_microseconds(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 1, "720p", 20000);
    assert_int_equal(report_saw(r, &place, SESSION_ZAP, 33367), 0);
    json_t *report = report_object(r, &facts);
    json_t *resamples = json_object_get(metric(report, "zap_ms"), "resamples");
    json_t *quantiles = json_object_get(metric(report, "zap_ms"), "quantiles");
    assert_int_equal(json_array_size(resamples), 1000);
    assert_int_equal(json_array_size(quantiles), 101);
    assert_true(json_real_value(json_array_get(resamples, 999)) == 33.367);
    assert_true(json_real_value(json_array_get(quantiles, 100)) == 33.367);
    json_object_del(metric(report, "zap_ms"), "resamples");
    json_object_del(metric(report, "zap_ms"), "quantiles");
    assert_json(
        metric(report, "zap_ms"),
        FIGURES("1", "0.9", "33.367") ",\"split\":{"
                                      "\"channel\":{\"two\":" FIGURES(
                                          "1", "0.9",
                                          "33.367") "}},"
                                                    "\"rendition\":{\"720p\":" FIGURES(
                                                        "1", "0.9",
                                                        "33.367") "}},"
                                                                  "\"rtt\":{\"<=20\":" FIGURES(
                                                                      "1", "0.9", "33.367") "}}}}");
    json_decref(report);
    report_destroy(r);
}

/* One sample a class, at both sides of each bound; what is not known is in no split. */
static void splits_have_the_keys_that_have_samples(void **state)
{
    (void)state;
    static const int64_t rtts_us[] = {0, 20000, 20001, 60000, 60001, 150000, 150001, -1};
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    for (size_t i = 0; i < 8; i++) {
        struct report_place place = fixture_place(0, 0, i == 7 ? NULL : "a", rtts_us[i]);
        assert_int_equal(report_saw(r, &place, SESSION_INIT, (int64_t)i * 1000), 0);
    }
    json_t *report = report_object(r, &facts);
    json_t *split = json_object_get(metric(report, "init_ms"), "split");
    static const char *const classes[] = {"<=20", "<=60", "<=150", ">150"};
    static const double maxima[] = {1, 3, 5, 6};
    assert_int_equal(json_object_size(split), 3);
    assert_int_equal(json_object_size(json_object_get(split, "rtt")), 4);
    for (size_t i = 0; i < 4; i++) {
        json_t *class = json_object_get(json_object_get(split, "rtt"), classes[i]);
        assert_true(json_real_value(json_object_get(class, "max")) == maxima[i]);
        assert_int_equal(json_integer_value(json_object_get(class, "n")), i == 3 ? 1 : 2);
        assert_null(json_object_get(class, "split"));
    }
    json_t *renditions = json_object_get(split, "rendition");
    assert_int_equal(json_object_size(renditions), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(renditions, "a"), "n")), 7);
    json_t *channels = json_object_get(split, "channel");
    assert_int_equal(json_object_size(channels), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(channels, "one"), "n")), 8);
    json_decref(report);
    report_destroy(r);
}

/* Each key's samples are its own: values don't wander while they are grouped. */
static void splits_partition_the_samples(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    for (size_t i = 0; i < 200; i++) {
        struct report_place place = fixture_place(i % 7, i % 2, i % 3 ? "low" : "high", 1000);
        assert_int_equal(report_saw(r, &place, SESSION_LATENCY, i % 2 ? 5000 : 9000), 0);
    }
    json_t *report = report_object(r, &facts);
    json_t *split = json_object_get(metric(report, "latency_ms"), "split");
    json_t *channels = json_object_get(split, "channel");
    assert_json(json_object_get(channels, "one"), FIGURES("100", "90.0", "9.0") "}");
    assert_json(json_object_get(channels, "two"), FIGURES("100", "90.0", "5.0") "}");
    json_t *high = json_object_get(json_object_get(split, "rendition"), "high");
    assert_int_equal(json_integer_value(json_object_get(high, "n")), 67);
    double mean = json_real_value(json_object_get(high, "mean"));
    assert_true(fabs(mean - (34 * 9 + 33 * 5) / 67.0) < 1e-9);
    json_decref(report);
    report_destroy(r);
}

static void packets_stalls_and_counts(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(1, 0, "a", -1);
    facts.clock_error_us = -1;
    facts.http_version = "";
    facts.congestion_control = NULL;
    assert_int_equal(report_packet(r, &place, 60000, true), 0);
    assert_int_equal(report_packet(r, &place, 60000, false), 0);
    assert_int_equal(report_stalls(r, &place, 3), 0);
    assert_int_equal(report_saw(r, &place, SESSION_LATENCY, -1), 0);
    assert_int_equal(report_saw(r, &place, SESSION_LATENCY, 0), 0);
    report_missed(r, &place, SESSION_ZAP);
    report_missed(r, &place, SESSION_ZAP);
    report_missed(r, &place, SESSION_SWITCH);
    report_repeated_picture(r);
    for (int i = 0; i < 4; i++)
        report_fault(r, &place, SESSION_FAULT_HTTP, i ? "later" : "first");
    report_fault(r, &place, SESSION_FAULT_STAMP, NULL);
    assert_int_equal(report_faults(r), 5);

    json_t *report = report_object(r, &facts);
    json_t *bytes = metric(report, "packet_bytes"), *stalls = metric(report, "stall_count");
    assert_true(json_real_value(json_object_get(bytes, "tm90")) == 60000);
    assert_true(json_real_value(json_object_get(stalls, "tm90")) == 3);
    assert_int_equal(json_integer_value(json_object_get(metric(report, "latency_ms"), "n")), 1);
    assert_json(json_object_get(report, "unfinished"), "{\"startup\":0,\"zap\":2,\"switch\":1}");
    assert_json(json_object_get(report, "errors"),
                "{\"http\":4,\"timeout\":0,\"sequence_gap\":0,\"sequence_repeat\":0,"
                "\"timestamp\":0,\"decode\":0,\"stamp\":1}");
    assert_json(json_object_get(report, "error_texts"),
                "{\"http\":[\"first\",\"later\",\"later\"]}");
    assert_json(json_object_get(report, "transport"),
                "{\"http\":null,\"congestion_control\":null,\"bytes\":2500000,\"connections\":4,"
                "\"requests\":1234,\"fresh_connections\":1}");
    assert_json(json_object_get(report, "clock"),
                "{\"offset_ms\":null,\"error_ms\":null,\"latencies_below_zero\":1}");
    assert_int_equal(json_integer_value(json_object_get(report, "repeated_pictures")), 1);
    json_decref(report);
    report_destroy(r);
}

static void trims_are_told_as_they_were_given(void **state)
{
    (void)state;
    struct trim trims[2];
    char error[TRIM_ERROR_BYTES];
    assert_true(trim_read("PR(:30)", &trims[0], error));
    assert_true(trim_read("tm(150:1000)", &trims[1], error));
    struct report_config config = fixture_config();
    config.trims = trims;
    config.trim_count = 2;
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 0, NULL, -1);
    report_saw(r, &place, SESSION_SWITCH, 20000);
    report_saw(r, &place, SESSION_SWITCH, 40000);
    json_t *report = report_object(r, &facts);
    assert_json(json_object_get(metric(report, "switch_ms"), "trim"),
                "{\"PR(:30)\":50.0,\"tm(150:1000)\":null}");
    json_t *split = json_object_get(metric(report, "switch_ms"), "split");
    assert_int_equal(json_object_size(json_object_get(split, "channel")), 1);
    assert_json(json_object_get(split, "rendition"), "{}"); /* not known */
    assert_json(json_object_get(split, "rtt"), "{}");
    json_decref(report);
    report_destroy(r);
}

/* A figure asked for early must not stay when more samples come. */
static void later_samples_count(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 0, "a", 0);
    for (int i = 1; i <= 2; i++) {
        report_saw(r, &place, SESSION_ZAP, 1000 * i);
        free(fixture_text(r, &facts, report_write_table)); /* without splits */
        json_t *report = report_object(r, &facts);
        json_t *zap = metric(report, "zap_ms");
        assert_int_equal(json_integer_value(json_object_get(zap, "n")), i);
        assert_int_equal(json_object_size(json_object_get(zap, "split")), 3);
        json_decref(report);
    }
    report_destroy(r);
}

static void hostile_texts(void **state)
{
    (void)state;
    static const char *const channels[] = {
        "a\"b\\\n\x1b[31m", "broken \xff\xc0\x80\xed\xa0\x80\xe0\x80\xaf", "a\"b\\\n\x1b[31m"};
    struct report_config config = fixture_config();
    config.channels = channels;
    config.channel_count = 3;
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    for (size_t i = 0; i < 3; i++) {
        struct report_place place = fixture_place(0, i, "\xe2\x80\xaeltr", -1);
        assert_int_equal(report_saw(r, &place, SESSION_ZAP, 1000), 0);
    }
    struct report_place place = fixture_place(0, 0, NULL, -1);
    char *endless = malloc(5000);
    memset(endless, 'x', 4999);
    endless[4999] = '\0';
    report_fault(r, &place, SESSION_FAULT_HTTP, endless);
    free(endless);

    json_t *report = report_object(r, &facts);
    json_t *split = json_object_get(metric(report, "zap_ms"), "split");
    json_t *names = json_object_get(split, "channel");
    const char *first = "a\"b\\\xef\xbf\xbd\xef\xbf\xbd[31m";
    assert_int_equal(json_object_size(names), 2); /* equal names are one */
    assert_int_equal(json_integer_value(json_object_get(json_object_get(names, first), "n")), 2);
    assert_non_null(json_object_get(
        names, "broken \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
               "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
    assert_non_null(json_object_get(json_object_get(split, "rendition"), "\xef\xbf\xbdltr"));
    json_t *texts = json_object_get(json_object_get(report, "error_texts"), "http");
    assert_int_equal(json_string_length(json_array_get(texts, 0)), REPORT_ERROR_BYTES);
    json_decref(report);
    report_destroy(r);
}

static void endless_renditions_are_bounded(void **state)
{
    (void)state;
    char name[16];
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof name, "r%d", i);
        struct report_place place = fixture_place(0, 0, name, -1);
        assert_int_equal(report_saw(r, &place, SESSION_ZAP, 1000), 0);
    }
    json_t *report = report_object(r, &facts);
    json_t *split = json_object_get(metric(report, "zap_ms"), "split");
    json_t *renditions = json_object_get(split, "rendition");
    json_t *others = json_object_get(renditions, "(others)");
    assert_int_equal(json_object_size(renditions), 1024);
    assert_int_equal(json_integer_value(json_object_get(others, "n")), 1500 - 1023);
    json_decref(report);
    report_destroy(r);
}

static void misuse(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = NULL;
    config.channel_count = 0;
    assert_int_equal(report_create(&config, &r), ERR_INVALID);
    config = fixture_config();
    config.seed = UINT64_MAX; /* JSON has no such integer */
    assert_int_equal(report_create(&config, &r), ERR_INVALID);
    assert_null(r);
    report_destroy(NULL);

    config = fixture_config();
    r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 2, "a", 0);
    assert_int_equal(report_saw(r, &place, SESSION_ZAP, 1), ERR_INVALID);
    assert_int_equal(report_packet(r, &place, 1, false), ERR_INVALID);
    assert_int_equal(report_stalls(r, &place, 1), ERR_INVALID);
    report_fault(r, &place, SESSION_FAULT_HTTP, "x");
    report_missed(r, &place, SESSION_ZAP);
    place.channel = 0;
    assert_int_equal(report_saw(r, &place, SESSION_ZAP, -1), ERR_INVALID);
    assert_int_equal(report_saw(r, &place, SESSION_METRIC_COUNT, 1), ERR_INVALID);
    report_fault(r, &place, SESSION_FAULT_COUNT, "x");
    assert_int_equal(report_faults(r), 0);

    double mean_ms = -1;
    assert_int_equal(report_count(r, SESSION_ZAP, &mean_ms), 0);
    assert_true(mean_ms == -1);
    report_saw(r, &place, SESSION_ZAP, 1000);
    report_saw(r, &place, SESSION_ZAP, 2000);
    assert_int_equal(report_count(r, SESSION_ZAP, &mean_ms), 2);
    assert_true(mean_ms == 1.5);

    struct fixture_disk disk = {20};
    FILE *full = fixture_full_disk(&disk);
    assert_int_equal(report_write_json(r, &facts, full), ERR_IO);
    fclose(full);
    report_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_without_samples),
        cmocka_unit_test(a_sample_is_split_and_keeps_its_microseconds),
        cmocka_unit_test(splits_have_the_keys_that_have_samples),
        cmocka_unit_test(splits_partition_the_samples),
        cmocka_unit_test(packets_stalls_and_counts),
        cmocka_unit_test(trims_are_told_as_they_were_given),
        cmocka_unit_test(later_samples_count),
        cmocka_unit_test(hostile_texts),
        cmocka_unit_test(endless_renditions_are_bounded),
        cmocka_unit_test(misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
