/* The same scenario for real and in virtual time: two channels are recorded, watched behind
 * player-sim link, and then simulated as content over a link of the same rate and round trip. What
 * viewers waited for has to agree; the differences are printed. Packets fit the first window of any
 * congestion control, as kernels have different ones: docs/lab.md has larger ones. Skipped where
 * there is no root, no TUN device or no ip. */
#include "e2e/packager.h"
#include "e2e/player.h"
#include "support/cmocka_all.h"
#include "support/netns_lab.h"
#include "support/sanitized.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_MS = 60000, PATH_BYTES = 64 };

/* Of the two figures at most so far apart: the larger of a share and a few milliseconds, as this
 * machine also does other things. An instrumented encoder is too slow to compare with. */
static const double share_max = SANITIZED ? 1 : 0.25, ms_max = SANITIZED ? 300 : 15;

static struct netns_lab lab;
static struct packager packager = {.process = {.out = -1, .in = -1}};
static char contents[2][PATH_BYTES];

static int make_lab(void **state)
{
    (void)state;
    const char *missing = netns_lab_missing();
    if (missing)
        print_message("all of it is skipped: there is no %s\n", missing);
    if (missing)
        return 0;
    if (!netns_lab_make(&lab))
        return -1;
    char said[64]; /* recordings are made inside */
    netns_lab_shell(&lab, "ip -n %s link set lo up", said, sizeof said);
    return 0;
}

static int remove_lab(void **state)
{
    (void)state;
    process_finish(&packager.process);
    for (int i = 0; i < 2; i++)
        if (contents[i][0])
            unlink(contents[i]);
    netns_lab_remove(&lab);
    return 0;
}

static struct process start_recording(const char *name, char path[PATH_BYTES])
{
    struct process p;
    char url[96];
    snprintf(url, sizeof url, "http://127.0.0.1:8080/%s/manifest.json", name);
    strcpy(path, "/tmp/openhesp-content-XXXXXX");
    close(mkstemp(path));
    const char *const argv[] = {"ip",     "netns",      "exec", lab.name, OPENHESP_PLAYER_SIM,
                                "record", "--duration", "4",    "-o",     path,
                                url,      NULL};
    assert_true(process_start(&p, argv, PROCESS_NO_PIPE));
    return p;
}

static void end_recording(struct process *p)
{
    int code = process_wait(p, RECORD_MS);
    char *log = process_log(p);
    if (code)
        print_message("%s\n", log);
    free(log);
    process_finish(p);
    assert_int_equal(code, 0);
}

static void compare(const struct player_report *live, const struct player_report *simulated,
                    const char *metric)
{
    double real = player_figure(live, metric, "p50"),
           model = player_figure(simulated, metric, "p50");
    double apart = fabs(model - real);
    print_message("%-16s p50 live %7.1f ms, simulated %7.1f ms (%+.0f %%); tm90 %7.1f and %7.1f\n",
                  metric, real, model, (model - real) / real * 100,
                  player_figure(live, metric, "tm90"), player_figure(simulated, metric, "tm90"));
    if (apart > ms_max && apart > share_max * real)
        fail_msg("%s: %.1f ms live, %.1f ms simulated", metric, real, model);
}

static void what_is_simulated_is_what_is_seen(void **state)
{
    static const char *const start[] = {"--init",
                                        "eager",
                                        "--preset",
                                        "ultrafast",
                                        "--ladder",
                                        "256x144@250k,160x90@100k",
                                        "--segment-duration",
                                        "2",
                                        "--fps",
                                        "20",
                                        "one=test:1",
                                        "two=test:2",
                                        NULL};
    const char *const link[] = {"--netns", lab.name, "--rtt", "80", "--rate", "4M", NULL};
    const char *const watch[] = {"--sessions",
                                 "1",
                                 "--duration",
                                 "16",
                                 "--decode",
                                 "none",
                                 "--zap-every",
                                 "random:0.8",
                                 "http://10.77.0.1:8080/one/manifest.json",
                                 "http://10.77.0.1:8080/two/manifest.json",
                                 NULL};
    const char *const simulate[] = {"--sessions", "40",        "--duration",  "16",
                                    "--channels", "2",         "--zap-every", "random:0.8",
                                    "--rtt",      "80",        "--rate",      "4M",
                                    "--resync",   "0",         "--content",   contents[0],
                                    "--content",  contents[1], NULL};
    static const char *const metrics[] = {"zap_ms", "first_byte_ms", "continuation_ms",
                                          "latency_ms", "arrival_ms"};
    struct player_report live, simulated;
    (void)state;
    if (!lab.name[0])
        skip();
    packager_start_in(&packager, lab.name, start, 2);
    struct process one = start_recording("one", contents[0]);
    struct process two = start_recording("two", contents[1]);
    end_recording(&one);
    end_recording(&two);
    player_run_behind(link, watch, &live);
    player_expect_code(&live, 0);
    player_simulate(simulate, &simulated);
    player_expect_code(&simulated, 0);
    assert_true(player_count(&live, "zap_ms") >= 8);
    assert_true(player_count(&simulated, "zap_ms") >= 400);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        compare(&live, &simulated, metrics[i]);
    player_report_finish(&live);
    player_report_finish(&simulated);
    packager_stop(&packager);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_simulated_is_what_is_seen)};
    return cmocka_run_group_tests(tests, make_lab, remove_lab);
}
