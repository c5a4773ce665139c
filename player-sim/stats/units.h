/* What the bootstrap draws, and the lots by which it does. Internal to player-sim/stats.
 * Thread-safety: pure functions on the caller's data. */
#ifndef PLAYER_SIM_STATS_UNITS_H
#define PLAYER_SIM_STATS_UNITS_H

#include "player-sim/stats/stats.h"

/* A stream of media/core/lots.h. */
struct lots {
    uint64_t state;
};

/* 0..below - 1. */
uint32_t lots_below(struct lots *l, uint32_t below);

/* So many equal samples of one unit. */
struct unit_entry {
    double value;
    uint32_t unit, count;
};

struct units {
    uint32_t count;
    struct unit_entry *entries; /* owned; in the order of the samples */
    size_t entry_count;
};

/* The units of bootstrap.h; lots are drawn where there are too many of them. samples: count > 0
 * entries, sorted upwards by value. ERR_NOMEM; then there is nothing to finish. */
int units_init(struct units *u, const struct stats_sample *samples, size_t count,
               struct lots *lots);
void units_finish(struct units *u);

#endif
