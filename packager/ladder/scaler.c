#include "packager/ladder/scaler.h"

#include "media/core/err.h"
#include "packager/ladder/fit.h"

#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE_MAX = 16384,
    BLACK_LUMA = 16,
    BLACK_CHROMA = 128,
    OVERRUN = 32, /* libswscale writes whole vectors, beyond the picture's right edge */
    HD_WIDTH = 1280,
    SD_HEIGHT = 576,
};

/* What the conversion depends on. */
struct shape {
    int width, height;
    enum AVPixelFormat format;
    bool full_range;
    int matrix; /* SWS_CS_... */
    AVRational sar;
};

struct scaler {
    int width, height;
    struct shape shape; /* of the input that context and fit were made for */
    struct SwsContext *context;
    struct ladder_rect fit;
    AVFrame *frame; /* black outside fit */
};

int scaler_create(int width, int height, struct scaler **out)
{
    if (width < 16 || height < 16 || width > SIDE_MAX || height > SIDE_MAX || width % 2 ||
        height % 2)
        return ERR_INVALID;
    struct scaler *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->width = width;
    s->height = height;
    s->frame = av_frame_alloc();
    if (!s->frame)
        goto fail;
    s->frame->format = AV_PIX_FMT_YUV420P;
    s->frame->width = width + 2 * OVERRUN; /* in chroma as well */
    s->frame->height = height;
    s->frame->sample_aspect_ratio = (AVRational){1, 1};
    s->frame->color_range = AVCOL_RANGE_MPEG;
    s->frame->colorspace = AVCOL_SPC_BT709;
    if (av_frame_get_buffer(s->frame, 0) < 0)
        goto fail;
    s->frame->width = width;
    *out = s;
    return ERR_OK;
fail:
    scaler_destroy(s);
    return ERR_NOMEM;
}

void scaler_destroy(struct scaler *s)
{
    if (!s)
        return;
    sws_freeContext(s->context);
    av_frame_free(&s->frame);
    free(s);
}

/* The formats with a J in their name are the plain ones with full range; libswscale warns of them
 * at every context. */
static enum AVPixelFormat without_j(enum AVPixelFormat format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    default:
        return format;
    }
}

/* Where nothing is said, standard definition is BT.601 and everything larger BT.709, as players
 * take it. */
static int matrix_of(const AVFrame *in)
{
    switch (in->colorspace) {
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
        return SWS_CS_ITU601;
    case AVCOL_SPC_FCC:
        return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M:
        return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return SWS_CS_BT2020;
    case AVCOL_SPC_BT709:
        return SWS_CS_ITU709;
    default:
        return in->width < HD_WIDTH && in->height <= SD_HEIGHT ? SWS_CS_ITU601 : SWS_CS_ITU709;
    }
}

static struct shape shape_of(const AVFrame *in)
{
    struct shape shape = {
        .width = in->width,
        .height = in->height,
        .format = without_j(in->format),
        .matrix = matrix_of(in),
        .sar = in->sample_aspect_ratio,
    };
    shape.full_range =
        shape.format != (enum AVPixelFormat)in->format || in->color_range == AVCOL_RANGE_JPEG;
    return shape;
}

static bool same_shape(const struct shape *a, const struct shape *b)
{
    return a->width == b->width && a->height == b->height && a->format == b->format &&
           a->full_range == b->full_range && a->matrix == b->matrix && a->sar.num == b->sar.num &&
           a->sar.den == b->sar.den;
}

static void paint_black(AVFrame *frame, struct ladder_rect r)
{
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane ? 1 : 0;
        uint8_t *row = frame->data[plane] + (r.y >> shift) * (ptrdiff_t)frame->linesize[plane];
        for (int y = 0; y < r.height >> shift; y++) {
            memset(row + (r.x >> shift), plane ? BLACK_CHROMA : BLACK_LUMA,
                   (size_t)(r.width >> shift));
            row += frame->linesize[plane];
        }
    }
}

static bool covers_all(const struct scaler *s)
{
    return s->fit.width == s->width && s->fit.height == s->height;
}

static bool is_wanted_already(const struct scaler *s)
{
    return s->shape.format == AV_PIX_FMT_YUV420P && !s->shape.full_range &&
           s->shape.matrix == SWS_CS_ITU709 && s->shape.width == s->width &&
           s->shape.height == s->height && covers_all(s);
}

/* From the picture's matrix and range to BT.709 and limited range. Where the matrices differ,
 * libswscale goes by way of RGB, which costs about twice the time. */
static void set_colours(struct SwsContext *context, const struct shape *shape)
{
    sws_setColorspaceDetails(context, sws_getCoefficients(shape->matrix), shape->full_range,
                             sws_getCoefficients(SWS_CS_ITU709), 0, 0, 1 << 16, 1 << 16);
}

/* Area averaging costs what bilinear does and does not alias where a rung is a fifth of its source.
 * NULL where the library refuses. */
static struct SwsContext *open_context(const struct shape *shape, struct ladder_rect fit)
{
    struct SwsContext *context = sws_alloc_context();
    if (!context)
        return NULL;
    av_opt_set_int(context, "srcw", shape->width, 0);
    av_opt_set_int(context, "srch", shape->height, 0);
    av_opt_set_int(context, "src_format", shape->format, 0);
    av_opt_set_int(context, "src_range", shape->full_range, 0);
    av_opt_set_int(context, "dstw", fit.width, 0);
    av_opt_set_int(context, "dsth", fit.height, 0);
    av_opt_set_int(context, "dst_format", AV_PIX_FMT_YUV420P, 0);
    av_opt_set_int(context, "dst_range", 0, 0);
    av_opt_set_int(context, "sws_flags", SWS_AREA, 0);
    if (sws_init_context(context, NULL, NULL) < 0) {
        sws_freeContext(context);
        return NULL;
    }
    set_colours(context, shape);
    return context;
}

static int rebuild(struct scaler *s, const struct shape *shape)
{
    if (!av_pix_fmt_desc_get(shape->format) || !sws_isSupportedInput(shape->format))
        return ERR_UNSUPPORTED;
    struct ladder_rect fit =
        ladder_fit(shape->width, shape->height, shape->sar, s->width, s->height);
    struct SwsContext *context = open_context(shape, fit);
    if (!context)
        return ERR_UNSUPPORTED;
    sws_freeContext(s->context);
    s->context = context;
    s->fit = fit;
    s->shape = *shape;
    paint_black(s->frame, (struct ladder_rect){0, 0, s->width, s->height});
    return ERR_OK;
}

static int convert(struct scaler *s, const AVFrame *in)
{
    uint8_t *planes[4] = {NULL};
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane ? 1 : 0;
        planes[plane] = s->frame->data[plane] + (s->fit.x >> shift) +
                        (s->fit.y >> shift) * (ptrdiff_t)s->frame->linesize[plane];
    }
    int rows = sws_scale(s->context, (const uint8_t *const *)in->data, in->linesize, 0, in->height,
                         planes, s->frame->linesize);
    if (rows != s->fit.height)
        return ERR_STATE;
    int right = s->fit.x + s->fit.width;
    int strip = s->width - right < OVERRUN ? s->width - right : OVERRUN;
    paint_black(s->frame, (struct ladder_rect){right, 0, strip, s->height});
    return ERR_OK;
}

int scaler_scale(struct scaler *s, const AVFrame *in, const AVFrame **out)
{
    if (!in || !in->data[0] || in->width < 1 || in->height < 1 || in->width > SIDE_MAX ||
        in->height > SIDE_MAX)
        return ERR_INVALID;
    struct shape shape = shape_of(in);
    if (!s->context || !same_shape(&shape, &s->shape)) {
        int status = rebuild(s, &shape);
        if (status)
            return status;
    }
    if (is_wanted_already(s)) {
        *out = in;
        return ERR_OK;
    }
    int status = convert(s, in);
    if (status)
        return status;
    *out = s->frame;
    return ERR_OK;
}
