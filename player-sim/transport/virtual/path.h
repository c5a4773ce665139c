/* The way between viewers and an origin: a link each way, which several viewers may share.
 *
 * Transports are models of TCP and QUIC (window.h, flow.h), or ideal: no windows, no handshakes;
 * the whole round trip is spent before an answer's first bit is sent, as simulators of the ABR
 * literature have it.
 * Thread-safety: as of the engine that it is used in. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_PATH_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_PATH_H

#include "player-sim/link/link.h"

enum {
    PATH_PACKET_BYTES = 1500, /* of IP */
    PATH_PAYLOAD_BYTES =
        1448, /* of TCP with timestamps (RFC 9293, RFC 7323); QUIC's is taken alike */
};

struct path {
    struct link down, up;
    bool alone;     /* of one client */
    bool by_packet; /* losses and jitter are drawn for each packet, so that bursts are offered
                       packet by packet */
};

/* Bytes on the wire of so many bytes of payload. */
static inline int64_t path_wire_bytes(int64_t payload)
{
    int64_t packets = (payload + PATH_PAYLOAD_BYTES - 1) / PATH_PAYLOAD_BYTES;
    return payload + packets * (PATH_PACKET_BYTES - PATH_PAYLOAD_BYTES);
}

#endif
