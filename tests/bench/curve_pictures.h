/* The pictures of a clip, one after the other as fast as they are asked for, over and over; or
 * those of the built-in test picture ("test:"). Failures end the process with a text.
 * Thread-safety: belongs to one thread. */
#ifndef TESTS_BENCH_CURVE_PICTURES_H
#define TESTS_BENCH_CURVE_PICTURES_H

#include "media/core/timebase.h"

#include <libavutil/frame.h>

struct curve_pictures;

/* width, height: of generated pictures; a clip's stay as they are. */
struct curve_pictures *curve_pictures_create(const char *source, int width, int height,
                                             struct rational frame_rate);
void curve_pictures_destroy(struct curve_pictures *p); /* NULL is fine */

/* Borrowed until the next call. */
const AVFrame *curve_pictures_next(struct curve_pictures *p);

#endif
