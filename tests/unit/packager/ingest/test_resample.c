/* Sound of any rate and layout as 48 kHz stereo: how loud each channel comes out, that nothing
 * clips, and that samples and time stamps agree after minutes. */
#include "packager/ingest/resample.h"
#include "media/core/err.h"
#include "media/core/timebase.h"
#include "support/cmocka_all.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLES = 1024, MEASURED = 8 };

static const double pi = 3.14159265358979323846;

/* A frame of planar float whose channel c is levels[c] all the way. */
static AVFrame *level_frame(const AVChannelLayout *layout, int rate, const float *levels)
{
    AVFrame *f = av_frame_alloc();
    assert_non_null(f);
    f->format = AV_SAMPLE_FMT_FLTP;
    f->sample_rate = rate;
    f->nb_samples = SAMPLES;
    assert_int_equal(av_channel_layout_copy(&f->ch_layout, layout), 0);
    assert_int_equal(av_frame_get_buffer(f, 0), 0);
    for (int c = 0; c < layout->nb_channels; c++)
        for (int i = 0; i < SAMPLES; i++)
            ((float *)f->extended_data[c])[i] = levels[c];
    return f;
}

/* What comes out, left and right, for constant levels. */
static void mix(const AVChannelLayout *layout, int rate, const float *levels, double out[2])
{
    struct resample r = {0};
    int count = 0;
    for (int i = 0; i < MEASURED; i++) {
        AVFrame *f = level_frame(layout, rate, levels);
        int64_t pts_us = 0;
        assert_int_equal(resample_frame(&r, f, &pts_us, &count), 0);
        av_frame_free(&f);
    }
    assert_true(count > 900);
    out[0] = r.planes[0][count / 2];
    out[1] = r.planes[1][count / 2];
    resample_finish(&r);
}

static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 0.002)
        fail_msg("%.4f instead of %.4f", value, expected);
}

static void check_mix(const AVChannelLayout *layout, const float *levels, double left, double right)
{
    static const int rates[] = {48000, 44100};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        double out[2];
        mix(layout, rates[i], levels, out);
        assert_near(out[0], left);
        assert_near(out[1], right);
    }
}

static void mono_is_as_loud_on_both_sides(void **state)
{
    (void)state;
    static const AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    check_mix(&mono, (const float[]){0.5f}, 0.5, 0.5);
    check_mix(&mono, (const float[]){1.0f}, 1.0, 1.0);
    check_mix(&mono, (const float[]){-1.0f}, -1.0, -1.0);
}

static void stereo_stays_what_it_is(void **state)
{
    (void)state;
    static const AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    check_mix(&stereo, (const float[]){1.0f, -0.25f}, 1.0, -0.25);
}

/* ITU-R BS.775: front whole, centre and surround 3 dB less, without the low frequencies; all of it
 * as much less as it takes for all of them together not to clip. */
static void surround_is_mixed_down_and_never_clips(void **state)
{
    (void)state;
    static const AVChannelLayout layouts[] = {AV_CHANNEL_LAYOUT_5POINT1,
                                              AV_CHANNEL_LAYOUT_5POINT1_BACK};
    const double share = 1 / (1 + sqrt(2)), less = share / sqrt(2);
    for (size_t i = 0; i < 2; i++) {
        check_mix(&layouts[i], (const float[]){1, 0, 0, 0, 0, 0}, share, 0);
        check_mix(&layouts[i], (const float[]){0, 1, 0, 0, 0, 0}, 0, share);
        check_mix(&layouts[i], (const float[]){0, 0, 1, 0, 0, 0}, less, less);
        check_mix(&layouts[i], (const float[]){0, 0, 0, 1, 0, 0}, 0, 0);
        check_mix(&layouts[i], (const float[]){0, 0, 0, 0, 1, 0}, less, 0);
        check_mix(&layouts[i], (const float[]){0, 0, 0, 0, 0, 1}, 0, less);
        check_mix(&layouts[i], (const float[]){1, 1, 1, 1, 1, 1}, 1, 1);
        check_mix(&layouts[i], (const float[]){-1, -1, -1, -1, -1, -1}, -1, -1);
    }
}

/* A container that only counts its channels means the usual order. */
static void six_channels_without_a_layout_are_surround(void **state)
{
    (void)state;
    const AVChannelLayout six = {.order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = 6};
    const AVChannelLayout one = {.order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = 1};
    const double less = 1 / (1 + sqrt(2)) / sqrt(2);
    check_mix(&six, (const float[]){0, 0, 1, 0, 0, 0}, less, less);
    check_mix(&one, (const float[]){0.5f}, 0.5, 0.5);
}

/* A sine of hz through all channels, from sample `first` of its own rate on. */
static AVFrame *sine_frame(const AVChannelLayout *layout, int rate, double hz, int64_t first)
{
    static const float nothing[8];
    AVFrame *f = level_frame(layout, rate, nothing);
    for (int c = 0; c < layout->nb_channels; c++)
        for (int i = 0; i < SAMPLES; i++)
            ((float *)f->extended_data[c])[i] =
                (float)(0.5 * sin(2 * pi * hz * (double)(first + i) / rate));
    return f;
}

struct heard {
    int64_t count;      /* samples, ever */
    double worst;       /* difference to the sine, where it is to be looked at */
    int64_t apart_us;   /* the most that a time stamp is off the count of the samples */
    int64_t started_us; /* the first time stamp */
};

static void hear(struct heard *h, const struct resample *r, int count, int64_t pts_us, double hz,
                 int64_t from)
{
    int64_t expected_us = h->started_us + h->count * 1000000 / RESAMPLE_RATE;
    if (llabs(pts_us - expected_us) > h->apart_us)
        h->apart_us = llabs(pts_us - expected_us);
    for (int i = 0; i < count; i++) {
        double time_s = (double)(h->count + i) / RESAMPLE_RATE;
        double off = fabs(r->planes[0][i] - 0.5 * sin(2 * pi * hz * time_s));
        if (h->count + i >= from && off > h->worst)
            h->worst = off;
    }
    h->count += count;
}

static void other_rates_do_not_drift_within_minutes(void **state)
{
    (void)state;
    static const AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    static const int rates[] = {44100, 32000, 22050, 96000};
    enum { SECONDS = 300 };
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct resample r = {0};
        struct heard h = {.started_us = 7000000};
        int64_t frames = (int64_t)SECONDS * rates[k] / SAMPLES;
        for (int64_t n = 0; n < frames; n++) {
            AVFrame *f = sine_frame(&stereo, rates[k], 440, n * SAMPLES);
            /* As MPEG-TS stamps it: in ticks of 90 kHz. */
            int64_t ticks = timebase_muldiv_floor(n * SAMPLES, 90000, rates[k]);
            int64_t pts_us = h.started_us + ticks * 100 / 9;
            int count = 0;
            assert_int_equal(resample_frame(&r, f, &pts_us, &count), 0);
            hear(&h, &r, count, pts_us, 440, n < frames - 20 ? INT64_MAX : 0);
            av_frame_free(&f);
        }
        int64_t expected = timebase_muldiv_floor(frames * SAMPLES, RESAMPLE_RATE, rates[k]);
        assert_in_range(expected - h.count, 0, 64); /* what the resampler holds */
        assert_in_range(h.apart_us, 0, 60);
        assert_true(h.worst < 0.01);
        resample_finish(&r);
    }
}

/* Mono of 44.1 kHz, then 5.1 of 48 kHz, then stereo of 44.1 kHz, and so on: samples go on. */
static void layouts_and_rates_may_change_in_mid_stream(void **state)
{
    (void)state;
    static const AVChannelLayout layouts[] = {AV_CHANNEL_LAYOUT_MONO, AV_CHANNEL_LAYOUT_5POINT1,
                                              AV_CHANNEL_LAYOUT_STEREO};
    static const int rates[] = {44100, 48000, 44100};
    struct resample r = {0};
    int64_t count_all = 0, most_apart_us = 0;
    double time_us = 0, loudest = 0;
    for (int n = 0; n < 300; n++) {
        int kind = n / 10 % 3, count = 0;
        AVFrame *f = sine_frame(&layouts[kind], rates[kind], 440, 0);
        int64_t pts_us = (int64_t)time_us;
        time_us += SAMPLES * 1e6 / rates[kind];
        assert_int_equal(resample_frame(&r, f, &pts_us, &count), 0);
        int64_t apart_us = llabs(pts_us - count_all * 1000000 / RESAMPLE_RATE);
        most_apart_us = apart_us > most_apart_us ? apart_us : most_apart_us;
        count_all += count;
        for (int i = 0; i < count; i++)
            loudest = fmax(loudest, fabs(r.planes[1][i]));
        av_frame_free(&f);
    }
    assert_true(loudest > 0.4 && loudest < 0.6);
    assert_in_range(most_apart_us, 0, 20000); /* under 1 ms for each of 20 changes */
    assert_true(fabs((double)count_all / RESAMPLE_RATE * 1e6 - time_us) < 20000);
    resample_finish(&r);
}

static void what_is_no_sound_is_refused_and_the_next_is_not(void **state)
{
    (void)state;
    static const AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    struct resample r = {0};
    int64_t pts_us = INT64_MIN;
    int count = -1;
    AVFrame *f = level_frame(&stereo, 48000, (const float[]){0.5f, 0.5f});
    f->sample_rate = 0;
    assert_int_equal(resample_frame(&r, f, &pts_us, &count), ERR_INVALID);
    f->sample_rate = 48000;
    f->nb_samples = 0;
    assert_int_equal(resample_frame(&r, f, &pts_us, &count), ERR_INVALID);
    assert_int_equal(count, -1);
    f->nb_samples = SAMPLES;
    assert_int_equal(resample_frame(&r, f, &pts_us, &count), 0);
    assert_int_equal(count, SAMPLES);
    assert_true(pts_us == INT64_MIN);
    av_frame_free(&f);
    resample_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mono_is_as_loud_on_both_sides),
        cmocka_unit_test(stereo_stays_what_it_is),
        cmocka_unit_test(surround_is_mixed_down_and_never_clips),
        cmocka_unit_test(six_channels_without_a_layout_are_surround),
        cmocka_unit_test(other_rates_do_not_drift_within_minutes),
        cmocka_unit_test(layouts_and_rates_may_change_in_mid_stream),
        cmocka_unit_test(what_is_no_sound_is_refused_and_the_next_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
