/* Inside the session: what it gives out, in order. It keeps references to all that an action
 * borrows, until the call after the one in which the action was taken.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_ACTIONS_H
#define PLAYER_SIM_SESSION_ACTIONS_H

#include "player-sim/session/frames.h"
#include "player-sim/session/session.h"

/* A rendition and the channel that it lives in. channel NULL: none. */
struct session_rendition {
    struct session_channel *channel;
    const struct session_track *track;
};

struct session_entry {
    struct session_action action;    /* owns its payload reference and its text */
    struct session_channel *channel; /* one reference, for action.track and request.from */
};

/* Zero-filled is empty. */
struct session_actions {
    struct session_entry *list; /* owned */
    size_t taken, count, capacity;
    struct session_entry spare; /* where memory is short, an action goes here and is lost */
    int64_t now_us;
    size_t channel; /* what is being watched */
    bool decodes;
    uint32_t last_request, last_stream;
};

void session_actions_finish(struct session_actions *a);

/* A call of the session begins: what was taken is let go. */
void session_actions_begin(struct session_actions *a, int64_t now_us);

bool session_actions_next(struct session_actions *a, struct session_action *out);

/* Each adds one action. of is the rendition that it is about, NULL: none. Where at_us is not a
 * parameter, it is now. */

/* Gives the request its id, which is returned, and its channel. */
uint32_t session_actions_request(struct session_actions *a, enum session_request_kind kind,
                                 const struct session_rendition *of, int64_t number,
                                 int64_t offset);
uint32_t session_actions_manifest(struct session_actions *a, size_t channel, const char *url);

/* Cancels *request unless it is 0, and makes it 0. */
void session_actions_cancel(struct session_actions *a, uint32_t *request);

/* The streams' own. Nothing is decoded unless decodes. */
void session_actions_decode(struct session_actions *a, const struct session_rendition *of,
                            const struct session_action *decode);
void session_actions_close(struct session_actions *a, uint32_t stream);
void session_actions_showed(struct session_actions *a, const struct session_rendition *of,
                            uint32_t stream, const struct session_frame *frame, int64_t at_us);

/* Gives the action, to be completed at once. */
struct session_action *session_actions_saw(struct session_actions *a,
                                           const struct session_rendition *of,
                                           enum session_metric metric, int64_t value_us,
                                           int64_t at_us);
void session_actions_missed(struct session_actions *a, const struct session_rendition *of,
                            enum session_metric metric);
void session_actions_fault(struct session_actions *a, const struct session_rendition *of,
                           enum session_fault fault, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void session_actions_ended(struct session_actions *a, int64_t at_us);

#endif
