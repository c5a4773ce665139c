/* A client's inside: its connections and requests. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_STATE_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_STATE_H

#include "player-sim/transport/virtual/client.h"

struct virtual_connection {
    struct virtual_client *client;
    struct flow *flow;              /* NULL: being opened */
    struct virtual_request *opener; /* HTTP/1.1, being opened: who waits for it; NULL: a spare */
    unsigned half_trips, half_trip; /* until it is open; how many of them are done */
    unsigned tries;                 /* of this round trip, in vain */
    struct timer step;
    int64_t trip_us, rtt_us; /* when the last round trip began; how long it took */
    unsigned requests; /* on it, with those that were given up and the server doesn't know yet */
    struct virtual_connection *next;
};

struct virtual_request {
    struct virtual_client *client;
    uint32_t id, stream;
    struct virtual_answer answer;
    struct virtual_connection *connection; /* NULL: waits for one */
    struct virtual_connection *opening;    /* HTTP/1.1: for that one, until it is open */
    struct timer server;                   /* what the server does next */
    void (*serve)(struct virtual_request *r);
    struct virtual_piece ready; /* written when its time has come */
    bool begun;                 /* something was written */
    bool headed;                /* something has arrived */
    bool given_up;              /* by the client */
    bool over;                  /* all of its answer has come; its last events are being told */
    struct timer patience;      /* the client's; given up: when the server learns of it */
    int64_t heard_us;
    int64_t started_us, connected_us, first_byte_us;
    uint64_t body_bytes;
    int64_t transfer_us, arrived_us; /* of the last piece */
    bool fresh;
    struct virtual_request *next;
};

struct virtual_client {
    struct engine *engine;
    struct path *path;
    struct virtual_origin origin;
    struct virtual_config config;
    virtual_handler *handler;
    void *context;
    struct virtual_connection *connections; /* the newest first */
    struct virtual_request *requests;
    uint32_t streams; /* the last one's number */
    bool answered;    /* something was, ever */
    struct virtual_facts facts;
};

static inline bool virtual_is_shared(const struct virtual_client *c)
{
    return c->config.http != VIRTUAL_HTTP_1_1;
}

/* Sizes that more than one file counts with. */
enum { VIRTUAL_REQUEST_BYTES = 300, VIRTUAL_REFUSAL_BYTES = 300 };

/* After so long something is sent again that was the only thing under way: a tail loss probe waits
 * for two round trips and the longest delay of an acknowledgement (RFC 8985, 7.2). */
int64_t virtual_retry_us(const struct virtual_client *c);

/* ---- connection.c ---- */

/* A connection that r can be sent on now, or NULL: one is being opened. Sets r->fresh. */
struct virtual_connection *virtual_connection_for(struct virtual_request *r);
/* r, which waits, is over: nothing is opened for it any more. */
void virtual_connection_abandon(struct virtual_request *r);
/* One of its requests is over. ended: it may carry others. */
void virtual_connection_leave(struct virtual_connection *k, bool ended);
void virtual_connection_close(struct virtual_connection *k);
/* Opens what is missing of the spares. */
void virtual_connections_keep(struct virtual_client *c);

/* ---- request.c ---- */

/* On an open connection: on its way. */
void virtual_request_send(struct virtual_request *r, struct virtual_connection *k);
void virtual_request_arrived(struct virtual_request *r, const struct flow_piece *piece);
void virtual_request_free(struct virtual_request *r);

#endif
