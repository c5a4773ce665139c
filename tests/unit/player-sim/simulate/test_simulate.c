/* A study is the same whatever threads and shards it runs in, and ends when it is told to. */
#include "study.h"

#include <errno.h>

static const char *const deliveries[] = {"hesp", "segment", "ll-dash", "ll-hls"};

enum { DELIVERIES = sizeof deliveries / sizeof *deliveries };

/* ---- threads ---- */

static void check_threads(const char *delivery, enum virtual_http http)
{
    static const unsigned threads[] = {2, 7};
    struct study s;
    study_init(&s, delivery);
    s.config.http.http = http;
    struct study_texts one = study_run(&s);
    assert_int_equal(one.result.sessions, s.config.sessions);
    assert_non_null(strstr(one.csv, "startup"));
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        s.config.threads = threads[i];
        struct study_texts many = study_run(&s);
        assert_string_equal(many.json, one.json);
        assert_string_equal(many.csv, one.csv);
        assert_true(many.result.steps == one.result.steps);
        study_free(&many);
    }
    study_free(&one);
    study_finish(&s);
}

static void test_threads_make_no_difference(void **state)
{
    (void)state;
    for (size_t d = 0; d < DELIVERIES; d++)
        for (int http = VIRTUAL_HTTP_1_1; http <= VIRTUAL_IDEAL; http++)
            check_threads(deliveries[d], (enum virtual_http)http);
}

/* One link for several of them: threads have the same cells all the same. */
static void test_threads_with_shared_links(void **state)
{
    (void)state;
    struct study s;
    study_init(&s, "hesp");
    s.config.sharing = 3;
    struct study_texts one = study_run(&s);
    s.config.threads = 7;
    struct study_texts many = study_run(&s);
    assert_string_equal(many.json, one.json);
    assert_string_equal(many.csv, one.csv);
    study_free(&one);
    study_free(&many);
    study_finish(&s);
}

static void test_the_seed_decides(void **state)
{
    (void)state;
    for (size_t d = 0; d < DELIVERIES; d++) {
        struct study s;
        study_init(&s, deliveries[d]);
        struct study_texts first = study_run(&s), again = study_run(&s);
        assert_string_equal(again.csv, first.csv);
        for (uint64_t seed = 2; seed < 5; seed++) {
            s.config.seed = seed;
            struct study_texts other = study_run(&s);
            assert_string_not_equal(other.csv, first.csv);
            study_free(&other);
        }
        study_free(&first);
        study_free(&again);
        study_finish(&s);
    }
}

/* ---- shards ---- */

static void add_facts(struct report_facts *sum, const struct report_facts *part)
{
    struct report_facts all = *part;
    all.bytes += sum->bytes;
    all.connections += sum->connections;
    all.requests += sum->requests;
    *sum = all;
}

/* Five shards, the last one first. */
static void check_shards(size_t sharing)
{
    enum { SHARDS = 5 };
    struct study s;
    char error[SIMULATE_TEXT_BYTES];
    study_init(&s, "hesp");
    s.config.sharing = sharing;
    struct study_texts whole = study_run(&s);
    struct report *sum = study_report(&s, NULL);
    struct report_facts facts = {0};
    size_t sessions = 0;
    s.config.shard_count = SHARDS;
    for (size_t i = SHARDS; i-- > 0;) {
        struct simulate_result result;
        struct report *part = study_report(&s, NULL);
        s.config.shard = i;
        assert_int_equal(simulate_run(&s.config, part, NULL, NULL, &result, error), 0);
        assert_int_equal(report_absorb(sum, part), 0);
        add_facts(&facts, &result.facts);
        sessions += result.sessions;
        report_destroy(part);
    }
    char *json = study_json(sum, facts);
    assert_int_equal(sessions, s.config.sessions);
    assert_string_equal(json, whole.json);
    free(json);
    report_destroy(sum);
    study_free(&whole);
    study_finish(&s);
}

static void test_shards_are_the_whole(void **state)
{
    (void)state;
    check_shards(1);
    check_shards(7); /* six cells, the last one of five */
    check_shards(40);
}

/* ---- shared links ---- */

static uint64_t bytes_when_shared(size_t sharing)
{
    struct study s;
    study_init(&s, "ll-dash");
    s.config.sharing = sharing;
    s.config.rule = abr_rule_find("fixed");
    s.config.wanted_bps = INT64_MAX;
    s.config.zap = (struct plan_interval){0};
    struct study_texts t = study_run(&s);
    assert_int_equal(t.result.sessions, s.config.sessions);
    study_free(&t);
    study_finish(&s);
    return t.result.facts.bytes;
}

/* Each of eight on a link of 4 Mbit/s has half a megabit, and not four. */
static void test_who_shares_a_link_has_less_of_it(void **state)
{
    (void)state;
    uint64_t alone = bytes_when_shared(1), shared = bytes_when_shared(8);
    uint64_t link_bytes = 5 /* links */ * (uint64_t)4000000 / 8 * 11 /* s */;
    assert_true(shared < alone);
    assert_true(shared <= link_bytes);
    assert_true(shared > link_bytes / 2);
}

/* ---- ends ---- */

static void test_stopped_before_it_begins(void **state)
{
    (void)state;
    struct study s;
    study_init(&s, "hesp");
    s.stop = 1;
    struct study_texts t = study_run(&s);
    assert_true(t.result.stopped);
    assert_int_equal(t.result.sessions, 0);
    study_free(&t);
    study_finish(&s);
}

struct watcher {
    struct study *study;
    size_t seen;
};

static void stop_soon(void *context, size_t done, size_t all, const struct report *report)
{
    struct watcher *w = context;
    double mean_ms;
    assert_true(done >= w->seen && done <= all);
    assert_true(report_count(report, SESSION_STARTUP, &mean_ms) <= all);
    w->seen = done;
    if (done)
        w->study->stop = 1;
}

/* What was measured until then is in the report, of whole sessions. */
static void test_stopped_on_the_way(void **state)
{
    (void)state;
    struct study s;
    char error[SIMULATE_TEXT_BYTES];
    study_init(&s, "hesp");
    s.config.zap = (struct plan_interval){0}; /* nothing gives a start-up up */
    s.config.sessions = SIMULATE_SESSIONS_MAX;
    s.config.threads = 3;
    struct watcher w = {.study = &s};
    struct simulate_result result;
    struct report *r = study_report(&s, NULL);
    assert_int_equal(simulate_run(&s.config, r, stop_soon, &w, &result, error), 0);
    double mean_ms;
    assert_true(result.stopped);
    assert_true(result.sessions > 0 && result.sessions < s.config.sessions);
    assert_int_equal(report_count(r, SESSION_STARTUP, &mean_ms), result.sessions);
    report_destroy(r);
    study_finish(&s);
}

/* A full disk: told, and nothing hangs. */
static void test_a_report_that_fails(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        struct study s;
        char error[SIMULATE_TEXT_BYTES] = "";
        struct simulate_result result = {.sessions = 77};
        study_init(&s, "hesp");
        s.config.threads = threads;
        FILE *full = fopen("/dev/full", "w");
        assert_non_null(full);
        struct report *r = study_report(&s, full);
        assert_int_equal(simulate_run(&s.config, r, NULL, NULL, &result, error), ERR_IO);
        assert_int_equal(errno, ENOSPC);
        assert_non_null(strstr(error, err_text(ERR_IO)));
        assert_null(strchr(error, '\n'));
        assert_int_equal(result.sessions, 77);
        report_destroy(r);
        fclose(full);
        study_finish(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_make_no_difference),
        cmocka_unit_test(test_threads_with_shared_links),
        cmocka_unit_test(test_the_seed_decides),
        cmocka_unit_test(test_shards_are_the_whole),
        cmocka_unit_test(test_who_shares_a_link_has_less_of_it),
        cmocka_unit_test(test_stopped_before_it_begins),
        cmocka_unit_test(test_stopped_on_the_way),
        cmocka_unit_test(test_a_report_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
