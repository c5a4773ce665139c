#include "picture_ssim.h"

#include <assert.h>
#include <stdlib.h>

enum { BLOCK = 4, SAMPLES = 4 * BLOCK * BLOCK };

/* Of one 4x4 block, or of the four that make a window. */
struct sums {
    int a, b, squares, products;
};

static struct sums sums_of_block(const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b,
                                 ptrdiff_t b_stride)
{
    struct sums s = {0};
    for (int y = 0; y < BLOCK; y++) {
        for (int x = 0; x < BLOCK; x++) {
            int p = a[y * a_stride + x], q = b[y * b_stride + x];
            s.a += p;
            s.b += q;
            s.squares += p * p + q * q;
            s.products += p * q;
        }
    }
    return s;
}

static void sum_row(const AVFrame *a, const AVFrame *b, int y, int columns, struct sums *row)
{
    const uint8_t *p = a->data[0] + (ptrdiff_t)y * BLOCK * a->linesize[0];
    const uint8_t *q = b->data[0] + (ptrdiff_t)y * BLOCK * b->linesize[0];
    for (int x = 0; x < columns; x++)
        row[x] = sums_of_block(p + x * BLOCK, a->linesize[0], q + x * BLOCK, b->linesize[0]);
}

static struct sums add(struct sums s, struct sums t)
{
    return (struct sums){s.a + t.a, s.b + t.b, s.squares + t.squares, s.products + t.products};
}

/* The constants are (0.01 * 255)^2 and (0.03 * 255)^2, in units of the sums. */
static double similarity(struct sums s)
{
    static const double c1 = 6.5025 * SAMPLES * SAMPLES;
    static const double c2 = 58.5225 * SAMPLES * (SAMPLES - 1);
    double a = s.a, b = s.b;
    double variances = SAMPLES * (double)s.squares - a * a - b * b;
    double covariance = SAMPLES * (double)s.products - a * b;
    return (2 * a * b + c1) * (2 * covariance + c2) / ((a * a + b * b + c1) * (variances + c2));
}

double picture_ssim(const AVFrame *a, const AVFrame *b)
{
    int columns = a->width / BLOCK, rows = a->height / BLOCK;
    assert(columns >= 2 && rows >= 2);
    struct sums *above = calloc((size_t)columns * 2, sizeof *above), *below = above + columns;
    assert(above);
    struct sums *memory = above;
    double total = 0;
    sum_row(a, b, 0, columns, above);
    for (int y = 1; y < rows; y++) {
        sum_row(a, b, y, columns, below);
        for (int x = 1; x < columns; x++)
            total += similarity(add(add(above[x - 1], above[x]), add(below[x - 1], below[x])));
        struct sums *other = above;
        above = below;
        below = other;
    }
    free(memory);
    return total / ((double)(columns - 1) * (rows - 1));
}
