/* A viewer against real origins: viewer.h with real connections, and, where it decodes, a decoder.
 * Thread-safety: all viewers of a run belong to the loop's thread. */
#ifndef PLAYER_SIM_LIVE_LIVE_VIEWER_H
#define PLAYER_SIM_LIVE_LIVE_VIEWER_H

#include "player-sim/decode/stamp_check.h"
#include "player-sim/transport/http/client.h"
#include "player-sim/viewer/viewer.h"

/* What all viewers of a run share; borrowed by each. */
struct live_world {
    struct http_loop *loop;
    struct report *report;
    struct stamp_check *stamps;
};

struct live_viewer;

/* ERR_NOMEM, ERR_STATE, ERR_INVALID. */
int live_viewer_create(struct live_world *world, const struct viewer_config *config,
                       const struct http_config *http, struct live_viewer **out);
void live_viewer_destroy(struct live_viewer *v); /* NULL is fine */

/* Its viewer, for viewer_next_us, viewer_advance and viewer_leave; borrowed. */
struct viewer *live_viewer_of(const struct live_viewer *v);

void live_viewer_facts(const struct live_viewer *v, struct http_facts *out);

#endif
