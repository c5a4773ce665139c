/* Inside abr: the state of rule "throughput", for "dynamic" to hold one.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_THROUGHPUT_H
#define PLAYER_SIM_ABR_THROUGHPUT_H

#include "player-sim/abr/abr.h"
#include "player-sim/abr/buffer_guard.h"

struct throughput {
    struct abr_setup setup;
    struct buffer_guard guard;
};

void throughput_init(struct throughput *t, const struct abr_setup *setup);
size_t throughput_rung(struct throughput *t, const struct abr_moment *m);

#endif
