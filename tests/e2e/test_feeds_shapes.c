/* What feeds look and sound like: shapes that are not the output's, colours of other matrices and
 * ranges, mono and surround, and feeds that lack their picture, always or for a while. */
#include "e2e/feed_clip.h"
#include "e2e/feed_status.h"
#include "e2e/feed_watch.h"
#include "e2e/viewer.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/picture_decoder.h"
#include "support/process.h"

#include <curl/curl.h>
#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NARROW, PORTRAIT, TURNED, ODD, RED_601, RED_FULL, SURROUND, RADIO, BLINKING, CHANNELS };
enum { WIDTH = 256, HEIGHT = 144, ENCODE_MS = 60000, PICTURE_TRIES = 40 };
enum { SURROUND_FROM = 20, SURROUND_END = 75 };

static const double dark_luma = 18.5; /* what is darker all over is a bar */

struct shape {
    const char *channel, *suffix;
    struct feed_clip clip;
    const char *colour; /* lavfi's source of the picture, instead of the clip */
    const char *format; /* and its pixel format */
    char path[96];
};

struct shapes {
    struct packager packager;
    struct shape list[CHANNELS];
};

static const char *const h264_full_chroma[] = {"-pix_fmt", "yuv444p",   "-c:v", "libx264",
                                               "-preset",  "superfast", NULL};
static const char *const ac3[] = {"-c:v", "libx264", "-preset", "superfast", "-c:a", "ac3", NULL};

#define CLIP(w, h) .rate = {25, 1}, .beats = 4, .width = (w), .height = (h)

static const struct shape shapes[CHANNELS] = {
    /* 4:3 in wide pixels. */
    [NARROW] = {"narrow", "mp4", .clip = {CLIP(352, 288), .filter = "setsar=12/11"}},
    [PORTRAIT] = {"portrait", "mp4", .clip = {CLIP(144, 256)}},
    [TURNED] = {"turned", "mp4", .clip = {CLIP(256, 144)}},
    [ODD] = {"odd", "mp4",
             .clip = {CLIP(480, 270), .filter = "scale=321:241", .mute = true,
                      .coded = h264_full_chroma}},
    [RED_601] = {"red-601", "mp4", .colour = "color=red:s=320x180:r=25:d=2", .format = "yuv420p"},
    [RED_FULL] = {"red-full", "mov", .colour = "color=red:s=320x180:r=25:d=2",
                  .format = "yuvj422p"},
    [SURROUND] = {"surround", "ts", .clip = {CLIP(256, 144), .channels = 6, .coded = ac3}},
    [RADIO] = {"radio", "mp4", .clip = {.rate = {25, 1}, .beats = 4, .blind = true}},
    [BLINKING] =
        {"blinking", "mp4",
         .clip = {.rate = {25, 1}, .beats = 9, .beats_seen = 2, .width = 256, .height = 144}},
};

static void make_colour(const struct shape *s)
{
    bool full = strncmp(s->format, "yuvj", 4) == 0;
    const char *const argv[] = {"ffmpeg",   "-v",      "error", "-y",
                                "-f",       "lavfi",   "-i",    s->colour,
                                "-pix_fmt", s->format, "-c:v",  full ? "mjpeg" : "libx264",
                                s->path,    NULL};
    struct process ffmpeg;
    assert_true(process_start(&ffmpeg, argv, PROCESS_NO_PIPE));
    assert_int_equal(process_wait(&ffmpeg, ENCODE_MS), 0);
    process_finish(&ffmpeg);
}

/* Has an MP4 file say that its pictures are to be turned to the right: the matrix of the first
 * track header (ISO/IEC 14496-12, 8.3.2), of version 0. */
static void turn(const char *path, uint32_t height)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    uint8_t *header = memmem(bytes, size, "tkhd", 4);
    assert_non_null(header);
    const uint32_t matrix[9] = {0, 1 << 16, 0, (uint32_t) - (1 << 16), 0, 0, height << 16,
                                0, 1 << 30};
    for (int i = 0; i < 9; i++)
        AV_WB32(header + 44 + 4 * i, matrix[i]);
    rewind(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void make(struct shape *s)
{
    snprintf(s->path, sizeof s->path, "/tmp/openhesp-shape-%d-%s.%s", (int)getpid(), s->channel,
             s->suffix);
    s->clip.path = s->path;
    if (s->colour)
        make_colour(s);
    else
        feed_clip_make(&s->clip);
}

static int start(void **state)
{
    static struct shapes test;
    char yaml[4096];
    size_t at = (size_t)snprintf(yaml, sizeof yaml,
                                 "ladder: " FEED_STATUS_RUNG "@200k\npreset: ultrafast\nfps: 25\n"
                                 "loop: true\nchannels:\n");
    memcpy(test.list, shapes, sizeof shapes);
    *state = &test;
    for (int i = 0; i < CHANNELS; i++) {
        make(&test.list[i]);
        at += (size_t)snprintf(yaml + at, sizeof yaml - at, "  - name: %s\n    input: %s\n",
                               test.list[i].channel, test.list[i].path);
        assert_true(at < sizeof yaml);
    }
    turn(test.list[TURNED].path, 144);
    packager_start_yaml(&test.packager, yaml, CHANNELS);
    for (int i = 0; i < CHANNELS; i++)
        feed_status_await(&test.packager, test.list[i].channel, "up");
    return 0;
}

static int stop(void **state)
{
    struct shapes *test = *state;
    for (int i = 0; i < CHANNELS; i++)
        unlink(test->list[i].path);
    packager_stop(&test->packager);
    return 0;
}

/* The newest picture of a channel; the caller frees it. */
static AVFrame *newest_picture(struct shapes *test, int i)
{
    char url[256];
    struct viewer v;
    struct viewer_track track;
    struct viewer_packet packet;
    const char *reason = "";
    snprintf(url, sizeof url, "%s/%s/manifest.json", test->packager.url, test->list[i].channel);
    if (!viewer_open(&v, url) || !viewer_video(&v, 0, &track) ||
        !viewer_get_packet(&v, &track, HESP_NOW, &packet))
        packager_fail(&test->packager, v.error);
    struct picture_decoder *decoder = picture_decoder_create(packet.avcc, packet.avcc_size);
    assert_non_null(decoder);
    const struct cmaf_chunk *sample = &packet.packet.sample;
    const AVFrame *f =
        picture_decoder_decode(decoder, sample->data, sample->size, sample->decode_time, &reason);
    if (!f)
        packager_fail(&test->packager, reason);
    AVFrame *copy = av_frame_clone(f);
    assert_non_null(copy);
    picture_decoder_destroy(decoder);
    viewer_packet_finish(&packet);
    viewer_close(&v);
    return copy;
}

/* The same, of a moment when the clip shows no flash. */
static AVFrame *newest_plain_picture(struct shapes *test, int i)
{
    for (int try = 0; try < PICTURE_TRIES; try++) {
        AVFrame *f = newest_picture(test, i);
        int64_t middle = f->data[0][HEIGHT / 4 * f->linesize[0] + WIDTH / 2];
        if (middle > dark_luma && middle < 200)
            return f;
        av_frame_free(&f);
        clock_sleep_until_us(clock_monotonic_us() + 50000);
    }
    fail_msg("%s: no picture but flashes", test->list[i].channel);
    return NULL;
}

struct box {
    int left, top, right, bottom; /* the last two are not in it any more */
};

static double mean_of(const AVFrame *f, struct box b)
{
    int64_t sum = 0;
    for (int y = b.top; y < b.bottom; y++)
        for (int x = b.left; x < b.right; x++)
            sum += f->data[0][y * f->linesize[0] + x];
    return (double)sum / ((b.right - b.left) * (b.bottom - b.top));
}

/* What is left of the picture without black columns and rows at its sides. */
static struct box content_of(const AVFrame *f)
{
    struct box b = {0, 0, WIDTH, HEIGHT};
    while (b.left < b.right && mean_of(f, (struct box){b.left, 0, b.left + 1, HEIGHT}) < dark_luma)
        b.left++;
    while (b.left < b.right &&
           mean_of(f, (struct box){b.right - 1, 0, b.right, HEIGHT}) < dark_luma)
        b.right--;
    while (b.top < b.bottom && mean_of(f, (struct box){0, b.top, WIDTH, b.top + 1}) < dark_luma)
        b.top++;
    while (b.top < b.bottom &&
           mean_of(f, (struct box){0, b.bottom - 1, WIDTH, b.bottom}) < dark_luma)
        b.bottom--;
    return b;
}

static void check_box(struct shapes *test, int i, struct box expected)
{
    AVFrame *f = newest_plain_picture(test, i);
    struct box b = content_of(f);
    print_message("%s: %d,%d to %d,%d\n", test->list[i].channel, b.left, b.top, b.right, b.bottom);
    assert_int_equal(f->sample_aspect_ratio.num, f->sample_aspect_ratio.den);
    assert_in_range(b.left, expected.left - 2, expected.left + 2);
    assert_in_range(b.right, expected.right - 2, expected.right + 2);
    assert_in_range(b.top, expected.top - 2 < 0 ? 0 : expected.top - 2, expected.top + 2);
    assert_in_range(b.bottom, expected.bottom - 2, expected.bottom);
    av_frame_free(&f);
}

static void any_shape_is_kept_between_black_bars(void **state)
{
    struct shapes *test = *state;
    check_box(test, NARROW, (struct box){32, 0, 224, HEIGHT});
    check_box(test, PORTRAIT, (struct box){86, 0, 168, HEIGHT});
    check_box(test, ODD, (struct box){32, 0, 224, HEIGHT});
}

/* The stamp, black and white at the clip's bottom, is at the left of what is turned to the right.
 */
static void what_lies_on_its_side_is_turned_upright(void **state)
{
    struct shapes *test = *state;
    check_box(test, TURNED, (struct box){86, 0, 168, HEIGHT});
    AVFrame *f = newest_plain_picture(test, TURNED);
    int white[2] = {0, 0};
    for (int y = 4; y < HEIGHT - 4; y++)
        for (int x = 0; x < 16; x++)
            for (int side = 0; side < 2; side++)
                white[side] += f->data[0][y * f->linesize[0] + (side ? 150 : 88) + x] > 180;
    print_message("turned: %d white samples at the left, %d at the right\n", white[0], white[1]);
    assert_true(white[0] > 100);
    assert_true(white[1] < 30);
    av_frame_free(&f);
}

/* Red of BT.709 and limited range, and the stream says that it is that. */
static void check_red(struct shapes *test, int i)
{
    static const int red[3] = {63, 102, 240};
    AVFrame *f = newest_picture(test, i);
    assert_int_equal(f->colorspace, AVCOL_SPC_BT709);
    assert_int_equal(f->color_primaries, AVCOL_PRI_BT709);
    assert_int_equal(f->color_trc, AVCOL_TRC_BT709);
    assert_int_equal(f->color_range, AVCOL_RANGE_MPEG);
    for (int plane = 0; plane < 3; plane++) {
        int at = plane ? HEIGHT / 4 * f->linesize[plane] + WIDTH / 4
                       : HEIGHT / 2 * f->linesize[0] + WIDTH / 2;
        assert_in_range(f->data[plane][at], red[plane] - 3, red[plane] + 3);
    }
    av_frame_free(&f);
}

static void any_matrix_and_range_are_converted(void **state)
{
    struct shapes *test = *state;
    check_red(test, RED_601);
    check_red(test, RED_FULL);
}

/* Six channels of the same make two that are as loud as each of them was. */
static void surround_is_heard_on_both_sides_and_does_not_clip(void **state)
{
    struct shapes *test = *state;
    struct feed_watch w = {0};
    feed_status_await_frame(&test->packager, "surround", SURROUND_END);
    feed_watch_get(&w, &test->packager, "surround", SURROUND_FROM, SURROUND_END);
    double peak = feed_watch_peak(&w, SURROUND_FROM, SURROUND_END);
    print_message("surround: peak %.3f\n", peak);
    assert_true(peak < 0.55);
    /* Sound that a busy machine is late with is silence. */
    assert_true(peak > 0.4 || feed_status_silenced(&test->packager, "surround") > 0);
    feed_watch_finish(&w);
}

static void check_parts(struct shapes *test, int i, const char *status, const char *picture,
                        const char *sound)
{
    struct feed_status s;
    char series[128];
    feed_status_await_parts(&test->packager, test->list[i].channel, picture, sound);
    feed_status_get(&test->packager, test->list[i].channel, &s);
    assert_string_equal(s.feed, "up");
    assert_string_equal(s.status, status);
    snprintf(series, sizeof series, "openhesp_feed_picture_up{channel=\"%s\"}",
             test->list[i].channel);
    assert_true(packager_metric(&test->packager, series) == (strcmp(picture, "up") == 0));
}

static void a_feed_that_never_had_a_picture_or_sound_is_as_it_should_be(void **state)
{
    struct shapes *test = *state;
    check_parts(test, RADIO, "ok", "none", "up");
    check_parts(test, RED_601, "ok", "up", "none");
    AVFrame *f = newest_picture(test, RADIO);
    assert_true(mean_of(f, (struct box){0, 0, WIDTH, HEIGHT}) < dark_luma);
    av_frame_free(&f);
}

static void a_picture_that_stops_while_sound_goes_on_is_told_of(void **state)
{
    struct shapes *test = *state;
    struct packager *p = &test->packager;
    check_parts(test, BLINKING, "degraded", "missing", "up");
    feed_status_await_lines(p, "blinking", "no picture any more", 1);
    check_parts(test, BLINKING, "ok", "up", "up");
    feed_status_await_lines(p, "blinking", "gives its picture again", 1);
    /* Each time once: a busy machine may lack them more often. */
    int gone = feed_status_log_lines(p, "blinking", "no picture any more");
    int back = feed_status_log_lines(p, "blinking", "gives its picture again");
    assert_in_range(gone, back, back + 1);
    assert_int_equal(feed_status_log_lines(p, "blinking", " lost"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_shape_is_kept_between_black_bars),
        cmocka_unit_test(what_lies_on_its_side_is_turned_upright),
        cmocka_unit_test(any_matrix_and_range_are_converted),
        cmocka_unit_test(surround_is_heard_on_both_sides_and_does_not_clip),
        cmocka_unit_test(a_feed_that_never_had_a_picture_or_sound_is_as_it_should_be),
        cmocka_unit_test(a_picture_that_stops_while_sound_goes_on_is_told_of),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start, stop);
    curl_global_cleanup();
    return failed;
}
