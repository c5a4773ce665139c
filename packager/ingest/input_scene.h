/* The moving picture of test:, put together anew for each frame out of pieces painted once: a sky
 * with balloons, mountains and hills that pan at speeds of their own, water whose rows ripple, a
 * ball that bounces and turns. Worth an encoder's while, cheap to make.
 *
 * In 1/18 of the picture's height: 0..3 the bar that text is drawn on, 3..14 the scene, 14..18 left
 * for the stamp (media/stamp/stamp.h).
 *
 * Thread-safety: create and destroy from one thread; drawing from any, into different frames. */
#ifndef PACKAGER_INGEST_INPUT_SCENE_H
#define PACKAGER_INGEST_INPUT_SCENE_H

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

enum { INPUT_SCENE_WHITE = 235 }; /* luma of every sample of the flash */

struct input_scene;

/* For frames of width x height (even, 32..4096) and the hues of a channel. ERR_NOMEM. */
int input_scene_create(int width, int height, uint16_t channel, struct input_scene **out);
void input_scene_destroy(struct input_scene *scene); /* NULL is fine */

/* Draws everything above the stamp, at time_us (>= 0) of the channel's time, into a yuv420p frame
 * of the scene's size. With flash a white box covers a quarter of the picture: columns w/4 to 3w/4,
 * rows 4h/18 to 13h/18, rounded down to even ones. */
void input_scene_draw(const struct input_scene *scene, int64_t time_us, bool flash, AVFrame *frame);

/* The rows of the bar: 3/18 of the height, rounded down to an even number. */
int input_scene_bar_height(int height);

#endif
