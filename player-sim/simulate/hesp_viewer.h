/* A HESP viewer in virtual time: the same viewer as against a real origin (viewer.h), with
 * connections of transport/virtual.
 * Thread-safety: as of its engine. */
#ifndef PLAYER_SIM_SIMULATE_HESP_VIEWER_H
#define PLAYER_SIM_SIMULATE_HESP_VIEWER_H

#include "player-sim/simulate/hesp_origin.h"
#include "player-sim/transport/virtual/client.h"
#include "player-sim/viewer/viewer.h"

/* What all viewers of a cell share; borrowed by each. */
struct hesp_world {
    struct engine *engine;
    struct path *path;
    const struct hesp_origin *origin;
    struct session_channel *const *told; /* each channel's manifest; of this thread alone */
    struct report *report;
    int64_t rtt_us; /* as reports have it */
};

struct hesp_viewer;

/* It turns up, acts and leaves (at until_us) by the engine's time. ERR_NOMEM, ERR_INVALID. */
int hesp_viewer_create(struct hesp_world *world, const struct viewer_config *config,
                       const struct virtual_config *http, int64_t until_us,
                       struct hesp_viewer **out);
void hesp_viewer_destroy(struct hesp_viewer *v); /* NULL is fine */

/* The first failure: of memory, or the report's. */
int hesp_viewer_status(const struct hesp_viewer *v);

struct virtual_facts hesp_viewer_facts(const struct hesp_viewer *v);

#endif
