/* Virtual time: what is due is called, one after the other, and the clock jumps from one to the
 * next. Everything in an engine is decided by the order of its timers alone (timers.h), so that
 * every run gives the same.
 * Thread-safety: an engine and all that lives in it belong to one thread at a time. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_ENGINE_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_ENGINE_H

#include "media/core/timers.h"

/* Zero-filled is one at time 0 with nothing to do. */
struct engine {
    struct timers timers;
    int64_t now_us;
    uint64_t steps; /* timers called */
};

void engine_finish(struct engine *e);

/* Calls what is due, until nothing is before until_us, which it is then. */
void engine_run(struct engine *e, int64_t until_us);

#endif
