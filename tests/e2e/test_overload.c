/* A ladder that is too heavy for the machine, which is one core here, whatever there is: latency
 * stays bounded, what cannot be encoded in time is repeated and counted, the largest rung suffers
 * first, sound goes on, and /healthz and the log tell of it. (That this is a rule and no luck, show
 * tests/unit/packager/pipeline/test_overload.c.) */
#include "e2e/packager.h"
#include "e2e/viewer.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/sanitized.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNGS = 3, FPS = 50, TRIES = 1200, PAUSE_US = 50000, WATCHED = 6 * FPS };

static const char *const rungs[RUNGS] = {"1920x1080-9000k", "1280x720-5000k", "320x180-300k"};
static const char *const ladder = "1920x1080@9M,1280x720@5M,320x180@300k";

struct overload_case {
    struct packager packager;
    cpu_set_t all; /* that the test may use itself */
};

static double of_rung(struct packager *p, const char *name, int rung)
{
    char series[160];
    snprintf(series, sizeof series, "openhesp_%s{channel=\"one\",track=\"%s\"}", name, rungs[rung]);
    return packager_metric(p, series);
}

/* Frames that show a new picture. */
static double fresh(struct packager *p, int rung)
{
    return of_rung(p, "frames_total", rung) - of_rung(p, "rung_repeated_pictures_total", rung) -
           of_rung(p, "rung_shed_pictures_total", rung);
}

static void pause_a_little(void)
{
    clock_sleep_until_us(clock_monotonic_us() + PAUSE_US);
}

static bool health_says(struct packager *p, const char *what)
{
    struct http_answer answer;
    packager_get(p, "/healthz", 200, &answer);
    bool says = memmem(answer.body, answer.size, what, strlen(what)) != NULL;
    http_answer_finish(&answer);
    return says;
}

/* The packager inherits one core; so do its encoders. */
static int start(void **state)
{
    static struct overload_case test;
    const char *const arguments[] = {"--fps", "50",       "--preset", "faster",    "--ladder",
                                     ladder,  "--window", "60",       "one=test:", NULL};
    cpu_set_t one;
    int first = 0;
    *state = &test;
    assert_int_equal(sched_getaffinity(0, sizeof test.all, &test.all), 0);
    while (!CPU_ISSET(first, &test.all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    packager_start(&test.packager, arguments, 1);
    assert_int_equal(sched_setaffinity(0, sizeof test.all, &test.all), 0);
    return 0;
}

static int stop(void **state)
{
    struct overload_case *test = *state;
    packager_stop(&test->packager);
    return 0;
}

static void an_overload_is_told(void **state)
{
    struct overload_case *test = *state;
    for (int i = 0; !health_says(&test->packager, "the encoders are too slow"); i++) {
        assert_true(i < TRIES);
        pause_a_little();
    }
    assert_true(health_says(&test->packager, "\"degraded\""));
    char *log = process_log(&test->packager.process);
    assert_non_null(strstr(log, "the encoders are too slow for this machine"));
    free(log);
}

/* How far a rung is behind the sound, whose thread is first in line, in frames of picture. */
static double behind(struct packager *p, int rung)
{
    double frames = of_rung(p, "frames_total", rung);
    double sound = packager_metric(p, "openhesp_frames_total{channel=\"one\",track=\"audio\"}");
    return sound * 1024 / 48000 * FPS - frames;
}

static void the_largest_rung_suffers_first_and_latency_stays_bounded(void **state)
{
    struct overload_case *test = *state;
    struct packager *p = &test->packager;
    double before[RUNGS], seen[RUNGS], from = of_rung(p, "frames_total", RUNGS - 1), worst = 0;
    for (int i = 0; i < RUNGS; i++)
        before[i] = fresh(p, i);
    while (of_rung(p, "frames_total", RUNGS - 1) < from + WATCHED) {
        for (int i = 0; i < RUNGS; i++)
            worst = behind(p, i) > worst ? behind(p, i) : worst;
        pause_a_little();
    }
    for (int i = 0; i < RUNGS; i++) {
        seen[i] = fresh(p, i) - before[i];
        print_message("%s: %.0f new pictures in %d frames\n", rungs[i], seen[i], WATCHED);
    }
    print_message("%.1f frames behind at worst, level %.0f\n", worst,
                  packager_metric(p, "openhesp_shed_level{channel=\"one\"}"));
    /* Where others use the machine as well, the two largest may have to give all that they can. */
    assert_true(seen[0] < 3 * WATCHED / 4);
    assert_true(seen[0] < seen[1] + WATCHED / 10);
    assert_true(seen[0] < seen[2] && seen[1] < seen[2] + WATCHED / 10);
    if (!SANITIZED) /* which are slower than any machine that this is for */
        assert_true(worst < 3 * FPS);
}

/* Each rung's newest frames, one after the other without a gap. */
static void h4_every_rung_goes_on_without_a_gap(void **state)
{
    struct overload_case *test = *state;
    char url[192];
    struct viewer v;
    snprintf(url, sizeof url, "%s/one/manifest.json", test->packager.url);
    if (!viewer_open(&v, url))
        packager_fail(&test->packager, v.error);
    for (int i = 0; i < RUNGS; i++) {
        struct viewer_track track;
        struct viewer_packet packet;
        struct viewer_samples samples = {0};
        if (!viewer_video(&v, (size_t)i, &track) ||
            !viewer_get_packet(&v, &track, HESP_NOW, &packet) ||
            !viewer_get_samples(&v, &track, &packet.packet.continuation, FPS, &samples))
            packager_fail(&test->packager, v.error);
        for (size_t k = 0; k < samples.count; k++)
            assert_int_equal(samples.list[k].sequence, packet.sequence + 1 + (int64_t)k);
        viewer_samples_finish(&samples);
        viewer_packet_finish(&packet);
    }
    viewer_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overload_is_told),
        cmocka_unit_test(the_largest_rung_suffers_first_and_latency_stays_bounded),
        cmocka_unit_test(h4_every_rung_goes_on_without_a_gap),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start, stop);
    curl_global_cleanup();
    return failed;
}
