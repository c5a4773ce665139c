/* Connections of a client: opened, found, kept, closed. */
#include "media/core/err.h"
#include "player-sim/transport/virtual/state.h"

#include <stdlib.h>

enum {
    OPENING_BYTES = 60,       /* SYN and its like, on the wire */
    INITIAL_BYTES = 1200,     /* of a client's QUIC, at least (RFC 9000, 14.1) */
    HELLO_BYTES = 500,        /* a client's of TLS 1.3 */
    CERTIFICATE_BYTES = 3000, /* a server's flight of TLS 1.3 with a chain of two certificates */
    TRIES_DOUBLED = 5,
};

static const int64_t first_retry_us = 1000000; /* RFC 6298, 2.1; RFC 9002, 6.2.2 */
static const int64_t acknowledgement_us = 200000;

static int64_t way_and_back_us(const struct virtual_client *c)
{
    int64_t now_us = c->engine->now_us;
    return link_delay_us(&c->path->up, now_us) + link_delay_us(&c->path->down, now_us);
}

int64_t virtual_retry_us(const struct virtual_client *c)
{
    return 2 * way_and_back_us(c) + acknowledgement_us;
}

static unsigned round_trips(const struct virtual_config *config)
{
    switch (config->http) {
    case VIRTUAL_HTTP_1_1:
        return config->tls ? 2 : 1;
    case VIRTUAL_HTTP_2:
        return 2;
    case VIRTUAL_HTTP_3:
        return 1;
    default:
        return 0;
    }
}

static enum flow_kind kind_of(const struct virtual_config *config)
{
    return config->http == VIRTUAL_IDEAL    ? FLOW_IDEAL
           : config->http == VIRTUAL_HTTP_3 ? FLOW_QUIC
                                            : FLOW_TCP;
}

static void on_piece(void *context, const struct flow_piece *piece)
{
    struct virtual_connection *k = context;
    for (struct virtual_request *r = k->client->requests; r; r = r->next)
        if (r->stream == piece->stream) {
            virtual_request_arrived(r, piece);
            return;
        }
}

/* Those who wait for a connection: all of them, or the one it was opened for. */
static void hand_over(struct virtual_connection *k)
{
    struct virtual_request *opener = k->opener;
    k->opener = NULL;
    if (opener)
        opener->opening = NULL;
    if (opener)
        virtual_request_send(opener, k);
    if (!virtual_is_shared(k->client))
        return;
    for (struct virtual_request *r = k->client->requests; r; r = r->next)
        if (!r->connection && !r->given_up && !r->over)
            virtual_request_send(r, k);
}

static void is_open(struct virtual_connection *k)
{
    struct virtual_client *c = k->client;
    if (flow_create(c->engine, c->path, kind_of(&c->config), k->rtt_us, on_piece, k, &k->flow))
        virtual_connection_close(k); /* no memory: those who wait for it run out of patience */
    else
        hand_over(k);
}

static bool is_secret(const struct virtual_connection *k)
{
    return k->client->config.tls || k->client->config.http != VIRTUAL_HTTP_1_1;
}

/* On the wire. Trips are counted from 0; what comes after those of the handshake is a spare's small
 * request. */
static int64_t half_trip_bytes(const struct virtual_connection *k)
{
    unsigned trip = k->half_trip / 2, trips = round_trips(&k->client->config);
    bool up = k->half_trip % 2 == 0, quic = k->client->config.http == VIRTUAL_HTTP_3;
    if (trip == trips)
        return path_wire_bytes(up ? VIRTUAL_REQUEST_BYTES : VIRTUAL_REFUSAL_BYTES);
    if (is_secret(k) && trip == trips - 1)
        return path_wire_bytes(!up ? CERTIFICATE_BYTES : quic ? INITIAL_BYTES : HELLO_BYTES);
    return OPENING_BYTES;
}

/* A half trip that is lost begins anew. */
static int64_t again_us(struct virtual_connection *k)
{
    int64_t wait_us = k->half_trip < 2 ? first_retry_us : virtual_retry_us(k->client);
    wait_us <<= k->tries < TRIES_DOUBLED ? k->tries : TRIES_DOUBLED;
    k->tries++;
    return k->client->engine->now_us + wait_us;
}

/* What was repeated says nothing about the round trip (RFC 6298, 3). */
static void end_trip(struct virtual_connection *k, int64_t at_us)
{
    k->rtt_us = k->tries ? way_and_back_us(k->client) : at_us - k->trip_us;
    k->tries = 0;
}

static void step(void *context)
{
    struct virtual_connection *k = context;
    struct virtual_client *c = k->client;
    int64_t now_us = c->engine->now_us, at_us;
    bool up = k->half_trip % 2 == 0;
    if (k->half_trip == k->half_trips) {
        is_open(k);
        return;
    }
    if (up)
        k->trip_us = now_us;
    if (link_offer(up ? &c->path->up : &c->path->down, now_us, half_trip_bytes(k), &at_us)) {
        k->half_trip++;
        if (!up)
            end_trip(k, at_us);
    } else {
        at_us = again_us(k);
    }
    timers_set(&c->engine->timers, &k->step, at_us);
}

/* opener: NULL where it is a spare, or for all. */
static struct virtual_connection *open_one(struct virtual_client *c, struct virtual_request *opener,
                                           unsigned trips)
{
    struct virtual_connection *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    *k = (struct virtual_connection){.client = c,
                                     .opener = opener,
                                     .half_trips = 2 * trips,
                                     .step = {.due = step, .context = k},
                                     .next = c->connections};
    if (timers_add(&c->engine->timers, &k->step)) {
        free(k);
        return NULL;
    }
    c->connections = k;
    c->facts.connections++;
    timers_set(&c->engine->timers, &k->step, c->engine->now_us);
    return k;
}

struct virtual_connection *virtual_connection_for(struct virtual_request *r)
{
    struct virtual_client *c = r->client;
    struct virtual_connection *best = NULL;
    for (struct virtual_connection *k = c->connections; k; k = k->next) {
        bool is_free = k->flow && (!k->requests || virtual_is_shared(c));
        if (is_free)
            best = k; /* the last one of them is the one that was opened first */
    }
    if (best)
        return best;
    r->fresh = true;
    if (!virtual_is_shared(c))
        r->opening = open_one(c, r, round_trips(&c->config));
    else if (!c->connections)
        open_one(c, NULL, round_trips(&c->config));
    return NULL;
}

void virtual_connection_abandon(struct virtual_request *r)
{
    if (r->opening)
        virtual_connection_close(r->opening);
    r->opening = NULL;
}

void virtual_connection_close(struct virtual_connection *k)
{
    struct virtual_client *c = k->client;
    struct virtual_connection **at = &c->connections;
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    if (k->opener)
        k->opener->opening = NULL;
    timers_remove(&c->engine->timers, &k->step);
    flow_destroy(k->flow);
    free(k);
}

void virtual_connection_leave(struct virtual_connection *k, bool ended)
{
    struct virtual_client *c = k->client;
    k->requests--;
    if (!ended && !virtual_is_shared(c))
        virtual_connection_close(k);
}

void virtual_connections_keep(struct virtual_client *c)
{
    unsigned idle = 0;
    if (virtual_is_shared(c) || !c->answered)
        return;
    for (struct virtual_connection *k = c->connections; k; k = k->next)
        idle += k->flow ? !k->requests : !k->opener;
    for (; idle < c->config.spares; idle++)
        if (!open_one(c, NULL, round_trips(&c->config) + 1))
            return;
}
