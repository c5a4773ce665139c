/* Inside the session: samples that are ahead of their turn, a bounded queue.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_EARLY_H
#define PLAYER_SIM_SESSION_EARLY_H

#include "player-sim/session/session.h"

enum { SESSION_REORDER_MAX = 256 };

struct session_early {
    struct session_sample sample; /* one reference of its payload */
    int64_t segment;
};

/* Zero-filled is empty. Invariant: first + count <= capacity <= SESSION_REORDER_MAX. */
struct session_earlies {
    struct session_early *list; /* owned */
    size_t first, count, capacity;
};

/* Takes over the sample's reference. false: there is no room, and it is still the caller's. */
bool session_earlies_push(struct session_earlies *q, const struct session_early *early);

/* The first one, NULL: there is none; borrowed until the next push. */
const struct session_early *session_earlies_head(const struct session_earlies *q);

/* Takes the first one, and its reference; there must be one (asserted). */
struct session_early session_earlies_pop(struct session_earlies *q);

/* Drops all; frees, too. */
void session_earlies_drop(struct session_earlies *q);
void session_earlies_finish(struct session_earlies *q);

#endif
