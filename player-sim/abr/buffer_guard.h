/* Inside abr: the insufficient buffer rule, which other rules have the last word of: no unit is
 * asked for that might not arrive before the buffer runs out (Sabre, no_ibr unset; dash.js's
 * InsufficientBufferRule is its origin).
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_BUFFER_GUARD_H
#define PLAYER_SIM_ABR_BUFFER_GUARD_H

#include "player-sim/abr/abr.h"

struct buffer_guard {
    double safety; /* what part of the estimate is trusted; falls from one unit to the next */
};

void buffer_guard_init(struct buffer_guard *g);

/* The highest rung up to `rung` that is safe. To be asked once for each unit. */
size_t buffer_guard_rung(struct buffer_guard *g, const struct abr_setup *setup,
                         const struct abr_moment *m, size_t rung);

#endif
