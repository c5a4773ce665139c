/* The reconstructions that packets are made of, as many as a bound in bytes allows: all of the
 * latest frames, and behind them one every so often, from which the frames in between are not far.
 *
 * Three quarters of the bytes are for the latest frames, the rest, at least eight pictures, for
 * those further back, spaced so that they reach over the whole window.
 *
 * Thread-safety: the owner's lock guards a cache; the pictures are reference-counted and immutable.
 */
#ifndef PACKAGER_INIT_PICTURE_CACHE_H
#define PACKAGER_INIT_PICTURE_CACHE_H

#include "packager/track/video_track.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture_cache;

struct picture_cache_config {
    size_t max_bytes;      /* at least ten pictures are kept, whatever they take */
    size_t picture_bytes;  /* of one, > 0 */
    int64_t window_frames; /* > 0; how far back packets can be asked for */
};

int picture_cache_create(const struct picture_cache_config *config, struct picture_cache **out);
void picture_cache_destroy(struct picture_cache *c); /* NULL is fine */

/* Takes r->frame over: the one after the last put, or a later one where memory was too short for
 * those in between; any number the first time. */
void picture_cache_put(struct picture_cache *c, struct reconstruction *r);

/* Pictures from this number on, up to the last put, are all there, as far as they were put.
 * INT64_MAX before the first. */
int64_t picture_cache_oldest(const struct picture_cache *c);

/* The picture nearest before or at `sequence`, but none before `first`: a copy with a reference of
 * its own, the caller's to free. ERR_NOT_FOUND; ERR_NOMEM. */
int picture_cache_find(const struct picture_cache *c, int64_t first, int64_t sequence,
                       struct reconstruction *out);

size_t picture_cache_bytes(const struct picture_cache *c);
/* Every how manyth picture is kept behind the latest ones; 0: none. */
int64_t picture_cache_spacing(const struct picture_cache *c);

#endif
