#include "packager/track/aac_encoder.h"

#include "media/aac/asc.h"
#include "media/core/err.h"
#include "media/core/log.h"

#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <stdbool.h>
#include <stdlib.h>

enum { FRAME = 1024, RATE = 48000, CHANNELS = 2, BITRATE_MIN = 8000, BITRATE_MAX = 576000 };
enum { LEAST_KEPT_BPS = 32000, OVERSHOOT_BPS = 18000, BURST_BITS = 80000 };

struct aac_encoder {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
};

int64_t aac_encoder_peak_bps(int64_t bitrate_bps, struct rational duration)
{
    int64_t kept = bitrate_bps > LEAST_KEPT_BPS ? bitrate_bps : LEAST_KEPT_BPS;
    return kept + OVERSHOOT_BPS + timebase_muldiv_ceil(BURST_BITS, duration.den, duration.num);
}

void aac_encoder_destroy(struct aac_encoder *e)
{
    if (!e)
        return;
    avcodec_free_context(&e->codec);
    av_frame_free(&e->frame);
    av_packet_free(&e->packet);
    free(e);
}

static int open_codec(struct aac_encoder *e, int64_t bitrate_bps)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("aac");
    if (!codec)
        return ERR_UNSUPPORTED;
    e->codec = avcodec_alloc_context3(codec);
    if (!e->codec)
        return ERR_NOMEM;
    e->codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
    e->codec->sample_rate = RATE;
    e->codec->time_base = (AVRational){1, RATE};
    e->codec->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    e->codec->bit_rate = bitrate_bps;
    e->codec->profile = FF_PROFILE_AAC_LOW;
    e->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    e->codec->thread_count = 1;
    return avcodec_open2(e->codec, codec, NULL) < 0 ? ERR_STATE : ERR_OK;
}

/* Headers and time stamps elsewhere rely on it. */
static int check_stream(const AVCodecContext *codec)
{
    struct aac_asc asc;
    int status = aac_asc_read(&asc, codec->extradata, (size_t)codec->extradata_size);
    if (status)
        return status;
    bool expected = asc.sample_rate == RATE && asc.channels == CHANNELS &&
                    asc.samples_per_frame == FRAME && codec->frame_size == FRAME &&
                    codec->initial_padding == FRAME;
    return expected ? ERR_OK : ERR_UNSUPPORTED;
}

static int create_frame(struct aac_encoder *e)
{
    e->packet = av_packet_alloc();
    e->frame = av_frame_alloc();
    if (!e->packet || !e->frame)
        return ERR_NOMEM;
    e->frame->format = AV_SAMPLE_FMT_FLTP;
    e->frame->sample_rate = RATE;
    e->frame->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    e->frame->nb_samples = FRAME;
    return av_frame_get_buffer(e->frame, 0) < 0 ? ERR_NOMEM : ERR_OK;
}

int aac_encoder_create(int64_t bitrate_bps, struct aac_encoder **out)
{
    if (bitrate_bps < BITRATE_MIN || bitrate_bps > BITRATE_MAX) {
        log_error("aac", "the bit rate %" PRId64 " is outside %d..%d", bitrate_bps, BITRATE_MIN,
                  BITRATE_MAX);
        return ERR_INVALID;
    }
    struct aac_encoder *e = calloc(1, sizeof *e);
    if (!e)
        return ERR_NOMEM;
    int status = open_codec(e, bitrate_bps);
    if (!status)
        status = check_stream(e->codec);
    if (!status)
        status = create_frame(e);
    if (status) {
        aac_encoder_destroy(e);
        return status;
    }
    *out = e;
    return ERR_OK;
}

static float clipped(float sample)
{
    if (sample >= -1 && sample <= 1)
        return sample;
    if (sample > 1)
        return 1;
    return sample < -1 ? -1 : 0;
}

int aac_encoder_give(struct aac_encoder *e, const float *const planes[2], int64_t sequence)
{
    if (av_frame_make_writable(e->frame) < 0)
        return ERR_NOMEM;
    for (int channel = 0; channel < CHANNELS; channel++) {
        float *samples = (float *)e->frame->data[channel];
        for (int i = 0; i < FRAME; i++)
            samples[i] = clipped(planes[channel][i]);
    }
    e->frame->pts = sequence * FRAME;
    return avcodec_send_frame(e->codec, e->frame) < 0 ? ERR_STATE : ERR_OK;
}

/* The first packet decodes to what was before frame 0: the encoder's delay. */
int aac_encoder_take(struct aac_encoder *e, struct aac_frame *out)
{
    do {
        int got = avcodec_receive_packet(e->codec, e->packet);
        if (got == AVERROR(EAGAIN))
            return ERR_AGAIN;
        if (got < 0)
            return ERR_STATE;
    } while (e->packet->pts < 0);
    *out = (struct aac_frame){
        .sequence = e->packet->pts / FRAME,
        .data = e->packet->data,
        .size = (size_t)e->packet->size,
    };
    return ERR_OK;
}
