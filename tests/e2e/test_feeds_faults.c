/* Feeds that misbehave, each by itself a channel of one packager beside a channel that does not:
 * time stamps that jump by hours, wrap, and stand still; a line that loses 5 % of the datagrams; a
 * sender that changes size, rate and codecs; noise instead of media; a connection over which
 * nothing comes. */
#include "e2e/feed_clip.h"
#include "e2e/feed_pusher.h"
#include "e2e/feed_status.h"
#include "e2e/feed_watch.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/proxy.h"
#include "support/sanitized.h"
#include "support/ts_relay.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JUMPS, WRAPS, LOSSY, CHANGES, NOISE, SILENT, LISTENER, FEEDS, WITNESS = FEEDS, CHANNELS };
enum { H264, MPEG2, HEVC, CLIPS };
enum {
    FPS = 25,
    BEATS = SANITIZED ? 150 : 90,
    SETTLE = 2 * FPS,
    STEADY = 4 * FPS,
    STILL = 2 * FPS
};
enum { OTHER_BEATS = 30, CALM_TRIES = 3, CALM_MISSED = 15 };
enum { LOST_PER_MILLE = 50, NOISE_DATAGRAMS = 1000, SEED = 12 };
enum { MEMORY_GROWTH_KB = 64 << 10, RATE_SLACK = 2 * FPS, TRIES = 600, PAUSE_US = 50000 };

static const int64_t hour_ticks = (int64_t)3600 * 90000;
static const int64_t before_wrap_ticks = 5 * 90000;

struct stretch {
    int64_t from, to;        /* sequence numbers */
    int64_t encoder_repeats; /* within it */
    bool calm;               /* the machine had time for all of it */
};

/* What the faults do to each channel is looked at afterwards, in these stretches. */
struct fault_case {
    struct packager packager;
    char clips[CLIPS][64];
    struct feed_pusher pushers[FEEDS];
    int ports[FEEDS];
    struct ts_relay relays[FEEDS];
    struct process caller, listener; /* who call and say nothing: over TCP, over SRT */
    struct stretch steady[CHANNELS], first[CHANNELS], second[CHANNELS], still[CHANNELS],
        third[CHANNELS];
    struct feed_watch watches[CHANNELS];
    long memory_before_kb, memory_after_kb;
};

static const char *const names[CHANNELS] = {"jumps", "wraps",  "lossy",    "changes",
                                            "noise", "silent", "listener", "witness"};

static double feed_metric(struct fault_case *test, int channel, const char *name)
{
    char series[128];
    snprintf(series, sizeof series, "openhesp_feed_%s{channel=\"%s\"}", name, names[channel]);
    return packager_metric(&test->packager, series);
}

static int log_lines(struct fault_case *test, int channel, const char *text)
{
    return feed_status_log_lines(&test->packager, names[channel], text);
}

/* That many more frames of the witness. */
static void await_frames(struct fault_case *test, int64_t frames)
{
    int64_t newest = feed_status_newest(&test->packager, names[WITNESS]);
    feed_status_await_frame(&test->packager, names[WITNESS], newest + frames);
}

/* Frames of picture and of sound that the machine had no time for, and sound of a feed without
 * fault that came too late: while it has other things to do, nothing can be told from flashes and
 * beeps. */
static double missed(struct fault_case *test)
{
    double sum = feed_metric(test, WRAPS, "silent_samples_total") / 1024;
    for (int i = 0; i < CHANNELS; i++) {
        char series[128];
        snprintf(series, sizeof series, "openhesp_sound_silenced_frames_total{channel=\"%s\"}",
                 names[i]);
        sum += (double)feed_status_encoder_repeats(&test->packager, names[i]) +
               packager_metric(&test->packager, series);
    }
    return sum;
}

/* Every channel's frames while so many of the witness pass. */
static void record_once(struct fault_case *test, struct stretch stretches[CHANNELS], int64_t frames)
{
    struct packager *p = &test->packager;
    for (int i = 0; i < CHANNELS; i++)
        stretches[i] = (struct stretch){
            .from = feed_status_newest(p, names[i]),
            .encoder_repeats = feed_status_encoder_repeats(p, names[i]),
        };
    await_frames(test, frames);
    for (int i = 0; i < CHANNELS; i++) {
        struct stretch *s = &stretches[i];
        s->to = feed_status_newest(p, names[i]);
        s->encoder_repeats = feed_status_encoder_repeats(p, names[i]) - s->encoder_repeats;
    }
}

/* The same, again where the machine was busy. */
static void record(struct fault_case *test, struct stretch stretches[CHANNELS], int64_t frames)
{
    for (int i = 0; i < CALM_TRIES; i++) {
        double before = missed(test);
        record_once(test, stretches, frames);
        bool calm = missed(test) <= before + CALM_MISSED;
        for (int k = 0; k < CHANNELS; k++)
            stretches[k].calm = calm;
        if (calm)
            return;
    }
    print_message("the machine does not get calm: this stretch is not judged\n");
}

static void make_clips(struct fault_case *test)
{
    const struct feed_clip clips[CLIPS] = {
        [H264] = {.rate = {FPS, 1}, .beats = BEATS, .width = 640, .height = 360},
        [MPEG2] = {.rate = {30, 1},
                   .beats = OTHER_BEATS,
                   .width = 480,
                   .height = 270,
                   .picture_codec = "mpeg2video",
                   .sound_codec = "mp2"},
        [HEVC] = {.rate = {50, 1},
                  .beats = OTHER_BEATS,
                  .width = 320,
                  .height = 180,
                  .picture_codec = "libx265",
                  .sound_codec = "ac3"}};
    for (int i = 0; i < CLIPS; i++) {
        struct feed_clip clip = clips[i];
        snprintf(test->clips[i], sizeof test->clips[i], "/tmp/openhesp-fault-%d-%d.ts",
                 (int)getpid(), i);
        clip.path = test->clips[i];
        feed_clip_make(&clip);
    }
}

static void start_packager(struct fault_case *test)
{
    char inputs[CHANNELS][128] = {[WITNESS] = "witness=test:"};
    const char *arguments[24] = {"--fps",    "25",        "--ladder",      FEED_STATUS_RUNG "@200k",
                                 "--preset", "ultrafast", "--window",      "600",
                                 "--memory", "64M",       "--init-memory", "2M"};
    size_t count = 12;
    for (int i = 0; i < FEEDS; i++) {
        const char *form = i == SILENT     ? "tcp://127.0.0.1:%d?listen=1"
                           : i == LISTENER ? "srt://127.0.0.1:%d?mode=listener"
                                           : "udp://127.0.0.1:%d";
        char input[96];
        feed_pusher_init(&test->pushers[i], FEED_PUSHER_UDP);
        test->ports[i] = i == SILENT ? proxy_free_port() : test->pushers[i].port;
        snprintf(input, sizeof input, form, test->ports[i]);
        snprintf(inputs[i], sizeof inputs[i], "%s=%s", names[i], input);
    }
    for (int i = 0; i < CHANNELS; i++)
        arguments[count++] = inputs[i];
    packager_start(&test->packager, arguments, CHANNELS);
    for (int i = JUMPS; i <= LOSSY; i++) {
        assert_true(ts_relay_start(&test->relays[i], test->ports[i], SEED));
        test->pushers[i].port = test->relays[i].in_port;
    }
    test->relays[WRAPS].shift_ticks = TS_RELAY_WRAP - before_wrap_ticks;
    test->relays[LOSSY].lost_per_mille = LOST_PER_MILLE;
}

/* Two call, and say nothing: the packager is to hang up by itself. The second is a viewer who has
 * mistaken the input for an output. */
static void call(struct fault_case *test)
{
    char port[16], url[64];
    snprintf(port, sizeof port, "%d", test->ports[SILENT]);
    snprintf(url, sizeof url, "srt://127.0.0.1:%d", test->ports[LISTENER]);
    const char *const netcat[] = {"nc", "127.0.0.1", port, NULL};
    const char *const viewer[] = {"ffmpeg", "-nostdin", "-v",   "error", "-i",
                                  url,      "-f",       "null", "-",     NULL};
    assert_true(process_start(&test->caller, netcat, PROCESS_STDIN));
    assert_true(process_start(&test->listener, viewer, PROCESS_NO_PIPE));
}

static void await_hang_up(struct fault_case *test, int feed)
{
    for (int i = 0; feed_metric(test, feed, "open_failures_total") < 1; i++) {
        assert_true(i < TRIES);
        clock_sleep_until_us(clock_monotonic_us() + PAUSE_US);
    }
}

/* One who does say something. Nobody listens for a moment after each call: he may have to try
 * twice. */
static void call_with_media(struct fault_case *test)
{
    char target[64];
    struct feed_status status = {.newest_sequence = -1};
    snprintf(target, sizeof target, "tcp://127.0.0.1:%d", test->ports[SILENT]);
    const char *const pusher[] = {
        "ffmpeg", "-nostdin", "-v", "error",  "-re",  "-i", test->clips[H264],
        "-c",     "copy",     "-f", "mpegts", target, NULL};
    process_signal(&test->caller, SIGKILL); /* netcat stays until its input ends */
    for (int i = 0; strcmp(status.feed, "up"); i++) {
        assert_true(i < TRIES);
        if (process_wait(&test->caller, 0) != -1) {
            process_finish(&test->caller);
            assert_true(process_start(&test->caller, pusher, PROCESS_NO_PIPE));
        }
        clock_sleep_until_us(clock_monotonic_us() + PAUSE_US);
        feed_status_get(&test->packager, names[SILENT], &status);
    }
}

/* Starts a pusher; tells how many frames passed until its feed was up. */
static void take_up(struct fault_case *test, int feed, int clip)
{
    int64_t from = feed_status_newest(&test->packager, names[feed]);
    feed_pusher_start(&test->pushers[feed], test->clips[clip]);
    feed_status_await(&test->packager, names[feed], "up");
    print_message("%s: up %" PRId64 " frames after its pusher was started\n", names[feed],
                  feed_status_newest(&test->packager, names[feed]) - from);
}

static void await_reopened(struct fault_case *test, int feed, int times)
{
    for (int i = 0;
         feed_metric(test, feed, "reopened_total") < times || feed_metric(test, feed, "up") < 1;
         i++) {
        assert_true(i < TRIES);
        clock_sleep_until_us(clock_monotonic_us() + PAUSE_US);
    }
}

/* One pusher takes another's place at once, with other codecs, size and rate. */
static void switch_clip(struct fault_case *test, int clip, int times)
{
    int64_t from = feed_status_newest(&test->packager, names[CHANGES]);
    feed_pusher_kill(&test->pushers[CHANGES]);
    feed_pusher_start(&test->pushers[CHANGES], test->clips[clip]);
    await_reopened(test, CHANGES, times);
    print_message("changes: up again %" PRId64 " frames after the change\n",
                  feed_status_newest(&test->packager, names[CHANGES]) - from);
}

static void play(struct fault_case *test)
{
    call(test);
    for (int i = JUMPS; i <= CHANGES; i++)
        feed_pusher_start(&test->pushers[i], test->clips[H264]);
    assert_true(ts_relay_send_garbage(test->ports[NOISE], SEED, NOISE_DATAGRAMS));
    for (int i = JUMPS; i <= CHANGES; i++)
        feed_status_await(&test->packager, names[i], "up");
    await_hang_up(test, SILENT);
    await_hang_up(test, LISTENER);
    await_frames(test, SETTLE);
    record(test, test->steady, STEADY);

    test->relays[JUMPS].shift_ticks = 3 * hour_ticks;
    test->relays[LOSSY].lost_per_mille = 0;
    take_up(test, NOISE, H264);
    call_with_media(test);
    switch_clip(test, MPEG2, 1);
    await_frames(test, SETTLE);
    record(test, test->first, STEADY);
    test->memory_before_kb = packager_resident_kb(&test->packager); /* all feeds have come */

    test->relays[JUMPS].shift_ticks = TS_RELAY_WRAP - 5 * hour_ticks;
    switch_clip(test, HEVC, 2);
    await_frames(test, SETTLE);
    record(test, test->second, STEADY);

    test->relays[JUMPS].frozen = true;
    record_once(test, test->still, STILL);
    test->relays[JUMPS].frozen = false;
    await_frames(test, SETTLE);
    record(test, test->third, STEADY);
    test->memory_after_kb = packager_resident_kb(&test->packager);
}

/* Watching demands sequence numbers, times and sound without a gap, and a picture of each frame. */
static void watch_all(struct fault_case *test)
{
    for (int i = 0; i < CHANNELS; i++)
        feed_watch_get(&test->watches[i], &test->packager, names[i], test->steady[i].from,
                       test->third[i].to);
}

static int start(void **state)
{
    static struct fault_case test;
    *state = &test;
    make_clips(&test);
    start_packager(&test);
    play(&test);
    watch_all(&test);
    return 0;
}

static int stop(void **state)
{
    struct fault_case *test = *state;
    for (int i = 0; i < FEEDS; i++) {
        feed_pusher_kill(&test->pushers[i]);
        ts_relay_stop(&test->relays[i]);
    }
    process_finish(&test->caller);
    process_finish(&test->listener);
    for (int i = 0; i < CHANNELS; i++)
        feed_watch_finish(&test->watches[i]);
    for (int i = 0; i < CLIPS; i++)
        unlink(test->clips[i]);
    packager_stop(&test->packager);
    return 0;
}

/* That the clip's pictures move on at their rate. What a busy machine holds up costs some. */
static void check_moves(struct fault_case *test, int channel, const struct stretch *s, double ratio,
                        int clip_frames)
{
    struct feed_motion m =
        feed_watch_motion(&test->watches[channel], s->from, s->to, ratio, clip_frames);
    int64_t steps = s->to - s->from - 1;
    double expected = (double)steps * ratio;
    print_message("%s: %" PRId64 " pictures on in %" PRId64 " frames, of %.0f; %" PRId64
                  " repeated (%" PRId64 " by the encoder), %" PRId64 " unreadable\n",
                  names[channel], m.advance, steps, expected, m.repeats, s->encoder_repeats,
                  m.nameless);
    if (!s->calm)
        return;
    assert_true(steps >= STILL / 2);
    assert_int_equal(m.nameless, 0);
    assert_true((double)m.advance >= 0.8 * expected && (double)m.advance <= 1.2 * expected);
    assert_true(m.repeats <= steps / 2);
}

/* That sound and picture are in step. A machine that is held up makes one or the other miss its
 * time, which the next ones do not: most of them have to be in step. */
static void check_in_step(struct fault_case *test, int channel, const struct stretch *s)
{
    int flashes;
    int in_step = feed_watch_in_step(&test->watches[channel], s->from, s->to, &flashes);
    if (!s->calm)
        return;
    assert_true(in_step > 0);
    assert_true(2 * in_step > flashes);
}

static void check(struct fault_case *test, int channel, const struct stretch *s)
{
    check_moves(test, channel, s, 1, BEATS * FPS);
    check_in_step(test, channel, s);
}

/* It was never lost for what came of it; a busy machine may have the pusher wait for too long. */
static void check_not_given_up(struct fault_case *test, int channel)
{
    assert_int_equal(log_lines(test, channel, " is lost"),
                     log_lines(test, channel, " is lost: no packet"));
    assert_true(feed_metric(test, channel, "lost_total") <= 2);
}

static void every_channel_keeps_its_frame_rate_h5(void **state)
{
    struct fault_case *test = *state;
    int64_t witness = test->third[WITNESS].to - test->steady[WITNESS].from;
    for (int i = 0; i < FEEDS; i++) {
        int64_t frames = test->third[i].to - test->steady[i].from;
        assert_in_range(frames, witness - RATE_SLACK, witness + RATE_SLACK);
    }
}

static void time_stamps_may_jump_by_hours_h6(void **state)
{
    struct fault_case *test = *state;
    check(test, JUMPS, &test->steady[JUMPS]);
    check(test, JUMPS, &test->first[JUMPS]);
    check(test, JUMPS, &test->second[JUMPS]);
    assert_true(feed_metric(test, JUMPS, "discontinuities_total") >= 2);
    assert_true(log_lines(test, JUMPS, "time stamps of the") >= 2);
    check_not_given_up(test, JUMPS);
}

static void time_stamps_may_stand_still_h6(void **state)
{
    struct fault_case *test = *state;
    test->still[JUMPS].calm = test->third[JUMPS].calm;
    check_moves(test, JUMPS, &test->still[JUMPS], 1, BEATS * FPS);
    check(test, JUMPS, &test->third[JUMPS]);
}

static void time_stamps_may_wrap_h6(void **state)
{
    struct fault_case *test = *state;
    struct stretch all = {
        .from = test->steady[WRAPS].from, .to = test->third[WRAPS].to, .calm = true};
    check_moves(test, WRAPS, &all, 1, BEATS * FPS);
    check_in_step(test, WRAPS, &all);
    check_not_given_up(test, WRAPS);
}

static void a_line_that_loses_datagrams_is_damage_and_no_end(void **state)
{
    struct fault_case *test = *state;
    struct feed_motion m = feed_watch_motion(&test->watches[LOSSY], test->steady[LOSSY].from,
                                             test->steady[LOSSY].to, 1, BEATS * FPS);
    print_message("lossy: %d datagrams lost, %d passed on; %" PRId64
                  " pictures unreadable, %" PRId64 " repeated\n",
                  (int)atomic_load(&test->relays[LOSSY].lost),
                  (int)atomic_load(&test->relays[LOSSY].passed), m.nameless, m.repeats);
    assert_true(atomic_load(&test->relays[LOSSY].lost) > 0);
    assert_true(m.repeats < STEADY / 2);
    assert_true(feed_metric(test, LOSSY, "decode_errors_total") > 0);
    assert_int_equal(log_lines(test, LOSSY, " is damaged"), 1);
    check_not_given_up(test, LOSSY);
    check(test, LOSSY, &test->second[LOSSY]); /* once it loses nothing any more */
    check(test, LOSSY, &test->third[LOSSY]);
}

static void a_sender_may_change_codecs_size_and_rate(void **state)
{
    struct fault_case *test = *state;
    check(test, CHANGES, &test->steady[CHANGES]);
    check_moves(test, CHANGES, &test->first[CHANGES], 30. / FPS, OTHER_BEATS * 30);
    check_in_step(test, CHANGES, &test->first[CHANGES]);
    check_moves(test, CHANGES, &test->second[CHANGES], 50. / FPS, OTHER_BEATS * 50);
    check_in_step(test, CHANGES, &test->second[CHANGES]);
    /* A pusher that starts slowly is missed before anything can be found wrong with it. */
    assert_true(log_lines(test, CHANGES, "can no longer be decoded") +
                    log_lines(test, CHANGES, "no packet for 2 s") >=
                2);
    assert_true(log_lines(test, CHANGES, "mpeg2video 480x270") == 1);
    assert_true(log_lines(test, CHANGES, "picture hevc") == 1);
}

static void noise_is_passed_over(void **state)
{
    struct fault_case *test = *state;
    check(test, NOISE, &test->first[NOISE]);
    check(test, NOISE, &test->third[NOISE]);
    assert_int_equal(log_lines(test, NOISE, " is up"), 1);
}

static void who_calls_and_says_nothing_is_let_go(void **state)
{
    struct fault_case *test = *state;
    check(test, SILENT, &test->first[SILENT]);
    check(test, SILENT, &test->third[SILENT]);
    assert_true(log_lines(test, SILENT, "nothing came from it in time") >= 1);
    assert_true(log_lines(test, LISTENER, "nothing came from it in time") >= 1);
}

static void another_channel_notices_nothing(void **state)
{
    struct fault_case *test = *state;
    struct feed_status status;
    feed_status_get(&test->packager, names[WITNESS], &status);
    assert_string_equal(status.feed, "up");
    assert_true(feed_metric(test, WITNESS, "repeated_pictures_total") == 0);
    assert_true(feed_metric(test, WITNESS, "silent_samples_total") == 0);
    assert_int_equal(log_lines(test, WITNESS, "feed"), 0);
}

static void memory_stays_level(void **state)
{
    struct fault_case *test = *state;
    print_message("%ld KB once all feeds had come, %ld KB after all faults\n",
                  test->memory_before_kb, test->memory_after_kb);
    if (SANITIZED)
        skip();
    assert_true(test->memory_after_kb <= test->memory_before_kb + MEMORY_GROWTH_KB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_channel_keeps_its_frame_rate_h5),
        cmocka_unit_test(time_stamps_may_jump_by_hours_h6),
        cmocka_unit_test(time_stamps_may_stand_still_h6),
        cmocka_unit_test(time_stamps_may_wrap_h6),
        cmocka_unit_test(a_line_that_loses_datagrams_is_damage_and_no_end),
        cmocka_unit_test(a_sender_may_change_codecs_size_and_rate),
        cmocka_unit_test(noise_is_passed_over),
        cmocka_unit_test(who_calls_and_says_nothing_is_let_go),
        cmocka_unit_test(another_channel_notices_nothing),
        cmocka_unit_test(memory_stays_level),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start, stop);
    curl_global_cleanup();
    return failed;
}
