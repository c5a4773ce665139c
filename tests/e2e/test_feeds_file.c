/* Feeds from files, paced in real time: once, in a loop, without sound, without picture, and of
 * other frame rates than the output's; each kind a channel of one packager. */
#include "e2e/feed_clip.h"
#include "e2e/feed_status.h"
#include "e2e/feed_watch.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHANNELS = 4, FPS = 25, BEATS = 5, CLIP_FRAMES = BEATS * FPS };
enum { WATCHED = 3 * CLIP_FRAMES + FPS, AWAY = 3 * FPS, FIRST = 5 };

static const double silence = 0.001;
static const double black_luma = 18;
static const double same_picture_db = 30;

struct file_feed {
    const char *channel;
    struct feed_clip clip; /* its path is the group's to choose */
    const char *fps;
    bool loop;
    char path[96];
    struct feed_watch watch;
    int64_t encoder_repeats; /* until it was watched */
};

struct file_case {
    struct packager packager;
    struct file_feed feeds[CHANNELS];
    int64_t lost_from, lost_to; /* frames of the file that is played once */
};

static void write_config(const struct file_case *test, const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "ladder: " FEED_STATUS_RUNG "@200k\npreset: ultrafast\nchannels:\n");
    for (int i = 0; i < CHANNELS; i++) {
        const struct file_feed *f = &test->feeds[i];
        fprintf(file, "  - name: %s\n    input: %s\n    fps: %s\n    loop: %s\n", f->channel,
                f->path, f->fps, f->loop ? "true" : "false");
    }
    fclose(file);
}

static void start_packager(struct file_case *test)
{
    char config[64];
    const char *const arguments[] = {"--config", config, NULL};
    snprintf(config, sizeof config, "/tmp/openhesp-feed-%d.yaml", (int)getpid());
    for (int i = 0; i < CHANNELS; i++) {
        struct file_feed *f = &test->feeds[i];
        snprintf(f->path, sizeof f->path, "/tmp/openhesp-feed-%d-%s.mp4", (int)getpid(),
                 f->channel);
        f->clip.path = f->path;
        feed_clip_make(&f->clip);
    }
    write_config(test, config);
    packager_start(&test->packager, arguments, CHANNELS);
    unlink(config);
}

static void watch(struct file_case *test, int i, int64_t first, int64_t end)
{
    struct file_feed *f = &test->feeds[i];
    feed_watch_get(&f->watch, &test->packager, f->channel, first, end);
    f->encoder_repeats = feed_status_encoder_repeats(&test->packager, f->channel);
}

static int stop(void **state)
{
    struct file_case *test = *state;
    for (int i = 0; i < CHANNELS; i++) {
        feed_watch_finish(&test->feeds[i].watch);
        unlink(test->feeds[i].path);
    }
    packager_stop(&test->packager);
    return 0;
}

enum { LOOP, ONCE, MUTE, BLIND };

static int start_kinds(void **state)
{
    static struct file_case test;
    const struct feed_clip clip = {.rate = {FPS, 1}, .beats = BEATS, .width = 640, .height = 360};
    test = (struct file_case){.feeds = {{.channel = "loop", .clip = clip, .loop = true},
                                        {.channel = "once", .clip = clip},
                                        {.channel = "mute", .clip = clip, .loop = true},
                                        {.channel = "blind", .clip = clip, .loop = true}}};
    *state = &test;
    for (int i = 0; i < CHANNELS; i++)
        test.feeds[i].fps = "25";
    test.feeds[MUTE].clip.mute = true;
    test.feeds[BLIND].clip.blind = true;
    start_packager(&test);
    for (int i = 0; i < CHANNELS; i++)
        feed_status_await(&test.packager, test.feeds[i].channel, "up");
    feed_status_await(&test.packager, "once", "lost");
    test.lost_from = feed_status_newest(&test.packager, "once") + 1;
    feed_status_await_frame(&test.packager, "loop", WATCHED);
    test.lost_to = feed_status_newest(&test.packager, "once");
    watch(&test, LOOP, 0, WATCHED);
    watch(&test, ONCE, 0, test.lost_to);
    watch(&test, MUTE, 0, WATCHED);
    watch(&test, BLIND, 0, WATCHED);
    return 0;
}

/* Every picture once, in its turn; over the clip's end as well, but that its sound may be longer by
 * part of a picture. */
static void check_motion(const struct file_feed *f, int64_t from, int64_t to, double ratio,
                         int64_t wraps)
{
    struct feed_motion m =
        feed_watch_motion(&f->watch, from, to, ratio, feed_clip_frames(&f->clip));
    double expected = (double)(to - from - 1) * ratio;
    print_message("%s: %" PRId64 " of %.1f frames on, %" PRId64 " steps uneven, %" PRId64
                  " pictures repeated (%" PRId64 " by the encoder), %" PRId64
                  " the same at most, %" PRId64 " times from the start\n",
                  f->channel, m.advance, expected, m.uneven, m.repeats, f->encoder_repeats,
                  m.longest, m.wraps);
    assert_int_equal(m.nameless, 0);
    assert_int_equal(m.wraps, wraps);
    assert_true(llabs(m.advance - (int64_t)expected) <= 2 + wraps + f->encoder_repeats);
    assert_true(m.uneven <= 2 + wraps + 2 * f->encoder_repeats);
    assert_true(m.longest <= 2 + f->encoder_repeats);
}

static void a_file_is_played_in_real_time_and_in_step(void **state)
{
    struct file_case *test = *state;
    const struct file_feed *f = &test->feeds[ONCE];
    check_motion(f, FIRST, CLIP_FRAMES - FIRST, 1, 0);
    assert_true(feed_watch_sync(&f->watch, FIRST, CLIP_FRAMES) >= BEATS - 1);
}

static void a_file_in_a_loop_goes_on_over_its_end_in_step(void **state)
{
    struct file_case *test = *state;
    const struct file_feed *f = &test->feeds[LOOP];
    check_motion(f, FIRST, WATCHED, 1, 3);
    assert_true(feed_watch_sync(&f->watch, FIRST, WATCHED) >= 3 * BEATS - 1);
    assert_true(feed_watch_beeps(&f->watch, FIRST, WATCHED, 1) >= 3 * BEATS - 1);
}

static void a_file_that_ends_leaves_its_last_picture_and_silence(void **state)
{
    struct file_case *test = *state;
    const struct file_feed *f = &test->feeds[ONCE];
    assert_true(test->lost_to - test->lost_from >= AWAY);
    for (int64_t n = test->lost_from; n < test->lost_to; n++) {
        assert_int_equal(f->watch.pictures[n].number, CLIP_FRAMES - 1);
        assert_true(f->watch.pictures[n].like_before >= same_picture_db);
    }
    assert_true(feed_watch_peak(&f->watch, FIRST, CLIP_FRAMES) > feed_clip_beep_level());
    assert_true(feed_watch_peak(&f->watch, test->lost_from, test->lost_to) <= silence);
}

static void the_end_of_a_file_is_told_once_with_the_remedy(void **state)
{
    struct file_case *test = *state;
    struct packager *p = &test->packager;
    struct feed_status status;
    assert_int_equal(feed_status_log_lines(p, "once", " is lost: it has ended"), 1);
    assert_int_equal(feed_status_log_lines(p, "once", "--loop"), 1);
    feed_status_get(p, "once", &status);
    assert_string_equal(status.feed, "lost");
    for (int i = 0; i < CHANNELS; i++) {
        if (i == ONCE)
            continue;
        feed_status_get(p, test->feeds[i].channel, &status);
        assert_string_equal(status.feed, "up");
        assert_int_equal(feed_status_log_lines(p, test->feeds[i].channel, " lost"), 0);
    }
}

static void a_file_without_sound_gives_silence(void **state)
{
    struct file_case *test = *state;
    const struct file_feed *f = &test->feeds[MUTE];
    check_motion(f, FIRST, WATCHED, 1, 3);
    assert_true(feed_watch_peak(&f->watch, FIRST, WATCHED) <= silence);
}

static void a_file_without_pictures_gives_black(void **state)
{
    struct file_case *test = *state;
    const struct file_feed *f = &test->feeds[BLIND];
    for (size_t i = 0; i < f->watch.count; i++)
        assert_true(f->watch.pictures[i].mean < black_luma);
    assert_true(feed_watch_beeps(&f->watch, FIRST, WATCHED, 1) >= 3 * BEATS - 1);
}

static int start_rates(void **state)
{
    static struct file_case test;
    const struct feed_clip sixty = {.rate = {60, 1}, .beats = 8, .width = 320, .height = 180};
    const struct feed_clip film = {.rate = {24000, 1001}, .beats = 8, .width = 320, .height = 180};
    test = (struct file_case){
        .feeds = {{.channel = "sixty-to-30", .clip = sixty, .fps = "30"},
                  {.channel = "sixty-to-ntsc", .clip = sixty, .fps = "30000/1001"},
                  {.channel = "film-to-30", .clip = film, .fps = "30"},
                  {.channel = "film-to-ntsc", .clip = film, .fps = "30000/1001"}}};
    *state = &test;
    start_packager(&test);
    for (int i = 0; i < CHANNELS; i++) {
        feed_status_await_frame(&test.packager, test.feeds[i].channel, 7 * 30);
        watch(&test, i, 0, 7 * 30);
    }
    return 0;
}

static double ratio_of(const struct file_feed *f)
{
    return (double)f->clip.rate.num * (double)f->watch.rate.den /
           ((double)f->clip.rate.den * (double)f->watch.rate.num);
}

static void any_frame_rate_becomes_the_outputs(void **state)
{
    struct file_case *test = *state;
    for (int i = 0; i < CHANNELS; i++) {
        const struct file_feed *f = &test->feeds[i];
        check_motion(f, FIRST, 7 * 30, ratio_of(f), 0);
    }
}

static void any_frame_rate_stays_in_step_with_the_sound(void **state)
{
    struct file_case *test = *state;
    for (int i = 0; i < CHANNELS; i++)
        assert_true(feed_watch_sync(&test->feeds[i].watch, FIRST, 7 * 30) >= 5);
}

int main(void)
{
    const struct CMUnitTest kinds[] = {
        cmocka_unit_test(a_file_is_played_in_real_time_and_in_step),
        cmocka_unit_test(a_file_in_a_loop_goes_on_over_its_end_in_step),
        cmocka_unit_test(a_file_that_ends_leaves_its_last_picture_and_silence),
        cmocka_unit_test(the_end_of_a_file_is_told_once_with_the_remedy),
        cmocka_unit_test(a_file_without_sound_gives_silence),
        cmocka_unit_test(a_file_without_pictures_gives_black),
    };
    const struct CMUnitTest rates[] = {
        cmocka_unit_test(any_frame_rate_becomes_the_outputs),
        cmocka_unit_test(any_frame_rate_stays_in_step_with_the_sound),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("kinds", kinds, start_kinds, stop);
    failed += cmocka_run_group_tests_name("rates", rates, start_rates, stop);
    curl_global_cleanup();
    return failed;
}
