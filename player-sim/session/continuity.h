/* Inside the session: whether a sample is the one that ought to come. What is wrong is told as a
 * fault.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_CONTINUITY_H
#define PLAYER_SIM_SESSION_CONTINUITY_H

#include "player-sim/session/actions.h"

/* The sample's number by its time, of which there are timescale in a second unless it says so
 * itself; -1: it has none. Its time must be a frame's start and its duration a frame's (H5). */
int64_t session_continuity_number(struct session_actions *a, const struct session_rendition *of,
                                  const struct session_sample *sample, uint32_t timescale);

/* Numbers rise by one (H4): whether n is the one that was expected. */
bool session_continuity_holds(struct session_actions *a, const struct session_rendition *of,
                              int64_t n, int64_t expected);

#endif
