/* Feeds that not everybody may give: RTMP and SRT with keys, each pushed by a real ffmpeg while
 * others try without the key, with a wrong one, or as a second one with the right key; and HLS from
 * a server whose playlist stands still, goes on, ends, and turns hostile. All are channels of one
 * packager. Once all is over, each channel is watched. */
#include "e2e/feed_clip.h"
#include "e2e/feed_pusher.h"
#include "e2e/feed_status.h"
#include "e2e/feed_watch.h"
#include "e2e/hls_origin.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OBS, SRT, HLS, CHANNELS };
enum { FPS = 25, CLIP_BEATS = 40, SETTLE = 2 * FPS, STEADY = 4 * FPS, AWAY = FPS };
enum { GIVE_UP_MS = 20000, STEP_US = 50000, TRIES = 600 };

#define KEY        "obs-key-7Qx"
#define PASSPHRASE "long-pass-phrase-9Zk"
#define STREAM_ID  "studio-id-4Wv"

static const char *const names[CHANNELS] = {"obs", "srt", "hls"};

struct stretch {
    int64_t from, to, encoder_repeats;
};

struct push_case {
    struct packager packager;
    char clip[64];
    int ports[2];                     /* of OBS and SRT */
    struct process pushers[CHANNELS]; /* whose place it is */
    struct hls_origin origin;
    struct stretch attacked, back[2];
    int64_t played; /* segments fetched while the playlist stood still or had ended */
    int lost_by_attack;
    struct feed_watch watch[CHANNELS];
};

/* ---- pushers ---- */

static void push(struct push_case *test, struct process *p, int kind, const char *path_or_query)
{
    char target[256];
    const char *const format[CHANNELS] = {"flv", "mpegts", "hls"};
    if (kind == OBS)
        snprintf(target, sizeof target, "rtmp://127.0.0.1:%d/%s", test->ports[OBS], path_or_query);
    else if (kind == SRT)
        snprintf(target, sizeof target, "srt://127.0.0.1:%d?%s", test->ports[SRT], path_or_query);
    else
        snprintf(target, sizeof target, "%s/live.m3u8", test->origin.folder);
    const char *argv[32] = {"ffmpeg",   "-nostdin", "-v",   "error", "-re",       "-i",
                            test->clip, "-c",       "copy", "-f",    format[kind]};
    size_t count = 11;
    if (kind == HLS) {
        static const char *const more[] = {"-hls_time", "1", "-hls_list_size", "4", "-hls_flags"};
        memcpy(argv + count, more, sizeof more);
        count += sizeof more / sizeof *more;
        argv[count++] = path_or_query;
    }
    argv[count++] = target;
    assert_true(process_start(p, argv, PROCESS_NO_PIPE));
}

static void push_rightly(struct push_case *test, int kind)
{
    static const char *const with[CHANNELS] = {
        "live/" KEY, "passphrase=" PASSPHRASE "&streamid=" STREAM_ID, "append_list"};
    push(test, &test->pushers[kind], kind, with[kind]);
}

static void end_pusher(struct process *p, int signal)
{
    if (p->pid <= 0)
        return;
    process_signal(p, signal);
    assert_int_not_equal(process_wait(p, GIVE_UP_MS), -1);
    process_finish(p);
}

/* Those who are not let in: all of them at once, and each has to end by itself. */
static void intrude(struct push_case *test, const char *const *with, const int *kinds, int count)
{
    struct process p[8];
    assert_true(count <= 8);
    for (int i = 0; i < count; i++)
        push(test, &p[i], kinds[i], with[i]);
    for (int i = 0; i < count; i++) {
        int code = process_wait(&p[i], GIVE_UP_MS);
        process_finish(&p[i]);
        if (code <= 0)
            fail_msg("whoever came with \"%s\" ends with %d", with[i], code);
    }
}

static int connect_to(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void send_garbage(int port)
{
    static const char garbage[] = "GET / HTTP/1.1\r\n\r\n";
    char answer[8];
    int fd = connect_to(port);
    assert_true(send(fd, garbage, sizeof garbage, MSG_NOSIGNAL) > 0);
    assert_true(recv(fd, answer, sizeof answer, 0) <= 0); /* it is shown the door */
    close(fd);
}

/* ---- the story ---- */

static void await_lines(struct push_case *test, int channel, const char *text, int count)
{
    feed_status_await_lines(&test->packager, names[channel], text, count);
}

static void await_count(struct push_case *test, atomic_int *count, int wanted, const char *what)
{
    for (int i = 0; i < TRIES && atomic_load(count) < wanted; i++)
        clock_sleep_until_us(clock_monotonic_us() + STEP_US);
    if (atomic_load(count) < wanted)
        packager_fail(&test->packager, what);
}

static void await_frames(struct push_case *test, int channel, int64_t frames)
{
    int64_t newest = feed_status_newest(&test->packager, names[channel]);
    feed_status_await_frame(&test->packager, names[channel], newest + frames);
}

static void begin_stretch(struct push_case *test, int channel, struct stretch *s)
{
    s->encoder_repeats = feed_status_encoder_repeats(&test->packager, names[channel]);
    s->from = feed_status_newest(&test->packager, names[channel]);
}

static void end_stretch(struct push_case *test, int channel, struct stretch *s, int64_t frames)
{
    feed_status_await_frame(&test->packager, names[channel], s->from + frames);
    s->to = feed_status_newest(&test->packager, names[channel]);
    s->encoder_repeats =
        feed_status_encoder_repeats(&test->packager, names[channel]) - s->encoder_repeats;
}

/* Nobody who may push is there yet; the playlist's maker is. */
static void keep_out(struct push_case *test)
{
    static const char *const with[] = {"live/wrong",
                                       "other/" KEY,
                                       "passphrase=not-the-pass-phrase&streamid=" STREAM_ID,
                                       "streamid=" STREAM_ID,
                                       "passphrase=" PASSPHRASE "&streamid=other",
                                       "passphrase=" PASSPHRASE};
    static const int kinds[] = {OBS, OBS, SRT, SRT, SRT, SRT};
    intrude(test, with, kinds, 6);
    await_lines(test, OBS, " refused: its stream key is not the one given here", 1);
    await_lines(test, OBS, " refused: it names another application", 1);
    await_lines(test, SRT, " refused: its passphrase is not the one given here", 2);
    await_lines(test, SRT, " refused: its stream id is not the one given here", 2);
    for (int i = OBS; i <= SRT; i++)
        feed_status_await(&test->packager, names[i], "starting");
}

/* Those who are in go on while others try, with the right key or without. */
static void attack(struct push_case *test)
{
    static const char *const with[] = {"live/" KEY, "live/wrong",
                                       "passphrase=" PASSPHRASE "&streamid=" STREAM_ID,
                                       "passphrase=not-the-pass-phrase&streamid=" STREAM_ID};
    static const int kinds[] = {OBS, OBS, SRT, SRT};
    begin_stretch(test, OBS, &test->attacked);
    intrude(test, with, kinds, 4);
    send_garbage(test->ports[OBS]);
    end_stretch(test, OBS, &test->attacked, STEADY);
    await_lines(test, OBS, " refused: somebody else is pushing", 1);
    await_lines(test, SRT, " refused: somebody else is pushing", 1);
    await_lines(test, OBS, " refused: it does not speak RTMP", 1);
    await_lines(test, OBS, " refused: it has shown no stream key in time", 1);
    for (int i = OBS; i <= SRT; i++)
        test->lost_by_attack += feed_status_log_lines(&test->packager, names[i], " is lost: ");
}

/* Killed and back at once. */
static void replace(struct push_case *test)
{
    for (int i = OBS; i <= SRT; i++) {
        end_pusher(&test->pushers[i], SIGKILL);
        push_rightly(test, i);
    }
    for (int i = OBS; i <= SRT; i++)
        await_lines(test, i, " is up again after ", 1);
}

/* Its pusher was killed a while ago. */
static void let_hls_stand_still(struct push_case *test)
{
    await_frames(test, SRT, SETTLE);
    for (int i = OBS; i <= SRT; i++)
        begin_stretch(test, i, &test->back[i]);
    await_lines(test, HLS, " is lost: no packet for ", 1);
    int before = atomic_load(&test->origin.segments);
    await_frames(test, HLS, AWAY);
    test->played += atomic_load(&test->origin.segments) - before;
    for (int i = OBS; i <= SRT; i++)
        end_stretch(test, i, &test->back[i], STEADY);
    push_rightly(test, HLS);
    await_lines(test, HLS, " is up again after ", 1);
    atomic_store(&test->origin.forget_one, true);
    await_count(test, &test->origin.forgotten, 1, "no segment is asked for");
    await_count(test, &test->origin.segments, atomic_load(&test->origin.segments) + 1,
                "after a segment that is not there, no other is asked for");
    feed_status_await(&test->packager, names[HLS], "up");
}

static void let_hls_end(struct push_case *test)
{
    end_pusher(&test->pushers[HLS], SIGINT);
    await_lines(test, HLS, " is lost: the sender ended it", 1);
    int before = atomic_load(&test->origin.segments);
    await_frames(test, HLS, AWAY);
    test->played += atomic_load(&test->origin.segments) - before;
    atomic_store(&test->origin.hostile, true);
    await_count(test, &test->origin.traps, 4, "the playlist is not asked for any more");
    feed_status_await(&test->packager, names[HLS], "lost");
    atomic_store(&test->origin.hostile, false);
    push_rightly(test, HLS);
    await_lines(test, HLS, " is up again after ", 2);
}

static void start_packager(struct push_case *test)
{
    char inputs[CHANNELS][192];
    const char *arguments[16] = {"--fps",    "25",        "--ladder", FEED_STATUS_RUNG "@200k",
                                 "--preset", "ultrafast", "--window", "120"};
    test->ports[OBS] = feed_pusher_free_port(SOCK_STREAM);
    test->ports[SRT] = feed_pusher_free_port(SOCK_DGRAM);
    snprintf(inputs[OBS], sizeof inputs[OBS], "obs=rtmp://127.0.0.1:%d/live/" KEY "?listen",
             test->ports[OBS]);
    snprintf(inputs[SRT], sizeof inputs[SRT],
             "srt=srt://127.0.0.1:%d?mode=listener&latency=500000&passphrase=" PASSPHRASE
             "&streamid=" STREAM_ID,
             test->ports[SRT]);
    snprintf(inputs[HLS], sizeof inputs[HLS], "hls=http://127.0.0.1:%d/live.m3u8?token=" KEY,
             http_script_port(test->origin.server));
    for (int i = 0; i < CHANNELS; i++)
        arguments[8 + i] = inputs[i];
    packager_start(&test->packager, arguments, CHANNELS);
}

static void play(struct push_case *test)
{
    push_rightly(test, HLS);
    keep_out(test);
    int silent = connect_to(test->ports[OBS]);
    for (int i = OBS; i <= SRT; i++)
        push_rightly(test, i);
    for (int i = 0; i < CHANNELS; i++)
        feed_status_await(&test->packager, names[i], "up");
    await_frames(test, HLS, SETTLE);
    attack(test);
    close(silent);
    end_pusher(&test->pushers[HLS], SIGKILL);
    replace(test);
    let_hls_stand_still(test);
    let_hls_end(test);
    feed_watch_get(&test->watch[OBS], &test->packager, names[OBS], test->attacked.from - FPS,
                   test->back[OBS].to);
    feed_watch_get(&test->watch[SRT], &test->packager, names[SRT], test->attacked.from - FPS,
                   test->back[SRT].to);
    feed_watch_get(&test->watch[HLS], &test->packager, names[HLS], test->attacked.from - FPS,
                   feed_status_newest(&test->packager, names[HLS]));
}

static int start(void **state)
{
    static struct push_case test;
    *state = &test;
    snprintf(test.clip, sizeof test.clip, "/tmp/openhesp-push-%d.ts", (int)getpid());
    const struct feed_clip clip = {
        .path = test.clip, .rate = {FPS, 1}, .beats = CLIP_BEATS, .width = 320, .height = 180};
    feed_clip_make(&clip);
    hls_origin_start(&test.origin, test.clip);
    start_packager(&test);
    play(&test);
    return 0;
}

static int stop(void **state)
{
    struct push_case *test = *state;
    for (int i = 0; i < CHANNELS; i++) {
        end_pusher(&test->pushers[i], SIGKILL);
        feed_watch_finish(&test->watch[i]);
    }
    packager_stop(&test->packager);
    hls_origin_stop(&test->origin);
    unlink(test->clip);
    return 0;
}

/* ---- what is to be seen ---- */

static void check_motion(const struct push_case *test, int channel, const struct stretch *s)
{
    struct feed_motion m =
        feed_watch_motion(&test->watch[channel], s->from, s->to, 1, CLIP_BEATS * FPS);
    int64_t steps = s->to - s->from - 1;
    print_message("%s: %" PRId64 " pictures on in %" PRId64 " steps\n", names[channel], m.advance,
                  steps);
    /* A busy machine, or a segment that is waited for, costs a picture now and then. */
    assert_int_equal(m.nameless, 0);
    assert_true(llabs(m.advance - steps) <= steps / 6 + s->encoder_repeats);
}

static void others_who_try_change_nothing(void **state)
{
    struct push_case *test = *state;
    assert_int_equal(test->lost_by_attack, 0);
    for (int i = 0; i < CHANNELS; i++)
        check_motion(test, i, &test->attacked);
}

static void a_pusher_that_was_killed_is_back_in_step(void **state)
{
    struct push_case *test = *state;
    for (int i = OBS; i <= SRT; i++) {
        const struct stretch *s = &test->back[i];
        check_motion(test, i, s);
        assert_true(feed_watch_sync(&test->watch[i], s->from, s->to) >= 1);
    }
}

static void what_was_played_is_not_played_again(void **state)
{
    struct push_case *test = *state;
    assert_int_equal(test->played, 0);
}

static void refusals_are_counted(void **state)
{
    struct push_case *test = *state;
    const char *const series = "openhesp_feed_refused_pushes_total{channel=\"%s\"}";
    char name[96];
    snprintf(name, sizeof name, series, names[OBS]);
    assert_int_equal((int)packager_metric(&test->packager, name), 6);
    snprintf(name, sizeof name, series, names[SRT]);
    assert_int_equal((int)packager_metric(&test->packager, name), 6);
}

static void tells_no_secret(const char *text)
{
    assert_null(strstr(text, KEY));
    assert_null(strstr(text, PASSPHRASE));
    assert_null(strstr(text, STREAM_ID));
}

static void nobody_is_told_a_secret(void **state)
{
    static const char *const pages[] = {"/healthz", "/metrics", "/"};
    struct push_case *test = *state;
    char *log = process_log(&test->packager.process);
    assert_non_null(strstr(log, "rtmp://127.0.0.1"));
    tells_no_secret(log);
    free(log);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct http_answer answer;
        packager_get(&test->packager, pages[i], 200, &answer);
        tells_no_secret((const char *)answer.body);
        http_answer_finish(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_who_try_change_nothing),
        cmocka_unit_test(a_pusher_that_was_killed_is_back_in_step),
        cmocka_unit_test(what_was_played_is_not_played_again),
        cmocka_unit_test(refusals_are_counted),
        cmocka_unit_test(nobody_is_told_a_secret),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start, stop);
    curl_global_cleanup();
    return failed;
}
