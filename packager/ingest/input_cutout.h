/* A small picture with a shape, drawn into a larger one by copying runs of samples: what the
 * generated scene is put together from, so that a frame costs memory copies and no arithmetic.
 * Thread-safety: init, shape and finish from one thread; drawing from any, into different frames.
 */
#ifndef PACKAGER_INGEST_INPUT_CUTOUT_H
#define PACKAGER_INGEST_INPUT_CUTOUT_H

#include <libavutil/frame.h>
#include <stdint.h>

struct input_cutout_run {
    int x0, x1; /* x1 is not part of it */
};

/* Invariant: runs of row y are runs[first_run[y]] up to, not including, runs[first_run[y + 1]]. */
struct input_cutout {
    int width, height;             /* even */
    uint8_t *planes[3];            /* yuv420p, rows without gaps; owned, to be filled in */
    struct input_cutout_run *runs; /* owned */
    int *first_run;                /* height + 1 of them; owned */
};

/* Allocates the planes, with unset samples. Sizes are rounded up to even ones. The cutout shows
 * nothing before it has a shape. After ERR_NOMEM only input_cutout_finish may be called. */
int input_cutout_init(struct input_cutout *c, int width, int height);

/* Says which samples belong to it: those where mask (width x height bytes, borrowed) is not 0; all
 * where mask is NULL. Once a cutout. ERR_NOMEM. */
int input_cutout_shape(struct input_cutout *c, const uint8_t *mask);

/* Frees what it owns; fine on one that is all zero. */
void input_cutout_finish(struct input_cutout *c);

/* Draws it with its left upper corner at x, y of a yuv420p frame, and nothing outside of the
 * frame. */
void input_cutout_draw(const struct input_cutout *c, AVFrame *frame, int x, int y);

/* The same, again and again to the left and right: a background that pans without end.
 * offset >= 0: the column of the cutout that the frame's left edge shows, modulo its width. */
void input_cutout_draw_panned(const struct input_cutout *c, AVFrame *frame, int64_t offset, int y);

/* One row of a cutout that fills the frame's width, panned: row source of the cutout to row y of
 * the frame, in plane 0, 1 or 2, whose own rows are meant. Neither shape nor range is looked at. */
void input_cutout_copy_row(const struct input_cutout *c, AVFrame *frame, int plane, int64_t offset,
                           int source, int y);

#endif
