/* What moves through the generated scene.
 * Thread-safety: pure, any thread. */
#ifndef PACKAGER_INGEST_INPUT_SPRITES_H
#define PACKAGER_INGEST_INPUT_SPRITES_H

#include "packager/ingest/input_landscape.h"

/* A chequered ball of size x size samples, turned by phase / phases of the angle after which it
 * looks the same again. ERR_NOMEM; to be given to input_cutout_finish in any case. */
int input_sprites_ball(struct input_cutout *c, int size, int phase, int phases,
                       struct input_hue hue);

/* A striped hot-air balloon of 3/4 size x size samples. */
int input_sprites_balloon(struct input_cutout *c, int size, struct input_hue hue);

#endif
