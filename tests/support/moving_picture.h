/* Pictures that are worth encoding: gradients, edges and texture that move at different speeds,
 * with some noise; the same for the same number on every machine. */
#ifndef TESTS_SUPPORT_MOVING_PICTURE_H
#define TESTS_SUPPORT_MOVING_PICTURE_H

#include <libavutil/frame.h>
#include <stdint.h>

/* A picture of the given size, yuv420p, all of it grey; the caller's. NULL where memory is short.
 */
AVFrame *moving_picture_create(int width, int height);

/* Paints picture number n. noise 0..255: the range of the noise added to each luma sample; 255
 * leaves hardly anything that an encoder could predict. */
void moving_picture_paint(AVFrame *picture, int64_t n, int noise);

#endif
