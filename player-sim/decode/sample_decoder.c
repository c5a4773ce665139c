#include "player-sim/decode/sample_decoder.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/isobmff/decoder_config.h"

#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_LINE_BYTES = 96,
    FRAMES_MAX = 64, /* that are taken out of one sample which gives too many */
};

static const int64_t pixels_max = (int64_t)8192 * 4352; /* of H.264 level 6 */

struct sample_decoder {
    bool video;
    AVCodecContext *context;
    AVPacket *packet;
    AVFrame *frame; /* the sample's */
    AVFrame *extra; /* one that should not be */
};

/* ---- what libav says ---- */

static pthread_once_t captured = PTHREAD_ONCE_INIT;
static _Thread_local char log_line[LOG_LINE_BYTES]; /* the first since it was emptied */

static void take_log_line(void *object, int level, const char *format, va_list arguments)
{
    (void)object;
    if (level > AV_LOG_ERROR || log_line[0])
        return;
    vsnprintf(log_line, sizeof log_line, format, arguments);
    log_line[strcspn(log_line, "\n")] = 0;
}

static void capture(void)
{
    av_log_set_callback(take_log_line);
}

void sample_decoder_capture_log(void)
{
    pthread_once(&captured, capture);
}

/* The status, and what was said besides. */
static void describe(int status, char *text, size_t capacity)
{
    char reason[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(status, reason, sizeof reason);
    snprintf(text, capacity, log_line[0] ? "%s: %s" : "%s", reason, log_line);
}

/* ---- opening ---- */

static int open_codec(struct sample_decoder *d, const struct isobmff_decoder_config *config)
{
    const AVCodec *codec = avcodec_find_decoder(d->video ? AV_CODEC_ID_H264 : AV_CODEC_ID_AAC);
    if (!codec)
        return AVERROR_DECODER_NOT_FOUND;
    if (config->size > INT_MAX - AV_INPUT_BUFFER_PADDING_SIZE)
        return AVERROR(EINVAL);
    d->context = avcodec_alloc_context3(codec);
    d->packet = av_packet_alloc();
    d->frame = av_frame_alloc();
    d->extra = av_frame_alloc();
    if (!d->context || !d->packet || !d->frame || !d->extra)
        return AVERROR(ENOMEM);
    d->context->extradata = av_mallocz(config->size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!d->context->extradata)
        return AVERROR(ENOMEM);
    memcpy(d->context->extradata, config->data, config->size);
    d->context->extradata_size = (int)config->size;
    d->context->thread_count = 1;
    d->context->has_b_frames = 0;
    d->context->flags |= AV_CODEC_FLAG_LOW_DELAY;
    d->context->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_CRCCHECK;
    d->context->max_pixels = pixels_max;
    return avcodec_open2(d->context, codec, NULL);
}

static bool refuse(char text[DECODER_TEXT_BYTES], const char *reason)
{
    snprintf(text, DECODER_TEXT_BYTES, "the stream can't be opened: %s", reason);
    return false;
}

bool sample_decoder_create(bool video, const uint8_t *header, size_t size,
                           struct sample_decoder **out, char text[DECODER_TEXT_BYTES])
{
    char reason[DECODER_TEXT_BYTES / 2];
    struct isobmff_decoder_config config;
    int status = isobmff_decoder_config_read(header, size, &config);
    if (status)
        return refuse(text, err_text(status));
    if (config.video != video)
        return refuse(text, config.video ? "it is a picture's" : "it is sound's");
    struct sample_decoder *d = calloc(1, sizeof *d);
    if (!d)
        return refuse(text, err_text(ERR_NOMEM));
    d->video = video;
    log_line[0] = 0;
    status = open_codec(d, &config);
    if (status < 0) {
        describe(status, reason, sizeof reason);
        sample_decoder_destroy(d);
        return refuse(text, reason);
    }
    *out = d;
    return true;
}

void sample_decoder_destroy(struct sample_decoder *d)
{
    if (!d)
        return;
    avcodec_free_context(&d->context);
    av_packet_free(&d->packet);
    av_frame_free(&d->frame);
    av_frame_free(&d->extra);
    free(d);
}

/* ---- decoding ---- */

/* Pictures carry their sample's number as their time, so that one that comes late is noticed. */
static int send_sample(struct sample_decoder *d, const uint8_t *data, size_t size, int64_t sequence)
{
    if (size > INT_MAX - AV_INPUT_BUFFER_PADDING_SIZE)
        return AVERROR(EINVAL);
    int status = av_new_packet(d->packet, (int)size);
    if (status < 0)
        return status;
    memcpy(d->packet->data, data, size);
    d->packet->pts = d->packet->dts = sequence;
    status = avcodec_send_packet(d->context, d->packet);
    av_packet_unref(d->packet);
    return status;
}

/* Whether the sample gave more than its frame; what it gave is dropped. */
static bool gave_more(struct sample_decoder *d, int *status)
{
    int frames = 0;
    while (frames < FRAMES_MAX && (*status = avcodec_receive_frame(d->context, d->extra)) >= 0)
        frames++;
    av_frame_unref(d->extra);
    return frames > 0;
}

static bool fail(struct decoder_result *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(struct decoder_result *r, const char *format, ...)
{
    int used = snprintf(r->text, sizeof r->text, "frame %" PRId64 ": ", r->sequence);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->text + used, sizeof r->text - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

static bool fail_with(struct decoder_result *r, int status)
{
    char reason[DECODER_TEXT_BYTES];
    describe(status, reason, sizeof reason);
    return fail(r, "%s", reason);
}

/* Demands of what libavcodec gave that it is the sample's frame, whole, and no more than that. */
static bool check_frame(struct sample_decoder *d, int status, struct decoder_result *r)
{
    const char *what = d->video ? "picture" : "sound";
    const AVFrame *f = d->frame;
    if (status == AVERROR(EAGAIN))
        return fail(r, "no %s", what);
    if (status < 0)
        return fail_with(r, status);
    if (gave_more(d, &status))
        return fail(r, "more than one %s", what);
    if (status != AVERROR(EAGAIN))
        return fail_with(r, status);
    if (f->pts != r->sequence)
        return fail(r, "the %s of frame %" PRId64 " came out", what, f->pts);
    if (f->decode_error_flags || (f->flags & AV_FRAME_FLAG_CORRUPT))
        return fail(r, "a damaged %s%s%s", what, log_line[0] ? ": " : "", log_line);
    return true;
}

static void read_stamp(const AVFrame *f, struct decoder_result *r)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(f->format);
    const uint64_t unlike_luma = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL |
                                 AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL;
    if (!format || (format->flags & unlike_luma) || format->comp[0].depth != 8 ||
        format->comp[0].step != 1)
        return;
    struct stamp_plane luma = {f->data[0], f->linesize[0], f->width, f->height};
    r->has_stamp = stamp_read(&luma, &r->stamp) == 0;
}

void sample_decoder_decode(struct sample_decoder *d, const uint8_t *data, size_t size,
                           struct decoder_result *result)
{
    log_line[0] = 0;
    int status = send_sample(d, data, size, result->sequence);
    if (status >= 0)
        status = avcodec_receive_frame(d->context, d->frame);
    result->decoded_us = clock_monotonic_us();
    result->ok = check_frame(d, status, result);
    if (result->ok && d->video)
        read_stamp(d->frame, result);
    av_frame_unref(d->frame);
}
