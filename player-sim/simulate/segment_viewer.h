/* A viewer of segments in virtual time: the viewer of player-sim/segmented, with connections of
 * transport/virtual.
 * Thread-safety: as of its engine. */
#ifndef PLAYER_SIM_SIMULATE_SEGMENT_VIEWER_H
#define PLAYER_SIM_SIMULATE_SEGMENT_VIEWER_H

#include "player-sim/report/report.h"
#include "player-sim/session/plan.h"
#include "player-sim/simulate/segment_origin.h"
#include "player-sim/transport/virtual/client.h"

/* What all viewers of a cell share; borrowed by each. */
struct segment_world {
    struct engine *engine;
    struct path *path;
    const struct segment_origin *origin;
    const int64_t *const *bitrates_bps; /* of each channel's rungs */
    struct report *report;
    int64_t rtt_us; /* as reports have it */
};

struct segment_viewer_config {
    size_t number; /* of the session */
    struct segmented_config viewer;
    bool knows_channels; /* he needs no manifests; for a delivery that keeps what is known */
    struct plan_interval zap;
    uint64_t seed;
    int64_t start_us, until_us; /* when he turns up, and leaves */
    int64_t run_start_us;       /* report times count from here */
    bool over_time;             /* a timeline of the session is open in the report */
};

struct segment_viewer;

/* He leaves at until_us, or when a channel on demand has been played. ERR_NOMEM, ERR_INVALID. */
int segment_viewer_create(struct segment_world *world, const struct segment_viewer_config *config,
                          const struct virtual_config *http, struct segment_viewer **out);
void segment_viewer_destroy(struct segment_viewer *v); /* NULL is fine */

/* The first failure: of memory, or the report's. */
int segment_viewer_status(const struct segment_viewer *v);

struct virtual_facts segment_viewer_facts(const struct segment_viewer *v);

#endif
