#include "packager/ingest/input_noise.h"

#include <stddef.h>
#include <stdlib.h>

/* -1..1 for a corner of the lattice. */
static float corner(int column, int row, uint32_t seed)
{
    uint32_t h = (uint32_t)column * 0x9E3779B1u ^ (uint32_t)row * 0x85EBCA77u ^ seed * 0xC2B2AE3Du;
    h = (h ^ h >> 15) * 0x2C1B3C6Du;
    h = (h ^ h >> 12) * 0x297A2D39u;
    h ^= h >> 15;
    return (float)(h >> 8) / (float)(1 << 23) - 1.0f;
}

static float smooth(float f)
{
    return f * f * (3.0f - 2.0f * f);
}

/* Values of the lattice's columns in row y, the first once more at the end. */
static void fill_line(float *line, int cells, float y, uint32_t seed)
{
    int row = (int)y;
    float f = smooth(y - (float)row);
    for (int column = 0; column < cells; column++) {
        float upper = corner(column, row, seed);
        line[column] = upper + f * (corner(column, row + 1, seed) - upper);
    }
    line[cells] = line[0];
}

static void add_line(float *to, int width, const float *line, int cells, float gain)
{
    float step = (float)cells / (float)width;
    for (int x = 0; x < width; x++) {
        float at = (float)x * step;
        int column = (int)at;
        if (column >= cells)
            column = cells - 1;
        float f = smooth(at - (float)column);
        to[x] += gain * (line[column] + f * (line[column + 1] - line[column]));
    }
}

float *input_noise_field(int width, int height, const struct input_noise *noise)
{
    float *field = calloc((size_t)width * (size_t)height, sizeof(*field));
    float *line = calloc(((size_t)noise->cells << (noise->octaves - 1)) + 1, sizeof(*line));
    if (!field || !line)
        goto fail;

    float gain = 1.0f;
    for (int octave = 0; octave < noise->octaves; octave++) {
        int cells = noise->cells << octave;
        float row_height = noise->row_height / (float)(1 << octave);
        uint32_t seed = noise->seed + (uint32_t)octave * 101u;
        for (int y = 0; y < height; y++) {
            fill_line(line, cells, (float)y / row_height, seed);
            add_line(field + (size_t)y * (size_t)width, width, line, cells, gain);
        }
        gain *= noise->roughness;
    }
    free(line);
    return field;

fail:
    free(line);
    free(field);
    return NULL;
}
