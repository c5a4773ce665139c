/* Hundreds of viewers at once, some of whom come and go while others stay (H2, H3, H22 to H24,
 * H27, H29), and some of whom stop reading. Under ThreadSanitizer, with fewer of them, the packager
 * fails this test by its exit code. */
#include "e2e/crowd.h"
#include "e2e/packager.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/http_raw.h"
#include "support/sanitized.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    STEADY = SANITIZED ? 30 : 200,
    RESTLESS = SANITIZED ? 20 : 100,
    MEMBERS = STEADY + RESTLESS,
    STALLED = 8,
    STALLED_RECEIVE_BYTES = 4096,
    SETTLED_S = 6, /* of media: the window is full, and everybody is there */
    WATCHED_S = 11,
    STEADY_MS = 13000, /* who begins BACK_MS ago stays for more than 5 s all the same */
    RESTLESS_MS = 2000,
    BACK_MS = 2000, /* how far back people join; the window is twice as long */
    STEP_MS = 100,
    PATIENCE_US = 90000000,
    FILES = 2048,
};

static const char *const arguments[] = {"--ladder",           "426x240@900k,256x144@200k",
                                        "--preset",           "ultrafast",
                                        "--segment-duration", "2",
                                        "--window",           "4",
                                        "one=test:",          NULL};

/* The larger rung is for those who stall: its segments exceed what sockets hold. */
enum { STALLED_TRACK = 0, FIRST_TRACK = 1 };

struct theatre {
    struct packager packager;
    struct viewer viewer;
    struct crowd *crowd;
    struct http_raw stalled[STALLED];
    unsigned seed;
    size_t steady_left; /* members who have seen what they came for */
};

/* 0 to below - 1, the same ones in each run. */
static int64_t chance(struct theatre *t, int64_t below)
{
    t->seed = t->seed * 1103515245 + 12345;
    return (int64_t)(t->seed >> 16 & 0x7fff) % below;
}

static int64_t frames_in(const struct theatre *t, size_t track, int64_t ms)
{
    struct rational rate = crowd_track(t->crowd, track)->rate;
    return timebase_muldiv_ceil(ms, rate.num, rate.den * 1000);
}

/* Any track but the stalled ones', at a random moment of the last seconds, or now. */
static void join_somewhere(struct theatre *t, struct crowd_member *m, int64_t stay_ms)
{
    size_t tracks = crowd_track_count(t->crowd);
    size_t track = FIRST_TRACK + (size_t)chance(t, (int64_t)(tracks - FIRST_TRACK));
    int64_t newest = crowd_newest(t->crowd, track);
    int64_t back = chance(t, frames_in(t, track, BACK_MS));
    bool now = newest < back || chance(t, 4) == 0;
    crowd_join(m, track, now ? HESP_NOW : newest - back, frames_in(t, track, stay_ms));
}

static bool is_steady(const struct crowd_member *m)
{
    return crowd_place(m).index < STEADY;
}

/* Mostly a while; sometimes not even until the packet has come. */
static void come_again(struct theatre *t, struct crowd_member *m)
{
    join_somewhere(t, m, chance(t, 6) ? 1 + chance(t, RESTLESS_MS) : 0);
}

static void take_leave(void *context, struct crowd_member *m, enum crowd_leaving leaving)
{
    struct theatre *t = context;
    assert_int_equal(leaving, CROWD_HAD_ENOUGH);
    if (is_steady(m))
        t->steady_left++;
    else
        come_again(t, m);
}

static void step(struct theatre *t)
{
    if (!crowd_step(t->crowd, STEP_MS))
        packager_fail(&t->packager, crowd_error(t->crowd));
}

/* They ask for a segment of the large rung and never read a byte of it. */
static void stall(struct theatre *t)
{
    struct viewer_track track;
    struct viewer_packet packet;
    char url[HESP_URL_BYTES];
    if (!viewer_video(&t->viewer, STALLED_TRACK, &track) ||
        !viewer_get_packet(&t->viewer, &track, HESP_NOW, &packet))
        packager_fail(&t->packager, t->viewer.error);
    assert_int_equal(hesp_continuation_url(t->viewer.url, &track.place,
                                           packet.packet.continuation.segment_id, url),
                     0);
    viewer_packet_finish(&packet);
    for (size_t i = 0; i < STALLED; i++) {
        http_raw_open_narrow(&t->stalled[i], t->packager.port, STALLED_RECEIVE_BYTES);
        http_raw_request(&t->stalled[i], "GET", url + strlen(t->packager.url), "");
    }
}

static void open_theatre(struct theatre *t)
{
    memset(t, 0, sizeof *t);
    t->seed = 20261123;
    packager_start(&t->packager, arguments, 1);
    char url[192];
    snprintf(url, sizeof url, "%s/one/manifest.json", t->packager.url);
    if (!viewer_open(&t->viewer, url))
        packager_fail(&t->packager, t->viewer.error);
    struct crowd_config config = {
        .viewer = &t->viewer, .members = MEMBERS, .context = t, .left = take_leave};
    t->crowd = crowd_create(&config);
    assert_int_equal(crowd_track_count(t->crowd), 3);
}

static void close_theatre(struct theatre *t)
{
    for (size_t i = 0; i < STALLED; i++)
        http_raw_close(&t->stalled[i]);
    viewer_close(&t->viewer);
    packager_stop(&t->packager);
}

/* Until the crowd has seen that many seconds of the channel. */
static void watch_to(struct theatre *t, int64_t seconds)
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    while (crowd_newest(t->crowd, FIRST_TRACK) < frames_in(t, FIRST_TRACK, 1000 * seconds)) {
        step(t);
        assert_true(clock_monotonic_us() < deadline_us);
    }
}

static void watch_until_steady_have_left(struct theatre *t)
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    while (t->steady_left < STEADY) {
        step(t);
        assert_true(clock_monotonic_us() < deadline_us);
    }
}

static void wait_for_metric(struct theatre *t, const char *series, double least, double most)
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    double value;
    while ((value = packager_metric(&t->packager, series)) < least || value > most) {
        if (clock_monotonic_us() > deadline_us)
            fail_msg("%s stays at %g, outside %g to %g", series, value, least, most);
        clock_sleep_until_us(clock_monotonic_us() + 100000);
    }
}

struct memory {
    double store_bytes;
    long resident_kb;
};

static struct memory memory_of(struct theatre *t)
{
    static const char *const series[] = {
        "openhesp_store_bytes{channel=\"one\",track=\"426x240-900k\"}",
        "openhesp_store_bytes{channel=\"one\",track=\"256x144-200k\"}",
        "openhesp_store_bytes{channel=\"one\",track=\"audio\"}"};
    struct memory memory = {.resident_kb = packager_resident_kb(&t->packager)};
    for (size_t i = 0; i < sizeof series / sizeof *series; i++)
        memory.store_bytes += packager_metric(&t->packager, series[i]);
    return memory;
}

/* With the window full, neither what is kept nor what it is kept in grows; generously. */
static void check_memory(const struct memory *before, const struct memory *after)
{
    print_message("store %.0f kB then %.0f kB, resident %ld kB then %ld kB\n",
                  before->store_bytes / 1e3, after->store_bytes / 1e3, before->resident_kb,
                  after->resident_kb);
    assert_true(before->store_bytes > 0 && before->resident_kb > 0);
    assert_true(after->store_bytes < 1.5 * before->store_bytes);
    if (!SANITIZED) /* else memory grows by design */
        assert_true(after->resident_kb < before->resident_kb + before->resident_kb / 4 + 8192);
}

static void check_tally(struct theatre *t)
{
    struct crowd_tally tally = crowd_tally(t->crowd);
    print_message("%" PRId64 " joins, %" PRId64 " hang-ups, %" PRId64 " samples, %" PRId64
                  " of them compared, %" PRId64 " segment ends\n",
                  tally.joins, tally.hang_ups, tally.samples, tally.compared, tally.segment_ends);
    assert_true(tally.joins > MEMBERS + RESTLESS);
    assert_true(tally.hang_ups > 0);
    assert_true(tally.segment_ends >= 2 * STEADY);
    assert_true(tally.samples > STEADY * frames_in(t, FIRST_TRACK, STEADY_MS));
    assert_true(tally.compared > tally.samples / 2);
}

/* No sample missing, repeated or different: crowd_step says so. No error either, though others
 * hang up at any moment, and others still never read what they have asked for. */
static void h3_h24_h27_hundreds_of_viewers_see_the_same_without_a_gap(void **state)
{
    struct theatre t;
    struct memory before, after;
    (void)state;
    open_theatre(&t);
    stall(&t);
    for (size_t i = 0; i < MEMBERS; i++) {
        struct crowd_member *m = crowd_member(t.crowd, i);
        join_somewhere(&t, m, is_steady(m) ? STEADY_MS : 1 + chance(&t, RESTLESS_MS));
        step(&t);
    }
    watch_to(&t, SETTLED_S);
    before = memory_of(&t);
    watch_to(&t, WATCHED_S);
    after = memory_of(&t);
    watch_until_steady_have_left(&t);
    check_tally(&t);
    check_memory(&before, &after);
    /* Who was cut off, and who hung up: the origin has noticed all of them. */
    crowd_destroy(t.crowd);
    wait_for_metric(&t, "openhesp_origin_cut_readers_total", STALLED, STALLED);
    wait_for_metric(&t, "openhesp_origin_live_responses", 0, 0);
    wait_for_metric(&t, "openhesp_origin_connections", 1, 1 + STALLED);
    assert_true(packager_metric(&t.packager, "openhesp_origin_responses_total{class=\"5xx\"}") ==
                0);
    close_theatre(&t);
}

static void raise_open_files(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < FILES && files.rlim_max >= FILES) {
        files.rlim_cur = FILES;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h3_h24_h27_hundreds_of_viewers_see_the_same_without_a_gap),
    };
    raise_open_files();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
