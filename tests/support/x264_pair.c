#include "support/x264_pair.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x264.h>

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "x264_pair: %s\n", what);
    abort();
}

static struct x264_pair_unit copy_unit(const uint8_t *data, size_t size)
{
    struct x264_pair_unit unit = {.data = malloc(size), .size = size};
    require(unit.data != NULL, "no memory");
    memcpy(unit.data, data, size);
    return unit;
}

/* The settings that both encoders share decide about SPS and PPS; the rate control does not. */
static x264_t *open_encoder(const struct x264_pair_config *config, bool continuation)
{
    x264_param_t param;
    require(x264_param_default_preset(&param, config->preset, "zerolatency") == 0, "preset");
    param.i_log_level = X264_LOG_ERROR;
    param.i_csp = X264_CSP_NV12;
    param.i_width = X264_PAIR_WIDTH;
    param.i_height = X264_PAIR_HEIGHT;
    param.i_fps_num = 30;
    param.i_fps_den = 1;
    param.b_vfr_input = 0;
    param.i_threads = 1;
    param.b_sliced_threads = 0;
    param.i_slice_count = config->slices;
    param.i_keyint_max = X264_KEYINT_MAX_INFINITE;
    param.i_scenecut_threshold = 0;
    param.i_frame_reference = 1;
    param.i_bframe = 0;
    param.analyse.i_weighted_pred = X264_WEIGHTP_NONE;
    param.b_stitchable = 1;
    param.i_level_idc = 30;
    param.b_repeat_headers = 0;
    param.b_annexb = 0;
    param.b_full_recon = continuation;
    param.rc.i_rc_method = X264_RC_ABR;
    param.rc.i_bitrate = 300;
    if (continuation) {
        param.rc.i_vbv_max_bitrate = 300;
        param.rc.i_vbv_buffer_size = 75;
    }
    x264_t *encoder = x264_encoder_open(&param);
    require(encoder != NULL, "encoder");
    return encoder;
}

/* Stripes that drift, and a block of noise that jumps: something to predict, and something not. */
static void paint(x264_picture_t *picture, int frame)
{
    uint32_t noise = (uint32_t)frame * 2654435761u + 1;
    for (int y = 0; y < X264_PAIR_HEIGHT; y++) {
        uint8_t *row = picture->img.plane[0] + y * picture->img.i_stride[0];
        for (int x = 0; x < X264_PAIR_WIDTH; x++)
            row[x] =
                (uint8_t)(128 + ((x + 2 * frame) / 8 + (y + frame) / 8) % 5 * 20 + (x * y) % 7);
    }
    int left = frame * 5 % (X264_PAIR_WIDTH - 24);
    for (int y = 60; y < 84; y++) {
        uint8_t *row = picture->img.plane[0] + y * picture->img.i_stride[0];
        for (int x = left; x < left + 24; x++) {
            noise = noise * 1664525 + 1013904223;
            row[x] = (uint8_t)(noise >> 24);
        }
    }
    for (int y = 0; y < X264_PAIR_HEIGHT / 2; y++)
        memset(picture->img.plane[1] + y * picture->img.i_stride[1], 100 + (y + frame) % 50,
               X264_PAIR_WIDTH);
}

static struct x264_pair_unit encode(x264_t *encoder, x264_picture_t *in, x264_picture_t *out)
{
    x264_nal_t *nals;
    int count;
    int size = x264_encoder_encode(encoder, &nals, &count, in, out);
    require(size > 0, "a picture in must give a picture out");
    return copy_unit(nals[0].p_payload, (size_t)size);
}

/* The parameter set of one type out of the encoder's headers, without its length. */
static struct x264_pair_unit header(x264_t *encoder, int type)
{
    x264_nal_t *nals;
    int count;
    require(x264_encoder_headers(encoder, &nals, &count) > 0, "headers");
    for (int i = 0; i < count; i++) {
        if (nals[i].i_type == type)
            return copy_unit(nals[i].p_payload + 4, (size_t)nals[i].i_payload - 4);
    }
    require(false, "parameter set");
    return (struct x264_pair_unit){0};
}

static struct x264_pair_unit shared_header(x264_t *a, x264_t *b, int type)
{
    struct x264_pair_unit of_a = header(a, type);
    struct x264_pair_unit of_b = header(b, type);
    require(of_a.size == of_b.size && memcmp(of_a.data, of_b.data, of_a.size) == 0,
            "the encoders' parameter sets differ");
    free(of_b.data);
    return of_a;
}

void x264_pair_init(struct x264_pair *pair, const struct x264_pair_config *config)
{
    x264_t *continuation = open_encoder(config, true);
    x264_t *initialization = open_encoder(config, false);
    x264_picture_t picture, reconstruction, out;

    *pair = (struct x264_pair){.frames = config->frames};
    pair->sps = shared_header(continuation, initialization, NAL_SPS);
    pair->pps = shared_header(continuation, initialization, NAL_PPS);
    pair->continuation = calloc((size_t)config->frames, sizeof *pair->continuation);
    pair->packets = calloc((size_t)config->frames, sizeof *pair->packets);
    require(pair->continuation && pair->packets, "no memory");
    require(x264_picture_alloc(&picture, X264_CSP_NV12, X264_PAIR_WIDTH, X264_PAIR_HEIGHT) == 0,
            "no memory");
    for (int n = 0; n < config->frames; n++) {
        bool idr = n == 0 || n == config->idr_at;
        paint(&picture, n);
        picture.i_type = idr ? X264_TYPE_IDR : X264_TYPE_P;
        picture.i_pts = n;
        pair->continuation[n] = encode(continuation, &picture, &out);

        x264_picture_init(&reconstruction);
        reconstruction.img = out.img;
        reconstruction.img.i_csp = X264_CSP_NV12;
        reconstruction.i_type = X264_TYPE_IDR;
        reconstruction.i_pts = n;
        reconstruction.i_qpplus1 = out.i_qpplus1 + config->qp_delta;
        pair->packets[n] = encode(initialization, &reconstruction, &out);
    }
    x264_picture_clean(&picture);
    x264_encoder_close(continuation);
    x264_encoder_close(initialization);
}

void x264_pair_finish(struct x264_pair *pair)
{
    for (int n = 0; n < pair->frames; n++) {
        free(pair->continuation[n].data);
        free(pair->packets[n].data);
    }
    free(pair->continuation);
    free(pair->packets);
    free(pair->sps.data);
    free(pair->pps.data);
    *pair = (struct x264_pair){0};
}
