/* What a server sends on one connection: pieces of answers, written when they are there, sent as
 * the congestion window and the link let them, delivered when all of their bytes have come.
 *
 * With TCP all pieces are delivered in the order in which they were written: what is lost holds up
 * everything behind it. With QUIC only its own stream waits (RFC 9000, 2.2).
 *
 * Pieces go out in the order in which they were written, whatever their stream; what is lost is
 * sent again first. Bursts of at most an eighth of the window, 2 to 10 packets, clock the sender.
 * A loss is known when something sent after it is acknowledged, or by a probe (window.h); the
 * threshold of three packets is left out. The receiver's window is never in the way. A burst that a
 * full queue refuses is lost as one.
 * Thread-safety: as of its engine. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_FLOW_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_FLOW_H

#include "player-sim/transport/virtual/engine.h"
#include "player-sim/transport/virtual/path.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum flow_kind { FLOW_TCP, FLOW_QUIC, FLOW_IDEAL };

struct flow_piece {
    uint32_t stream;
    uint32_t bytes;   /* > 0 */
    int64_t tag;      /* the writer's */
    bool last;        /* of its stream */
    int64_t first_us; /* when its first packet arrived (FLOW_IDEAL: when its first bit was sent);
                         set at delivery */
};

/* A piece has arrived, and all that has to come before it, at the engine's now. May write, drop and
 * finish. */
typedef void flow_handler(void *context, const struct flow_piece *piece);

struct flow;

/* round trip of the handshake: 0 with FLOW_IDEAL. ERR_NOMEM. */
int flow_create(struct engine *e, struct path *path, enum flow_kind kind, int64_t rtt_us,
                flow_handler *handler, void *context, struct flow **out);
void flow_destroy(struct flow *f); /* NULL is fine; what is on the link stays there */

/* ERR_NOMEM. */
int flow_write(struct flow *f, const struct flow_piece *piece);

/* Nothing more of this stream is delivered, nor sent; but what TCP has sent of it comes again where
 * it was lost, as the others wait for it. */
void flow_drop(struct flow *f, uint32_t stream);

/* When the last bytes came of a piece of this stream that is not delivered yet, as far as the
 * sender knows; ideal: now, if any are on their way. -1: there is no such piece. */
int64_t flow_heard_us(struct flow *f, uint32_t stream);

/* Bytes of a stream that were sent and not lost, of its pieces that were not delivered yet. */
int64_t flow_begun_bytes(const struct flow *f, uint32_t stream);

/* Bytes written that were not sent yet. */
int64_t flow_unsent_bytes(const struct flow *f);

#endif
