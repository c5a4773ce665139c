/* Feeds that come in from elsewhere, each pushed by a real ffmpeg with sound: standard input,
 * MPEG-TS over UDP, SRT with the packager listening, and SRT with the packager calling. All are
 * channels of one packager. Two of the pushers are killed and started again, then the other two,
 * and once all is over each channel is watched from beginning to end. */
#include "e2e/feed_clip.h"
#include "e2e/feed_pusher.h"
#include "e2e/feed_status.h"
#include "e2e/feed_watch.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { KINDS = 4, PAIR = 2, FPS = 25, CLIP_BEATS = 50 };
enum { SETTLE = 3 * FPS, STEADY = 5 * FPS, AWAY = 3 * FPS };

static const int64_t latency_growth_us = 150000;
static const int64_t slot_jitter_us = 2000;
static const double silence = 0.001;
static const double same_picture_db = 30;

/* Sequence numbers between which something is to be seen. */
struct stretch {
    int64_t from, to;
    int64_t encoder_repeats; /* within it */
};

struct feed {
    const char *channel;
    enum feed_pusher_kind kind;
    struct feed_pusher pusher;
    struct stretch steady, others_away, away, back, replaced;
    int losses, returns; /* that the log tells of */
    int64_t latency_before_us, latency_after_us;
    struct feed_watch watch;
};

struct network_case {
    struct packager packager;
    char clip[64];
    struct feed feeds[KINDS]; /* the first two are killed first */
};

static void begin_stretch(struct network_case *test, const struct feed *f, struct stretch *s)
{
    s->encoder_repeats = feed_status_encoder_repeats(&test->packager, f->channel);
    s->from = feed_status_newest(&test->packager, f->channel);
}

static void end_stretch(struct network_case *test, const struct feed *f, struct stretch *s)
{
    s->to = feed_status_newest(&test->packager, f->channel);
    s->encoder_repeats =
        feed_status_encoder_repeats(&test->packager, f->channel) - s->encoder_repeats;
}

/* That many more frames of every channel. */
static void await_frames(struct network_case *test, int64_t frames)
{
    int64_t newest[KINDS];
    for (int i = 0; i < KINDS; i++)
        newest[i] = feed_status_newest(&test->packager, test->feeds[i].channel);
    for (int i = 0; i < KINDS; i++)
        feed_status_await_frame(&test->packager, test->feeds[i].channel, newest[i] + frames);
}

static void start_packager(struct network_case *test)
{
    char inputs[KINDS][128], input[96];
    const char *arguments[16] = {"--fps",    "25",        "--ladder", FEED_STATUS_RUNG "@200k",
                                 "--preset", "ultrafast", "--window", "120"};
    size_t count = 8;
    for (int i = 0; i < KINDS; i++) {
        struct feed *f = &test->feeds[i];
        feed_pusher_init(&f->pusher, f->kind);
        feed_pusher_input(&f->pusher, input, sizeof input);
        snprintf(inputs[i], sizeof inputs[i], "%s=%s", f->channel, input);
        arguments[count++] = inputs[i];
    }
    packager_start(&test->packager, arguments, KINDS);
    for (int i = 0; i < KINDS; i++)
        test->feeds[i].pusher.into = test->packager.process.in;
}

static void push(struct network_case *test, struct feed *feeds, int count)
{
    for (int i = 0; i < count; i++)
        feed_pusher_start(&feeds[i].pusher, test->clip);
    for (int i = 0; i < count; i++)
        feed_status_await(&test->packager, feeds[i].channel, "up");
}

/* Kills a pair; meanwhile the others go on. */
static void lose(struct network_case *test, struct feed *lost, struct feed *others)
{
    for (int i = 0; i < PAIR; i++)
        begin_stretch(test, &others[i], &others[i].others_away);
    for (int i = 0; i < PAIR; i++) {
        assert_true(feed_pusher_runs(&lost[i].pusher));
        feed_pusher_kill(&lost[i].pusher);
    }
    for (int i = 0; i < PAIR; i++)
        feed_status_await(&test->packager, lost[i].channel, "lost");
    for (int i = 0; i < PAIR; i++)
        begin_stretch(test, &lost[i], &lost[i].away);
    await_frames(test, AWAY);
    for (int i = 0; i < PAIR; i++) {
        end_stretch(test, &others[i], &others[i].others_away);
        end_stretch(test, &lost[i], &lost[i].away);
    }
}

/* Pushers that take over before anybody can notice: their time stamps start again. */
static void replace(struct network_case *test, struct feed *feeds)
{
    for (int i = 0; i < PAIR; i++)
        feed_pusher_kill(&feeds[i].pusher);
    push(test, feeds, PAIR);
    await_frames(test, SETTLE);
    for (int i = 0; i < PAIR; i++)
        begin_stretch(test, &feeds[i], &feeds[i].replaced);
    await_frames(test, STEADY);
    for (int i = 0; i < PAIR; i++)
        end_stretch(test, &feeds[i], &feeds[i].replaced);
}

/* Before the clip can have come to its end. */
static void read_log(struct network_case *test)
{
    for (int i = 0; i < KINDS; i++) {
        struct feed *f = &test->feeds[i];
        f->losses = feed_status_log_lines(&test->packager, f->channel, " is lost: ");
        f->returns = feed_status_log_lines(&test->packager, f->channel, " is up again after ");
        assert_true(feed_pusher_runs(&f->pusher));
    }
}

static void watch_all(struct network_case *test)
{
    for (int i = 0; i < KINDS; i++) {
        struct feed *f = &test->feeds[i];
        int64_t to = i < PAIR ? f->replaced.to : f->back.to;
        feed_watch_get(&f->watch, &test->packager, f->channel, f->steady.from - FPS, to);
    }
}

/* The story, with the places in it written down. */
static void play(struct network_case *test)
{
    struct feed *feeds = test->feeds;
    push(test, feeds, KINDS);
    await_frames(test, SETTLE);
    for (int i = 0; i < KINDS; i++)
        begin_stretch(test, &feeds[i], &feeds[i].steady);
    await_frames(test, STEADY);
    for (int i = 0; i < KINDS; i++)
        end_stretch(test, &feeds[i], &feeds[i].steady);
    for (int i = 0; i < KINDS; i++)
        feeds[i].latency_before_us = feed_status_latency_us(&test->packager, feeds[i].channel);
    lose(test, feeds, feeds + PAIR);
    push(test, feeds, PAIR);
    await_frames(test, SETTLE);
    lose(test, feeds + PAIR, feeds);
    push(test, feeds + PAIR, PAIR);
    await_frames(test, SETTLE);
    for (int i = 0; i < KINDS; i++)
        begin_stretch(test, &feeds[i], &feeds[i].back);
    await_frames(test, STEADY);
    for (int i = 0; i < KINDS; i++)
        end_stretch(test, &feeds[i], &feeds[i].back);
    for (int i = 0; i < KINDS; i++)
        feeds[i].latency_after_us = feed_status_latency_us(&test->packager, feeds[i].channel);
    replace(test, feeds);
    read_log(test);
    watch_all(test);
}

static int start(void **state)
{
    static struct network_case test = {
        .feeds = {{.channel = "piped", .kind = FEED_PUSHER_STDIN},
                  {.channel = "udp", .kind = FEED_PUSHER_UDP},
                  {.channel = "srt-listens", .kind = FEED_PUSHER_SRT_CALLS},
                  {.channel = "srt-calls", .kind = FEED_PUSHER_SRT_LISTENS}}};
    *state = &test;
    snprintf(test.clip, sizeof test.clip, "/tmp/openhesp-feed-%d.mp4", (int)getpid());
    const struct feed_clip clip = {
        .path = test.clip, .rate = {FPS, 1}, .beats = CLIP_BEATS, .width = 640, .height = 360};
    feed_clip_make(&clip);
    start_packager(&test);
    play(&test);
    return 0;
}

static int stop(void **state)
{
    struct network_case *test = *state;
    unlink(test->clip);
    for (int i = 0; i < KINDS; i++) {
        feed_pusher_kill(&test->feeds[i].pusher);
        feed_watch_finish(&test->feeds[i].watch);
    }
    packager_stop(&test->packager);
    return 0;
}

/* Every picture of the clip once: 25 a second in, 25 out. A pusher that the machine held up may
 * cost a picture or two, and an encoder that is late repeats one and leaves out one. */
static void check_motion(const struct feed *f, const struct stretch *s)
{
    struct feed_motion m = feed_watch_motion(&f->watch, s->from, s->to, 1, CLIP_BEATS * FPS);
    int64_t steps = s->to - s->from - 1;
    print_message("%s: %" PRId64 " frames on, %" PRId64 " steps uneven, %" PRId64
                  " pictures repeated, of %" PRId64 " (%" PRId64 " by the encoder)\n",
                  f->channel, m.advance, m.uneven, m.repeats, steps, s->encoder_repeats);
    assert_true(steps >= AWAY - 2);
    assert_int_equal(m.nameless, 0);
    assert_int_equal(m.wraps, 0);
    assert_true(llabs(m.advance - steps) <= 3 + s->encoder_repeats);
    assert_true(m.uneven <= 3 + 2 * s->encoder_repeats);
}

static void pictures_move_at_the_feeds_speed(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++)
        check_motion(&test->feeds[i], &test->feeds[i].steady);
}

static void flash_and_beep_come_together(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++) {
        const struct feed *f = &test->feeds[i];
        assert_true(feed_watch_sync(&f->watch, f->steady.from, f->steady.to) >= STEADY / FPS - 1);
    }
}

/* That no sequence number is missing and every sample gives a picture, watching has shown. While
 * there is no feed, the capture time is the slot's: one frame on for each frame. */
static void output_goes_on_at_full_rate_while_the_feed_is_lost(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++) {
        const struct feed *f = &test->feeds[i];
        const struct feed_picture *at = f->watch.pictures - f->watch.first;
        assert_true(f->away.to - f->away.from >= AWAY - 1);
        assert_true(at[f->away.from].number > at[f->steady.to - 1].number);
        for (int64_t n = f->away.from + 1; n < f->away.to; n++) {
            int64_t step_us = at[n].capture_utc_us - at[n - 1].capture_utc_us;
            if (llabs(step_us - 1000000 / FPS) > slot_jitter_us)
                fail_msg("%s: frame %" PRId64 " of %" PRId64 " to %" PRId64
                         " without a feed is %" PRId64 " us behind the one before",
                         f->channel, n, f->away.from, f->away.to, step_us);
        }
    }
}

static void a_lost_feed_leaves_its_last_picture_and_silence(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++) {
        const struct feed *f = &test->feeds[i];
        const struct feed_picture *at = f->watch.pictures - f->watch.first;
        for (int64_t n = f->away.from + 1; n < f->away.to; n++) {
            if (at[n].number < 0 || at[n].number != at[n - 1].number ||
                at[n].like_before < same_picture_db)
                fail_msg("%s: frame %" PRId64 " of %" PRId64 " to %" PRId64
                         " without a feed shows picture %" PRId64 " behind picture %" PRId64
                         ", %.1f dB like it",
                         f->channel, n, f->away.from, f->away.to, at[n].number, at[n - 1].number,
                         at[n].like_before);
        }
        double peak = feed_watch_peak(&f->watch, f->away.from, f->away.to);
        print_message("%s: the loudest of the silence is %g\n", f->channel, peak);
        assert_true(peak <= silence);
    }
}

static void a_feed_that_comes_back_moves_again_in_step(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++) {
        const struct feed *f = &test->feeds[i];
        check_motion(f, &f->back);
        assert_true(feed_watch_sync(&f->watch, f->back.from, f->back.to) >= STEADY / FPS - 1);
    }
}

static void a_pusher_that_is_replaced_at_once_stays_in_step(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < PAIR; i++) {
        const struct feed *f = &test->feeds[i];
        check_motion(f, &f->replaced);
        assert_true(feed_watch_sync(&f->watch, f->replaced.from, f->replaced.to) >=
                    STEADY / FPS - 1);
    }
}

static void losing_one_feed_leaves_the_others_alone(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++) {
        const struct feed *f = &test->feeds[i];
        check_motion(f, &f->others_away);
        assert_true(feed_watch_sync(&f->watch, f->others_away.from, f->others_away.to) >= 2);
    }
}

static void latency_does_not_grow_by_a_loss(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++) {
        const struct feed *f = &test->feeds[i];
        print_message("%s: capture to arrival %" PRId64 " ms before, %" PRId64 " ms after\n",
                      f->channel, f->latency_before_us / 1000, f->latency_after_us / 1000);
        assert_true(f->latency_after_us <= f->latency_before_us + latency_growth_us);
    }
}

static void the_log_tells_of_each_loss_and_return_once(void **state)
{
    struct network_case *test = *state;
    for (int i = 0; i < KINDS; i++) {
        assert_int_equal(test->feeds[i].losses, 1);
        assert_int_equal(test->feeds[i].returns, 1);
    }
}

static void standard_input_that_ends_is_lost_and_the_channel_goes_on(void **state)
{
    struct network_case *test = *state;
    struct packager *p = &test->packager;
    struct feed *f = &test->feeds[0];
    assert_int_equal(f->kind, FEED_PUSHER_STDIN);
    feed_pusher_kill(&f->pusher);
    close(p->process.in);
    p->process.in = -1;
    feed_status_await(p, f->channel, "lost");
    await_frames(test, FPS);
    assert_int_equal(feed_status_log_lines(p, f->channel, " is lost: it has ended"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_move_at_the_feeds_speed),
        cmocka_unit_test(flash_and_beep_come_together),
        cmocka_unit_test(output_goes_on_at_full_rate_while_the_feed_is_lost),
        cmocka_unit_test(a_lost_feed_leaves_its_last_picture_and_silence),
        cmocka_unit_test(a_feed_that_comes_back_moves_again_in_step),
        cmocka_unit_test(a_pusher_that_is_replaced_at_once_stays_in_step),
        cmocka_unit_test(losing_one_feed_leaves_the_others_alone),
        cmocka_unit_test(latency_does_not_grow_by_a_loss),
        cmocka_unit_test(the_log_tells_of_each_loss_and_return_once),
        cmocka_unit_test(standard_input_that_ends_is_lost_and_the_channel_goes_on),
    };
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start, stop);
    curl_global_cleanup();
    return failed;
}
