#include "packager/track/reconstruction_pool.h"

#include "media/core/err.h"

#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };

struct reconstruction_pool {
    int width, height;
    int stride;
    AVBufferPool *buffers;
};

int reconstruction_pool_create(int width, int height, struct reconstruction_pool **out)
{
    struct reconstruction_pool *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_NOMEM;
    p->width = width;
    p->height = height;
    p->stride = (width + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t rows = (size_t)height + (size_t)height / 2;
    p->buffers = av_buffer_pool_init((size_t)p->stride * rows + ALIGNMENT, NULL);
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
    frame->data[1] = frame->data[0] + (size_t)p->stride * (size_t)p->height;
    for (int plane = 0; plane < 2; plane++) {
        frame->linesize[plane] = p->stride;
        av_image_copy_plane(frame->data[plane], p->stride, output->planes[plane],
                            output->strides[plane], p->width, plane ? p->height / 2 : p->height);
    }
    return frame;
}
