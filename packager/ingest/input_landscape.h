/* The still parts of the generated scene: layers as wide as the picture that repeat after their
 * width, to be panned at different speeds. Each is painted once, in the channel's own hues.
 * Thread-safety: pure, any thread. */
#ifndef PACKAGER_INGEST_INPUT_LANDSCAPE_H
#define PACKAGER_INGEST_INPUT_LANDSCAPE_H

#include "packager/ingest/input_cutout.h"

/* Colour differences around 0, as yuv420p has them around 128. */
struct input_hue {
    float u, v;
};

/* The sky of channel 1 is blue; each further one is turned by 137.5 degrees, so that neighbours
 * differ as much as they can. */
struct input_hue input_landscape_hue(uint16_t channel);

/* A sample's colour: luma in limited range and colour differences around 0. */
struct input_colour {
    float luma, u, v;
};

/* Fills a cutout's planes with what colour_at says. */
void input_landscape_paint(struct input_cutout *c,
                           struct input_colour (*colour_at)(const void *context, int x, int y),
                           const void *context);

/* Each makes a cutout of width x height, to be given to input_cutout_finish in any case.
 * ERR_NOMEM. The ridges of mountains and hills leave part of their cutouts' upper edge open. */
int input_landscape_sky(struct input_cutout *c, int width, int height, struct input_hue hue);
int input_landscape_mountains(struct input_cutout *c, int width, int height, struct input_hue hue);
int input_landscape_hills(struct input_cutout *c, int width, int height, struct input_hue hue);
int input_landscape_water(struct input_cutout *c, int width, int height, struct input_hue hue);

#endif
