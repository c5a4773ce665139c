/* Real channels for the decoder's tests: moving pictures with stamps coded by x264, a second of
 * sound coded by libavcodec, both in packets and chunks. Failures end the process with a text. */
#ifndef TESTS_UNIT_PLAYER_SIM_DECODE_FIXTURE_H
#define TESTS_UNIT_PLAYER_SIM_DECODE_FIXTURE_H

#include "media/cmaf/chunk.h"
#include "media/cmaf/header.h"
#include "media/stamp/stamp.h"
#include "support/moving_picture.h"

#include <libavcodec/avcodec.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x264.h>

enum {
    FIXTURE_WIDTH = 256,
    FIXTURE_HEIGHT = 144,
    FIXTURE_FRAMES = 40,
    FIXTURE_IDR_EVERY = 20,
    FIXTURE_SLICES = 2,
    FIXTURE_LENGTH_BYTES = 4, /* in front of each slice of a sample */
    FIXTURE_SOUND_FRAME = 1024,
    FIXTURE_SOUND_RATE = 48000,
};

/* Frame number of the first sample. */
static const int64_t fixture_first = 1700000;
static const int64_t fixture_capture_utc_us = 1700000000000000;

struct fixture_clip {
    struct blob *header;
    struct blob *samples[FIXTURE_FRAMES]; /* bare, as x264 gives them */
    struct blob *packets[FIXTURE_FRAMES]; /* where a frame is an IDR picture, else NULL */
    struct blob *chunks[FIXTURE_FRAMES];
};

static inline void fixture_require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fixture: %s\n", what);
    abort();
}

static inline int64_t fixture_capture_us(int frame)
{
    return fixture_capture_utc_us + 33333 * (int64_t)frame;
}

static inline bool fixture_is_idr(int frame)
{
    return frame % FIXTURE_IDR_EVERY == 0;
}

/* ---- containers ---- */

static inline struct blob *fixture_take(struct bytes_writer *w, int status)
{
    struct blob *b = blob_from_writer(w);
    fixture_require(!status && b, "no bytes");
    return b;
}

static inline struct blob *fixture_chunk(const struct cmaf_sample *sample)
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    int status = cmaf_chunk_write(&w, sample, false);
    return fixture_take(&w, status);
}

static inline struct blob *fixture_packet(struct blob *header, const struct cmaf_sample *sample)
{
    const struct cmaf_continuation continuation = {7, 0};
    struct bytes_writer w;
    bytes_writer_init(&w);
    int status = cmaf_packet_write_video(&w, header, 30, sample, &continuation);
    return fixture_take(&w, status);
}

/* A chunk of a picture whose bytes are not those of the clip. */
static inline struct blob *fixture_chunk_of(int frame, const void *data, size_t size)
{
    const struct cmaf_sample sample = {.sequence = fixture_first + frame,
                                       .decode_time = fixture_first + frame,
                                       .duration = 1,
                                       .sync = fixture_is_idr(frame),
                                       .capture_utc_us = fixture_capture_us(frame),
                                       .data = data,
                                       .size = size};
    return fixture_chunk(&sample);
}

/* ---- pictures ---- */

static inline x264_t *fixture_open_encoder(void)
{
    x264_param_t param;
    fixture_require(x264_param_default_preset(&param, "superfast", "zerolatency") == 0, "preset");
    param.i_log_level = X264_LOG_ERROR;
    param.i_csp = X264_CSP_I420;
    param.i_width = FIXTURE_WIDTH;
    param.i_height = FIXTURE_HEIGHT;
    param.i_fps_num = 30;
    param.i_fps_den = 1;
    param.i_threads = 1;
    param.b_sliced_threads = 0;
    param.i_slice_count = FIXTURE_SLICES;
    param.i_keyint_max = X264_KEYINT_MAX_INFINITE;
    param.i_scenecut_threshold = 0;
    param.i_frame_reference = 1;
    param.b_repeat_headers = 0;
    param.b_annexb = 0;
    param.rc.i_rc_method = X264_RC_CQP;
    param.rc.i_qp_constant = 26;
    x264_t *encoder = x264_encoder_open(&param);
    fixture_require(encoder != NULL, "encoder");
    return encoder;
}

static inline void fixture_write_set(struct bytes_writer *w, const x264_nal_t *nal)
{
    size_t size = (size_t)nal->i_payload - FIXTURE_LENGTH_BYTES;
    bytes_write_u8(w, 1); /* of this set */
    bytes_write_u16(w, (uint16_t)size);
    bytes_write(w, nal->p_payload + FIXTURE_LENGTH_BYTES, size);
}

static inline struct blob *fixture_video_header(x264_t *encoder)
{
    x264_nal_t *nals;
    int count;
    fixture_require(x264_encoder_headers(encoder, &nals, &count) > 0, "headers");
    fixture_require(nals[0].i_type == NAL_SPS && nals[1].i_type == NAL_PPS, "parameter sets");
    struct bytes_writer avcc, header;
    bytes_writer_init(&avcc);
    bytes_write_u8(&avcc, 1);
    bytes_write(&avcc, nals[0].p_payload + FIXTURE_LENGTH_BYTES + 1, 3);
    bytes_write_u8(&avcc, 0xfc | (FIXTURE_LENGTH_BYTES - 1));
    fixture_write_set(&avcc, &nals[0]);
    fixture_write_set(&avcc, &nals[1]);
    fixture_require(!avcc.status, "no memory");
    const struct cmaf_video_header video = {.timescale = 30,
                                            .width = FIXTURE_WIDTH,
                                            .height = FIXTURE_HEIGHT,
                                            .sar_width = 1,
                                            .sar_height = 1,
                                            .avcc = avcc.data,
                                            .avcc_size = avcc.size};
    bytes_writer_init(&header);
    int status = cmaf_header_write_video(&header, &video);
    bytes_writer_finish(&avcc);
    return fixture_take(&header, status);
}

/* A sample has nothing but slices: SEI dropped. */
static inline struct blob *fixture_encode(x264_t *encoder, AVFrame *frame, int number)
{
    x264_picture_t in, out;
    x264_nal_t *nals;
    struct bytes_writer w;
    int count;
    x264_picture_init(&in);
    in.img.i_csp = X264_CSP_I420;
    in.img.i_plane = 3;
    for (int i = 0; i < 3; i++) {
        in.img.plane[i] = frame->data[i];
        in.img.i_stride[i] = frame->linesize[i];
    }
    in.i_type = fixture_is_idr(number) ? X264_TYPE_IDR : X264_TYPE_P;
    in.i_pts = number;
    fixture_require(x264_encoder_encode(encoder, &nals, &count, &in, &out) > 0, "no picture");
    bytes_writer_init(&w);
    for (int i = 0; i < count; i++) {
        if (nals[i].i_type == NAL_SLICE || nals[i].i_type == NAL_SLICE_IDR)
            bytes_write(&w, nals[i].p_payload, (size_t)nals[i].i_payload);
    }
    return fixture_take(&w, 0);
}

/* channel < 0: without stamps. */
static inline void fixture_paint(AVFrame *picture, int channel, int frame)
{
    struct stamp_plane luma = {picture->data[0], picture->linesize[0], picture->width,
                               picture->height};
    struct stamp stamp = {(uint16_t)channel, (uint32_t)(fixture_first + frame),
                          fixture_capture_us(frame)};
    moving_picture_paint(picture, frame, 8);
    if (channel >= 0)
        stamp_write(&luma, &stamp);
}

static inline void fixture_clip_init(struct fixture_clip *clip, int channel)
{
    AVFrame *picture = moving_picture_create(FIXTURE_WIDTH, FIXTURE_HEIGHT);
    x264_t *encoder = fixture_open_encoder();
    fixture_require(picture != NULL, "no memory");
    *clip = (struct fixture_clip){.header = fixture_video_header(encoder)};
    for (int i = 0; i < FIXTURE_FRAMES; i++) {
        fixture_paint(picture, channel, i);
        struct blob *coded = clip->samples[i] = fixture_encode(encoder, picture, i);
        const struct cmaf_sample sample = {.sequence = fixture_first + i,
                                           .decode_time = fixture_first + i,
                                           .duration = 1,
                                           .sync = fixture_is_idr(i),
                                           .capture_utc_us = fixture_capture_us(i),
                                           .data = coded->data,
                                           .size = coded->size};
        clip->chunks[i] = fixture_chunk(&sample);
        if (fixture_is_idr(i))
            clip->packets[i] = fixture_packet(clip->header, &sample);
    }
    x264_encoder_close(encoder);
    av_frame_free(&picture);
}

static inline void fixture_clip_finish(struct fixture_clip *clip)
{
    blob_unref(clip->header);
    for (int i = 0; i < FIXTURE_FRAMES; i++) {
        blob_unref(clip->samples[i]);
        blob_unref(clip->packets[i]);
        blob_unref(clip->chunks[i]);
    }
}

/* ---- sound ---- */

struct fixture_sound {
    struct blob *packet;
    struct blob *chunks[FIXTURE_FRAMES];
};

static inline AVCodecContext *fixture_open_sound(void)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("aac");
    AVCodecContext *e = codec ? avcodec_alloc_context3(codec) : NULL;
    fixture_require(e != NULL, "no sound encoder");
    e->sample_fmt = AV_SAMPLE_FMT_FLTP;
    e->sample_rate = FIXTURE_SOUND_RATE;
    e->time_base = (AVRational){1, FIXTURE_SOUND_RATE};
    e->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    e->bit_rate = 128000;
    e->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    fixture_require(avcodec_open2(e, codec, NULL) >= 0, "no sound encoder");
    return e;
}

static inline AVFrame *fixture_sound_frame(void)
{
    AVFrame *f = av_frame_alloc();
    fixture_require(f != NULL, "no memory");
    f->format = AV_SAMPLE_FMT_FLTP;
    f->sample_rate = FIXTURE_SOUND_RATE;
    f->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    f->nb_samples = FIXTURE_SOUND_FRAME;
    fixture_require(av_frame_get_buffer(f, 0) >= 0, "no memory");
    return f;
}

static inline struct blob *fixture_sound_packet(const AVCodecContext *encoder)
{
    const struct cmaf_continuation continuation = {7, 0};
    const struct cmaf_audio_header audio = {.timescale = FIXTURE_SOUND_RATE,
                                            .sample_rate = FIXTURE_SOUND_RATE,
                                            .channels = 2,
                                            .asc = encoder->extradata,
                                            .asc_size = (size_t)encoder->extradata_size,
                                            .language = "und"};
    struct bytes_writer header, packet;
    bytes_writer_init(&header);
    bytes_writer_init(&packet);
    int status = cmaf_header_write_audio(&header, &audio);
    struct blob *b = fixture_take(&header, status);
    status = cmaf_packet_write_audio(&packet, b, &continuation);
    blob_unref(b);
    return fixture_take(&packet, status);
}

static inline struct blob *fixture_sound_chunk(int number, const AVPacket *coded)
{
    const struct cmaf_sample sample = {.sequence = number,
                                       .decode_time = (int64_t)number * FIXTURE_SOUND_FRAME,
                                       .duration = FIXTURE_SOUND_FRAME,
                                       .sync = true,
                                       .capture_utc_us = fixture_capture_us(number),
                                       .data = coded->data,
                                       .size = (size_t)coded->size};
    return fixture_chunk(&sample);
}

static inline void fixture_sound_init(struct fixture_sound *sound)
{
    AVCodecContext *encoder = fixture_open_sound();
    AVFrame *frame = fixture_sound_frame();
    AVPacket *coded = av_packet_alloc();
    fixture_require(coded != NULL, "no memory");
    *sound = (struct fixture_sound){.packet = fixture_sound_packet(encoder)};
    int chunks = 0;
    for (int i = 0; i < 2 * FIXTURE_FRAMES && chunks < FIXTURE_FRAMES; i++) {
        fixture_require(av_frame_make_writable(frame) >= 0, "no memory");
        for (int channel = 0; channel < 2; channel++) {
            float *samples = (float *)frame->data[channel];
            for (int k = 0; k < FIXTURE_SOUND_FRAME; k++)
                samples[k] = (float)((k + i * 37) % 100 - 50) / 100;
        }
        frame->pts = (int64_t)i * FIXTURE_SOUND_FRAME;
        fixture_require(avcodec_send_frame(encoder, frame) >= 0, "no sound");
        while (chunks < FIXTURE_FRAMES && avcodec_receive_packet(encoder, coded) >= 0) {
            sound->chunks[chunks] = fixture_sound_chunk(chunks, coded);
            chunks++;
            av_packet_unref(coded);
        }
    }
    fixture_require(chunks == FIXTURE_FRAMES, "too little sound");
    avcodec_free_context(&encoder);
    av_frame_free(&frame);
    av_packet_free(&coded);
}

static inline void fixture_sound_finish(struct fixture_sound *sound)
{
    blob_unref(sound->packet);
    for (int i = 0; i < FIXTURE_FRAMES; i++)
        blob_unref(sound->chunks[i]);
}

#endif
