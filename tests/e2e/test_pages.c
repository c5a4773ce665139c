/* What an operator looks at, over real HTTP: /healthz, /metrics, /time and the page with the
 * modules of its player, of two channels of which one has no feed (the contract of the pages). */
#include "e2e/packager.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/http_raw.h"
#include "support/metrics_text.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_US = 20000000, PAUSE_US = 100000, RATE = 30, PATH_BYTES = 128 };

static const char yaml[] = "preset: ultrafast\n"
                           "segment_duration: 1\n"
                           "ladder: 192x108@100k\n"
                           "channels:\n"
                           "  - {name: one, input: 'test:'}\n"
                           "  - {name: dark, input: 'udp://127.0.0.1:1'}\n";

static int open_stage(void **state)
{
    struct packager *p = calloc(1, sizeof *p);
    *state = p;
    packager_start_yaml(p, yaml, 2);
    return 0;
}

static int close_stage(void **state)
{
    struct packager *p = *state;
    packager_stop(p);
    free(p);
    return 0;
}

static void expect_header(const struct http_answer *answer, const char *name, const char *part)
{
    char value[160] = "";
    if (!http_header(answer, name, value, sizeof value) || !strstr(value, part))
        fail_msg("%s is \"%s\" and not \"%s\"", name, value, part);
}

static char *fetch_metrics(struct packager *p)
{
    struct http_answer answer;
    packager_get(p, "/metrics", 200, &answer);
    expect_header(&answer, "Content-Type", "text/plain; version=0.0.4");
    expect_header(&answer, "Cache-Control", "no-store");
    char *text = strdup((const char *)answer.body);
    assert_int_equal(strlen(text), answer.size);
    http_answer_finish(&answer);
    return text;
}

static json_t *fetch_health(struct packager *p)
{
    struct http_answer answer;
    packager_get(p, "/healthz", 200, &answer);
    expect_header(&answer, "Content-Type", "application/json");
    expect_header(&answer, "Cache-Control", "no-store");
    json_t *json = json_loadb((const char *)answer.body, answer.size, JSON_REJECT_DUPLICATES, NULL);
    http_answer_finish(&answer);
    assert_true(json_is_object(json));
    return json;
}

/* All of the contract's fields, and nothing else. part: what picture and sound are. */
static void expect_health(json_t *health, const char *name, const char *wanted_status,
                          const char *wanted_feed, const char *part, int64_t *sequence,
                          int64_t *repeated)
{
    const char *status, *feed, *picture, *sound, *presentation, *reason = NULL;
    int changing;
    double since_s;
    json_int_t newest, repeats;
    json_t *channel = json_object_get(json_object_get(health, "channels"), name);
    assert_int_equal(json_unpack_ex(channel, NULL, JSON_STRICT, "{sssssssssFsIsIsssbs?s}", "status",
                                    &status, "feed", &feed, "picture", &picture, "sound", &sound,
                                    "since_s", &since_s, "newest_sequence", &newest,
                                    "repeated_pictures", &repeats, "presentation", &presentation,
                                    "changing", &changing, "reason", &reason),
                     0);
    assert_int_equal(reason != NULL, strcmp(status, "ok") != 0);
    /* The machine may have other things to do than this. */
    if (!reason || strcmp(reason, "the encoders are too slow"))
        assert_string_equal(status, wanted_status);
    assert_string_equal(feed, wanted_feed);
    assert_string_equal(picture, part);
    assert_string_equal(sound, part);
    assert_true(presentation[0]);
    assert_false(changing);
    assert_true(since_s >= 0 && since_s < 600);
    *sequence = newest;
    *repeated = repeats;
}

static void healthz_tells_of_each_channel(void **state)
{
    struct packager *p = *state;
    int64_t sequence, repeated, later, dark, dark_repeated;
    json_t *health = fetch_health(p);
    assert_int_equal(json_object_size(health), 3);
    assert_true(json_is_null(json_object_get(json_object_get(health, "reloads"), "last")));
    assert_int_equal(json_object_size(json_object_get(health, "channels")), 2);
    assert_string_equal(json_string_value(json_object_get(health, "status")), "degraded");
    expect_health(health, "one", "ok", "up", "up", &sequence, &repeated);
    expect_health(health, "dark", "degraded", "starting", "none", &dark, &dark_repeated);
    assert_true(sequence >= 0);
    /* Without a feed the output goes on all the same. */
    assert_true(dark >= 0 && dark_repeated >= 0);
    json_decref(health);
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    do {
        assert_true(clock_monotonic_us() < deadline_us);
        clock_sleep_until_us(clock_monotonic_us() + PAUSE_US);
        health = fetch_health(p);
        expect_health(health, "one", "ok", "up", "up", &later, &repeated);
        json_decref(health);
    } while (later < sequence + RATE);
}

static void check_or_fail(const char *text)
{
    char error[METRICS_ERROR_BYTES];
    if (!metrics_text_check(text, error))
        fail_msg("%s", error);
}

static void metrics_are_well_formed_and_go_on(void **state)
{
    static const char *const told[] = {
        "openhesp_build_info",
        "openhesp_uptime_seconds",
        "openhesp_process_cpu_seconds_total",
        "openhesp_origin_connections",
        "openhesp_origin_requests_total",
        "openhesp_origin_sent_bytes_total",
        "openhesp_feed_up",
        "openhesp_feed_picture_up",
        "openhesp_feed_sound_up",
        "openhesp_feed_repeated_pictures_total",
        "openhesp_frames_total",
        "openhesp_store_bytes",
        "openhesp_available_seconds",
        "openhesp_track_bandwidth_bits_per_second",
        "openhesp_segments_over_bandwidth_total",
        "openhesp_rung_repeated_pictures_total",
        "openhesp_packets_total",
        "openhesp_capture_to_available_seconds_bucket",
    };
    struct packager *p = *state;
    char error[METRICS_ERROR_BYTES];
    double before, after;
    int series;
    char *first = fetch_metrics(p);
    clock_sleep_until_us(clock_monotonic_us() + 10 * PAUSE_US);
    char *second = fetch_metrics(p);
    check_or_fail(first);
    check_or_fail(second);
    if (!metrics_text_follows(first, second, error))
        fail_msg("%s", error);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        metrics_text_sum(second, told[i], &series);
        if (!series)
            fail_msg("there is no %s", told[i]);
    }
    metrics_text_sum(second, "openhesp_frames_total", &series);
    assert_int_equal(series, 4); /* picture and sound of two channels */
    assert_true(metrics_text_value(first, "openhesp_frames_total{channel=\"one\",track=\"audio\"}",
                                   &before));
    assert_true(metrics_text_value(second, "openhesp_frames_total{channel=\"one\",track=\"audio\"}",
                                   &after));
    assert_true(after > before);
    assert_true(metrics_text_value(second, "openhesp_feed_up{channel=\"one\"}", &after));
    assert_true(after == 1);
    assert_true(metrics_text_value(second, "openhesp_feed_up{channel=\"dark\"}", &after));
    assert_true(after == 0);
    free(first);
    free(second);
}

/* The checker itself: a fault of each kind is seen. */
static void the_metrics_checker_sees_faults(void **state)
{
    static const char good[] = "# HELP openhesp_a_total A.\n# TYPE openhesp_a_total counter\n"
                               "openhesp_a_total{x=\"1\"} 1\nopenhesp_a_total{x=\"2\"} 2\n"
                               "# HELP openhesp_b_seconds B.\n# TYPE openhesp_b_seconds histogram\n"
                               "openhesp_b_seconds_bucket{le=\"0.1\"} 1\n"
                               "openhesp_b_seconds_bucket{le=\"+Inf\"} 3\n"
                               "openhesp_b_seconds_sum 0.5\nopenhesp_b_seconds_count 3\n";
    static const struct {
        const char *from, *to;
    } faults[] = {
        {"x=\"2\"", "x=\"1\""},               /* a series twice */
        {"} 2\n", "} two\n"},                 /* no number */
        {"} 2\n", "} -2\n"},                  /* a negative counter */
        {"} 2\n", "}  2\n"},                  /* two spaces */
        {"x=\"2\"", "x=2"},                   /* no quotes */
        {"x=\"2\"", "x=\"\\2\""},             /* no such escape */
        {"# HELP openhesp_a_total A.\n", ""}, /* no HELP */
        {"# TYPE openhesp_a_total c", "# c"}, /* no TYPE */
        {" counter", " total"},               /* no such type */
        {"total{x=\"2\"", "most{x=\"2\""},    /* another family's sample */
        {"le=\"0.1\"} 1", "le=\"0.1\"} 4"},   /* buckets fall */
        {"count 3", "count 4"},               /* another count than +Inf's */
        {"openhesp_b_seconds_count 3\n", ""}, /* no count */
        {"count 3\n", "count 3"},             /* no end of line */
        {"count 3\n", "count 3\n\n"},         /* an empty line */
    };
    char text[1024], error[METRICS_ERROR_BYTES];
    (void)state;
    assert_true(metrics_text_check(good, error));
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *at = strstr(good, faults[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, faults[i].to,
                 at + strlen(faults[i].from));
        if (metrics_text_check(text, error))
            fail_msg("\"%s\" instead of \"%s\" passes", faults[i].to, faults[i].from);
    }
    assert_false(metrics_text_follows(good, "openhesp_a_total{x=\"1\"} 0\n", error));
    assert_true(metrics_text_follows(good, good, error));
}

static void expect_file(struct packager *p, const char *path, const char *type,
                        struct http_answer *answer)
{
    packager_get(p, path, 200, answer);
    expect_header(answer, "Content-Type", type);
    expect_header(answer, "Cache-Control", "no-cache");
    expect_header(answer, "X-Content-Type-Options", "nosniff");
    assert_true(answer->size > 0);
}

/* Path of the next <link> of text with this rel, from its root on; false: there is none. */
static bool next_link(const char **text, const char *rel, char path[PATH_BYTES])
{
    char start[PATH_BYTES];
    snprintf(start, sizeof start, "<link rel=\"%s\" href=\"", rel);
    const char *at = strstr(*text, start);
    if (!at)
        return false;
    at += strlen(start);
    snprintf(path, PATH_BYTES, "/%.*s", (int)strcspn(at, "\""), at);
    *text = at;
    return true;
}

/* All that the page begins with is there, and nothing that a module imports was forgotten. */
static void the_root_is_the_page(void **state)
{
    struct packager *p = *state;
    struct http_answer page, part;
    char path[PATH_BYTES];
    int modules = 0;
    expect_file(p, "/", "text/html; charset=utf-8", &page);
    expect_header(&page, "Content-Security-Policy", "default-src 'self'");
    const char *at = (const char *)page.body;
    assert_non_null(strstr(at, "<script type=\"module\" src=\"web/page/page.js\">"));
    while (next_link(&at, "modulepreload", path)) {
        expect_file(p, path, "text/javascript; charset=utf-8", &part);
        http_answer_finish(&part);
        modules++;
    }
    assert_true(modules > 0);
    at = (const char *)page.body;
    assert_true(next_link(&at, "stylesheet", path));
    expect_file(p, path, "text/css; charset=utf-8", &part);
    http_answer_finish(&part);
    expect_file(p, "/web/lib/types.js", "text/javascript; charset=utf-8", &part);
    http_answer_finish(&part);
    http_answer_finish(&page);
}

static void what_a_browser_has_is_not_sent_again(void **state)
{
    struct packager *p = *state;
    struct http_raw http;
    char tag[160], line[192];
    http_raw_open(&http, p->port);
    http_raw_request(&http, "HEAD", "/web/page/page.js", "");
    assert_int_equal(http_raw_head(&http), 200);
    snprintf(tag, sizeof tag, "%s", http_raw_header(&http, "ETag"));
    assert_int_equal(tag[0], '"');
    snprintf(line, sizeof line, "If-None-Match: %s\r\n", tag);
    http_raw_request(&http, "GET", "/web/page/page.js", line);
    assert_int_equal(http_raw_head(&http), 304);
    assert_string_equal(http_raw_header(&http, "ETag"), tag);
    http_raw_request(&http, "GET", "/web/page/page.css", line);
    assert_int_equal(http_raw_head(&http), 200);
    http_raw_close(&http);
}

static void other_paths_are_not_found(void **state)
{
    static const char *const paths[] = {
        "/nothing-here",         "/web", "/web/", "/web/page/", "/web/page/index.html",
        "/web/page/package.json"};
    struct packager *p = *state;
    struct http_answer answer;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        packager_get(p, paths[i], 404, &answer);
        http_answer_finish(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthz_tells_of_each_channel),
        cmocka_unit_test(metrics_are_well_formed_and_go_on),
        cmocka_unit_test(the_metrics_checker_sees_faults),
        cmocka_unit_test(the_root_is_the_page),
        cmocka_unit_test(what_a_browser_has_is_not_sent_again),
        cmocka_unit_test(other_paths_are_not_found),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, open_stage, close_stage);
    curl_global_cleanup();
    return failed;
}
