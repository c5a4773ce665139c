#include "e2e/sound_decode.h"

#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_BYTES = 4096 };

struct reader { /* a packet and its continuation, as one file */
    uint8_t *data;
    size_t size, at;
    AVIOContext *io;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    size_t frames;
    struct sound *sound;
    char *error;
};

static bool fail(struct reader *r, const char *what, int status)
{
    char reason[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(status, reason, sizeof reason);
    snprintf(r->error, VIEWER_ERROR_BYTES, "%s after %zu frames of sound: %s", what, r->frames,
             reason);
    return false;
}

static int read_bytes(void *context, uint8_t *buffer, int capacity)
{
    struct reader *r = context;
    size_t left = r->size - r->at;
    size_t size = left < (size_t)capacity ? left : (size_t)capacity;
    memcpy(buffer, r->data + r->at, size);
    r->at += size;
    return size ? (int)size : AVERROR_EOF;
}

static bool concatenate(struct reader *r, const struct viewer_packet *header,
                        const struct viewer_samples *samples)
{
    r->size = header->size;
    for (size_t i = 0; i < samples->count; i++)
        r->size += samples->list[i].chunk.total_bytes;
    r->data = malloc(r->size);
    if (!r->data)
        return fail(r, "no memory", AVERROR(ENOMEM));
    memcpy(r->data, header->bytes, header->size);
    size_t at = header->size;
    for (size_t i = 0; i < samples->count; i++) {
        memcpy(r->data + at, samples->list[i].bytes, samples->list[i].chunk.total_bytes);
        at += samples->list[i].chunk.total_bytes;
    }
    return true;
}

static bool open_codec(struct reader *r)
{
    if (r->format->nb_streams != 1)
        return fail(r, "not one stream", AVERROR_INVALIDDATA);
    const AVCodecParameters *parameters = r->format->streams[0]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    r->codec = codec ? avcodec_alloc_context3(codec) : NULL;
    r->packet = av_packet_alloc();
    r->frame = av_frame_alloc();
    if (!r->codec || !r->packet || !r->frame)
        return fail(r, "no decoder", AVERROR(ENOMEM));
    int status = avcodec_parameters_to_context(r->codec, parameters);
    r->codec->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_CRCCHECK;
    r->codec->pkt_timebase = r->format->streams[0]->time_base;
    if (status >= 0)
        status = avcodec_open2(r->codec, codec, NULL);
    return status >= 0 || fail(r, "no decoder", status);
}

static bool open_reader(struct reader *r)
{
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    r->format = avformat_alloc_context();
    if (!buffer || !r->format) {
        av_free(buffer);
        return fail(r, "no memory", AVERROR(ENOMEM));
    }
    r->io = avio_alloc_context(buffer, BUFFER_BYTES, 0, r, read_bytes, NULL, NULL);
    r->format->pb = r->io;
    r->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    r->format->error_recognition = AV_EF_EXPLODE;
    if (!r->io) {
        av_free(buffer);
        return fail(r, "no memory", AVERROR(ENOMEM));
    }
    int status = avformat_open_input(&r->format, NULL, av_find_input_format("mp4"), NULL);
    return status >= 0 ? open_codec(r) : fail(r, "no file that can be read", status);
}

static void close_reader(struct reader *r)
{
    avcodec_free_context(&r->codec);
    avformat_close_input(&r->format);
    if (r->io)
        av_freep(&r->io->buffer);
    avio_context_free(&r->io);
    av_packet_free(&r->packet);
    av_frame_free(&r->frame);
    free(r->data);
}

/* By doubling: under AddressSanitizer each step copies all that is there. */
static bool make_room(struct sound *s, size_t samples)
{
    if (samples <= s->room)
        return true;
    size_t room = 2 * samples;
    float *left = realloc(s->left, room * sizeof *left);
    if (!left)
        return false;
    s->left = left;
    s->room = room;
    return true;
}

static bool keep_frame(struct reader *r)
{
    struct sound *s = r->sound;
    const AVFrame *f = r->frame;
    size_t samples = (size_t)f->nb_samples;
    if (f->format != AV_SAMPLE_FMT_FLTP)
        return fail(r, "another sample format", AVERROR_INVALIDDATA);
    if (r->frames++ == 0) {
        s->first = f->pts + f->nb_samples;
        return true;
    }
    if (f->pts != s->first + (int64_t)s->count)
        return fail(r, "a gap", AVERROR_INVALIDDATA);
    if (!make_room(s, s->count + samples))
        return fail(r, "no memory", AVERROR(ENOMEM));
    memcpy(s->left + s->count, f->data[0], samples * sizeof *s->left);
    s->count += samples;
    return true;
}

static bool decode(struct reader *r)
{
    int status;
    while ((status = av_read_frame(r->format, r->packet)) >= 0) {
        status = avcodec_send_packet(r->codec, r->packet);
        av_packet_unref(r->packet);
        if (status >= 0)
            status = avcodec_receive_frame(r->codec, r->frame);
        if (status < 0)
            return fail(r, "no sound", status);
        if (!keep_frame(r))
            return false;
    }
    return status == AVERROR_EOF || fail(r, "the file breaks off", status);
}

bool sound_decode(const struct viewer_packet *header, const struct viewer_samples *samples,
                  struct sound *sound, char error[VIEWER_ERROR_BYTES])
{
    struct reader r = {.sound = sound, .error = error};
    *sound = (struct sound){0};
    bool good = concatenate(&r, header, samples) && open_reader(&r) && decode(&r);
    if (good && r.frames != samples->count)
        good = fail(&r, "frames are missing", AVERROR_INVALIDDATA);
    close_reader(&r);
    if (!good)
        sound_finish(sound);
    return good;
}

void sound_finish(struct sound *sound)
{
    free(sound->left);
    *sound = (struct sound){0};
}
