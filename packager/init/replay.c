#include "packager/init/replay.h"
#include "media/cmaf/chunk.h"
#include "media/core/err.h"
#include "media/h264/pcm_picture.h"

#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    const struct video_track_format *format;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *picture;
    struct bytes_writer sample;
};

static int open_decoder(struct replay *r)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
    if (!codec)
        return ERR_STATE;
    r->decoder = avcodec_alloc_context3(codec);
    if (!r->decoder)
        return ERR_NOMEM;
    r->decoder->thread_count = 1;
    r->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
    r->decoder->err_recognition = AV_EF_EXPLODE;
    r->decoder->extradata = av_mallocz(r->format->avcc_size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!r->decoder->extradata)
        return ERR_NOMEM;
    memcpy(r->decoder->extradata, r->format->avcc, r->format->avcc_size);
    r->decoder->extradata_size = (int)r->format->avcc_size;
    return avcodec_open2(r->decoder, codec, NULL) < 0 ? ERR_STATE : ERR_OK;
}

int replay_create(const struct video_track_format *format, struct replay **out)
{
    struct replay *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    r->format = format;
    bytes_writer_init(&r->sample);
    r->packet = av_packet_alloc();
    r->picture = av_frame_alloc();
    int status = r->packet && r->picture ? open_decoder(r) : ERR_NOMEM;
    if (status) {
        replay_destroy(r);
        return status;
    }
    *out = r;
    return ERR_OK;
}

void replay_destroy(struct replay *r)
{
    if (!r)
        return;
    avcodec_free_context(&r->decoder);
    av_packet_free(&r->packet);
    av_frame_free(&r->picture);
    bytes_writer_finish(&r->sample);
    free(r);
}

/* One sample in, its picture out. */
static int decode(struct replay *r, const uint8_t *data, size_t size)
{
    if (size > INT32_MAX - AV_INPUT_BUFFER_PADDING_SIZE || av_new_packet(r->packet, (int)size) < 0)
        return ERR_NOMEM;
    memcpy(r->packet->data, data, size);
    av_frame_unref(r->picture);
    int sent = avcodec_send_packet(r->decoder, r->packet);
    av_packet_unref(r->packet);
    return sent < 0 || avcodec_receive_frame(r->decoder, r->picture) < 0 ? ERR_STATE : ERR_OK;
}

int replay_begin(struct replay *r, const struct reconstruction *picture)
{
    const struct h264_splice *splice = r->format->splice;
    struct h264_picture planes = {
        .luma = picture->frame->data[0],
        .chroma = picture->frame->data[1],
        .luma_stride = picture->frame->linesize[0],
        .chroma_stride = picture->frame->linesize[1],
    };
    bytes_writer_clear(&r->sample);
    int status = h264_pcm_picture_write(&splice->sps, &splice->pps, &planes,
                                        (uint16_t)picture->sequence, &r->sample);
    return status ? status : decode(r, r->sample.data, r->sample.size);
}

int replay_next(struct replay *r, const struct blob *chunk, const AVFrame **picture,
                int64_t *capture_utc_us)
{
    struct cmaf_chunk sample;
    int status = cmaf_chunk_read(chunk->data, chunk->size, &sample);
    if (!status)
        status = decode(r, sample.data, sample.size);
    if (status)
        return status;
    *picture = r->picture;
    *capture_utc_us = sample.capture_utc_us;
    return ERR_OK;
}
