/* A cell of a study: one link, its sessions, and their time, from the first who turns up to the
 * last who leaves.
 * Thread-safety: a cell belongs to one thread; what its world points to is that thread's, or
 * immutable. */
#ifndef PLAYER_SIM_SIMULATE_CELL_H
#define PLAYER_SIM_SIMULATE_CELL_H

#include "player-sim/simulate/hesp_viewer.h"
#include "player-sim/simulate/segment_viewer.h"
#include "player-sim/simulate/simulate.h"

/* When runs begin, on the engines' clock: channels have been on the air for a while then. */
#define CELL_START_US INT64_C(7200000000)

struct cell_world {
    const struct simulate_config *config;
    const struct hesp_origin *hesp_origin; /* the one that config->delivery needs */
    const struct segment_origin *segment_origin;
    struct session_channel *const *told; /* HESP: the thread's */
    const char *const *urls;             /* HESP: of the channels */
    const int64_t *const *bitrates_bps;  /* segments: of each channel's rungs */
    struct report *report;               /* where this cell's measurements go */
};

struct cell_facts {
    uint64_t bytes, connections, requests, steps;
};

/* Runs cell `number` from its beginning to its end, and adds to facts. ERR_NOMEM; ERR_END: the
 * config's stop was set, and what the report has of this cell is not whole; of the report whatever
 * it gave. */
int cell_run(const struct cell_world *world, size_t number, struct cell_facts *facts);

#endif
