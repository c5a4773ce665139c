#include "e2e/feed_clip.h"
#include "media/stamp/stamp.h"
#include "support/cmocka_all.h"
#include "support/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 16, BAR_STEP = 4, BAR_LUMA = 20, BAR_DARK = 60 };
enum { FLASH_FRAMES = 3, WHITE = 235, WHITE_MEAN = 190, ARGUMENTS = 48, ENCODE_MS = 120000 };

static const float beep_level = 0.2f; /* the beep's peak is 0.45, the tone's 0.02 */

int feed_clip_beat_frames(struct rational rate)
{
    return (int)((rate.num + rate.den / 2) / rate.den);
}

int feed_clip_bar_round(int clip_width)
{
    return (clip_width - BAR_WIDTH) / BAR_STEP;
}

int feed_clip_frames(const struct feed_clip *clip)
{
    return clip->beats * feed_clip_beat_frames(clip->rate);
}

/* Bands of grey that move downwards, and a bar that moves to the right. */
static void paint(AVFrame *picture, int n, int beat)
{
    bool flash = n % beat < FLASH_FRAMES;
    int bar = n % feed_clip_bar_round(picture->width) * BAR_STEP;
    for (int y = 0; y < picture->height; y++) {
        uint8_t *row = picture->data[0] + (ptrdiff_t)y * picture->linesize[0];
        int band = ((y - 2 * n) % 96 + 96) % 96;
        memset(row, flash ? WHITE : 48 + band, (size_t)picture->width);
        if (!flash)
            memset(row + bar, BAR_LUMA, BAR_WIDTH);
    }
    struct stamp stamp = {
        .channel = FEED_CLIP_CHANNEL, .frame = (uint32_t)n, .capture_utc_us = (int64_t)n * 1000000};
    struct stamp_plane plane = {.data = picture->data[0],
                                .stride = picture->linesize[0],
                                .width = picture->width,
                                .height = picture->height};
    stamp_write(&plane, &stamp);
}

static bool write_all(int fd, const uint8_t *data, size_t size)
{
    while (size) {
        ssize_t written = write(fd, data, size);
        if (written <= 0)
            return false;
        data += written;
        size -= (size_t)written;
    }
    return true;
}

static AVFrame *grey_picture(const struct feed_clip *clip)
{
    AVFrame *picture = av_frame_alloc();
    assert_non_null(picture);
    picture->format = AV_PIX_FMT_YUV420P;
    picture->width = clip->width;
    picture->height = clip->height;
    assert_true(av_frame_get_buffer(picture, 0) >= 0);
    for (int plane = 0; plane < 3; plane++) {
        int rows = plane ? clip->height / 2 : clip->height;
        memset(picture->data[plane], 128, (size_t)picture->linesize[plane] * (size_t)rows);
    }
    return picture;
}

static bool write_pictures(const struct feed_clip *clip, int fd)
{
    AVFrame *picture = grey_picture(clip);
    bool good = true;
    int beats = clip->beats_seen ? clip->beats_seen : clip->beats;
    for (int n = 0; good && n < beats * feed_clip_beat_frames(clip->rate); n++) {
        paint(picture, n, feed_clip_beat_frames(clip->rate));
        for (int plane = 0; plane < 3; plane++) {
            int shift = plane ? 1 : 0;
            for (int y = 0; good && y < clip->height >> shift; y++)
                good = write_all(fd, picture->data[plane] + (ptrdiff_t)y * picture->linesize[plane],
                                 (size_t)clip->width >> shift);
        }
    }
    av_frame_free(&picture);
    return good;
}

struct command {
    const char *argv[ARGUMENTS];
    size_t count;
};

static void add(struct command *c, const char *const *arguments)
{
    for (; *arguments; arguments++) {
        assert_true(c->count + 1 < ARGUMENTS);
        c->argv[c->count++] = *arguments;
    }
}

static void run(const struct feed_clip *clip, struct command *c)
{
    struct process ffmpeg;
    assert_true(process_start(&ffmpeg, c->argv, PROCESS_STDIN));
    bool written = clip->blind || write_pictures(clip, ffmpeg.in);
    close(ffmpeg.in);
    ffmpeg.in = -1;
    int code = process_wait(&ffmpeg, ENCODE_MS);
    char *log = process_log(&ffmpeg);
    if (code || !written)
        print_error("ffmpeg gives %d:\n%s\n", code, log);
    free(log);
    process_finish(&ffmpeg);
    assert_int_equal(code, 0);
    assert_true(written);
}

/* The same on each channel. */
static void describe_sound(const struct feed_clip *clip, double beat_s, char *text, size_t size)
{
    char one[128];
    size_t at =
        (size_t)snprintf(text, size, "aevalsrc=s=44100:d=%.9f%s:exprs=", beat_s * clip->beats,
                         clip->channels == 6 ? ":c=5.1" : "");
    snprintf(one, sizeof one, "0.02*sin(600*PI*t)+0.45*sin(2000*PI*t)*lt(mod(t\\,%.9f)\\,0.08)",
             beat_s);
    for (int c = 0; c < (clip->channels ? clip->channels : 1); c++)
        at += (size_t)snprintf(text + at, size - at, "%s%s", c ? "|" : "", one);
    assert_true(at < size);
}

void feed_clip_make(const struct feed_clip *clip)
{
    char size[32], rate[32], sound[1024], beat[32];
    int beat_frames = feed_clip_beat_frames(clip->rate);
    double beat_s = beat_frames * (double)clip->rate.den / (double)clip->rate.num;
    struct command c = {{NULL}, 0};
    snprintf(size, sizeof size, "%dx%d", clip->width, clip->height);
    snprintf(rate, sizeof rate, "%" PRId64 "/%" PRId64, clip->rate.num, clip->rate.den);
    snprintf(beat, sizeof beat, "%d", beat_frames);
    describe_sound(clip, beat_s, sound, sizeof sound);
    add(&c, (const char *const[]){"ffmpeg", "-v", "error", "-y", NULL});
    if (!clip->blind)
        add(&c, (const char *const[]){"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r",
                                      rate, "-i", "-", NULL});
    if (!clip->mute)
        add(&c, (const char *const[]){"-f", "lavfi", "-i", sound, NULL});
    if (clip->filter)
        add(&c, (const char *const[]){"-vf", clip->filter, NULL});
    if (clip->coded)
        add(&c, clip->coded);
    if (!clip->blind && !clip->coded)
        add(&c, (const char *const[]){"-c:v", clip->picture_codec ? clip->picture_codec : "libx264",
                                      "-preset", "superfast", "-bf", "2", "-g", beat, NULL});
    if (clip->picture_codec && !clip->coded)
        add(&c, (const char *const[]){"-b:v", "2M", NULL});
    if (!clip->mute && !clip->coded)
        add(&c, (const char *const[]){"-c:a", clip->sound_codec ? clip->sound_codec : "aac", "-b:a",
                                      "96k", NULL});
    add(&c, (const char *const[]){clip->path, NULL});
    run(clip, &c);
}

bool feed_clip_is_flash(const AVFrame *f)
{
    int64_t sum = 0, count = 0;
    for (int y = f->height / 8; y < f->height * 5 / 8; y++)
        for (int x = f->width / 8; x < f->width * 7 / 8; x++, count++)
            sum += f->data[0][y * f->linesize[0] + x];
    return sum > WHITE_MEAN * count;
}

/* The mean of a column above the stamp. */
static double column_luma(const AVFrame *f, int x)
{
    int64_t sum = 0;
    int from = f->height / 8, to = f->height * 5 / 8;
    for (int y = from; y < to; y++)
        sum += f->data[0][y * f->linesize[0] + x];
    return (double)sum / (to - from);
}

int feed_clip_bar(const AVFrame *f, int clip_width)
{
    double weight = 0, moment = 0;
    for (int x = 0; x < f->width; x++) {
        double dark = BAR_DARK - column_luma(f, x);
        if (dark <= 0)
            continue;
        weight += dark;
        moment += dark * (x + 0.5);
    }
    if (weight == 0)
        return -1;
    double middle = moment / weight / f->width * clip_width;
    return (int)((middle - BAR_WIDTH / 2.0) / BAR_STEP + 0.5) % feed_clip_bar_round(clip_width);
}

int64_t feed_clip_number(const AVFrame *f)
{
    struct stamp_plane plane = {
        .data = f->data[0], .stride = f->linesize[0], .width = f->width, .height = f->height};
    struct stamp stamp;
    if (stamp_read(&plane, &stamp) || stamp.channel != FEED_CLIP_CHANNEL)
        return -1;
    return stamp.frame;
}

float feed_clip_beep_level(void)
{
    return beep_level;
}
