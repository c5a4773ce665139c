/* How busy a rung's live edge is: whether its newest packets are asked for about as often as frames
 * come, so that making each of them ahead of its requests costs little more than making those that
 * are asked for.
 *
 * Invariant: 0 <= asked <= 1; it is the share of the latest second's frames (with exponentially
 * falling weights) during which somebody asked for a packet near the newest. Requests within one
 * frame's time count once: they fold into one packet.
 * Thread-safety: pure; an object belongs to one thread at a time. */
#ifndef PACKAGER_INIT_DEMAND_H
#define PACKAGER_INIT_DEMAND_H

#include "media/core/timebase.h"

#include <stdbool.h>
#include <stdint.h>

struct demand {
    double asked;
    double weight;   /* of one frame */
    bool asking;     /* since the newest frame came */
    bool busy;       /* packets are worth making ahead */
    int64_t current; /* the newest frame, -1 before the first */
};

void demand_init(struct demand *d, struct rational frame_rate);

/* Somebody asks for packet `sequence`: the last frame's, or a later one's. Older ones say nothing
 * of the live edge. */
void demand_request(struct demand *d, int64_t sequence);

/* Frame `sequence`, the one after the last, is there. */
void demand_frame(struct demand *d, int64_t sequence);

#endif
