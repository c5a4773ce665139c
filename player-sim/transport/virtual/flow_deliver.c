/* What has arrived, and in which order it is handed over. */
#include "player-sim/transport/virtual/flow_state.h"

static bool is_complete(const struct flow_queued *q)
{
    return !q->unsent && !q->lost;
}

/* Whether a piece of its stream that was written before is still to come. */
static bool is_held_up(const struct flow *f, const struct flow_queued *q)
{
    return q->before != FLOW_NOTHING && q->before >= f->pieces.first &&
           !flow_piece_at(f, q->before)->over;
}

static uint64_t first_to_come(const struct flow *f)
{
    uint64_t first = f->pieces.first;
    return first < f->piece_unsent && is_complete(flow_piece_at(f, first)) ? first : FLOW_NOTHING;
}

/* Streams that overtake each other. */
static uint64_t earliest_to_come(const struct flow *f)
{
    uint64_t best = FLOW_NOTHING;
    for (uint64_t i = f->pieces.first; i < f->piece_unsent; i++) {
        const struct flow_queued *q = flow_piece_at(f, i);
        if (q->over || !is_complete(q) || is_held_up(f, q))
            continue;
        if (best == FLOW_NOTHING || q->arrived_us < flow_piece_at(f, best)->arrived_us)
            best = i;
    }
    return best;
}

/* The piece that is delivered next, or FLOW_NOTHING. Where nothing was lost that is the first one,
 * as nothing overtakes on a link. */
static uint64_t next_piece(const struct flow *f)
{
    return f->torn && f->kind == FLOW_QUIC ? earliest_to_come(f) : first_to_come(f);
}

int64_t flow_delivery_us(const struct flow *f)
{
    uint64_t next = next_piece(f);
    if (next == FLOW_NOTHING)
        return TIMER_NEVER;
    int64_t at_us = flow_piece_at(f, next)->arrived_us;
    return at_us < f->delivered_us ? f->delivered_us : at_us;
}

void flow_end_piece(struct flow *f, struct flow_queued *q)
{
    f->torn -= q->torn;
    f->unsent_bytes -= q->unsent;
    q->unsent = q->lost = 0;
    q->over = true;
}

void flow_forget(struct flow *f)
{
    while (f->pieces.first < f->pieces.end && flow_piece_at(f, f->pieces.first)->over)
        f->pieces.first++;
    if (f->piece_unsent < f->pieces.first)
        f->piece_unsent = f->pieces.first;
}

bool flow_take(struct flow *f, struct flow_piece *out)
{
    uint64_t next = next_piece(f);
    if (next == FLOW_NOTHING)
        return false;
    struct flow_queued *q = flow_piece_at(f, next);
    bool silent = q->silent;
    *out = q->piece;
    flow_end_piece(f, q);
    f->delivered_us = f->engine->now_us;
    flow_forget(f);
    return !silent;
}
