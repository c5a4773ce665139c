/* Packets made on demand, by the real program over real HTTP: nothing for nobody, once for many,
 * the whole window, ahead for a busy channel, and nothing for whoever has left. */
#include "e2e/packager.h"
#include "e2e/viewer.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/http_raw.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    RATE = 25,
    WINDOW = 10 * RATE,
    CROWD = 60, /* who ask for the same packet at once */
    PATIENCE_US = 30000000,
};

#define TRACK        "256x144-200k"
#define SERIES(name) name "{channel=\"one\",track=\"" TRACK "\"}"

/* Memory for a few pictures only, so that most of the window has to be decoded again. */
static const char *const on_demand[] = {"--ladder", "256x144@200k", "--preset",      "ultrafast",
                                        "--fps",    "25",           "--init-memory", "1M",
                                        "--window", "10",           "one=test:",     NULL};
static const char *const eager[] = {"--ladder", "256x144@200k", "--preset", "ultrafast", "--fps",
                                    "25",       "--init",       "eager",    "one=test:", NULL};

struct stage {
    struct packager packager;
    struct viewer viewer;
    struct viewer_track track;
};

static void stage_start(struct stage *s, const char *const arguments[])
{
    char url[192];
    packager_start(&s->packager, arguments, 1);
    snprintf(url, sizeof url, "%s/one/manifest.json", s->packager.url);
    if (!viewer_open(&s->viewer, url) || !viewer_video(&s->viewer, 0, &s->track))
        packager_fail(&s->packager, s->viewer.error);
}

static void stage_stop(struct stage *s)
{
    viewer_close(&s->viewer);
    packager_stop(&s->packager);
}

/* The tests of one channel follow each other. */
static int start_on_demand(void **state)
{
    static struct stage s;
    stage_start(&s, on_demand);
    *state = &s;
    return 0;
}

static int stop_on_demand(void **state)
{
    stage_stop(*state);
    return 0;
}

static double metric(struct stage *s, const char *series)
{
    return packager_metric(&s->packager, series);
}

static int64_t newest(struct stage *s)
{
    return (int64_t)metric(s, SERIES("openhesp_frames_total")) - 1;
}

static double packets(struct stage *s)
{
    return metric(s, SERIES("openhesp_packets_total"));
}

static void await_frame(struct stage *s, int64_t n)
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (newest(s) < n) {
        assert_true(clock_monotonic_us() < until_us);
        clock_sleep_until_us(clock_monotonic_us() + 50000);
    }
}

static void get_packet(struct stage *s, int64_t n)
{
    struct viewer_packet packet;
    if (!viewer_get_packet(&s->viewer, &s->track, n, &packet))
        packager_fail(&s->packager, s->viewer.error);
    if (n != HESP_NOW)
        assert_int_equal(packet.sequence, n);
    viewer_packet_finish(&packet);
}

static void packet_url(const struct stage *s, int64_t n, char url[HESP_URL_BYTES])
{
    assert_int_equal(hesp_initialization_url(s->viewer.url, &s->track.place, n, url), 0);
}

static void nobody_asks_and_nothing_is_made(void **state)
{
    struct stage *s = *state;
    await_frame(s, 60);
    assert_true(packets(s) == 1); /* which shows that the rung works */
}

static void *fetch(void *url)
{
    struct http_answer answer;
    http_get(url, &answer);
    bool good = answer.status == 200 && answer.size > 1000;
    http_answer_finish(&answer);
    return good ? url : NULL;
}

/* However many ask, and whether its picture is at hand or not. */
static void many_requests_are_one_packet(void **state)
{
    struct stage *s = *state;
    char url[HESP_URL_BYTES];
    pthread_t threads[CROWD];
    await_frame(s, 120);
    double before = packets(s);
    int64_t const asked[] = {newest(s), 20};
    for (size_t k = 0; k < sizeof asked / sizeof *asked; k++) {
        packet_url(s, asked[k], url);
        for (int i = 0; i < CROWD; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, fetch, url), 0);
        for (int i = 0; i < CROWD; i++) {
            void *good;
            pthread_join(threads[i], &good);
            assert_non_null(good);
        }
        assert_true(packets(s) == before + (double)k + 1);
    }
    assert_true(metric(s, SERIES("openhesp_packets_replayed_frames_total")) > 0);
}

/* H23: any frame of the window, again and again, the oldest ones included. */
static void h23_the_whole_window_is_answered(void **state)
{
    struct stage *s = *state;
    await_frame(s, WINDOW + 20);
    for (int step = 0; step <= WINDOW - 10; step += 7)
        get_packet(s, newest(s) - step);
    double made = packets(s);
    assert_true(made > WINDOW / 8);
    assert_true(metric(s, SERIES("openhesp_packets_refused_total")) == 0);
    assert_true(metric(s, SERIES("openhesp_packet_pictures_bytes")) <= 1 << 20);
}

/* Asked for `now` at every frame, a channel makes its packets ahead; and stops when nobody does. */
static void a_busy_channel_is_made_ahead(void **state)
{
    struct stage *s = *state;
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (metric(s, SERIES("openhesp_packets_ahead")) == 0) {
        get_packet(s, HESP_NOW);
        assert_true(clock_monotonic_us() < until_us);
    }
    await_frame(s, newest(s) + 3 * RATE);
    assert_true(metric(s, SERIES("openhesp_packets_ahead")) == 0);
}

/* Requests for frames that need decoding, whose clients leave at once: others are served, and the
 * orders of those who left are gone. */
static void whoever_leaves_costs_nothing_further(void **state)
{
    enum { LEAVERS = 40 };
    struct stage *s = *state;
    static struct http_raw clients[LEAVERS];
    char url[HESP_URL_BYTES];
    await_frame(s, WINDOW);
    int64_t first = newest(s) - WINDOW / 2;
    for (int i = 0; i < LEAVERS; i++) {
        packet_url(s, first + i, url);
        http_raw_open(&clients[i], s->packager.port);
        http_raw_request(&clients[i], "GET", strchr(url + 8, '/'), "");
    }
    for (int i = 0; i < LEAVERS; i++)
        http_raw_close(&clients[i]);
    get_packet(s, HESP_NOW);
    get_packet(s, first - 1);
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (metric(s, SERIES("openhesp_packet_orders")) > 0 ||
           metric(s, "openhesp_origin_parked_requests") > 0) {
        assert_true(clock_monotonic_us() < until_us);
        clock_sleep_until_us(clock_monotonic_us() + 20000);
    }
}

static void eager_makes_them_all(void **state)
{
    static struct stage s;
    (void)state;
    stage_start(&s, eager);
    await_frame(&s, 60);
    double made = packets(&s) + metric(&s, SERIES("openhesp_packets_skipped_total"));
    assert_true(made >= 58);
    get_packet(&s, 30);
    get_packet(&s, HESP_NOW);
    stage_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_asks_and_nothing_is_made),
        cmocka_unit_test(many_requests_are_one_packet),
        cmocka_unit_test(h23_the_whole_window_is_answered),
        cmocka_unit_test(a_busy_channel_is_made_ahead),
        cmocka_unit_test(whoever_leaves_costs_nothing_further),
        cmocka_unit_test(eager_makes_them_all),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start_on_demand, stop_on_demand);
    curl_global_cleanup();
    return failed;
}
