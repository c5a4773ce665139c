/* test: is a picture worth encoding with a running time code, a stamp on each picture, and a flash
 * with a beep each second of channel time; made by nothing but frame number, time and channel. */
#include "packager/ingest/input.h"

#include "media/core/err.h"
#include "media/core/log.h"
#include "media/stamp/stamp.h"
#include "packager/ingest/input_scene.h"
#include "packager/ingest/input_tone.h"
#include "support/codec_trip.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const int64_t utc_us = INT64_C(1795000000000000);

static struct input *create(const char *url, int width, int height, struct rational rate)
{
    struct input_config config = {
        .channel = "one",
        .url = url,
        .frame_rate = rate,
        .width = width,
        .height = height,
        .channel_number = 4,
    };
    struct input *in = NULL;
    assert_int_equal(input_test.create(&config, &in), 0);
    assert_non_null(in);
    return in;
}

static const AVFrame *picture(struct input *in, int64_t sequence, struct rational rate)
{
    struct input_picture p;
    int64_t at_us = timebase_frame_us(sequence, rate);
    input_test.picture(in, sequence, 5000000 + at_us, utc_us + at_us, &p);
    assert_false(p.repeated);
    assert_true(p.capture_utc_us == utc_us + at_us);
    assert_int_equal(p.frame->format, AV_PIX_FMT_YUV420P);
    return p.frame;
}

/* Whether the stamp is there; it must be right then. */
static bool has_stamp(const AVFrame *frame, uint16_t channel, int64_t sequence, int64_t at_us)
{
    struct stamp_plane luma = {frame->data[0], frame->linesize[0], frame->width, frame->height};
    struct stamp got;
    if (stamp_read(&luma, &got))
        return false;
    assert_int_equal(got.channel, channel);
    assert_int_equal(got.frame, (uint32_t)sequence);
    assert_true(got.capture_utc_us == at_us / 100 * 100);
    return true;
}

static void test_url_tells_the_channel(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        uint16_t channel;
    } urls[] = {{"test:", 4}, {"test:1", 1}, {"test:700", 700}, {"test:65535", 65535}};
    struct rational rate = {30, 1};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        assert_true(input_test.matches(urls[i].url));
        struct input *in = create(urls[i].url, 256, 144, rate);
        const AVFrame *frame = picture(in, 30, rate);
        assert_int_equal(frame->width, 256);
        assert_int_equal(frame->height, 144);
        assert_true(has_stamp(frame, urls[i].channel, 30, utc_us + 1000000));
        input_test.destroy(in);
    }
    assert_false(input_test.matches("test.mp4"));
    assert_false(input_test.matches("file:test:"));
}

static int lines_logged;

static void count_line(void *context, const char *line)
{
    (void)context;
    (void)line;
    lines_logged++;
}

static void test_wrong_urls_are_refused_with_a_line_in_the_log(void **state)
{
    (void)state;
    static const char *const urls[] = {"test:0",
                                       "test:65536",
                                       "test:-1",
                                       "test:x",
                                       "test:7x",
                                       "test: 7",
                                       "test:99999999999999999999"};
    log_redirect(count_line, NULL);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct input_config config = {.channel = "one",
                                      .url = urls[i],
                                      .frame_rate = {30, 1},
                                      .width = 256,
                                      .height = 144,
                                      .channel_number = 4};
        struct input *in = NULL;
        lines_logged = 0;
        assert_int_equal(input_test.create(&config, &in), ERR_INVALID);
        assert_null(in);
        assert_int_equal(lines_logged, 1);
    }
    log_redirect(NULL, NULL);
}

static void assert_same_picture(const AVFrame *a, const AVFrame *b)
{
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane ? 1 : 0;
        for (int y = 0; y < a->height >> shift; y++)
            assert_memory_equal(a->data[plane] + (ptrdiff_t)y * a->linesize[plane],
                                b->data[plane] + (ptrdiff_t)y * b->linesize[plane],
                                (size_t)(a->width >> shift));
    }
}

static void test_a_picture_depends_on_nothing_that_came_before(void **state)
{
    (void)state;
    struct rational rate = {30000, 1001};
    struct input *forward = create("test:9", 426, 240, rate);
    struct input *back = create("test:9", 426, 240, rate);
    AVFrame *held[40];
    for (int i = 0; i < 40; i++) {
        held[i] = av_frame_clone(picture(forward, i * 7, rate));
        assert_non_null(held[i]);
    }
    for (int i = 39; i >= 0; i--) {
        assert_same_picture(held[i], picture(back, i * 7, rate));
        av_frame_free(&held[i]);
    }
    input_test.destroy(back);
    input_test.destroy(forward);
}

static void test_each_picture_differs_from_the_last_and_channels_from_each_other(void **state)
{
    (void)state;
    struct rational rate = {60, 1};
    struct input *one = create("test:1", 640, 360, rate);
    struct input *two = create("test:2", 640, 360, rate);
    int scene_top = input_scene_bar_height(360);
    int scene_rows = stamp_top(360) - scene_top;
    uint8_t *last = calloc((size_t)scene_rows, 640);
    for (int n = 0; n < 120; n++) {
        const AVFrame *a = picture(one, n, rate);
        int64_t difference = 0;
        for (int y = 0; y < scene_rows; y++) {
            const uint8_t *row = a->data[0] + (ptrdiff_t)(scene_top + y) * a->linesize[0];
            for (int x = 0; x < 640; x++)
                difference += abs(row[x] - last[y * 640 + x]);
            memcpy(last + y * 640, row, 640);
        }
        assert_true(difference > 640 * scene_rows / 4); /* a quarter of a step for each sample */
    }
    const AVFrame *a = picture(one, 40, rate);
    const AVFrame *b = picture(two, 40, rate);
    int64_t tint = 0;
    for (int y = scene_top / 2; y < stamp_top(360) / 2; y++)
        for (int x = 0; x < 320; x++)
            tint += abs(a->data[2][y * a->linesize[2] + x] - b->data[2][y * b->linesize[2] + x]);
    assert_true(tint / (scene_rows / 2 * 320) > 8);
    free(last);
    input_test.destroy(two);
    input_test.destroy(one);
}

/* Whether the whole box is white; anything between all and nearly nothing is a failure. */
static bool is_flash(const AVFrame *frame)
{
    int white = 0, all = 0;
    for (int y = (frame->height * 4 / 18 & ~1); y < (frame->height * 13 / 18 & ~1); y++) {
        for (int x = (frame->width / 4 & ~1); x < (frame->width * 3 / 4 & ~1); x++) {
            white += frame->data[0][y * frame->linesize[0] + x] == INPUT_SCENE_WHITE;
            all++;
        }
    }
    assert_true(all * 5 > frame->width * frame->height);
    assert_true(white == all || white < all / 20);
    return white == all;
}

/* Flash frame n is the one whose time [n, n + 1) / rate contains the whole second; it and the next
 * one are white. */
static bool flash_expected(int64_t sequence, struct rational rate)
{
    for (int64_t n = sequence; n >= 0 && n >= sequence - 1; n--) {
        int64_t last = ((n + 1) * rate.den - 1) / rate.num; /* the last second before n + 1 */
        if (last * rate.num >= n * rate.den)
            return true;
    }
    return false;
}

static void check_flashes(struct rational rate, int64_t from, int count, int flashes)
{
    struct input *in = create("test:", 128, 72, rate);
    int seen = 0;
    for (int64_t n = from; n < from + count; n++) {
        bool flash = is_flash(picture(in, n, rate));
        assert_int_equal(flash, flash_expected(n, rate));
        seen += flash;
    }
    assert_int_equal(seen, flashes);
    input_test.destroy(in);
}

static void test_flash_is_exact_at_every_rate(void **state)
{
    (void)state;
    static const int whole[] = {25, 30, 50, 60};
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        struct rational rate = {whole[i], 1};
        check_flashes(rate, 0, 20 * whole[i], 40);
        check_flashes(rate, INT64_C(86400) * whole[i] - 5, whole[i], 2);
    }
    /* Second k lies in frame floor(k * 24000 / 1001): 0, 23, 47, ... 24000 only after 1001 s. */
    struct rational film = {24000, 1001}, ntsc = {30000, 1001};
    check_flashes(film, 0, 481, 42);
    check_flashes(film, 24000 - 30, 60, 6);
    check_flashes(ntsc, 0, 601, 42);
    check_flashes(ntsc, 30000 * 86 - 40, 80, 6);

    struct input *in = create("test:", 128, 72, film);
    static const int64_t around[] = {22, 23, 24, 25, 23999, 24000, 24001, 24002};
    static const bool expected[] = {false, true, true, false, false, true, true, false};
    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
        assert_int_equal(is_flash(picture(in, around[i], film)), expected[i]);
    input_test.destroy(in);
}

static void hear(struct input *in, int64_t first, int count, float *left)
{
    float *right = malloc((size_t)count * sizeof(*right));
    float *planes[INPUT_CHANNELS] = {left, right};
    input_test.audio(in, first, count, 0, planes);
    assert_memory_equal(left, right, (size_t)count * sizeof(*right));
    free(right);
}

static double power(const float *samples, int count)
{
    double sum = 0.0;
    for (int i = 0; i < count; i++)
        sum += (double)samples[i] * (double)samples[i];
    return sum / count;
}

static void test_beep_begins_with_the_second_and_lasts_80_ms(void **state)
{
    (void)state;
    enum { SECONDS = 3 };
    static const int64_t starts[] = {0, INT64_C(48000) * 86400 * 400};
    struct rational rate = {25, 1};
    struct input *in = create("test:", 128, 72, rate);
    float *s = malloc(SECONDS * 48000 * sizeof(*s));
    for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++) {
        hear(in, starts[k], SECONDS * 48000, s);
        for (int i = 0; i < SECONDS * 48000; i++) {
            bool beep = i % 48000 < 3840;
            assert_true(fabsf(s[i]) <= (beep ? 0.56f : 0.051f));
            if (i % 48000 == 0)
                assert_true(fabsf(s[i]) >= 0.45f); /* the attack is the first sample */
        }
        for (int second = 0; second < SECONDS; second++) {
            const float *at = s + second * 48000;
            double quiet_db = 10.0 * log10(power(at + 3840, 48000 - 3840));
            assert_true(10.0 * log10(power(at, 480)) - quiet_db >= 12.0);
            assert_true(10.0 * log10(power(at + 3360, 480)) - quiet_db >= 12.0);
            assert_true(quiet_db > -40.0); /* a tone, not silence */
        }
    }
    free(s);
    input_test.destroy(in);
}

static void test_sound_is_the_same_however_it_is_asked_for(void **state)
{
    (void)state;
    struct rational rate = {25, 1};
    struct input *in = create("test:5", 128, 72, rate);
    float *whole = malloc(96000 * sizeof(*whole));
    float part[1601];
    hear(in, 0, 96000, whole);
    for (int at = 0, count = 1; at + count <= 96000;
         at += count, count = (count * 7 + 3) % 1601 + 1) {
        hear(in, at, count, part);
        assert_memory_equal(part, whole + at, (size_t)count * sizeof(*part));
    }
    /* Phase-continuous: no step is larger than the tone's own slope, but where a beep begins or
     * ends. */
    float slope = 0.05f * 6.2832f * (float)input_tone_pitch_hz(5) / 48000.0f * 1.01f;
    for (int i = 1; i < 96000; i++)
        if (i % 48000 > 3840)
            assert_true(fabsf(whole[i] - whole[i - 1]) <= slope);
    free(whole);
    input_test.destroy(in);
}

static int rising_edges(const float *samples, int count)
{
    int edges = 0;
    for (int i = 1; i < count; i++)
        edges += samples[i - 1] < 0.0f && samples[i] >= 0.0f;
    return edges;
}

static void test_pitch_tells_the_channel(void **state)
{
    (void)state;
    struct rational rate = {25, 1};
    float s[24000];
    int last = 0;
    for (uint16_t channel = 1; channel <= 10; channel++) {
        char url[16];
        snprintf(url, sizeof(url), "test:%d", channel);
        struct input *in = create(url, 128, 72, rate);
        hear(in, 24000, 24000, s);
        int edges = rising_edges(s, 24000);
        assert_in_range(edges, input_tone_pitch_hz(channel) / 2 - 1,
                        input_tone_pitch_hz(channel) / 2 + 1);
        assert_true(abs(edges - last) > 5);
        last = edges;
        input_test.destroy(in);
    }
}

/* The beep's first sample lies in the time of the first flash frame. */
static void test_flash_and_beep_coincide(void **state)
{
    (void)state;
    static const struct rational rates[] = {{24000, 1001}, {25, 1}, {30, 1}, {60, 1}};
    for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        struct rational rate = rates[r];
        struct input *in = create("test:", 128, 72, rate);
        bool before = false;
        int pairs = 0;
        for (int64_t n = 0; n < 10 * rate.num / rate.den; n++) {
            bool flash = is_flash(picture(in, n, rate));
            if (flash && !before) {
                /* The samples within the frame's time: ceil(n * 48000 / rate) and on. */
                int64_t first = timebase_muldiv_ceil(n, 48000 * rate.den, rate.num);
                int64_t end = timebase_muldiv_ceil(n + 1, 48000 * rate.den, rate.num);
                float s[2400];
                hear(in, first, (int)(end - first), s);
                int64_t beep = (first + 47999) / 48000 * 48000;
                assert_in_range(beep, first, end - 1);
                assert_true(s[beep - first] > 0.4f);
                pairs++;
            }
            before = flash;
        }
        assert_int_equal(pairs, 10);
        input_test.destroy(in);
    }
}

static int count_read(const struct codec_trip_config *config, int width, int height, int frames)
{
    struct rational rate = {config->fps, 1};
    struct input *in = create("test:12", width, height, rate);
    struct codec_trip *trip = codec_trip_create(config);
    assert_non_null(trip);
    int right = 0;
    for (int n = 0; n < frames; n++) {
        const AVFrame *seen = codec_trip_pass(trip, picture(in, n, rate));
        assert_non_null(seen);
        right += has_stamp(seen, 12, n, utc_us + timebase_frame_us(n, rate));
    }
    print_message("%dx%d -> %dx%d %s at %d kbit/s: %d of %d stamps read\n", width, height,
                  config->width, config->height, config->preset,
                  (int)(codec_trip_bytes(trip) * 8 * config->fps / frames / 1000), right, frames);
    codec_trip_destroy(trip);
    input_test.destroy(in);
    return right;
}

static void test_stamp_survives_256x144_at_200_kbit_s(void **state)
{
    (void)state;
    static const char *const presets[] = {"ultrafast", "superfast"};
    for (size_t i = 0; i < 2; i++) {
        struct codec_trip_config config = {256, 144, 200000, presets[i], 30};
        assert_int_equal(count_read(&config, 1280, 720, 300), 300);
        assert_int_equal(count_read(&config, 640, 360, 300), 300);
    }
}

static void test_stamp_survives_the_usual_rungs(void **state)
{
    (void)state;
    static const struct codec_trip_config rungs[] = {
        {426, 240, 400000, "ultrafast", 30},
        {426, 240, 400000, "superfast", 30},
        {640, 360, 800000, "superfast", 30},
        {1280, 720, 2500000, "superfast", 30},
    };
    for (size_t i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++)
        assert_int_equal(count_read(&rungs[i], 1280, 720, 300), 300);
}

static void test_every_size_a_rung_may_have_can_be_drawn(void **state)
{
    (void)state;
    static const int sizes[][2] = {{32, 32},   {126, 70},   {4096, 32}, {32, 1000},
                                   {130, 500}, {1920, 800}, {854, 480}, {720, 1280}};
    struct rational rate = {25, 1};
    log_redirect(count_line, NULL);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct input *in = create("test:65535", sizes[i][0], sizes[i][1], rate);
        for (int n = 0; n < 300; n += 3) {
            const AVFrame *frame = picture(in, n, rate);
            bool large = sizes[i][0] >= STAMP_WIDTH_MIN && sizes[i][1] >= STAMP_HEIGHT_MIN;
            int64_t at_us = utc_us + timebase_frame_us(n, rate);
            assert_int_equal(has_stamp(frame, 65535, n, at_us), large);
        }
        input_test.destroy(in);
    }
    log_redirect(NULL, NULL);
}

static void test_feed_is_up_and_loses_nothing(void **state)
{
    (void)state;
    struct rational rate = {30, 1};
    struct input *in = create("test:", 1280, 720, rate);
    struct input_state s;
    input_test.state(in, &s);
    assert_int_equal(s.feed, INPUT_UP);
    for (int n = 0; n < 100; n++)
        picture(in, n, rate);
    input_test.state(in, &s);
    assert_int_equal(s.feed, INPUT_UP);
    assert_true(s.since_us == 5000000);
    assert_true(s.repeated_pictures == 0 && s.dropped_pictures == 0 && s.silent_samples == 0 &&
                s.reopened == 0 && s.decode_errors == 0);
    print_message("1280x720: %d us of CPU a picture\n", (int)(s.cpu_us / 100));
    input_test.destroy(in);
}

/* Where the output changes, frames start again at 0 in the new size, and the channel's time goes
 * on, so that flash and beep stay together. */
static void test_a_retuning_begins_with_its_slot(void **state)
{
    (void)state;
    struct rational before = {30000, 1001}, after = {25, 1};
    struct input *in = create("test:", 128, 72, before);
    const int64_t end = 137; /* 4.571 s */
    struct input_tuning tuning = {.frame_rate = {50, 1},
                                  .width = 64,
                                  .height = 36,
                                  .slot_us = 5000000 + timebase_frame_us(end, before)};
    tuning.start_us = timebase_frame_us(end, before);
    assert_int_equal(input_retune(in, &tuning), 0);
    tuning.frame_rate = after; /* a later one takes its place */
    tuning.width = 256;
    tuning.height = 144;
    assert_int_equal(input_retune(in, &tuning), 0);
    for (int64_t n = end - 3; n < end; n++)
        assert_int_equal(picture(in, n, before)->width, 128);
    for (int64_t n = 0; n < 60; n++) {
        struct input_picture p;
        int64_t at_us = tuning.start_us + timebase_frame_us(n, after);
        input_test.picture(in, n, 5000000 + at_us, utc_us + at_us, &p);
        assert_int_equal(p.frame->width, 256);
        assert_true(has_stamp(p.frame, 4, n, utc_us + at_us));
        /* 5 s lie in [4.571 + 10/25, + 11/25), 6 s in that of frame 35. */
        assert_int_equal(is_flash(p.frame), n == 10 || n == 11 || n == 35 || n == 36);
    }
    input_test.destroy(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url_tells_the_channel),
        cmocka_unit_test(test_wrong_urls_are_refused_with_a_line_in_the_log),
        cmocka_unit_test(test_a_picture_depends_on_nothing_that_came_before),
        cmocka_unit_test(test_each_picture_differs_from_the_last_and_channels_from_each_other),
        cmocka_unit_test(test_flash_is_exact_at_every_rate),
        cmocka_unit_test(test_a_retuning_begins_with_its_slot),
        cmocka_unit_test(test_beep_begins_with_the_second_and_lasts_80_ms),
        cmocka_unit_test(test_sound_is_the_same_however_it_is_asked_for),
        cmocka_unit_test(test_pitch_tells_the_channel),
        cmocka_unit_test(test_flash_and_beep_coincide),
        cmocka_unit_test(test_stamp_survives_256x144_at_200_kbit_s),
        cmocka_unit_test(test_stamp_survives_the_usual_rungs),
        cmocka_unit_test(test_every_size_a_rung_may_have_can_be_drawn),
        cmocka_unit_test(test_feed_is_up_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
