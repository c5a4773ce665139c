#include "player-sim/transport/virtual/flow.h"
#include "media/core/err.h"
#include "player-sim/transport/virtual/flow_state.h"

#include <assert.h>
#include <stdlib.h>

static void arm(struct flow *f)
{
    int64_t at_us = TIMER_NEVER;
    if (f->kind != FLOW_IDEAL)
        at_us = flow_send_us(f);
    else if (flow_waits(f))
        at_us = f->ideal_us;
    timers_set(&f->engine->timers, &f->sending, at_us);
    timers_set(&f->engine->timers, &f->delivering, flow_delivery_us(f));
}

static void go_on(struct flow *f)
{
    if (f->kind == FLOW_IDEAL)
        flow_send_ideally(f);
    else
        flow_send(f);
    arm(f);
}

static void sending_due(void *context)
{
    go_on(context);
}

static void delivering_due(void *context)
{
    struct flow *f = context;
    struct flow_piece piece;
    bool heard = flow_take(f, &piece);
    arm(f);
    if (heard)
        f->handler(f->context, &piece); /* f may be gone after */
}

int flow_create(struct engine *e, struct path *path, enum flow_kind kind, int64_t rtt_us,
                flow_handler *handler, void *context, struct flow **out)
{
    struct flow *f = calloc(1, sizeof *f);
    if (!f)
        return ERR_NOMEM;
    *f = (struct flow){.engine = e,
                       .path = path,
                       .kind = kind,
                       .handler = handler,
                       .context = context,
                       .sending = {.due = sending_due, .context = f},
                       .delivering = {.due = delivering_due, .context = f}};
    window_init(&f->window, e->now_us, rtt_us);
    if (timers_add(&e->timers, &f->sending) || timers_add(&e->timers, &f->delivering)) {
        flow_destroy(f);
        return ERR_NOMEM;
    }
    *out = f;
    return ERR_OK;
}

void flow_destroy(struct flow *f)
{
    if (!f)
        return;
    timers_remove(&f->engine->timers, &f->sending);
    timers_remove(&f->engine->timers, &f->delivering);
    ring_finish(&f->pieces);
    ring_finish(&f->bursts);
    ring_finish(&f->again);
    free(f);
}

/* The newest piece of a stream that is still to come. */
static uint64_t last_of_stream(const struct flow *f, uint32_t stream)
{
    for (uint64_t i = f->pieces.end; i-- > f->pieces.first;)
        if (flow_piece_at(f, i)->piece.stream == stream)
            return i;
    return FLOW_NOTHING;
}

int flow_write(struct flow *f, const struct flow_piece *piece)
{
    assert(piece->bytes > 0);
    int status = ring_reserve(&f->pieces, sizeof(struct flow_queued));
    if (status)
        return status;
    uint64_t before = f->kind == FLOW_QUIC ? last_of_stream(f, piece->stream) : FLOW_NOTHING;
    struct flow_queued *q = flow_piece_at(f, f->pieces.end++);
    *q = (struct flow_queued){.piece = *piece, .unsent = piece->bytes, .before = before};
    q->piece.first_us = -1;
    f->unsent_bytes += piece->bytes;
    go_on(f);
    return ERR_OK;
}

/* What TCP has sent of it holds its place among the bytes of the connection. */
static void drop_piece(struct flow *f, struct flow_queued *q)
{
    bool begun = q->unsent < q->piece.bytes;
    if (f->kind != FLOW_TCP || !begun) {
        flow_end_piece(f, q);
        return;
    }
    f->unsent_bytes -= q->unsent;
    q->unsent = 0;
    q->silent = true;
}

void flow_drop(struct flow *f, uint32_t stream)
{
    if (f->kind == FLOW_IDEAL)
        flow_recall(f);
    for (uint64_t i = f->pieces.first; i < f->pieces.end; i++) {
        struct flow_queued *q = flow_piece_at(f, i);
        if (!q->over && q->piece.stream == stream)
            drop_piece(f, q);
    }
    flow_forget(f);
    go_on(f);
}

int64_t flow_heard_us(struct flow *f, uint32_t stream)
{
    uint64_t last = last_of_stream(f, stream);
    if (last == FLOW_NOTHING)
        return -1;
    if (f->kind == FLOW_IDEAL)
        return f->engine->now_us;
    go_on(f); /* hears what was acknowledged by now */
    return f->heard_us;
}

int64_t flow_begun_bytes(const struct flow *f, uint32_t stream)
{
    int64_t bytes = 0;
    for (uint64_t i = f->pieces.first; i < f->pieces.end; i++) {
        const struct flow_queued *q = flow_piece_at(f, i);
        if (!q->over && q->piece.stream == stream)
            bytes += (int64_t)q->piece.bytes - q->unsent - q->lost;
    }
    return bytes;
}

int64_t flow_unsent_bytes(const struct flow *f)
{
    return f->unsent_bytes;
}
