/* Inside segmented: what it gives out, in order.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SEGMENTED_ACTIONS_H
#define PLAYER_SIM_SEGMENTED_ACTIONS_H

#include "player-sim/segmented/segmented.h"

/* Zero-filled is empty. */
struct segmented_actions {
    struct segmented_action *list; /* owned */
    size_t taken, count, capacity;
    struct segmented_action spare; /* where memory is short, an action goes here and is lost */
    size_t channel;                /* what is being watched */
    uint32_t last_request;
};

void segmented_actions_finish(struct segmented_actions *a);

/* A call of the viewer begins: what was taken is let go. */
void segmented_actions_begin(struct segmented_actions *a);

bool segmented_actions_next(struct segmented_actions *a, struct segmented_action *out);

/* Each adds one action and gives it, to be completed at once. */
struct segmented_action *segmented_actions_add(struct segmented_actions *a,
                                               enum segmented_action_kind kind, size_t rung,
                                               int64_t at_us);
struct segmented_action *segmented_actions_saw(struct segmented_actions *a,
                                               enum session_metric metric, size_t rung,
                                               int64_t value_us, int64_t at_us);
void segmented_actions_missed(struct segmented_actions *a, enum session_metric metric, size_t rung,
                              int64_t at_us);

/* Gives the request its id, which is returned, and its channel. */
uint32_t segmented_actions_request(struct segmented_actions *a,
                                   const struct segmented_request *request, int64_t at_us);

/* Cancels *request unless it is 0, and makes it 0. */
void segmented_actions_cancel(struct segmented_actions *a, uint32_t *request, int64_t at_us);

#endif
