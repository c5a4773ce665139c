/* The pictures of a feed that wait for their slots, in the order that they came in.
 *
 * Invariant: 0 <= count <= PACE_PICTURES_MAX, and |phase_us| <= PACE_PHASE_MAX_US.
 *
 * A picture goes into the first slot that is not before it is due. Where pictures are due at about
 * the moment of a slot, rounding and jitter of their time stamps would now leave one out, now show
 * one twice; so the moment is moved away from them, by `phase`, as far as that goes.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_PACE_PICTURES_H
#define PACKAGER_PACE_PICTURES_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_PICTURES_MAX = 64, PACE_PHASE_MAX_US = 4000 };

struct pace_picture {
    void *picture;          /* whoever holds the struct owns it */
    int64_t pts_us;         /* feed time */
    int64_t capture_utc_us; /* when it was received */
};

struct pace_pictures {
    int first, count;
    int64_t phase_us;
    struct pace_picture ring[PACE_PICTURES_MAX];
};

void pace_pictures_init(struct pace_pictures *q);

/* Puts it last. count < PACE_PICTURES_MAX is the caller's to ensure. */
void pace_pictures_put(struct pace_pictures *q, const struct pace_picture *picture);

/* Takes the first one out. count > 0 is the caller's to ensure. */
struct pace_picture pace_pictures_pop(struct pace_pictures *q);

/* The number of pictures, from the first on, that are due when the feed time is feed_us: the last
 * of them is the slot's. Moves the phase, so it is asked once for each slot. */
int pace_pictures_due(struct pace_pictures *q, int64_t feed_us);

/* From the first one's time stamp to the last one's. */
int64_t pace_pictures_span_us(const struct pace_pictures *q);

#endif
