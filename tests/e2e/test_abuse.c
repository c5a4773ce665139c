/* Viewers who mean no good, hundreds of them and of all kinds at once: each is told what he may be
 * told, is cut in time, and takes no more than his share, while those who behave see the same as
 * before (H3, H22, H24, H30, RFC 9110). The figures printed are for people; nothing here depends on
 * them: tests/bench/abuse.sh compares. */
#include "e2e/abuse_target.h"
#include "e2e/packager.h"
#include "e2e/player.h"
#include "media/core/clock.h"
#include "support/abuser.h"
#include "support/cmocka_all.h"
#include "support/http_raw.h"
#include "support/sanitized.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    LEAVERS = SANITIZED ? 100 : 1000,
    PER_ADDRESS = SANITIZED ? 150 : 1100,
    SILENT = PER_ADDRESS + 50, /* of which 50 are too many */
    QUESTIONS = 10,
    SETTLED_US = 6000000, /* after the first wave: who is refused, cut, served */
    PATIENCE_US = 60000000,
    FILES = 8192,
};

#define CROWDED  "127.0.0.2" /* where the silent come from, more than there may */
#define HASTY    "127.0.0.3" /* who scan, too fast */
#define GREEDY   "127.0.0.4" /* who want all packets and ranges */
#define RESTLESS "127.0.0.5" /* the thousand who leave at once */

struct stage {
    struct packager packager;
    char url[192];
    struct abuse_target target;
};

static void open_stage(struct stage *s)
{
    char limit[16], error[ABUSE_ERROR_BYTES];
    const char *const arguments[] = {"--fps",
                                     SANITIZED ? "10" : "30",
                                     "--ladder",
                                     "426x240@900k,256x144@200k",
                                     "--preset",
                                     "ultrafast",
                                     "--segment-duration",
                                     "2",
                                     "--window",
                                     "6",
                                     "--exempt",
                                     "none",
                                     "--max-connections-per-address",
                                     limit,
                                     "--max-request-rate",
                                     "400",
                                     "one=test:",
                                     NULL};
    snprintf(limit, sizeof limit, "%d", PER_ADDRESS);
    packager_start(&s->packager, arguments, 1);
    snprintf(s->url, sizeof s->url, "%s/one/manifest.json", s->packager.url);
    if (!abuse_target_find(s->url, &s->target, error))
        packager_fail(&s->packager, error);
}

/* Encoders that can't follow answer a zap by 404, rightly; nobody who behaves is told anything
 * else, and what he gets is whole. */
static void check_errors(const struct player_report *r)
{
    static const char *const kinds[] = {"timeout", "sequence_gap", "sequence_repeat", "timestamp"};
    json_t *texts = json_object_get(json_object_get(r->json, "error_texts"), "http"), *text;
    size_t i;
    for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (player_errors(r, kinds[i]))
            fail_msg("%s: %d\n%s", kinds[i], (int)player_errors(r, kinds[i]), r->table);
    json_array_foreach(texts, i, text) if (!strstr(json_string_value(text), ": 404"))
        fail_msg("%s", json_string_value(text));
}

/* Two who behave, one of whom joins again and again. */
static double watch(struct stage *s, const char *duration, const char *when)
{
    const char *const arguments[] = {"--sessions",  "2", "--duration", duration,
                                     "--zap-every", "1", "--decode",   "none",
                                     s->url,        NULL};
    struct player_report r;
    player_run(arguments, &r);
    check_errors(&r);
    assert_true(player_count(&r, "arrival_ms") > 0);
    double arrival_ms = player_figure(&r, "arrival_ms", "tm90");
    print_message("%s: chunks arrive after %.1f ms, packets after %.1f ms, tm90; %d stalls\n", when,
                  arrival_ms,
                  player_count(&r, "init_ms") ? player_figure(&r, "init_ms", "tm90") : 0.0,
                  (int)player_count(&r, "stall_ms"));
    player_report_finish(&r);
    return arrival_ms;
}

static struct abuser *begin_abuse(const struct stage *s)
{
    struct abuser_config config = {
        .target = s->target,
        .seed = 20261128,
        .leave_us = 2500000,
        .connections = {[ABUSE_SILENT] = SILENT,
                        [ABUSE_TYPIST] = 20,
                        [ABUSE_BODY] = 20,
                        [ABUSE_STALLED] = 8,
                        [ABUSE_SLOW] = 8,
                        [ABUSE_SCAN] = 20,
                        [ABUSE_RANGES] = 10,
                        [ABUSE_HOG] = 40,
                        [ABUSE_LEAVERS] = LEAVERS},
        .from = {[ABUSE_SILENT] = CROWDED,
                 [ABUSE_TYPIST] = GREEDY,
                 [ABUSE_BODY] = GREEDY,
                 [ABUSE_STALLED] = GREEDY,
                 [ABUSE_SLOW] = GREEDY,
                 [ABUSE_SCAN] = HASTY,
                 [ABUSE_RANGES] = GREEDY,
                 [ABUSE_HOG] = GREEDY,
                 [ABUSE_LEAVERS] = RESTLESS},
    };
    return abuser_start(&config);
}

/* From an address that has more connections than it may, and from one that asks too fast. The
 * answer is the page's, also where it is that the channel is down. */
static void ask_how_it_is(struct stage *s, const char *from)
{
    static struct http_raw h;
    http_raw_open_from(&h, s->packager.port, from);
    http_raw_request(&h, "GET", "/healthz", "");
    (void)http_raw_head(&h);
    const char *type = http_raw_header(&h, "Content-Type");
    if (!type || strcmp(type, "application/json") != 0)
        packager_fail(&s->packager, h.head);
    http_raw_close(&h);
}

static void wait_for_metric(struct stage *s, const char *series, double least, double most)
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    double value;
    while ((value = packager_metric(&s->packager, series)) < least || value > most) {
        if (clock_monotonic_us() > deadline_us)
            fail_msg("%s stays at %g, outside %g to %g", series, value, least, most);
        clock_sleep_until_us(clock_monotonic_us() + 100000);
    }
}

static void check_answers(const struct abuser_tally tallies[ABUSE_KINDS])
{
    static const struct {
        enum abuse kind;
        int status;
    } seen[] = {{ABUSE_SCAN, 400},   {ABUSE_SCAN, 404}, {ABUSE_SCAN, 405},   {ABUSE_SCAN, 414},
                {ABUSE_SCAN, 431},   {ABUSE_SCAN, 429}, {ABUSE_RANGES, 200}, {ABUSE_RANGES, 206},
                {ABUSE_RANGES, 416}, {ABUSE_HOG, 200},  {ABUSE_LEAVERS, 200}};
    abuser_print(tallies);
    for (int kind = 0; kind < ABUSE_KINDS; kind++)
        if (tallies[kind].strange)
            fail_msg("%s: %lu answers that nobody should give, the last %d",
                     abuse_name((enum abuse)kind), tallies[kind].strange,
                     tallies[kind].strange_status);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        if (!tallies[seen[i].kind].statuses[seen[i].status])
            fail_msg("%s: never told %d", abuse_name(seen[i].kind), seen[i].status);
}

/* What happened is in the metrics, and who it was in the log. */
static void check_what_is_told(struct stage *s)
{
    char *log = process_log(&s->packager.process);
    assert_non_null(strstr(log, CROWDED " has "));
    assert_non_null(strstr(log, HASTY " makes more than 400 requests a second"));
    free(log);
    assert_true(packager_metric(&s->packager,
                                "openhesp_origin_refused_connections_total{reason=\"address\"}") >=
                50);
    assert_true(packager_metric(&s->packager,
                                "openhesp_origin_refused_connections_total{reason=\"all\"}") == 0);
    assert_true(packager_metric(&s->packager, "openhesp_origin_refused_requests_total") > 0);
    assert_true(packager_metric(&s->packager,
                                "openhesp_origin_cut_connections_total{reason=\"refused\"}") > 0);
}

static void h3_h24_those_who_behave_notice_nothing_of_those_who_don_t(void **state)
{
    struct stage s;
    struct abuser_tally tallies[ABUSE_KINDS];
    (void)state;
    open_stage(&s);
    double before_ms = watch(&s, "5", "alone");
    struct abuser *abuser = begin_abuse(&s);
    int64_t settled_us = clock_monotonic_us() + SETTLED_US;
    for (int i = 0; i < QUESTIONS; i++) {
        ask_how_it_is(&s, CROWDED);
        ask_how_it_is(&s, HASTY);
    }
    clock_sleep_until_us(settled_us);
    long resident_kb = packager_resident_kb(&s.packager);
    double during_ms = watch(&s, "8", "among abusers");
    wait_for_metric(&s, "openhesp_origin_cut_connections_total{reason=\"stalled\"}", 4, 1e9);
    long later_kb = packager_resident_kb(&s.packager);
    check_what_is_told(&s);
    abuser_stop(abuser, tallies);
    check_answers(tallies);
    print_message("arrival %.1f ms alone, %.1f ms among abusers; resident %ld kB, then %ld kB\n",
                  before_ms, during_ms, resident_kb, later_kb);
    if (!SANITIZED) /* else memory grows by design */
        assert_true(later_kb < resident_kb + resident_kb / 4 + 8192);
    /* They have left: nothing of them stays. */
    wait_for_metric(&s, "openhesp_origin_connections", 1, 1);
    wait_for_metric(&s, "openhesp_origin_live_responses", 0, 0);
    wait_for_metric(&s, "openhesp_origin_parked_requests", 0, 0);
    packager_stop(&s.packager);
}

static void raise_open_files(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < FILES) {
        files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h3_h24_those_who_behave_notice_nothing_of_those_who_don_t),
    };
    raise_open_files();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
