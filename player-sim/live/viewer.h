/* One viewer against real origins: the session model, its connections, and, where it decodes, its
 * decoder. What the session wants is done here, and what it saw goes to the report.
 * Thread-safety: all viewers of a run belong to the loop's thread. */
#ifndef PLAYER_SIM_LIVE_VIEWER_H
#define PLAYER_SIM_LIVE_VIEWER_H

#include "player-sim/decode/stamp_check.h"
#include "player-sim/report/report.h"
#include "player-sim/session/plan.h"
#include "player-sim/session/session.h"
#include "player-sim/transport/http/client.h"

#include <stdbool.h>
#include <stdint.h>

/* What all viewers of a run share; borrowed by each. */
struct viewer_world {
    struct http_loop *loop;
    struct report *report;
    struct stamp_check *stamps;
    int64_t start_us;  /* of the run; report times count from here */
    int report_status; /* the first failure of the report, 0: none */
    uint64_t ended;    /* viewers whose channel came to its end */
};

struct viewer_config {
    size_t number; /* of the session, from 0 */
    struct session_config session;
    struct http_config http;
    struct plan_interval zap, change;
    uint64_t seed;
};

struct viewer;

/* Makes a viewer who will turn up at start_us. ERR_NOMEM, ERR_STATE, ERR_INVALID. */
int viewer_create(struct viewer_world *world, const struct viewer_config *config, int64_t start_us,
                  struct viewer **out);
void viewer_destroy(struct viewer *v); /* NULL is fine */

/* When viewer_advance wants to be called, INT64_MAX for never; it changes with every event. */
int64_t viewer_next_us(const struct viewer *v);

/* Does what is due by now_us: turning up, zaps and switches, the session's timers. Not to be called
 * before viewer_next_us (asserted). */
void viewer_advance(struct viewer *v, int64_t now_us);

/* Leaves: what is under way is given up, and the number of its stalls goes to the report. */
void viewer_leave(struct viewer *v, int64_t now_us);

void viewer_facts(const struct viewer *v, struct http_facts *out);

#endif
