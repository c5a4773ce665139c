#include "packager/ingest/input_cutout.h"

#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>

static int plane_width(int plane, int width)
{
    return plane ? (width + 1) / 2 : width;
}

int input_cutout_init(struct input_cutout *c, int width, int height)
{
    *c = (struct input_cutout){.width = (width + 1) & ~1, .height = (height + 1) & ~1};
    size_t samples = (size_t)c->width * (size_t)c->height;
    for (int plane = 0; plane < 3; plane++) {
        c->planes[plane] = malloc(plane ? samples / 4 : samples);
        if (!c->planes[plane])
            return ERR_NOMEM;
    }
    c->first_run = calloc((size_t)c->height + 1, sizeof(*c->first_run));
    return c->first_run ? 0 : ERR_NOMEM;
}

/* Appends the runs of one row of the mask to out, or only counts them where out is NULL. */
static int find_runs(const uint8_t *mask, int width, struct input_cutout_run *out)
{
    int count = 0;
    for (int x = 0; x < width; x++) {
        if (mask && !mask[x])
            continue;
        int start = x;
        while (x < width && (!mask || mask[x]))
            x++;
        if (out)
            out[count] = (struct input_cutout_run){start, x};
        count++;
    }
    return count;
}

static const uint8_t *mask_row(const struct input_cutout *c, const uint8_t *mask, int y)
{
    return mask ? mask + (size_t)y * (size_t)c->width : NULL;
}

int input_cutout_shape(struct input_cutout *c, const uint8_t *mask)
{
    size_t total = 0;
    for (int y = 0; y < c->height; y++)
        total += (size_t)find_runs(mask_row(c, mask, y), c->width, NULL);
    c->runs = calloc(total + 1, sizeof(*c->runs));
    if (!c->runs)
        return ERR_NOMEM;
    for (int y = 0; y < c->height; y++) {
        int first = c->first_run[y];
        c->first_run[y + 1] = first + find_runs(mask_row(c, mask, y), c->width, c->runs + first);
    }
    return 0;
}

void input_cutout_finish(struct input_cutout *c)
{
    for (int plane = 0; plane < 3; plane++)
        free(c->planes[plane]);
    free(c->runs);
    free(c->first_run);
    *c = (struct input_cutout){0};
}

/* Copies samples x0..x1 - 1 of a row to where they belong when its first sample is at column x. */
static void copy_run(uint8_t *to, int to_width, const uint8_t *from, int x, int x0, int x1)
{
    if (x + x0 < 0)
        x0 = -x;
    if (x + x1 > to_width)
        x1 = to_width - x;
    if (x1 > x0)
        memcpy(to + x + x0, from + x0, (size_t)(x1 - x0));
}

static void draw_row(const struct input_cutout *c, AVFrame *frame, int plane, int x, int y, int row)
{
    int shift = plane ? 1 : 0;
    int width = plane_width(plane, frame->width);
    uint8_t *to = frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane];
    const uint8_t *from = c->planes[plane] + (size_t)row * (size_t)(c->width >> shift);
    int luma_row = row << shift;
    for (int i = c->first_run[luma_row]; i < c->first_run[luma_row + 1]; i++)
        copy_run(to, width, from, x, c->runs[i].x0 >> shift, (c->runs[i].x1 + shift) >> shift);
}

/* floor(value / 2), of a negative one too. */
static int half(int value)
{
    return (value - (value & 1)) / 2;
}

void input_cutout_draw(const struct input_cutout *c, AVFrame *frame, int x, int y)
{
    for (int plane = 0; plane < 3; plane++) {
        int left = plane ? half(x) : x;
        int top = plane ? half(y) : y;
        int rows = plane ? c->height / 2 : c->height;
        int frame_rows = plane_width(plane, frame->height);
        for (int row = top < 0 ? -top : 0; row < rows && top + row < frame_rows; row++)
            draw_row(c, frame, plane, left, top + row, row);
    }
}

void input_cutout_draw_panned(const struct input_cutout *c, AVFrame *frame, int64_t offset, int y)
{
    for (int x = -(int)(offset % c->width); x < frame->width; x += c->width)
        input_cutout_draw(c, frame, x, y);
}

void input_cutout_copy_row(const struct input_cutout *c, AVFrame *frame, int plane, int64_t offset,
                           int source, int y)
{
    int shift = plane ? 1 : 0;
    int from_width = c->width >> shift;
    int to_width = plane_width(plane, frame->width);
    uint8_t *to = frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane];
    const uint8_t *from = c->planes[plane] + (size_t)source * (size_t)from_width;
    for (int x = -(int)(offset % c->width >> shift); x < to_width; x += from_width)
        copy_run(to, to_width, from, x, 0, from_width);
}
