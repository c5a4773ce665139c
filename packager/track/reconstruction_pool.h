/* Copies of reconstructions, NV12, in memory that is used again once the last holder lets go.
 * Thread-safety: a pool belongs to one thread; the frames may be freed on any, also after the pool.
 */
#ifndef PACKAGER_TRACK_RECONSTRUCTION_POOL_H
#define PACKAGER_TRACK_RECONSTRUCTION_POOL_H

#include "packager/encode/encoder.h"

#include <libavutil/frame.h>

struct reconstruction_pool;

int reconstruction_pool_create(int width, int height, struct reconstruction_pool **out);
void reconstruction_pool_destroy(struct reconstruction_pool *p); /* NULL is fine */

/* What one picture takes. */
size_t reconstruction_pool_picture_bytes(int width, int height);

/* A copy of output's planes, whole macroblocks of them, the caller's; NULL where memory is short.
 */
AVFrame *reconstruction_pool_copy(struct reconstruction_pool *p,
                                  const struct encoder_output *output);

#endif
