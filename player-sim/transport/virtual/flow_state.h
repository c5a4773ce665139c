/* A flow's inside: what was written, what is in flight, what has to be sent again. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_FLOW_STATE_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_FLOW_STATE_H

#include "player-sim/transport/virtual/flow.h"
#include "player-sim/transport/virtual/ring.h"
#include "player-sim/transport/virtual/window.h"

/* A piece from its writing until it is over. */
struct flow_queued {
    struct flow_piece piece;
    uint32_t unsent;
    uint32_t lost;      /* bytes that are to come again */
    int64_t arrived_us; /* its last byte so far */
    uint64_t before;    /* QUIC: the piece of its stream before it; FLOW_NOTHING */
    bool torn;          /* something of it was lost */
    bool silent;        /* TCP: dropped after something was sent, which the others wait for */
    bool over;          /* delivered, or dropped */
};

/* Bytes of one piece that were offered to the link at once. */
struct flow_burst {
    int64_t sent_us;
    int64_t acked_us; /* where it is not lost */
    int64_t alone_us; /* of that, what sending the burst itself took */
    uint64_t piece;
    uint32_t bytes;
    bool lost;
};

#define FLOW_NOTHING UINT64_MAX

struct flow {
    struct engine *engine;
    struct path *path;
    enum flow_kind kind;
    flow_handler *handler;
    void *context;
    struct window window;
    struct timer sending, delivering;

    struct ring pieces;    /* of flow_queued: from the first one that is not over */
    uint64_t piece_unsent; /* the first one with something unsent */
    struct ring bursts;    /* of flow_burst: in flight */
    uint64_t burst_heard;  /* none before it, of those in flight, is acknowledged */
    struct ring again;     /* of flow_burst: known to be lost, and to be sent again */

    int64_t heard_us; /* the last acknowledgement */
    int64_t unsent_bytes;
    unsigned lost_bursts; /* of those in flight */
    unsigned torn;        /* pieces that are, and not over */
    int64_t delivered_us; /* no piece of TCP arrives before the one before it */
    int64_t ideal_us;     /* FLOW_IDEAL: the link takes more of it then */
};

static inline struct flow_queued *flow_piece_at(const struct flow *f, uint64_t i)
{
    return ring_at(&f->pieces, sizeof(struct flow_queued), i);
}

static inline struct flow_burst *flow_burst_at(const struct flow *f, uint64_t i)
{
    return ring_at(&f->bursts, sizeof(struct flow_burst), i);
}

static inline bool flow_waits(const struct flow *f)
{
    return f->piece_unsent < f->pieces.end || f->again.first < f->again.end;
}

/* ---- flow_send.c ---- */

/* Hears what has become of what was sent, and sends what may be sent, at the engine's now. */
void flow_send(struct flow *f);
/* When that changes something again; TIMER_NEVER. */
int64_t flow_send_us(struct flow *f);

/* ---- flow_ideal.c ---- */

void flow_send_ideally(struct flow *f);
/* Alone on a link, before something is dropped: what is not sent yet is to be sent anew. */
void flow_recall(struct flow *f);

/* ---- flow_deliver.c ---- */

/* When the next piece is delivered; TIMER_NEVER. */
int64_t flow_delivery_us(const struct flow *f);
/* The piece whose time has come is over: true, *out is to be handed over. */
bool flow_take(struct flow *f, struct flow_piece *out);
/* Takes q out, for good. */
void flow_end_piece(struct flow *f, struct flow_queued *q);
/* Forgets those at the front that are over. */
void flow_forget(struct flow *f);

#endif
