#include "packager/ingest/input_sprites.h"

#include "media/core/err.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct sprite {
    int width, height;
    float turn; /* 0..1 of the angle between two chequers of the same colour */
    struct input_hue hue;
    bool (*covers)(const struct sprite *sprite, int x, int y);
    struct input_colour (*colour_at)(const void *context, int x, int y);
};

static int make_sprite(struct input_cutout *c, const struct sprite *sprite)
{
    int status = input_cutout_init(c, sprite->width, sprite->height);
    if (status)
        return status;
    uint8_t *mask = malloc((size_t)c->width * (size_t)c->height);
    if (!mask)
        return ERR_NOMEM;
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++)
            mask[(size_t)y * (size_t)c->width + (size_t)x] = sprite->covers(sprite, x, y);
    input_landscape_paint(c, sprite->colour_at, sprite);
    status = input_cutout_shape(c, mask);
    free(mask);
    return status;
}

/* -1..1 across a length of size samples. */
static float centred(int at, int size)
{
    return ((float)at + 0.5f) * 2.0f / (float)size - 1.0f;
}

static bool ball_covers(const struct sprite *sprite, int x, int y)
{
    float dx = centred(x, sprite->width);
    float dy = centred(y, sprite->height);
    return dx * dx + dy * dy < 1.0f;
}

static struct input_colour ball_colour(const void *context, int x, int y)
{
    const struct sprite *sprite = context;
    float dx = centred(x, sprite->width);
    float dy = centred(y, sprite->height);
    float dz = sqrtf(fmaxf(0.0f, 1.0f - dx * dx - dy * dy));

    /* The axis leans to the right by about 17 degrees. */
    float across = dx * 0.956f + dy * 0.292f;
    float along = dy * 0.956f - dx * 0.292f;
    float longitude = atan2f(across, dz) * 8.0f / 3.14159265f - 2.0f * sprite->turn;
    float latitude = asinf(fmaxf(-1.0f, fminf(1.0f, along))) * 8.0f / 3.14159265f;
    bool light = ((int)floorf(longitude) + (int)floorf(latitude)) % 2 == 0;

    float lit = fmaxf(0.0f, -0.45f * dx - 0.6f * dy + 0.66f * dz);
    float shine = powf(lit, 24.0f);
    struct input_colour colour = {.luma = (light ? 205.0f : 105.0f) * (0.35f + 0.65f * lit)};
    colour.luma += 90.0f * shine;
    if (!light) {
        colour.u = -1.6f * sprite->hue.u * (1.0f - shine);
        colour.v = -1.6f * sprite->hue.v * (1.0f - shine);
    }
    return colour;
}

int input_sprites_ball(struct input_cutout *c, int size, int phase, int phases,
                       struct input_hue hue)
{
    struct sprite ball = {size, size, (float)phase / (float)phases, hue, ball_covers, ball_colour};
    return make_sprite(c, &ball);
}

/* Half the balloon's width at the height dy of -1..1, in the same measure; 0: nothing there. */
static float balloon_half_width(float dy)
{
    if (dy < 0.0f)
        return sqrtf(fmaxf(0.0f, 1.0f - (dy + 0.25f) * (dy + 0.25f) / 0.5625f));
    if (dy < 0.62f)
        return 0.943f - 1.2f * dy;
    return dy > 0.72f && dy < 0.98f ? 0.2f : 0.0f;
}

static bool balloon_covers(const struct sprite *sprite, int x, int y)
{
    return fabsf(centred(x, sprite->width)) < balloon_half_width(centred(y, sprite->height));
}

static struct input_colour balloon_colour(const void *context, int x, int y)
{
    const struct sprite *sprite = context;
    float dx = centred(x, sprite->width);
    float dy = centred(y, sprite->height);
    if (dy > 0.7f)
        return (struct input_colour){62.0f, -12.0f, 14.0f};

    float across = fmaxf(-1.0f, fminf(1.0f, dx / fmaxf(0.1f, balloon_half_width(dy))));
    bool stripe = (int)floorf(asinf(across) * 2.6f + 20.0f) % 2 == 0;
    float lit = 0.75f - 0.35f * across - 0.15f * dy;
    float sign = stripe ? -1.9f : 0.4f;
    return (struct input_colour){(stripe ? 120.0f : 215.0f) * lit + 20.0f, sign * sprite->hue.u,
                                 sign * sprite->hue.v};
}

int input_sprites_balloon(struct input_cutout *c, int size, struct input_hue hue)
{
    struct sprite balloon = {size * 3 / 4, size, 0.0f, hue, balloon_covers, balloon_colour};
    return make_sprite(c, &balloon);
}
