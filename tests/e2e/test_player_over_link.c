/* player-sim live behind player-sim link: what a viewer waits for is made of round trips and of
 * bytes over a rate, and of nothing else that this machine's speed would decide. Skipped where
 * there is no root, no TUN device, no ip or no ping. */
#include "e2e/packager.h"
#include "e2e/player.h"
#include "support/cmocka_all.h"
#include "support/netns_lab.h"
#include "support/sanitized.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONE "http://10.77.0.1:8080/one/manifest.json"
#define TWO "http://10.77.0.1:8080/two/manifest.json"

/* Encoders that can't follow answer a switch by 404, rightly: an instrumented one gets less to do.
 */
#define FPS (SANITIZED ? "12" : "25")

enum {
    FIRST_WINDOW_BYTES = 14000, /* what TCP sends before it hears anything (RFC 6928), rounded */
    SESSIONS_MAX = 8,
};

static struct netns_lab lab;
static struct packager packager = {
    .process = {.out = -1, .in = -1}}; /* the one of the test that runs */

static int make_lab(void **state)
{
    (void)state;
    const char *missing = netns_lab_missing();
    if (missing)
        print_message("all of it is skipped: there is no %s\n", missing);
    return !missing && !netns_lab_make(&lab) ? -1 : 0;
}

static int remove_lab(void **state)
{
    (void)state;
    netns_lab_remove(&lab);
    return 0;
}

/* Two channels inside the lab. */
static void start(const char *fps)
{
    const char *const arguments[] = {"--preset",
                                     "ultrafast",
                                     "--ladder",
                                     "640x360@800k,256x144@200k",
                                     "--fps",
                                     fps,
                                     "--segment-duration",
                                     "2",
                                     "one=test:1",
                                     "two=test:2",
                                     NULL};
    if (!lab.name[0])
        skip();
    packager_start_in(&packager, lab.name, arguments, 2);
}

/* A test that failed has left it behind, at the port of the next one. */
static int clear_away(void **state)
{
    (void)state;
    process_finish(&packager.process);
    return 0;
}

static void watch(const char *rtt_ms, const char *rate, const char *const arguments[],
                  struct player_report *r)
{
    const char *const link[] = {"--netns", lab.name, "--rtt", rtt_ms, "--rate", rate, NULL};
    player_run_behind(link, arguments, r);
    player_expect_code(r, 0);
    assert_int_equal(player_errors(r, NULL), 0);
}

static void expect_in(const struct player_report *r, const char *metric, const char *figure,
                      double least, double below)
{
    double value = player_figure(r, metric, figure);
    if (value >= least && value < below)
        return;
    fprintf(stderr, "%s\n%s\n", r->table, r->log);
    fail_msg("%s %s is %.1f, not in [%.0f, %.0f)", metric, figure, value, least, below);
}

/* With 150 ms of round trip and a packet that fits the first window, a zap is one round trip (H22:
 * "now" needs no question before it), the next picture another, and a switch comes without a gap
 * though its packet has to cross the link like any other. */
static void a_zap_is_one_round_trip(void **state)
{
    struct player_report r;
    const char *const arguments[] = {"--sessions", "4",           "--duration",
                                     "10",         "--zap-every", "2.6",
                                     "--join",     "smallest",    "--switch-every",
                                     "2.1",        "--buffer",    "400",
                                     "--decode",   "1",           ONE,
                                     TWO,          NULL};
    (void)state;
    start(FPS);
    watch("150", "50M", arguments, &r);
    assert_true(player_count(&r, "zap_ms") >= 4);
    expect_in(&r, "packet_bytes", "max", 1, FIRST_WINDOW_BYTES);
    expect_in(&r, "first_byte_ms", "p50", 150, 300);
    expect_in(&r, "zap_ms", "p50", 150, 300);
    expect_in(&r, "continuation_ms", "p50", 300, 450);
    assert_true(player_count(&r, "switch_ms") >= 4);
    expect_in(&r, "switch_ms", "p50", 150, INFINITY);
    assert_true(player_figure(&r, "gap_ms", "p50") == 0);
    assert_int_equal(json_object_size(player_split(&r, "zap_ms", "rtt")), 1);
    assert_non_null(json_object_get(player_split(&r, "zap_ms", "rtt"), ">150"));
    player_report_finish(&r);
    packager_stop(&packager);
}

struct arrivals {
    int64_t settled, late;
};

/* Of what the CSV tells of frames, what is of sessions that have been watching for over 2 s. */
static void read_arrivals(const char *path, double late_ms, struct arrivals *out)
{
    char line[512], event[32];
    double started_ms[SESSIONS_MAX];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    *out = (struct arrivals){0};
    for (int i = 0; i < SESSIONS_MAX; i++)
        started_ms[i] = INFINITY;
    while (fgets(line, sizeof line, file)) {
        unsigned session;
        double time_ms, value_ms;
        if (sscanf(line, "%u,%lf,%31[^,],%*[^,],%*[^,],%lf", &session, &time_ms, event,
                   &value_ms) != 4)
            continue;
        assert_in_range(session, 0, SESSIONS_MAX - 1);
        if (strcmp(event, "startup") == 0)
            started_ms[session] = time_ms;
        if (strcmp(event, "arrival") == 0 && time_ms > started_ms[session] + 2000) {
            out->settled++;
            out->late += value_ms > late_ms;
        }
    }
    fclose(file);
}

/* At 10 frames a second the third frame ahead is asked for 300 ms before it is there, as much as
 * the round trip takes: the first frame of a segment is under way for half a round trip like every
 * other. Asked for at the segment's end it would be 200 ms later than that. */
static void a_segment_end_costs_nothing(void **state)
{
    enum { SEGMENT_FRAMES = 20 };
    struct player_report r;
    struct arrivals arrivals;
    char csv[] = "/tmp/openhesp-csv-XXXXXX";
    const char *const arguments[] = {
        "--sessions", "4",        "--duration", "11",       "--abr", "fixed:300k", "--ramp", "0.5",
        ONE,          "--decode", "1",          "--buffer", "400",   "--csv",      csv,      NULL};
    (void)state;
    start("10");
    close(mkstemp(csv));
    watch("300", "50M", arguments, &r);
    read_arrivals(csv, 250, &arrivals);
    unlink(csv);
    print_message("%" PRId64 " of %" PRId64 " frames were late\n", arrivals.late, arrivals.settled);
    assert_true(arrivals.settled >= 8 * SEGMENT_FRAMES);
    assert_true(arrivals.late < arrivals.settled / SEGMENT_FRAMES / 2);
    expect_in(&r, "arrival_ms", "p50", 150, 250);
    assert_true(player_figure(&r, "stall_count", "p50") == 0);
    player_report_finish(&r);
    packager_stop(&packager);
}

/* 1 Mbit/s for two viewers of 800 kbit/s, who zap besides: they wait, a packet takes at least as
 * long as its bytes do, and nothing of it is an error. */
static void a_thin_link_makes_stalls_and_no_errors(void **state)
{
    struct player_report r;
    const char *const arguments[] = {"--sessions", "2", "--duration", "10", "--zap-every", "3",
                                     "--decode",   "1", ONE,          TWO,  NULL};
    (void)state;
    start(FPS);
    watch("20", "1M", arguments, &r);
    assert_true(player_count(&r, "zap_ms") >= 2);
    assert_true(player_count(&r, "stall_ms") >= 2);
    assert_true(player_figure(&r, "stall_count", "p50") >= 1);
    expect_in(&r, "init_ms", "mean", 20 + player_figure(&r, "packet_bytes", "mean") * 8 / 1000,
              INFINITY);
    player_report_finish(&r);
    packager_stop(&packager);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_zap_is_one_round_trip, clear_away),
        cmocka_unit_test_teardown(a_segment_end_costs_nothing, clear_away),
        cmocka_unit_test_teardown(a_thin_link_makes_stalls_and_no_errors, clear_away),
    };
    return cmocka_run_group_tests(tests, make_lab, remove_lab);
}
