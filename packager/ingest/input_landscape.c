#include "packager/ingest/input_landscape.h"

#include "media/core/err.h"
#include "packager/ingest/input_noise.h"

#include <math.h>
#include <stdlib.h>

struct layer {
    const float *texture; /* of the cutout's size */
    const float *ridge;   /* a value for each column, or NULL */
    int width, height;
    struct input_hue hue;
};

static float clamp(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

static float mix(float a, float b, float share)
{
    return a + (b - a) * clamp(share, 0.0f, 1.0f);
}

static uint8_t to_sample(float value)
{
    return (uint8_t)lrintf(clamp(value, 16.0f, 235.0f));
}

struct input_hue input_landscape_hue(uint16_t channel)
{
    double angle = -0.62 + (channel - 1) * 2.39996;
    return (struct input_hue){(float)(24.0 * cos(angle)), (float)(24.0 * sin(angle))};
}

void input_landscape_paint(struct input_cutout *c,
                           struct input_colour (*colour_at)(const void *context, int x, int y),
                           const void *context)
{
    for (int y = 0; y < c->height; y++) {
        for (int x = 0; x < c->width; x++) {
            struct input_colour colour = colour_at(context, x, y);
            c->planes[0][(size_t)y * (size_t)c->width + (size_t)x] = to_sample(colour.luma);
            if (x % 2 || y % 2)
                continue;
            size_t at = (size_t)(y / 2) * (size_t)(c->width / 2) + (size_t)(x / 2);
            c->planes[1][at] = to_sample(colour.u + 128.0f);
            c->planes[2][at] = to_sample(colour.v + 128.0f);
        }
    }
}

static float texture_at(const struct layer *layer, int x, int y)
{
    return layer->texture[(size_t)y * (size_t)layer->width + (size_t)x];
}

/* The row that a layer with a ridge begins in, at column x. */
static float ridge_row(const struct layer *layer, int x)
{
    return (float)layer->height * clamp(0.45f - 0.4f * layer->ridge[x], 0.0f, 0.95f);
}

static uint8_t *ridge_mask(const struct layer *layer)
{
    uint8_t *mask = malloc((size_t)layer->width * (size_t)layer->height);
    for (int y = 0; mask && y < layer->height; y++)
        for (int x = 0; x < layer->width; x++)
            mask[(size_t)y * (size_t)layer->width + (size_t)x] = (float)y >= ridge_row(layer, x);
    return mask;
}

/* Makes the cutout of a layer whose colours colour_at gives; no ridge: all of its area. */
static int make_layer(struct input_cutout *c, int width, int height, struct input_hue hue,
                      const struct input_noise *texture, const struct input_noise *ridge,
                      struct input_colour (*colour_at)(const void *context, int x, int y))
{
    int status = input_cutout_init(c, width, height);
    if (status)
        return status;

    float *texture_field = input_noise_field(c->width, c->height, texture);
    float *ridge_line = ridge ? input_noise_field(c->width, 1, ridge) : NULL;
    struct layer layer = {texture_field, ridge_line, c->width, c->height, hue};
    uint8_t *mask = ridge_line ? ridge_mask(&layer) : NULL;
    status = ERR_NOMEM;
    if (texture_field && (!ridge || mask)) {
        input_landscape_paint(c, colour_at, &layer);
        status = input_cutout_shape(c, mask);
    }
    free(mask);
    free(ridge_line);
    free(texture_field);
    return status;
}

static struct input_colour sky_colour(const void *context, int x, int y)
{
    const struct layer *layer = context;
    float down = (float)y / (float)layer->height;
    float cloud = clamp(texture_at(layer, x, y) * 1.6f + 0.1f, 0.0f, 1.0f);
    float shade = 0.5f + 0.5f * texture_at(layer, x, (y + layer->height / 12) % layer->height);
    float clear = 1.1f - 0.55f * down;
    return (struct input_colour){
        .luma = mix(105.0f + 65.0f * down, 218.0f - 38.0f * shade, cloud),
        .u = mix(layer->hue.u * clear, layer->hue.u * 0.15f, cloud),
        .v = mix(layer->hue.v * clear, layer->hue.v * 0.15f, cloud),
    };
}

int input_landscape_sky(struct input_cutout *c, int width, int height, struct input_hue hue)
{
    struct input_noise clouds = {5, (float)height / 3.0f, 6, 0.55f, 11};
    return make_layer(c, width, height, hue, &clouds, NULL, sky_colour);
}

/* How far the rock at x, y falls away from a light at the left, -1..1. */
static float shadow_at(const struct layer *layer, int x, int y, float below)
{
    int right = (x + 5) % layer->width;
    float ridge = (ridge_row(layer, right) - ridge_row(layer, x)) * 60.0f / (float)layer->height;
    float rock = (texture_at(layer, x, y) - texture_at(layer, right, y)) * 5.0f;
    return clamp(mix(ridge, rock, 0.4f + 4.0f * below), -1.0f, 1.0f);
}

static struct input_colour mountain_colour(const void *context, int x, int y)
{
    const struct layer *layer = context;
    float rock = texture_at(layer, x, y);
    float ridge = ridge_row(layer, x) / (float)layer->height;
    float below = (float)y / (float)layer->height - ridge;
    float shadow = shadow_at(layer, x, y, below);
    float snow = clamp((0.16f + 0.2f * rock - below) * 14.0f, 0.0f, 1.0f) *
                 clamp((0.42f - ridge) * 6.0f, 0.0f, 1.0f);
    float haze = clamp(below * 0.9f, 0.0f, 0.6f);
    float luma = mix(88.0f + 24.0f * rock - 22.0f * shadow, 200.0f - 25.0f * shadow, snow);
    return (struct input_colour){
        .luma = mix(luma, 150.0f, haze),
        .u = mix(4.0f, 3.0f, snow) + layer->hue.u * (0.2f + 0.4f * haze),
        .v = mix(2.0f, -2.0f, snow) + layer->hue.v * (0.2f + 0.4f * haze),
    };
}

int input_landscape_mountains(struct input_cutout *c, int width, int height, struct input_hue hue)
{
    struct input_noise rock = {12, (float)height / 6.0f, 5, 0.5f, 23};
    struct input_noise ridge = {5, 1.0f, 6, 0.5f, 37};
    return make_layer(c, width, height, hue, &rock, &ridge, mountain_colour);
}

static struct input_colour hill_colour(const void *context, int x, int y)
{
    const struct layer *layer = context;
    float leaves = texture_at(layer, x, y);
    float below = ((float)y - ridge_row(layer, x)) / (float)layer->height;
    float meadow = clamp((below - 0.25f + 0.15f * leaves) * 8.0f, 0.0f, 1.0f);
    return (struct input_colour){
        .luma = mix(58.0f + 30.0f * leaves, 104.0f + 16.0f * leaves, meadow),
        .u = mix(-14.0f, -24.0f, meadow) + 0.3f * layer->hue.u,
        .v = mix(-9.0f, -4.0f, meadow) + 4.0f * leaves + 0.3f * layer->hue.v,
    };
}

int input_landscape_hills(struct input_cutout *c, int width, int height, struct input_hue hue)
{
    struct input_noise leaves = {48, (float)height / 8.0f, 4, 0.6f, 53};
    struct input_noise ridge = {4, 1.0f, 7, 0.58f, 71};
    return make_layer(c, width, height, hue, &leaves, &ridge, hill_colour);
}

static struct input_colour water_colour(const void *context, int x, int y)
{
    const struct layer *layer = context;
    float wave = texture_at(layer, x, y);
    float down = (float)y / (float)layer->height;
    float glint = clamp((wave - 0.8f) * 2.0f, 0.0f, 1.0f);
    return (struct input_colour){
        .luma = mix(132.0f - 56.0f * down + 24.0f * wave, 215.0f, glint),
        .u = layer->hue.u * (0.9f - 0.3f * down) * (1.0f - glint),
        .v = layer->hue.v * (0.9f - 0.3f * down) * (1.0f - glint),
    };
}

int input_landscape_water(struct input_cutout *c, int width, int height, struct input_hue hue)
{
    struct input_noise waves = {16, (float)height / 14.0f, 3, 0.65f, 97};
    return make_layer(c, width, height, hue, &waves, NULL, water_colour);
}
