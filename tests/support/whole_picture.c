#include "support/whole_picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void whole_picture_init(struct whole_picture *p, int width, int height, int margin)
{
    size_t size = (size_t)(width + margin) * (size_t)height;
    *p = (struct whole_picture){
        .width = width,
        .height = height,
        .stride = width + margin,
        .luma = malloc(size),
        .chroma = malloc(size / 2),
    };
    if (p->luma && p->chroma)
        return;
    fprintf(stderr, "whole_picture: no memory\n");
    abort();
}

void whole_picture_finish(struct whole_picture *p)
{
    free(p->luma);
    free(p->chroma);
    *p = (struct whole_picture){0};
}

void whole_picture_of(struct whole_picture *p, const AVFrame *frame, int width, int height)
{
    whole_picture_init(p, width, height, 0);
    for (int y = 0; y < height; y++)
        memcpy(p->luma + (ptrdiff_t)y * p->stride,
               frame->data[0] + (ptrdiff_t)y * frame->linesize[0], (size_t)width);
    for (int y = 0; y < height / 2; y++) {
        uint8_t *row = p->chroma + (ptrdiff_t)y * p->stride;
        for (int x = 0; x < width; x++)
            row[x] = frame->data[1 + x % 2][(ptrdiff_t)y * frame->linesize[1 + x % 2] + x / 2];
    }
}

static bool same_rows(const uint8_t *a, int a_stride, const uint8_t *b, int b_stride, int width,
                      int rows)
{
    bool same = true;
    for (int y = 0; y < rows && same; y++)
        same = !memcmp(a + (ptrdiff_t)y * a_stride, b + (ptrdiff_t)y * b_stride, (size_t)width);
    return same;
}

bool whole_picture_same(const struct whole_picture *a, const struct whole_picture *b)
{
    return a->width == b->width && a->height == b->height &&
           same_rows(a->luma, a->stride, b->luma, b->stride, a->width, a->height) &&
           same_rows(a->chroma, a->stride, b->chroma, b->stride, a->width, a->height / 2);
}

bool whole_picture_shown(const struct whole_picture *p, const AVFrame *frame)
{
    struct whole_picture got;
    whole_picture_of(&got, frame, p->width, p->height);
    bool same = whole_picture_same(p, &got);
    whole_picture_finish(&got);
    return same;
}
