/* Brings pictures of any size, pixel format and colour matrix to a rung's: yuv420p, BT.709, limited
 * range, scaled to fit, the rest black (the picture's shape is kept, sample aspect ratio included).
 * A picture that does not say its matrix is BT.601 up to 1279x576, BT.709 beyond. Primaries and
 * transfer are left as they are.
 * Thread-safety: a scaler belongs to one thread at a time. */
#ifndef PACKAGER_LADDER_SCALER_H
#define PACKAGER_LADDER_SCALER_H

#include <libavutil/frame.h>

struct scaler;

/* Even sizes, 16..16384; ERR_INVALID otherwise. ERR_NOMEM. */
int scaler_create(int width, int height, struct scaler **out);
void scaler_destroy(struct scaler *s); /* NULL is fine */

/* *out: the scaled picture, the scaler's until the next call; or the input itself where nothing has
 * to be done. The input's size, format and aspect may change from call to call. ERR_INVALID: no
 * picture, or one without planes or with sides outside 1..16384; ERR_UNSUPPORTED: a pixel format
 * that cannot be converted; the scaler stays usable. */
int scaler_scale(struct scaler *s, const AVFrame *in, const AVFrame **out);

#endif
