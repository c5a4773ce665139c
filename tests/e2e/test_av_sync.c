/* Sound and picture of a join belong together (H5, H9), and the sound has no gap (H19, H24): the
 * test source flashes and beeps in the same instant, at each whole second of media time. */
#include "e2e/live_channel.h"
#include "e2e/sound_decode.h"
#include "e2e/strict_decode.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    RATE = 48000,
    FRAME = 1024,
    PREROLL = 2,               /* packets of sound before the picture's: design, joins of sound */
    BEEP_SAMPLES = 3840,       /* of the test source */
    GUARD_SAMPLES = 2 * FRAME, /* how far a coded beep can be heard around itself */
    TONE_HZ = 554,             /* what test:7 hums; its phase is 0 at each whole second */
    WHITE_MEAN = 200,          /* of a flash's box after coding */
    LONG_FRAMES = 150,         /* of sound: 3.2 s, over a segment boundary */
};

static const double beep_level = 0.25;  /* the beep's peak is 0.5, the tone's 0.05 */
static const double sync_limit_ms = 45; /* what viewers notice */
static const double beep_limit_ms = 5;
static const double phase_limit_rad = 0.2; /* a frame lost or twice: 1.1 rad and more */
static const double tone_peak = 0.05;

struct sync_case {
    const char *fps;
    struct live_channel live;
};

/* Whether the white box is in the picture: columns w/4 to 3w/4, rows 4h/18 to 13h/18. */
static bool is_flash(const AVFrame *f)
{
    int64_t sum = 0, count = 0;
    for (int y = f->height * 5 / 18; y < f->height * 12 / 18; y++)
        for (int x = f->width * 5 / 16; x < f->width * 11 / 16; x++, count++)
            sum += f->data[0][y * f->linesize[0] + x];
    return sum > WHITE_MEAN * count;
}

/* Joins the picture at frame n and gives the media time in ms at which a flash begins, within
 * `frames` frames of the continuation. */
static double find_flash_ms(struct sync_case *test, int64_t n, size_t frames)
{
    struct viewer *v = &test->live.viewer;
    struct viewer_track track;
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    struct strict_pictures pictures;
    char error[STRICT_ERROR_BYTES];
    if (!viewer_video(v, 0, &track))
        fail_msg("%s", v->error);
    live_channel_await(&test->live, &track, n);
    if (!viewer_get_packet(v, &track, n, &packet) ||
        !viewer_get_samples(v, &track, &packet.packet.continuation, frames, &samples))
        fail_msg("%s", v->error);
    struct strict_stream stream = {.track = &track,
                                   .header = &packet,
                                   .joined = true,
                                   .samples = samples.list,
                                   .count = samples.count,
                                   .channel = LIVE_CHANNEL_NUMBER,
                                   .may_repeat = live_channel_repeats(&test->live, &track) > 0};
    if (!strict_decode(&stream, &pictures, error))
        fail_msg("%s", error);
    size_t at = 0;
    assert_false(is_flash(pictures.list[0]));
    while (at < pictures.count && !is_flash(pictures.list[at]))
        at++;
    if (at == pictures.count)
        fail_msg("no flash within %zu frames of frame %" PRId64, frames, n);
    double ms = 1000.0 * (double)pictures.list[at]->pts / packet.packet.timescale;
    strict_pictures_finish(&pictures);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
    return ms;
}

/* H4, H5, H19, H24, H25: every frame of 1024 samples, each behind the one before. */
static void check_sound_samples(const struct viewer_samples *samples, int64_t first)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct viewer_sample *s = &samples->list[i];
        int64_t n = first + (int64_t)i;
        assert_int_equal(s->sequence, n);
        assert_int_equal(s->chunk.decode_time, n * FRAME);
        assert_int_equal(s->chunk.duration, FRAME);
        assert_int_equal(s->chunk.mfhd_sequence, n + 1);
        assert_true(s->chunk.sync);
        assert_true(s->chunk.has_prft);
    }
}

/* Joins the sound at packet n, and decodes `frames` frames. */
static void hear(struct sync_case *test, int64_t n, size_t frames, struct sound *sound)
{
    struct viewer *v = &test->live.viewer;
    struct viewer_track track;
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    char error[VIEWER_ERROR_BYTES];
    if (!viewer_audio(v, &track) || !viewer_get_packet(v, &track, n, &packet) ||
        !viewer_get_samples(v, &track, &packet.packet.continuation, frames, &samples))
        fail_msg("%s", v->error);
    assert_false(packet.packet.has_sample);
    assert_int_equal(packet.packet.timescale, RATE);
    check_sound_samples(&samples, n + 1);
    if (!sound_decode(&packet, &samples, sound, error))
        fail_msg("sound from %" PRId64 ": %s", n, error);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
}

/* The media time in samples of the first loud sample; -1 where all is quiet. */
static int64_t find_beep(const struct sound *sound)
{
    for (size_t i = 0; i < sound->count; i++)
        if (fabsf(sound->left[i]) > beep_level)
            return sound->first + (int64_t)i;
    return -1;
}

/* Between beeps each frame's tone has the phase that its media time tells. Gives how many frames
 * were looked at. */
static int check_tone(const struct sound *sound)
{
    int looked_at = 0;
    for (size_t at = 0; at + FRAME <= sound->count; at += FRAME) {
        int64_t in_second = (sound->first + (int64_t)at) % RATE;
        double sine = 0, cosine = 0;
        if (in_second < BEEP_SAMPLES + GUARD_SAMPLES || in_second + FRAME > RATE - GUARD_SAMPLES)
            continue;
        for (int i = 0; i < FRAME; i++) {
            double angle = 2 * M_PI * TONE_HZ * (double)(in_second + i) / RATE;
            sine += sound->left[at + (size_t)i] * sin(angle) * 2 / FRAME;
            cosine += sound->left[at + (size_t)i] * cos(angle) * 2 / FRAME;
        }
        if (fabs(atan2(cosine, sine)) > phase_limit_rad ||
            fabs(hypot(sine, cosine) - tone_peak) > tone_peak / 4)
            fail_msg("the tone at sample %" PRId64 ": phase %.2f rad, peak %.3f",
                     sound->first + (int64_t)at, atan2(cosine, sine), hypot(sine, cosine));
        looked_at++;
    }
    return looked_at;
}

/* A viewer joins `before` frames ahead of the frame in whose time second `second` begins. */
static void join_before(struct sync_case *test, int64_t second, int64_t before)
{
    struct viewer_track track;
    struct sound sound;
    if (!viewer_video(&test->live.viewer, 0, &track))
        fail_msg("%s", test->live.viewer.error);
    int64_t flash_frame = timebase_muldiv_floor(second, track.rate.num, track.rate.den);
    int64_t n = flash_frame - before;
    double flash_ms = find_flash_ms(test, n, (size_t)before + 2);

    int64_t current = timebase_muldiv_floor(n * track.rate.den, RATE, FRAME * track.rate.num);
    int64_t last = ((second * 20 + 3) * RATE / 20 + FRAME - 1) / FRAME; /* 150 ms after it */
    hear(test, current - PREROLL, (size_t)(last - current + PREROLL), &sound);
    /* After the decoder's preroll sound begins with the frame that is current at the picture. */
    assert_int_equal(sound.first, current * FRAME);
    int64_t beep = find_beep(&sound);
    assert_true(beep >= 0);
    check_tone(&sound);

    double difference_ms = flash_ms - 1000.0 * (double)beep / RATE;
    print_message("%s fps, join at %" PRId64 ": flash %.2f ms, beep %.2f ms, apart %+.2f ms\n",
                  test->fps, n, flash_ms, 1000.0 * (double)beep / RATE, difference_ms);
    assert_true(fabs(1000.0 * (double)(beep - second * RATE) / RATE) <= beep_limit_ms);
    assert_true(fabs(difference_ms) <= sync_limit_ms);
    /* The source flashes in the frame in whose time the second begins. */
    double frame_ms = 1000.0 * (double)track.rate.den / (double)track.rate.num;
    assert_true(difference_ms < beep_limit_ms && difference_ms > -frame_ms - beep_limit_ms);
    sound_finish(&sound);
}

static void flash_and_beep_come_together_at_every_join(void **state)
{
    struct sync_case *test = *state;
    static const int before[] = {20, 13, 12, 7, 3};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        join_before(test, 1 + (int64_t)i % 3, before[i]);
}

static void sound_has_no_gap(void **state)
{
    struct sync_case *test = *state;
    struct sound sound;
    hear(test, 0, LONG_FRAMES, &sound);
    assert_int_equal(sound.count, (LONG_FRAMES - 1) * FRAME);
    assert_int_equal(sound.first, 2 * FRAME);
    assert_true(check_tone(&sound) > LONG_FRAMES / 2);
    sound_finish(&sound);
}

static int start(void **state, const char *fps)
{
    static struct sync_case test;
    const struct live_channel_config config = {
        .ladder = "256x144@200k", .preset = "ultrafast", .fps = fps, .segment_duration = "2"};
    test = (struct sync_case){.fps = fps};
    *state = &test;
    live_channel_start(&test.live, &config);
    return 0;
}

static int start_30(void **state)
{
    return start(state, "30");
}

static int start_ntsc(void **state)
{
    return start(state, "30000/1001");
}

static int start_25(void **state)
{
    return start(state, "25");
}

static int stop(void **state)
{
    struct sync_case *test = *state;
    live_channel_stop(&test->live);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flash_and_beep_come_together_at_every_join),
        cmocka_unit_test(sound_has_no_gap),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("30 fps", tests, start_30, stop);
    failed += cmocka_run_group_tests_name("30000/1001 fps", tests, start_ntsc, stop);
    failed += cmocka_run_group_tests_name("25 fps", tests, start_25, stop);
    curl_global_cleanup();
    return failed;
}
