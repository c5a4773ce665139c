/* What feeds are coded as: interlaced, of varying and of other rates, of 10 bits and of fuller
 * chroma. Each is a channel of one packager, and shows each picture at its time, in step with its
 * sound. */
#include "e2e/feed_clip.h"
#include "e2e/feed_status.h"
#include "e2e/feed_watch.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS, FRAMES, VARYING, FASTER, SLOWER, DEEP, FULL_CHROMA, CHANNELS };
enum { BEATS = 6, WATCHED_BEATS = 5, FIRST = 5 };

struct format {
    const char *channel, *suffix, *fps;
    struct feed_clip clip;
    int64_t least_wraps;
    char path[96];
    int64_t end; /* the frame that it was watched up to */
    struct feed_watch watch;
    int64_t encoder_repeats;
    int64_t silenced; /* frames of sound, since the machine was busy: a beep may lack its start */
};

struct formats {
    struct packager packager;
    struct format list[CHANNELS];
};

/* 25 frames of two fields each, which show 50 moments a second, of 16:9 in pixels that are wide. */
#define INTERLACE "tinterlace=interleave_top,setsar=16/11"
/* Of each 50, some stay: the first ones, with the flash, and an uneven choice of the others. */
#define VARY "select='lt(mod(n,50),4)+not(mod(n,7))+lt(mod(n,11),2)'"

static const char *const mpeg2_interlaced[] = {
    "-c:v", "mpeg2video", "-b:v", "4M",  "-flags", "+ildct+ilme", "-g", "12",
    "-bf",  "2",          "-c:a", "mp2", "-b:a",   "128k",        NULL};
static const char *const h264_interlaced[] = {
    "-c:v", "libx264", "-preset", "superfast", "-x264opts", "tff=1", "-g",
    "50",   "-c:a",    "ac3",     "-b:a",      "128k",      NULL};
static const char *const h264_varying[] = {
    "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "superfast", "-bf", "2", "-c:a", "aac", NULL};
static const char *const hevc_deep[] = {
    "-pix_fmt", "yuv420p10le", "-c:v",         "libx265",
    "-preset",  "ultrafast",   "-x265-params", "log-level=none:keyint=1000",
    "-c:a",     "ac3",         "-b:a",         "128k",
    NULL};
static const char *const prores[] = {"-pix_fmt", "yuv422p10le", "-c:v", "prores_ks",
                                     "-c:a",     "pcm_s24le",   NULL};

#define CLIP(fps_num, fps_den) .rate = {fps_num, fps_den}, .beats = BEATS

static const struct format formats[CHANNELS] = {
    [FIELDS] = {"fields", "ts", "50",
                .clip = {CLIP(50, 1), .width = 352, .height = 288, .filter = INTERLACE,
                         .coded = mpeg2_interlaced}},
    [FRAMES] = {"frames", "ts", "25",
                .clip = {CLIP(50, 1), .width = 352, .height = 288, .filter = INTERLACE,
                         .coded = h264_interlaced}},
    [VARYING] = {"varying", "mp4", "25",
                 .clip = {CLIP(50, 1), .width = 320, .height = 180, .filter = VARY,
                          .coded = h264_varying}},
    [FASTER] = {"faster", "mp4", "60000/1001",
                .clip = {CLIP(30000, 1001), .width = 320, .height = 180}},
    [SLOWER] = {"slower", "mp4", "24000/1001",
                .clip = {CLIP(60000, 1001), .width = 320, .height = 180}},
    /* One key frame only, and so short that it starts again. */
    [DEEP] =
        {"deep", "ts", "25",
         .clip = {.rate = {25, 1}, .beats = 3, .width = 320, .height = 180, .coded = hevc_deep},
         .least_wraps = 1},
    [FULL_CHROMA] = {"full-chroma", "mov", "25",
                     .clip = {CLIP(25, 1), .width = 320, .height = 180, .coded = prores}},
};

static void write_config(const struct formats *test, const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "ladder: " FEED_STATUS_RUNG "@200k\npreset: ultrafast\nloop: true\nchannels:\n");
    for (int i = 0; i < CHANNELS; i++)
        fprintf(file, "  - name: %s\n    input: %s\n    fps: %s\n", test->list[i].channel,
                test->list[i].path, test->list[i].fps);
    fclose(file);
}

static struct rational rate_of(const char *fps)
{
    long long num = 0, den = 1;
    assert_true(sscanf(fps, "%lld/%lld", &num, &den) >= 1);
    return (struct rational){num, den};
}

static int start(void **state)
{
    static struct formats test;
    char config[64];
    const char *const arguments[] = {"--config", config, NULL};
    memcpy(test.list, formats, sizeof formats);
    *state = &test;
    for (int i = 0; i < CHANNELS; i++) {
        struct format *f = &test.list[i];
        snprintf(f->path, sizeof f->path, "/tmp/openhesp-format-%d-%s.%s", (int)getpid(),
                 f->channel, f->suffix);
        f->clip.path = f->path;
        feed_clip_make(&f->clip);
        f->end = WATCHED_BEATS * feed_clip_beat_frames(rate_of(f->fps));
    }
    snprintf(config, sizeof config, "/tmp/openhesp-format-%d.yaml", (int)getpid());
    write_config(&test, config);
    packager_start(&test.packager, arguments, CHANNELS);
    unlink(config);
    for (int i = 0; i < CHANNELS; i++) {
        struct format *f = &test.list[i];
        feed_status_await_frame(&test.packager, f->channel, f->end);
        f->watch.clip_width = i == FIELDS || i == FRAMES ? f->clip.width : 0;
        feed_watch_get(&f->watch, &test.packager, f->channel, 0, f->end);
        f->encoder_repeats = feed_status_encoder_repeats(&test.packager, f->channel);
        f->silenced = feed_status_silenced(&test.packager, f->channel);
    }
    return 0;
}

static int stop(void **state)
{
    struct formats *test = *state;
    for (int i = 0; i < CHANNELS; i++) {
        feed_watch_finish(&test->list[i].watch);
        unlink(test->list[i].path);
    }
    packager_stop(&test->packager);
    return 0;
}

/* A beep that lacks its start tells nothing. */
static void check_sync(const struct format *f)
{
    if (f->silenced)
        print_message("%s: %" PRId64 " frames of sound were silenced as the machine was busy; "
                      "sound and picture are not compared\n",
                      f->channel, f->silenced);
    else
        assert_true(feed_watch_sync(&f->watch, FIRST, f->end) >= WATCHED_BEATS - 2);
}

/* The clip's pictures, each in its turn, as many of them as the two rates have it. */
static void check_motion(const struct format *f)
{
    double ratio = (double)f->clip.rate.num * (double)f->watch.rate.den /
                   ((double)f->clip.rate.den * (double)f->watch.rate.num);
    struct feed_motion m =
        feed_watch_motion(&f->watch, FIRST, f->end, ratio, feed_clip_frames(&f->clip));
    double expected = (double)(f->end - FIRST - 1) * ratio;
    int64_t repeats = ratio < 1 ? llround((double)(f->end - FIRST - 1) * (1 - ratio)) : 0;
    int64_t slack = 2 + 2 * m.wraps;
    print_message("%s: %" PRId64 " of %.1f pictures on, %" PRId64 " steps uneven, %" PRId64
                  " repeated of %" PRId64 " (%" PRId64 " more by the encoder), %" PRId64 " wraps\n",
                  f->channel, m.advance, expected, m.uneven, m.repeats, repeats, f->encoder_repeats,
                  m.wraps);
    assert_int_equal(m.nameless, 0);
    assert_true(m.wraps >= f->least_wraps);
    assert_true(fabs((double)m.advance - expected) <=
                (double)slack * ceil(ratio) + (double)f->encoder_repeats * ceil(ratio));
    assert_true(m.uneven <= slack + 2 * f->encoder_repeats);
    assert_true(llabs(m.repeats - repeats) <= slack + f->encoder_repeats);
    check_sync(f);
}

/* The bar goes on by so many fields at each frame, and nothing of another field is seen of it. */
static void check_bar(const struct format *f, int fields)
{
    int round = feed_clip_bar_round(f->clip.width);
    int64_t steps = 0, wrong = 0;
    for (int64_t n = FIRST; n < f->end; n++) {
        int before = f->watch.pictures[n - 1].bar, now = f->watch.pictures[n].bar;
        if (before < 0 || now < 0)
            continue; /* a flash */
        steps++;
        wrong += (now - before + round) % round != fields % round && now != 0;
    }
    print_message("%s: %" PRId64 " of %" PRId64 " steps are not of %d fields (%" PRId64
                  " repeated by the encoder)\n",
                  f->channel, wrong, steps, fields, f->encoder_repeats);
    assert_true(steps >= (f->end - FIRST) * 4 / 5);
    assert_true(wrong <= 2 + 2 * f->encoder_repeats);
    check_sync(f);
}

static void each_field_is_a_picture_of_its_own(void **state)
{
    struct formats *test = *state;
    check_bar(&test->list[FIELDS], 1);
    assert_int_equal(feed_status_log_lines(&test->packager, "fields", "each field becomes"), 1);
}

static void two_fields_are_one_picture_where_there_is_no_room(void **state)
{
    struct formats *test = *state;
    check_bar(&test->list[FRAMES], 2);
    assert_int_equal(feed_status_log_lines(&test->packager, "frames", "each two fields"), 1);
}

/* As VARY has it. */
static int64_t newest_kept(int64_t n)
{
    while (n > 0 && !(n % 50 < 4 || n % 7 == 0 || n % 11 < 2))
        n--;
    return n;
}

/* Frames that do not show the newest picture of their moment, when the clip began c / 50 s before
 * the output did. */
static int64_t misplaced(const struct format *f, int64_t c)
{
    int64_t wrong = 0;
    for (int64_t n = FIRST; n < f->end; n++)
        wrong += f->watch.pictures[n].number != newest_kept(2 * n + c);
    return wrong;
}

/* A constant rate out of a varying one: no picture is a slot early or late. */
static void a_varying_rate_becomes_constant(void **state)
{
    struct formats *test = *state;
    const struct format *f = &test->list[VARYING];
    int64_t least = f->end;
    for (int64_t c = -50; c <= 50; c++)
        least = misplaced(f, c) < least ? misplaced(f, c) : least;
    print_message("varying: %" PRId64 " of %" PRId64 " frames not at their time (%" PRId64
                  " repeated by the encoder)\n",
                  least, f->end - FIRST, f->encoder_repeats);
    assert_true(least <= 1 + 2 * f->encoder_repeats);
    check_sync(f);
}

static void pictures_are_repeated_and_left_out_as_the_rates_have_it(void **state)
{
    struct formats *test = *state;
    check_motion(&test->list[FASTER]);
    check_motion(&test->list[SLOWER]);
}

static void ten_bits_and_full_chroma_are_pictures_like_others(void **state)
{
    struct formats *test = *state;
    check_motion(&test->list[DEEP]);
    check_motion(&test->list[FULL_CHROMA]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_is_a_picture_of_its_own),
        cmocka_unit_test(two_fields_are_one_picture_where_there_is_no_room),
        cmocka_unit_test(a_varying_rate_becomes_constant),
        cmocka_unit_test(pictures_are_repeated_and_left_out_as_the_rates_have_it),
        cmocka_unit_test(ten_bits_and_full_chroma_are_pictures_like_others),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start, stop);
    curl_global_cleanup();
    return failed;
}
