/* What a link could carry, noted for a session's timeline twice a second.
 * Thread-safety: as of its engine. */
#ifndef PLAYER_SIM_SIMULATE_SAMPLER_H
#define PLAYER_SIM_SIMULATE_SAMPLER_H

#include "player-sim/link/link.h"
#include "player-sim/report/report.h"
#include "player-sim/transport/virtual/engine.h"

struct sampler {
    struct engine *engine;
    const struct link *link;
    struct report *report;
    size_t session;
    int64_t run_start_us;
    struct timer timer;
    int64_t told_bps;
    int status; /* the first failure of the report */
};

/* All but the timer and what follows it is set. Starts at the engine's now. ERR_NOMEM. */
int sampler_start(struct sampler *s);
void sampler_finish(struct sampler *s); /* also one never started */

#endif
