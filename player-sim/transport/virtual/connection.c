/* Connections of a client: opened, found, kept, closed. */
#include "media/core/err.h"
#include "player-sim/transport/virtual/state.h"

#include <stdlib.h>

enum {
    OPENING_BYTES = 60,       /* SYN and its like */
    CERTIFICATE_BYTES = 3000, /* a server's flight of TLS 1.3 with a chain of two certificates */
};

static const int64_t retry_us = 300000;

int64_t virtual_offer(struct engine *e, struct link *l, int64_t bytes)
{
    int64_t arrives_us;
    if (link_offer(l, e->now_us, path_wire_bytes(bytes), &arrives_us))
        return arrives_us;
    return e->now_us + retry_us + link_delay_us(l, e->now_us);
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

/* Those who wait for a connection: all of them, or one. */
static void hand_over(struct virtual_connection *k)
{
    struct virtual_client *c = k->client;
    for (struct virtual_request *r = c->requests; r; r = r->next)
        if (!r->connection && !r->given_up) {
            virtual_request_send(r, k);
            if (!virtual_is_shared(c))
                return;
        }
}

static void is_open(struct virtual_connection *k)
{
    struct virtual_client *c = k->client;
    int64_t rtt_us = c->engine->now_us - k->opened_us;
    unsigned trips = round_trips(&c->config);
    k->used_us = c->engine->now_us;
    if (flow_create(c->engine, c->path, kind_of(&c->config), trips ? rtt_us / trips : 0, on_piece,
                    k, &k->flow)) {
        virtual_connection_close(k); /* no memory: those who wait for it run out of patience */
        return;
    }
    hand_over(k);
    virtual_connections_keep(c);
}

static void step(void *context)
{
    struct virtual_connection *k = context;
    struct virtual_client *c = k->client;
    if (!k->half_trips) {
        is_open(k);
        return;
    }
    bool up = k->half_trips % 2 == 0, last = k->half_trips == 1;
    bool certificate = !up && last && (c->config.tls || c->config.http != VIRTUAL_HTTP_1_1);
    int64_t at_us = virtual_offer(c->engine, up ? &c->path->up : &c->path->down,
                                  certificate ? CERTIFICATE_BYTES : OPENING_BYTES);
    k->half_trips--;
    timers_set(&c->engine->timers, &k->step, at_us);
}

static struct virtual_connection *open_one(struct virtual_client *c, bool spare)
{
    struct virtual_connection *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    *k = (struct virtual_connection){.client = c,
                                     .half_trips = 2 * round_trips(&c->config),
                                     .step = {.due = step, .context = k},
                                     .opened_us = c->engine->now_us,
                                     .spare = spare,
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
    unsigned opening = 0, waiting = 0;
    for (struct virtual_connection *k = c->connections; k; k = k->next) {
        opening += !k->flow && !k->spare;
        if (!k->flow || (k->requests && !virtual_is_shared(c)))
            continue;
        if (!best || k->used_us > best->used_us)
            best = k;
    }
    if (best)
        return best;
    for (struct virtual_request *other = c->requests; other; other = other->next)
        waiting += other != r && !other->connection && !other->given_up;
    r->fresh = true;
    if (virtual_is_shared(c) ? !c->connections : opening <= waiting)
        open_one(c, false);
    return NULL;
}

void virtual_connection_close(struct virtual_connection *k)
{
    struct virtual_client *c = k->client;
    struct virtual_connection **at = &c->connections;
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    timers_remove(&c->engine->timers, &k->step);
    flow_destroy(k->flow);
    free(k);
}

void virtual_connection_leave(struct virtual_connection *k, bool ended)
{
    struct virtual_client *c = k->client;
    k->requests--;
    k->used_us = c->engine->now_us;
    if (!ended && !virtual_is_shared(c))
        virtual_connection_close(k);
}

void virtual_connections_keep(struct virtual_client *c)
{
    unsigned idle = 0;
    if (virtual_is_shared(c))
        return;
    for (struct virtual_connection *k = c->connections; k; k = k->next)
        idle += k->flow ? !k->requests : k->spare;
    for (; idle < c->config.spares; idle++)
        if (!open_one(c, true))
            return;
}
