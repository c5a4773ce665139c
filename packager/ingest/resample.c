#include "packager/ingest/resample.h"
#include "media/core/err.h"

#include <libavutil/opt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_set_up_for(const struct resample *r, const AVFrame *frame)
{
    return r->swr && r->rate == frame->sample_rate && r->format == frame->format &&
           av_channel_layout_compare(&r->layout, &frame->ch_layout) == 0;
}

/* Left to itself, libswresample mixes floats so that they clip, and gives mono 3 dB less on either
 * side. */
static int set_levels(SwrContext *swr, int channels)
{
    static const double both_sides[] = {1, 1};
    if (channels == 1)
        return swr_set_matrix(swr, both_sides, 1);
    return av_opt_set_double(swr, "rematrix_maxval", 1, 0);
}

static int set_up(struct resample *r, const AVFrame *frame)
{
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    AVChannelLayout in = {0};

    swr_free(&r->swr);
    av_channel_layout_uninit(&r->layout);
    if (av_channel_layout_copy(&r->layout, &frame->ch_layout) < 0)
        return ERR_NOMEM;
    if (r->layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&in, r->layout.nb_channels);
    else if (av_channel_layout_copy(&in, &r->layout) < 0)
        return ERR_NOMEM;
    r->rate = frame->sample_rate;
    r->format = frame->format;
    int status = swr_alloc_set_opts2(&r->swr, &stereo, AV_SAMPLE_FMT_FLTP, RESAMPLE_RATE, &in,
                                     frame->format, frame->sample_rate, 0, NULL);
    if (status >= 0)
        status = set_levels(r->swr, in.nb_channels);
    if (status >= 0)
        status = swr_init(r->swr);
    av_channel_layout_uninit(&in);
    if (status < 0)
        swr_free(&r->swr);
    return status < 0 ? ERR_INVALID : 0;
}

static int make_room(struct resample *r, int samples)
{
    if (samples <= r->capacity)
        return 0;
    for (int c = 0; c < RESAMPLE_CHANNELS; c++) {
        float *plane = realloc(r->planes[c], (size_t)samples * sizeof *plane);
        if (!plane)
            return ERR_NOMEM;
        r->planes[c] = plane;
    }
    r->capacity = samples;
    return 0;
}

int resample_frame(struct resample *r, const AVFrame *frame, int64_t *pts_us, int *count)
{
    if (frame->sample_rate <= 0 || frame->nb_samples <= 0 || frame->ch_layout.nb_channels <= 0)
        return ERR_INVALID;
    int status = is_set_up_for(r, frame) ? 0 : set_up(r, frame);
    if (status)
        return status;
    int64_t held_us = swr_get_delay(r->swr, 1000000);
    int most = swr_get_out_samples(r->swr, frame->nb_samples);
    if (most < 0)
        return ERR_INVALID;
    status = make_room(r, most);
    if (status)
        return status;
    int got = swr_convert(r->swr, (uint8_t **)r->planes, most,
                          (const uint8_t **)frame->extended_data, frame->nb_samples);
    if (got < 0)
        return ERR_INVALID;
    if (*pts_us != INT64_MIN)
        *pts_us -= held_us;
    *count = got;
    return 0;
}

void resample_finish(struct resample *r)
{
    swr_free(&r->swr);
    av_channel_layout_uninit(&r->layout);
    for (int c = 0; c < RESAMPLE_CHANNELS; c++)
        free(r->planes[c]);
    memset(r, 0, sizeof *r);
}
