/* Sending without windows, losses and jitter. Alone on a link, all of a piece goes to it at once,
 * and what is given up is taken back. Where it is shared, a step is always in the link behind the
 * one that is being sent, so that the link is never idle, and no more than that, so that what is
 * given up holds the others up by two steps at most. */
#include "player-sim/transport/virtual/flow_state.h"

enum { STEP_BYTES = 16384 };

/* false: too much of others is in front of it. */
static bool offer_step(struct flow *f, struct flow_queued *q)
{
    struct link *down = &f->path->down;
    int64_t now_us = f->engine->now_us, before_us = link_sent_us(down), sent_us;
    uint32_t bytes = f->path->alone || q->unsent < STEP_BYTES ? q->unsent : STEP_BYTES;
    if (!link_push(down, now_us, bytes, &sent_us)) {
        f->ideal_us = before_us;
        return false;
    }
    if (q->piece.first_us < 0)
        q->piece.first_us = before_us > now_us ? before_us : now_us;
    q->arrived_us = sent_us > now_us ? sent_us : now_us;
    q->unsent -= bytes;
    f->unsent_bytes -= bytes;
    f->ideal_us = before_us;
    return true;
}

void flow_send_ideally(struct flow *f)
{
    while (f->piece_unsent < f->pieces.end) {
        struct flow_queued *q = flow_piece_at(f, f->piece_unsent);
        if (q->unsent && (f->ideal_us > f->engine->now_us || !offer_step(f, q)))
            return;
        f->piece_unsent += !q->unsent;
    }
}

/* The last ones that were offered are the ones to come back. */
void flow_recall(struct flow *f)
{
    int64_t bytes = f->path->alone ? link_take_back(&f->path->down, f->engine->now_us) : 0;
    for (uint64_t i = f->piece_unsent; bytes && i-- > f->pieces.first;) {
        struct flow_queued *q = flow_piece_at(f, i);
        uint32_t offered = q->piece.bytes - q->unsent;
        uint32_t back = bytes < offered ? (uint32_t)bytes : offered;
        if (q->over || !back)
            continue;
        q->unsent += back;
        f->unsent_bytes += back;
        bytes -= back;
        f->piece_unsent = i;
        if (q->unsent == q->piece.bytes)
            q->piece.first_us = -1;
    }
    f->ideal_us = f->engine->now_us;
}
