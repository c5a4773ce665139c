/* A viewer's HTTP in virtual time: its connections to one origin, and its requests on them. It does
 * what transport/http and libcurl do for real:
 *
 *   HTTP/1.1  a request has a connection to itself. An idle one is taken, the one opened first;
 * else one is opened: a round trip of TCP, and another of TLS 1.3 where there is TLS (RFC 8446, 2).
 * Giving a response up closes its connection, also one that is being opened. `spares` idle
 * connections are kept open: once something was answered, and as long as there are fewer, one is
 * opened by a small request. HTTP/2    one connection with TLS 1.3 carries everything, in order of
 * what is lost too; giving a response up resets its stream (RFC 9113, 5.4.2 and 6.4) HTTP/3    one
 * connection, one round trip until it is open (RFC 9000, RFC 9001); streams do not wait for each
 * other's losses. No 0-RTT. ideal     every request is on its way at once; see path.h
 *
 * The server learns half a round trip later that a response was given up, and sends on until then.
 * Head and framing are counted as HEAD_BYTES before the first piece of a body, and nothing after.
 * What is lost of a handshake comes again after a second, then two, and so on (RFC 6298, 2.1, 5.5;
 * RFC 9002, 6.2.2); a request that is lost on its way, after two round trips and 200 ms (RFC 8985,
 * 7.2).
 * Thread-safety: as of its engine. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_CLIENT_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_CLIENT_H

#include "player-sim/transport/virtual/engine.h"
#include "player-sim/transport/virtual/flow.h"
#include "player-sim/transport/virtual/origin.h"
#include "player-sim/transport/virtual/path.h"

enum virtual_http { VIRTUAL_HTTP_1_1, VIRTUAL_HTTP_2, VIRTUAL_HTTP_3, VIRTUAL_IDEAL };

struct virtual_config {
    enum virtual_http http;
    bool tls;        /* HTTP/1.1: the others have it */
    unsigned spares; /* HTTP/1.1, 0..8 */
    int64_t
        serve_us; /* >= 0: what a server needs to answer; its kernel opens connections at once */
    int64_t silence_us; /* > 0: without a byte for so long, a request fails */
};

extern const struct virtual_config virtual_config_default; /* 1.1, no TLS, one spare, 10 s */

enum virtual_event_kind { VIRTUAL_PIECE, VIRTUAL_FINISHED, VIRTUAL_REFUSED, VIRTUAL_TIMEOUT };

struct virtual_event {
    enum virtual_event_kind kind;
    uint32_t request;
    const struct virtual_answer *answer; /* borrowed */
    int64_t tag;                         /* PIECE */
    uint32_t bytes;
    bool last;              /* PIECE: FINISHED follows at once */
    int64_t started_us;     /* asked for */
    int64_t connected_us;   /* on an open connection */
    int64_t first_byte_us;  /* of the body */
    int64_t piece_first_us; /* when this piece's first packet arrived */
    uint64_t body_bytes;    /* of its pieces so far */
    int64_t transfer_us;    /* bytes of it were coming in for so long, without the pauses in which
                               the origin had none: from first to last packet of each run of pieces */
    bool fresh;             /* the connection was opened for it */
};

/* At the engine's now. May start and cancel requests. */
typedef void virtual_handler(void *context, const struct virtual_event *event);

struct virtual_client;

/* path, and what origin points to, are borrowed. ERR_NOMEM. */
int virtual_client_create(struct engine *e, struct path *path, const struct virtual_origin *origin,
                          const struct virtual_config *config, virtual_handler *handler,
                          void *context, struct virtual_client **out);
void virtual_client_destroy(struct virtual_client *c); /* NULL is fine */

/* id > 0, not in use. Whatever comes of it is told by events, never from within this call.
 * ERR_NOMEM: nothing will be told. */
int virtual_client_start(struct virtual_client *c, uint32_t id, const struct virtual_ask *ask);

/* No event of it comes any more. Gives how many bytes of its body, beyond the pieces that were
 * told, had come or were on their way. Unknown ids are passed over. */
uint64_t virtual_client_cancel(struct virtual_client *c, uint32_t id);

struct virtual_facts {
    uint64_t bytes; /* of bodies, as they arrived whole, with what was given up meanwhile */
    uint64_t connections, requests;
};
struct virtual_facts virtual_client_facts(const struct virtual_client *c);

#endif
