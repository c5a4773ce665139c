#include "support/moving_picture.h"

#include <stdlib.h>
#include <string.h>

AVFrame *moving_picture_create(int width, int height)
{
    AVFrame *picture = av_frame_alloc();
    if (!picture)
        return NULL;
    picture->format = AV_PIX_FMT_YUV420P;
    picture->width = width;
    picture->height = height;
    picture->color_range = AVCOL_RANGE_MPEG;
    picture->colorspace = AVCOL_SPC_BT709;
    if (av_frame_get_buffer(picture, 0) < 0) {
        av_frame_free(&picture);
        return NULL;
    }
    for (int plane = 0; plane < 3; plane++)
        memset(picture->data[plane], 128,
               (size_t)picture->linesize[plane] * (size_t)(plane ? height / 2 : height));
    return picture;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static int triangle(int64_t x, int period)
{
    int at = (int)(((x % period) + period) % period);
    return at < period / 2 ? at : period - at;
}

static uint8_t clipped(int value)
{
    return (uint8_t)(value < 16 ? 16 : value > 235 ? 235 : value);
}

void moving_picture_paint(AVFrame *picture, int64_t n, int noise)
{
    uint32_t random = (uint32_t)n * 2654435761U + 1;
    for (int y = 0; y < picture->height; y++) {
        uint8_t *row = picture->data[0] + (ptrdiff_t)y * picture->linesize[0];
        for (int x = 0; x < picture->width; x++) {
            int luma = 40 + triangle(x + 2 * n, 160) + triangle(y - n, 90);
            luma += ((x + n) / 24 + y / 16) % 2 ? 24 : 0;
            luma += triangle((int64_t)x * y / 32 + 3 * n, 28);
            if (noise)
                luma += (int)(next_random(&random) % (unsigned)(noise + 1)) - noise / 2;
            row[x] = clipped(luma);
        }
    }
    for (int plane = 1; plane < 3; plane++) {
        for (int y = 0; y < picture->height / 2; y++) {
            uint8_t *row = picture->data[plane] + (ptrdiff_t)y * picture->linesize[plane];
            for (int x = 0; x < picture->width / 2; x++)
                row[x] = clipped(98 + triangle(x * plane + y + n, 60));
        }
    }
}
