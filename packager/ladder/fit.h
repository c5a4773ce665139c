/* Where a picture goes on a rung's: as large as fits, its shape kept, in the middle.
 * Thread-safety: a pure function, any thread. */
#ifndef PACKAGER_LADDER_FIT_H
#define PACKAGER_LADDER_FIT_H

#include <libavutil/rational.h>

struct ladder_rect {
    int x, y, width, height; /* luma samples; all even where ladder_fit made it */
};

/* width, height 1..16384; sar: the sample aspect ratio, taken as 1:1 where either number is not
 * positive; outer sizes even, at least 2. */
struct ladder_rect ladder_fit(int width, int height, AVRational sar, int outer_width,
                              int outer_height);

#endif
