#include "packager/ingest/decode.h"
#include "media/core/err.h"

#include <libavutil/display.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Up to here one thread decodes fast enough, gives each frame without delay, and its CPU is counted
 * exactly. */
static const int64_t one_thread_pixels = 1920 * 1088;

void decode_init(struct decode *d)
{
    memset(d, 0, sizeof *d);
    d->stream = -1;
}

static void choose_threads(AVCodecContext *codec, bool live)
{
    bool small = (int64_t)codec->width * codec->height <= one_thread_pixels;
    codec->thread_count = small ? 1 : 0;
    codec->thread_type = live ? FF_THREAD_SLICE : FF_THREAD_SLICE | FF_THREAD_FRAME;
    /* Decoders of older codecs take it for a promise that there are no B-pictures, and give those
     * that there are in the wrong order. */
    if (live && codec->codec_id == AV_CODEC_ID_H264)
        codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
}

/* Cameras that were held upright say so in a matrix. Mirrored pictures are left alone. */
static int quarter_turns_of(const AVStream *stream)
{
    size_t size = 0;
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (!matrix || size < 9 * sizeof(int32_t))
        return 0;
    double degrees = av_display_rotation_get((const int32_t *)matrix); /* anticlockwise */
    return isfinite(degrees) ? (int)(lround(-degrees / 90) & 3) : 0;
}

/* The codec's own ratio may change in mid-stream, so it counts unless the container contradicts. */
static AVRational container_sar(const AVStream *stream)
{
    AVRational own = stream->codecpar->sample_aspect_ratio, outer = stream->sample_aspect_ratio;
    bool contradicts = outer.num > 0 && outer.den > 0 && av_cmp_q(own, outer) != 0;
    return contradicts ? outer : (AVRational){0, 1};
}

int decode_open(struct decode *d, const AVStream *stream, bool live)
{
    const AVCodec *decoder = avcodec_find_decoder(stream->codecpar->codec_id);
    if (!decoder)
        return ERR_UNSUPPORTED;
    int status = ERR_NOMEM;
    decode_init(d);
    d->codec = avcodec_alloc_context3(decoder);
    if (!d->codec)
        goto fail;
    if (avcodec_parameters_to_context(d->codec, stream->codecpar) < 0)
        goto fail;
    d->codec->pkt_timebase = stream->time_base;
    d->codec->framerate =
        stream->avg_frame_rate.num ? stream->avg_frame_rate : stream->r_frame_rate;
    choose_threads(d->codec, live);
    status = ERR_STATE;
    if (avcodec_open2(d->codec, decoder, NULL) < 0)
        goto fail;
    d->time_base = stream->time_base;
    d->quarter_turns = quarter_turns_of(stream);
    d->sar = container_sar(stream);
    d->stream = stream->index;
    return 0;
fail:
    decode_close(d);
    return status;
}

void decode_close(struct decode *d)
{
    avcodec_free_context(&d->codec);
    decode_init(d);
}

int decode_send(struct decode *d, const AVPacket *packet, int64_t received_utc_us)
{
    d->codec->reordered_opaque = received_utc_us;
    int status = avcodec_send_packet(d->codec, packet);
    return status < 0 && status != AVERROR_EOF ? ERR_INVALID : 0;
}

int decode_receive(struct decode *d, AVFrame *frame)
{
    switch (avcodec_receive_frame(d->codec, frame)) {
    case 0:
        if (d->sar.num)
            frame->sample_aspect_ratio = d->sar;
        return 0;
    case AVERROR(EAGAIN):
        return ERR_AGAIN;
    case AVERROR_EOF:
        return ERR_END;
    default:
        return ERR_INVALID;
    }
}

void decode_flush(struct decode *d)
{
    if (d->codec)
        avcodec_flush_buffers(d->codec);
}

int64_t decode_pts_us(const struct decode *d, const AVFrame *frame)
{
    if (frame->best_effort_timestamp == AV_NOPTS_VALUE)
        return INT64_MIN;
    return av_rescale_q(frame->best_effort_timestamp, d->time_base, AV_TIME_BASE_Q);
}

int64_t decode_duration_us(const struct decode *d, const AVFrame *frame)
{
    if (frame->pkt_duration > 0)
        return av_rescale_q(frame->pkt_duration, d->time_base, AV_TIME_BASE_Q);
    AVRational rate = d->codec->framerate;
    return rate.num > 0 && rate.den > 0 ? av_rescale(AV_TIME_BASE, rate.den, rate.num) : 0;
}

void decode_describe(const struct decode *d, char *text, size_t capacity)
{
    const AVCodecContext *codec = d->codec;
    if (!codec) {
        snprintf(text, capacity, "none");
        return;
    }
    const char *name = avcodec_get_name(codec->codec_id);
    double rate = codec->framerate.den ? av_q2d(codec->framerate) : 0;
    if (codec->codec_type == AVMEDIA_TYPE_AUDIO)
        snprintf(text, capacity, "%s %d Hz %d channel%s", name, codec->sample_rate,
                 codec->ch_layout.nb_channels, codec->ch_layout.nb_channels == 1 ? "" : "s");
    else if (codec->width <= 0)
        snprintf(text, capacity, "%s (no key frame yet)", name);
    else if (rate > 0)
        snprintf(text, capacity, "%s %dx%d, %.6g a second", name, codec->width, codec->height,
                 rate);
    else
        snprintf(text, capacity, "%s %dx%d", name, codec->width, codec->height);
}
