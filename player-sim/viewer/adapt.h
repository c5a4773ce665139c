/* A HESP viewer's choice of quality: what comes in is told to a rule of player-sim/abr and to a
 * bandwidth estimator, and the rule is asked when there is something new.
 *
 * What a live edge tells of the link: frames that come as they are made bound it from below only.
 * An Initialization Packet is a burst, all of which is there at once: a clean sample. And where
 * frames come later and later after their capture, they queue, and what comes in is what the link
 * can do. So a rule is told
 *   - of each packet of a picture, as a download without media;
 *   - of each stretch of frames (ADAPT_STRETCH_US, or ADAPT_ALARM_US where they queue), as
 *     app-limited unless most of its frames queued: came later than the quickest of the last
 * seconds by more than one and a half frames' time. It is asked after each of these, and at each
 * join for the rung to join on. Where a Presentation with another ladder or frame rate is asked
 * for, the rule begins anew with that; the estimator goes on. Thread-safety: an object belongs to
 * one thread at a time; no clock is read. */
#ifndef PLAYER_SIM_VIEWER_ADAPT_H
#define PLAYER_SIM_VIEWER_ADAPT_H

#include "player-sim/abr/abr.h"
#include "player-sim/session/session.h"

enum { ADAPT_STRETCH_US = 500000, ADAPT_ALARM_US = 200000 };

struct adapt_config {
    const struct abr_rule *rule;
    const struct abr_estimator *estimator;
    int64_t wanted_bps; /* of the rule "fixed" */
    int64_t buffer_us;  /* of the session */
};

struct adapt;

/* ERR_NOMEM. */
int adapt_create(const struct adapt_config *config, struct adapt **out);
void adapt_destroy(struct adapt *a); /* NULL is fine */

/* A join begins. channel: as told, NULL where its manifest is not known yet: then the ladder is
 * taken to be the last one's, where there was one. Gives the bandwidth of the rung to join on,
 * which is wanted from then on too. */
int64_t adapt_join(struct adapt *a, int64_t now_us, const struct session_channel *channel);

/* A join was begun with a channel's ladder. */
bool adapt_knows_ladder(const struct adapt *a);

/* What is asked for; manifests are passed over. */
void adapt_requested(struct adapt *a, int64_t now_us, const struct session_request *request);

/* ahead_us: media ahead of the playhead, with what this event has brought. true: *bps is the
 * bandwidth of the rung that is wanted from now on. */
bool adapt_event(struct adapt *a, int64_t now_us, const struct session_event *event,
                 int64_t ahead_us, int64_t *bps);

void adapt_saw(struct adapt *a, enum session_metric metric, int64_t value_us);

#endif
