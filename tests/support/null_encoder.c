#include "support/null_encoder.h"

#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>
#include <x264.h>

enum { UNIT_MAX = 4096, GREY = 128, QP_PLUS1 = 27 };

struct canned {
    uint8_t bytes[UNIT_MAX];
    size_t size;
};

struct null_encoder {
    struct encoder base;
    enum encoder_role role;
    int width, height;
    struct canned sps, pps, idr, p;
    int stride;
    uint8_t
        *grey; /* a plane of luma, whole macroblocks; the smaller one of chroma is its beginning */
};

static int keep(struct canned *c, const uint8_t *data, int size)
{
    if (size <= 0 || size > UNIT_MAX)
        return ERR_STATE;
    memcpy(c->bytes, data, (size_t)size);
    c->size = (size_t)size;
    return ERR_OK;
}

static int keep_headers(struct null_encoder *e, x264_t *x264)
{
    x264_nal_t *units;
    int count;
    if (x264_encoder_headers(x264, &units, &count) < 0)
        return ERR_STATE;
    int status = ERR_OK;
    for (int i = 0; i < count && !status; i++) {
        if (units[i].i_type == NAL_SPS)
            status = keep(&e->sps, units[i].p_payload + 4, units[i].i_payload - 4);
        else if (units[i].i_type == NAL_PPS)
            status = keep(&e->pps, units[i].p_payload + 4, units[i].i_payload - 4);
    }
    return status;
}

static int keep_pictures(struct null_encoder *e, x264_t *x264)
{
    x264_picture_t in, out;
    x264_nal_t *units;
    int count;
    if (x264_picture_alloc(&in, X264_CSP_I420, e->width, e->height))
        return ERR_NOMEM;
    for (int plane = 0; plane < 3; plane++)
        memset(in.img.plane[plane], GREY,
               (size_t)in.img.i_stride[plane] * (size_t)(plane ? e->height / 2 : e->height));
    in.i_type = X264_TYPE_IDR;
    in.i_pts = 0;
    int size = x264_encoder_encode(x264, &units, &count, &in, &out);
    int status = size > 0 ? keep(&e->idr, units[0].p_payload, size) : ERR_STATE;
    in.i_type = X264_TYPE_P;
    in.i_pts = 1;
    if (!status) {
        size = x264_encoder_encode(x264, &units, &count, &in, &out);
        status = size > 0 ? keep(&e->p, units[0].p_payload, size) : ERR_STATE;
    }
    x264_picture_clean(&in);
    return status;
}

/* What the splice asks of a stream, and nothing that depends on the role. */
static int can_pictures(struct null_encoder *e, const struct encoder_config *c)
{
    x264_param_t p;
    if (x264_param_default_preset(&p, "ultrafast", "zerolatency") < 0)
        return ERR_STATE;
    p.i_threads = 1;
    p.b_sliced_threads = 0;
    p.i_width = c->width;
    p.i_height = c->height;
    p.i_csp = X264_CSP_I420;
    p.i_level_idc = 40;
    p.i_fps_num = (uint32_t)c->frame_rate.num;
    p.i_fps_den = (uint32_t)c->frame_rate.den;
    p.i_timebase_num = p.i_fps_den;
    p.i_timebase_den = p.i_fps_num;
    p.i_keyint_max = X264_KEYINT_MAX_INFINITE;
    p.i_frame_reference = 1;
    p.rc.i_rc_method = X264_RC_CQP;
    p.rc.i_qp_constant = QP_PLUS1 - 1;
    p.b_stitchable = 1;
    p.b_repeat_headers = 0;
    p.b_annexb = 0;
    p.i_log_level = X264_LOG_NONE;
    x264_t *x264 = x264_encoder_open(&p);
    if (!x264)
        return ERR_STATE;
    int status = keep_headers(e, x264);
    if (!status)
        status = keep_pictures(e, x264);
    x264_encoder_close(x264);
    return status;
}

static void destroy(struct encoder *base)
{
    struct null_encoder *e = (struct null_encoder *)base;
    if (!e)
        return;
    free(e->grey);
    free(e);
}

static int create(const struct encoder_config *config, struct encoder **out)
{
    struct null_encoder *e = calloc(1, sizeof *e);
    if (!e)
        return ERR_NOMEM;
    e->base.ops = &null_encoder;
    e->role = config->role;
    e->width = config->width;
    e->height = config->height;
    e->stride = (config->width + 15) / 16 * 16;
    size_t samples = (size_t)e->stride * (size_t)((config->height + 15) / 16 * 16);
    e->grey = malloc(samples);
    int status = e->grey ? can_pictures(e, config) : ERR_NOMEM;
    if (status) {
        destroy(&e->base);
        return status;
    }
    memset(e->grey, GREY, samples);
    *out = &e->base;
    return ERR_OK;
}

static int headers(struct encoder *base, const uint8_t **sps, size_t *sps_size, const uint8_t **pps,
                   size_t *pps_size)
{
    const struct null_encoder *e = (const struct null_encoder *)base;
    *sps = e->sps.bytes;
    *sps_size = e->sps.size;
    *pps = e->pps.bytes;
    *pps_size = e->pps.size;
    return ERR_OK;
}

static int encode(struct encoder *base, const AVFrame *picture, bool idr, int qp_plus1,
                  struct encoder_output *out)
{
    const struct null_encoder *e = (const struct null_encoder *)base;
    if (picture->width != e->width || picture->height != e->height)
        return ERR_INVALID;
    bool initialization = e->role == ENCODER_INITIALIZATION;
    const struct canned *coded = idr || initialization ? &e->idr : &e->p;
    *out = (struct encoder_output){
        .units = coded->bytes,
        .size = coded->size,
        .idr = coded == &e->idr,
        .qp_plus1 = qp_plus1 ? qp_plus1 : QP_PLUS1,
    };
    for (int plane = 0; plane < 2 && !initialization; plane++) {
        out->planes[plane] = e->grey;
        out->strides[plane] = e->stride;
    }
    return ERR_OK;
}

const struct encoder_ops null_encoder = {
    .name = "null",
    .create = create,
    .destroy = destroy,
    .headers = headers,
    .encode = encode,
};
