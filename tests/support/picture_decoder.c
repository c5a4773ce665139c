#include "picture_decoder.h"

#include <libavcodec/avcodec.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct picture_decoder {
    AVCodecContext *context;
    AVFrame *frame;
    AVPacket *packet;
};

static int open_decoder(struct picture_decoder *d, const uint8_t *avcc, size_t size)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
    d->context = codec ? avcodec_alloc_context3(codec) : NULL;
    d->frame = av_frame_alloc();
    d->packet = av_packet_alloc();
    if (!d->context || !d->frame || !d->packet)
        return -1;
    d->context->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!d->context->extradata)
        return -1;
    memcpy(d->context->extradata, avcc, size);
    d->context->extradata_size = (int)size;
    d->context->thread_count = 1;
    d->context->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_CRCCHECK;
    return avcodec_open2(d->context, codec, NULL);
}

struct picture_decoder *picture_decoder_create(const uint8_t *avcc, size_t size)
{
    struct picture_decoder *d = calloc(1, sizeof *d);
    if (d && open_decoder(d, avcc, size) < 0) {
        picture_decoder_destroy(d);
        d = NULL;
    }
    return d;
}

void picture_decoder_destroy(struct picture_decoder *d)
{
    if (!d)
        return;
    avcodec_free_context(&d->context);
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
    free(d);
}

const AVFrame *picture_decoder_decode(struct picture_decoder *d, const uint8_t *sample, size_t size,
                                      int64_t pts, const char **reason)
{
    static _Thread_local char text[128];
    *reason = text;
    if (av_new_packet(d->packet, (int)size) < 0)
        return NULL;
    memcpy(d->packet->data, sample, size);
    d->packet->pts = d->packet->dts = pts;
    int status = avcodec_send_packet(d->context, d->packet);
    av_packet_unref(d->packet);
    if (status >= 0)
        status = avcodec_receive_frame(d->context, d->frame);
    if (status < 0) {
        av_strerror(status, text, sizeof text);
        return NULL;
    }
    if (d->frame->pts != pts) {
        snprintf(text, sizeof text, "the picture of time %lld came out for %lld",
                 (long long)d->frame->pts, (long long)pts);
        return NULL;
    }
    if (d->frame->decode_error_flags) {
        snprintf(text, sizeof text, "decode error flags %d", d->frame->decode_error_flags);
        return NULL;
    }
    return d->frame;
}

double picture_psnr(const AVFrame *a, const AVFrame *b)
{
    double sum = 0;
    for (int y = 0; y < a->height; y++) {
        const uint8_t *p = a->data[0] + (ptrdiff_t)y * a->linesize[0];
        const uint8_t *q = b->data[0] + (ptrdiff_t)y * b->linesize[0];
        long row = 0;
        for (int x = 0; x < a->width; x++)
            row += (p[x] - q[x]) * (p[x] - q[x]);
        sum += (double)row;
    }
    double mse = sum / ((double)a->width * a->height);
    return mse > 0 ? fmin(99, 10 * log10(255.0 * 255.0 / mse)) : 99;
}
