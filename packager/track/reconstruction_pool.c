#include "packager/track/reconstruction_pool.h"

#include "media/core/err.h"

#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>
#include <stdlib.h>

enum { ALIGNMENT = 64, MACROBLOCK = 16 };

struct reconstruction_pool {
    int width, height;             /* what is seen */
    int coded_width, coded_height; /* whole macroblocks */
    int stride;
    AVBufferPool *buffers;
};

static int whole(int size, int of)
{
    return (size + of - 1) / of * of;
}

size_t reconstruction_pool_picture_bytes(int width, int height)
{
    size_t rows = (size_t)whole(height, MACROBLOCK);
    return (size_t)whole(width, ALIGNMENT) * (rows + rows / 2) + ALIGNMENT;
}

int reconstruction_pool_create(int width, int height, struct reconstruction_pool **out)
{
    struct reconstruction_pool *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_NOMEM;
    p->width = width;
    p->height = height;
    p->coded_width = whole(width, MACROBLOCK);
    p->coded_height = whole(height, MACROBLOCK);
    p->stride = whole(width, ALIGNMENT);
    p->buffers = av_buffer_pool_init(reconstruction_pool_picture_bytes(width, height), NULL);
    if (!p->buffers) {
        free(p);
        return ERR_NOMEM;
    }
    *out = p;
    return ERR_OK;
}

void reconstruction_pool_destroy(struct reconstruction_pool *p)
{
    if (!p)
        return;
    av_buffer_pool_uninit(&p->buffers);
    free(p);
}

AVFrame *reconstruction_pool_copy(struct reconstruction_pool *p,
                                  const struct encoder_output *output)
{
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return NULL;
    frame->buf[0] = av_buffer_pool_get(p->buffers);
    if (!frame->buf[0]) {
        av_frame_free(&frame);
        return NULL;
    }
    frame->format = AV_PIX_FMT_NV12;
    frame->width = p->width;
    frame->height = p->height;
    frame->data[0] = frame->buf[0]->data;
    frame->data[1] = frame->data[0] + (size_t)p->stride * (size_t)p->coded_height;
    for (int plane = 0; plane < 2; plane++) {
        frame->linesize[plane] = p->stride;
        av_image_copy_plane(frame->data[plane], p->stride, output->planes[plane],
                            output->strides[plane], p->coded_width,
                            plane ? p->coded_height / 2 : p->coded_height);
    }
    return frame;
}
