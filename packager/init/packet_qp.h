/* The quantizer of a rung's packets, by what was measured (docs/packets.md): how close a joined
 * picture stays to the un-joined one follows from the packet's own QP, hardly from that of the
 * frame it is made of, so packets of neighbouring frames get the same. QP 22 is fine enough for any
 * rung; where the continuation is coarser than that, three finer than its average is.
 * Thread-safety: pure; an object belongs to one thread at a time. */
#ifndef PACKAGER_INIT_PACKET_QP_H
#define PACKAGER_INIT_PACKET_QP_H

#include "media/core/timebase.h"

struct packet_qp {
    double average; /* of the continuation's QP over about a second */
    double weight;  /* of one frame */
};

void packet_qp_init(struct packet_qp *q, struct rational frame_rate);

/* The QP plus one for the packet of the next frame, whose own is continuation_qp_plus1; 0, "the
 * encoder's choice", stays what it is. */
int packet_qp_next(struct packet_qp *q, int continuation_qp_plus1);

#endif
