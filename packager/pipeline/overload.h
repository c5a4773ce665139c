/* Which rungs get fewer new pictures when the machine cannot encode all of them: the largest first,
 * every second one, then every fourth; then the next; the smallest never. What a rung does not get
 * it repeats, which costs next to nothing.
 *
 * Level k takes away the k-th of these steps as well as those before it. It rises while a rung that
 * the next step would relieve has been late for a quarter of a second: that rung itself, or a
 * smaller one, which a larger one keeps from its turn. It falls when no rung has been late for some
 * seconds, and the more often it had to rise again, the later.
 *
 * One level more than there are steps says that there is nothing left to take away. Pure: no clock
 * is read, frames are time. Thread-safety: belongs to one thread. */
#ifndef PACKAGER_PIPELINE_OVERLOAD_H
#define PACKAGER_PIPELINE_OVERLOAD_H

#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OVERLOAD_LATE_FRAMES = 2, /* as many that wait for a rung's encoder make it late */
    OVERLOAD_STEPS = 2,       /* for each rung: every second picture, every fourth */
    OVERLOAD_CALM_S = 5,      /* without any late rung, before the level falls */
    OVERLOAD_CALM_MAX_S = 80,
};

struct overload {
    size_t rungs;
    struct rational rate;
    int level, most; /* 0..most */
    int64_t pressed; /* frames in a row, by now, with a rung late that the next step relieves */
    int64_t calm;    /* frames in a row with none late */
    int64_t calm_s;  /* that it takes to fall */
    bool fell;       /* the last change of the level */
};

/* rungs: 1 or more, largest first. rate: frames a second. */
void overload_init(struct overload *o, size_t rungs, struct rational rate);

/* Once for each frame. waiting[i]: frames that rung i has not begun yet, the largest rung first;
 * negative: the rung has failed, and counts for nothing. Gives whether the level has changed. */
bool overload_step(struct overload *o, const int64_t waiting[]);

/* Whether rung i gets the picture of this frame. */
bool overload_gives(const struct overload *o, size_t rung, int64_t frame);

#endif
