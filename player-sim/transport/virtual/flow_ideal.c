/* Sending without windows, losses and jitter: a step is always in the link behind the one that is
 * being sent, so that the link is never idle, and no more than that, so that what is given up holds
 * the others up by two steps at most. */
#include "player-sim/transport/virtual/flow_state.h"

enum { STEP_BYTES = 16384 };

/* false: too much of others is in front of it. */
static bool offer_step(struct flow *f, struct flow_queued *q)
{
    struct link *down = &f->path->down;
    int64_t now_us = f->engine->now_us, before_us = link_sent_us(down), arrives_us;
    uint32_t bytes = q->unsent < STEP_BYTES ? q->unsent : STEP_BYTES;
    uint64_t dropped = down->dropped;
    link_offer(down, now_us, bytes, &arrives_us); /* lost or not: it has been sent */
    if (down->dropped != dropped) {
        f->ideal_us = before_us;
        return false;
    }
    if (q->piece.first_us < 0)
        q->piece.first_us = before_us > now_us ? before_us : now_us;
    q->arrived_us = link_sent_us(down) > now_us ? link_sent_us(down) : now_us;
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
