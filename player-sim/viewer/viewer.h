/* One viewer: the session model, what it plans to do (plan.h), and the report that is told what it
 * saw. Where its requests go, and what decodes, is behind a table of functions: real connections
 * (player-sim/live), or a network in virtual time (player-sim/simulate).
 * Thread-safety: as the session's; a report is one thread's. */
#ifndef PLAYER_SIM_VIEWER_VIEWER_H
#define PLAYER_SIM_VIEWER_VIEWER_H

#include "player-sim/abr/abr.h"
#include "player-sim/report/report.h"
#include "player-sim/session/plan.h"
#include "player-sim/session/session.h"

#include <stdbool.h>
#include <stdint.h>

/* What a viewer needs done. decode and close are called only where the session decodes, and may be
 * NULL else. The session is never called back from within, but by viewer_decoded. */
struct viewer_ports {
    void (*request)(void *context, const struct session_request *request);
    /* Gives how many bytes had come of a chunk or packet that is cut off; 0 where it isn't known.
     */
    uint64_t (*cancel)(void *context, uint32_t request);
    void (*decode)(void *context, int64_t now_us, const struct session_action *action);
    void (*close)(void *context, uint32_t stream);
    void *context;
};

struct viewer_config {
    size_t number;                 /* of the session, from 0 */
    struct session_config session; /* its rate_bps and join are the rule's where there is one */
    const struct abr_rule *rule;   /* NULL, or "fixed": session.rate_bps is played, and joined as
                                      session.join says */
    const struct abr_estimator *estimator; /* with a rule */
    int64_t resync_us; /* so much further behind than the least latency since the join and the
                          session's buffer, he joins anew; 0: never */
    struct plan_interval zap, change;
    uint64_t seed;
    int64_t start_us;     /* when the viewer turns up */
    int64_t run_start_us; /* report times count from here */
    bool over_time;       /* a timeline of the session is open in the report */
};

struct viewer;

/* Copies config and ports; report is borrowed. ERR_NOMEM, ERR_INVALID. */
int viewer_create(const struct viewer_config *config, const struct viewer_ports *ports,
                  struct report *report, struct viewer **out);
void viewer_destroy(struct viewer *v); /* NULL is fine */

/* When viewer_advance wants to be called, INT64_MAX for never; it changes with every event. */
int64_t viewer_next_us(const struct viewer *v);

/* Does what is due by now_us: turning up, zaps and switches, the session's timers. Not to be called
 * before viewer_next_us (asserted). */
void viewer_advance(struct viewer *v, int64_t now_us);

/* An event of a request. rtt_us: the round trip as known now, -1: not known. */
void viewer_handle(struct viewer *v, int64_t now_us, const struct session_event *event,
                   int64_t rtt_us);

/* As session_decoded. */
void viewer_decoded(struct viewer *v, int64_t now_us, uint32_t stream, int64_t sequence,
                    int64_t at_us, bool ok, const char *text);

/* A place in the report: here and now. */
struct report_place viewer_place(const struct viewer *v, int64_t now_us, size_t channel);

/* Leaves: what is under way is given up, and the number of its stalls and what the session was
 * worth go to the report. */
void viewer_leave(struct viewer *v, int64_t now_us);

/* The first failure of the report, 0: none. */
int viewer_report_status(const struct viewer *v);

/* Its channel came to its end. */
bool viewer_has_ended(const struct viewer *v);

#endif
