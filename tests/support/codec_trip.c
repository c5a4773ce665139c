#include "support/codec_trip.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <stdlib.h>

struct codec_trip {
    AVCodecContext *encoder, *decoder;
    struct SwsContext *scaler;
    AVFrame *scaled, *decoded;
    AVPacket *packet;
    int64_t pictures, bytes;
};

static AVCodecContext *open_encoder(const struct codec_trip_config *config)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    AVCodecContext *e = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!e)
        return NULL;
    e->width = config->width;
    e->height = config->height;
    e->pix_fmt = AV_PIX_FMT_YUV420P;
    e->time_base = (AVRational){1, config->fps};
    e->framerate = (AVRational){config->fps, 1};
    e->bit_rate = config->bitrate_bps;
    e->rc_max_rate = config->bitrate_bps;
    e->rc_buffer_size = (int)(config->bitrate_bps / 4);
    e->gop_size = 6 * config->fps;
    e->max_b_frames = 0;
    e->refs = 1;
    e->thread_count = 1;
    av_opt_set(e->priv_data, "preset", config->preset, 0);
    av_opt_set(e->priv_data, "tune", "zerolatency", 0);
    if (avcodec_open2(e, codec, NULL) < 0)
        avcodec_free_context(&e);
    return e;
}

static AVCodecContext *open_decoder(void)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
    AVCodecContext *d = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!d)
        return NULL;
    d->thread_count = 1;
    d->flags |= AV_CODEC_FLAG_LOW_DELAY;
    d->err_recognition = AV_EF_EXPLODE;
    if (avcodec_open2(d, codec, NULL) < 0)
        avcodec_free_context(&d);
    return d;
}

struct codec_trip *codec_trip_create(const struct codec_trip_config *config)
{
    struct codec_trip *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->encoder = open_encoder(config);
    t->decoder = open_decoder();
    t->scaled = av_frame_alloc();
    t->decoded = av_frame_alloc();
    t->packet = av_packet_alloc();
    if (!t->encoder || !t->decoder || !t->scaled || !t->decoded || !t->packet)
        goto fail;
    t->scaled->width = config->width;
    t->scaled->height = config->height;
    t->scaled->format = AV_PIX_FMT_YUV420P;
    if (av_frame_get_buffer(t->scaled, 0) < 0)
        goto fail;
    return t;

fail:
    codec_trip_destroy(t);
    return NULL;
}

void codec_trip_destroy(struct codec_trip *t)
{
    if (!t)
        return;
    avcodec_free_context(&t->encoder);
    avcodec_free_context(&t->decoder);
    sws_freeContext(t->scaler);
    av_frame_free(&t->scaled);
    av_frame_free(&t->decoded);
    av_packet_free(&t->packet);
    free(t);
}

const AVFrame *codec_trip_pass(struct codec_trip *t, const AVFrame *picture)
{
    t->scaler = sws_getCachedContext(t->scaler, picture->width, picture->height, AV_PIX_FMT_YUV420P,
                                     t->scaled->width, t->scaled->height, AV_PIX_FMT_YUV420P,
                                     SWS_BILINEAR, NULL, NULL, NULL);
    if (!t->scaler || av_frame_make_writable(t->scaled) < 0)
        return NULL;
    sws_scale(t->scaler, (const uint8_t *const *)picture->data, picture->linesize, 0,
              picture->height, t->scaled->data, t->scaled->linesize);
    t->scaled->pts = t->pictures++;
    if (avcodec_send_frame(t->encoder, t->scaled) < 0 ||
        avcodec_receive_packet(t->encoder, t->packet) < 0)
        return NULL;
    t->bytes += t->packet->size;
    int status = avcodec_send_packet(t->decoder, t->packet);
    av_packet_unref(t->packet);
    if (status < 0 || avcodec_receive_frame(t->decoder, t->decoded) < 0)
        return NULL;
    return t->decoded;
}

int64_t codec_trip_bytes(const struct codec_trip *t)
{
    return t->bytes;
}
