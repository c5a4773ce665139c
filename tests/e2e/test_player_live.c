/* player-sim live against a real packager: what it measures fits together, what is right is not
 * taken for an error, and what is wrong is noticed. */
#include "e2e/packager.h"
#include "e2e/player.h"
#include "support/cmocka_all.h"
#include "support/json_expect.h"
#include "support/sanitized.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Encoders that can't follow answer a switch by 404, rightly: an instrumented one gets less to do.
 */
#define FPS (SANITIZED ? "10" : "25")

enum { URL_BYTES = 192 };

static const char *const two_channels[] = {"--preset",
                                           "ultrafast",
                                           "--ladder",
                                           "640x360@800k,256x144@200k",
                                           "--fps",
                                           FPS,
                                           "--segment-duration",
                                           "2",
                                           "one=test:1",
                                           "two=test:2",
                                           NULL};

static void address(const struct packager *p, const char *channel, char url[URL_BYTES])
{
    snprintf(url, URL_BYTES, "%s/%s/manifest.json", p->url, channel);
}

struct channels {
    struct packager packager;
    char one[URL_BYTES], two[URL_BYTES];
};

static void start(struct channels *c)
{
    packager_start(&c->packager, two_channels, 2);
    address(&c->packager, "one", c->one);
    address(&c->packager, "two", c->two);
}

/* Every key that the report's contract names. */
static void expect_contract(const struct player_report *r)
{
    static const char *const metrics[] = {
        "startup_ms", "zap_ms",      "switch_ms",     "gap_ms",  "latency_ms",
        "stall_ms",   "stall_count", "first_byte_ms", "init_ms", "continuation_ms"};
    static const char *const errors[] = {"http",      "timeout", "sequence_gap", "sequence_repeat",
                                         "timestamp", "decode",  "stamp"};
    assert_string_equal(json_expect_text(r->json, "tool"), "player-sim");
    assert_string_equal(json_expect_text(r->json, "mode"), "live");
    json_expect_text(r->json, "version");
    json_expect_integer(r->json, "seed");
    assert_true(json_is_number(json_object_get(r->json, "duration_s")));
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        player_count(r, metrics[i]);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        player_errors(r, errors[i]);
}

/* The parts of a zap are moments one after the other. */
static void expect_order(const struct player_report *r)
{
    static const char *const parts[] = {"connection_ms", "first_byte_ms", "init_ms", "zap_ms",
                                        "continuation_ms"};
    static const char *const figures[] = {"mean", "tm90", "p50", "max"};
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++)
        for (size_t i = 1; i + 1 < sizeof parts / sizeof *parts; i++)
            assert_true(player_figure(r, parts[i - 1], figures[f]) <=
                        player_figure(r, parts[i], figures[f]));
}

/* Zaps and switches, some of them decoded: the pictures are those of the right channel and frame
 * (H2, H3, H5, H21 to H25, H27 to H29), and nothing of it is an error. */
static void test_zaps_and_switches(void **state)
{
    (void)state;
    struct channels c;
    struct player_report r;
    start(&c);
    const char *const arguments[] = {
        "--sessions", "6",        "--duration", "7",      "--zap-every", "1.5", "--switch-every",
        "1.1",        "--decode", "2",          "--trim", "TM(10%:90%)", c.one, c.two,
        NULL};
    player_run(arguments, &r);
    player_expect_code(&r, 0);
    assert_int_equal(player_errors(&r, NULL), 0);
    expect_contract(&r);
    expect_order(&r);
    assert_int_equal(player_count(&r, "startup_ms"), 6);
    assert_true(player_count(&r, "zap_ms") >= 6);
    assert_true(player_count(&r, "switch_ms") >= 6);
    assert_int_equal(player_count(&r, "gap_ms"), player_count(&r, "switch_ms"));
    assert_int_equal(player_count(&r, "init_ms"), player_count(&r, "zap_ms"));
    assert_int_equal(player_count(&r, "stall_count"), 6);
    assert_true(player_figure(&r, "gap_ms", "p50") == 0); /* seamless */
    assert_true(player_figure(&r, "latency_ms", "p50") > 0);
    assert_int_equal(json_object_size(player_split(&r, "zap_ms", "channel")), 2);
    assert_int_equal(json_object_size(player_split(&r, "switch_ms", "rendition")), 2);
    assert_non_null(json_object_get(player_split(&r, "zap_ms", "rtt"), "<=20"));
    player_report_finish(&r);
    packager_stop(&c.packager);
}

/* --join smallest: every zap starts on the small rendition and climbs from it. */
static void test_join_smallest(void **state)
{
    (void)state;
    struct channels c;
    struct player_report r;
    start(&c);
    const char *const arguments[] = {"--sessions",  "4",   "--duration", "5",
                                     "--zap-every", "2",   "--join",     "smallest",
                                     c.one,         c.two, NULL};
    player_run(arguments, &r);
    player_expect_code(&r, 0);
    json_t *zaps = player_split(&r, "zap_ms", "rendition");
    assert_int_equal(json_object_size(zaps), 1);
    assert_non_null(json_object_get(zaps, "256x144-200k"));
    assert_non_null(json_object_get(player_split(&r, "switch_ms", "rendition"), "640x360-800k"));
    assert_int_equal(json_object_size(player_split(&r, "switch_ms", "rendition")), 1);
    player_report_finish(&r);
    packager_stop(&c.packager);
}

/* --abr fixed:RATE keeps to that rendition. */
static void test_fixed_rate(void **state)
{
    (void)state;
    struct channels c;
    struct player_report r;
    start(&c);
    const char *const arguments[] = {"--duration", "3",   "--abr", "fixed:400k", "--zap-every",
                                     "0.7",        c.one, c.two,   NULL};
    player_run(arguments, &r);
    player_expect_code(&r, 0);
    json_t *pictures = player_split(&r, "latency_ms", "rendition");
    assert_int_equal(json_object_size(pictures), 1);
    assert_non_null(json_object_get(pictures, "256x144-200k"));
    player_report_finish(&r);
    packager_stop(&c.packager);
}

/* Waits until the viewers' log or the origin's metrics show that they are watching. */
static void await_viewers(struct packager *p, int live_responses)
{
    for (int i = 0; i < 600; i++) {
        if (packager_metric(p, "openhesp_origin_live_responses") >= live_responses)
            return;
        usleep(50000);
    }
    packager_fail(p, "nobody watches");
}

/* The origin dies, and another one at its address shows another channel under the same name: the
 * viewers tell of the lost connections, come back by themselves, and notice the wrong pictures. */
static void test_wrong_channel(void **state)
{
    (void)state;
    struct packager p;
    struct player player;
    struct player_report r;
    char url[URL_BYTES], listen[64];
    const char *const first[] = {"--preset",     "ultrafast",  "--ladder",
                                 "256x144@200k", "one=test:1", NULL};
    packager_start(&p, first, 1);
    address(&p, "one", url);
    snprintf(listen, sizeof listen, "127.0.0.1:%u", p.port);
    const char *const arguments[] = {"--sessions", "2", "--duration", "600",
                                     "--ramp",     "0", url,          NULL};
    player_start(&player, arguments);
    await_viewers(&p, 2);
    usleep(500000);
    process_signal(&p.process, SIGKILL);
    process_wait(&p.process, 10000);
    process_finish(&p.process);
    const char *const second[] = {"--listen", listen,         "--preset",   "ultrafast",
                                  "--ladder", "256x144@200k", "one=test:2", NULL};
    packager_start(&p, second, 1);
    await_viewers(&p, 2);
    usleep(1500000); /* of pictures */
    process_signal(&player.process, SIGINT);
    player_wait(&player, &r);
    player_expect_code(&r, 1);
    assert_true(player_errors(&r, "http") > 0);
    assert_true(player_errors(&r, "stamp") > 0);
    assert_int_equal(player_errors(&r, "decode"), 0);
    assert_int_equal(player_errors(&r, "sequence_gap"), 0);
    assert_int_equal(player_errors(&r, "sequence_repeat"), 0);
    player_report_finish(&r);
    packager_stop(&p);
}

/* A Presentation that ends as announced (H9) is no error. */
static void test_end_of_channel(void **state)
{
    (void)state;
    struct packager p;
    struct player player;
    struct player_report r;
    char url[URL_BYTES];
    const char *const one[] = {"--preset",     "ultrafast",  "--ladder",
                               "256x144@200k", "one=test:1", NULL};
    packager_start(&p, one, 1);
    address(&p, "one", url);
    const char *const arguments[] = {"--sessions", "2", "--duration", "600",
                                     "--ramp",     "0", url,          NULL};
    player_start(&player, arguments);
    await_viewers(&p, 2);
    usleep(500000);
    packager_stop(&p);
    usleep(6000000); /* in which they ask in vain whether anything follows */
    process_signal(&player.process, SIGINT);
    player_wait(&player, &r);
    player_expect_code(&r, 0);
    assert_non_null(strstr(r.log, "came to its end"));
    player_report_finish(&r);
}

/* Ctrl-C: what was measured until then is told. */
static void test_stopped_early(void **state)
{
    (void)state;
    struct channels c;
    struct player player;
    struct player_report r;
    start(&c);
    const char *const arguments[] = {"--sessions", "3", "--duration", "600",
                                     "--ramp",     "0", c.one,        NULL};
    player_start(&player, arguments);
    await_viewers(&c.packager, 3);
    usleep(500000);
    process_signal(&player.process, SIGINT);
    player_wait(&player, &r);
    player_expect_code(&r, 0);
    assert_non_null(strstr(r.log, "stopped before its time"));
    assert_int_equal(player_count(&r, "startup_ms"), 3);
    assert_true(json_number_value(json_object_get(r.json, "duration_s")) < 600);
    player_report_finish(&r);
    packager_stop(&c.packager);
}

/* Nothing to watch there: exit code 1, and the address is named. */
static void test_no_such_channel(void **state)
{
    (void)state;
    struct channels c;
    struct player_report r;
    char url[URL_BYTES];
    start(&c);
    address(&c.packager, "three", url);
    const char *const arguments[] = {"--duration", "2", url, NULL};
    player_run(arguments, &r);
    player_expect_code(&r, 1);
    assert_true(player_errors(&r, "http") > 0);
    assert_int_equal(player_count(&r, "startup_ms"), 0);
    assert_non_null(strstr(r.table, "/three/manifest.json"));
    assert_non_null(strstr(r.log, "no session saw a picture"));
    player_report_finish(&r);
    packager_stop(&c.packager);
}

static int64_t lines_with(const char *path, const char *part)
{
    char line[512];
    int64_t count = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        count += strstr(line, part) ? 1 : 0;
    fclose(file);
    return count;
}

/* The CSV has a line for each sample; the page loads nothing from elsewhere. */
static void test_files(void **state)
{
    (void)state;
    struct channels c;
    struct player_report r;
    char csv[] = "/tmp/openhesp-csv-XXXXXX", html[] = "/tmp/openhesp-html-XXXXXX";
    close(mkstemp(csv));
    close(mkstemp(html));
    start(&c);
    const char *const arguments[] = {"--sessions", "3",     "--duration", "5",      "--zap-every",
                                     "1",          "--csv", csv,          "--html", html,
                                     c.one,        c.two,   NULL};
    player_run(arguments, &r);
    player_expect_code(&r, 0);
    assert_int_equal(lines_with(csv, "session,time_ms,event,channel,rendition,value_ms"), 1);
    assert_int_equal(lines_with(csv, ",zap,"), player_count(&r, "zap_ms"));
    assert_int_equal(lines_with(csv, ",latency,"), player_count(&r, "latency_ms"));
    assert_true(lines_with(html, "uPlot") > 0);
    assert_int_equal(lines_with(html, "<script src"), 0);
    assert_int_equal(lines_with(html, "<link"), 0);
    unlink(csv);
    unlink(html);
    player_report_finish(&r);
    packager_stop(&c.packager);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zaps_and_switches), cmocka_unit_test(test_join_smallest),
        cmocka_unit_test(test_fixed_rate),        cmocka_unit_test(test_wrong_channel),
        cmocka_unit_test(test_end_of_channel),    cmocka_unit_test(test_stopped_early),
        cmocka_unit_test(test_no_such_channel),   cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
