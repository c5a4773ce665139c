/* A request on its way, and what the server makes of it. */
#include "media/core/err.h"
#include "player-sim/transport/virtual/state.h"

#include <assert.h>
#include <stdlib.h>

enum {
    HEAD_BYTES = 250,
    SUCCESS_BELOW = 300,
};

static struct timers *timers_of(const struct virtual_request *r)
{
    return &r->client->engine->timers;
}

static int64_t now(const struct virtual_request *r)
{
    return r->client->engine->now_us;
}

void virtual_request_free(struct virtual_request *r)
{
    struct virtual_request **at = &r->client->requests;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    virtual_connection_abandon(r);
    timers_remove(timers_of(r), &r->server);
    timers_remove(timers_of(r), &r->patience);
    free(r);
}

static uint32_t head_bytes(const struct virtual_request *r)
{
    return r->client->config.http == VIRTUAL_IDEAL ? 0 : HEAD_BYTES;
}

static void tell(struct virtual_request *r, struct virtual_event event)
{
    event.request = r->id;
    event.answer = &r->answer;
    event.started_us = r->started_us;
    event.connected_us = r->connected_us;
    event.first_byte_us = r->first_byte_us;
    event.body_bytes = r->body_bytes;
    event.transfer_us = r->transfer_us;
    event.fresh = r->fresh;
    r->client->handler(r->client->context, &event);
}

/* ---- the server's side ---- */

static void write_piece(struct virtual_request *r)
{
    struct flow_piece piece = {.stream = r->stream,
                               .bytes = r->ready.bytes + (r->begun ? 0 : head_bytes(r)),
                               .tag = r->ready.tag,
                               .last = r->answer.next >= r->answer.end};
    r->begun = true;
    flow_write(r->connection->flow, &piece); /* without memory, the client's patience ends it */
}

static void write_ready(struct virtual_request *r)
{
    const struct virtual_origin *o = &r->client->origin;
    while (r->ready.at_us <= now(r)) {
        write_piece(r);
        if (r->answer.next >= r->answer.end)
            return;
        o->piece(o->context, now(r), &r->answer, &r->ready);
    }
    timers_set(timers_of(r), &r->server, r->ready.at_us);
}

static void refuse(struct virtual_request *r)
{
    r->ready = (struct virtual_piece){.bytes = VIRTUAL_REFUSAL_BYTES};
    r->answer.next = r->answer.end = 0;
    write_piece(r);
}

static void answer(struct virtual_request *r)
{
    const struct virtual_origin *o = &r->client->origin;
    struct virtual_ask ask = r->answer.ask;
    int64_t at_us = now(r);
    o->answer(o->context, now(r), &ask, &r->answer, &at_us);
    if (r->answer.status >= SUCCESS_BELOW) {
        r->serve = refuse;
        timers_set(timers_of(r), &r->server, at_us);
        return;
    }
    assert(r->answer.next < r->answer.end);
    o->piece(o->context, now(r), &r->answer, &r->ready);
    r->serve = write_ready;
    write_ready(r);
}

static void server_due(void *context)
{
    struct virtual_request *r = context;
    r->serve(r);
}

/* ---- the client's side ---- */

/* On its way; what is lost comes again. */
static void ask(struct virtual_request *r)
{
    struct path *path = r->client->path;
    bool ideal = r->client->config.http == VIRTUAL_IDEAL;
    int64_t at_us = ideal ? link_pause(&path->down, now(r)) : 0;
    bool arrives =
        ideal || link_offer(&path->up, now(r), path_wire_bytes(VIRTUAL_REQUEST_BYTES), &at_us);
    r->serve = arrives ? answer : ask;
    timers_set(timers_of(r), &r->server,
               arrives ? at_us + r->client->config.serve_us : now(r) + virtual_retry_us(r->client));
}

void virtual_request_send(struct virtual_request *r, struct virtual_connection *k)
{
    r->connection = k;
    r->connected_us = r->heard_us = now(r);
    k->requests++;
    ask(r);
}

/* Nothing is left of it. */
static void leave(struct virtual_request *r)
{
    struct virtual_client *c = r->client;
    struct virtual_connection *k = r->connection;
    virtual_request_free(r);
    if (k)
        virtual_connection_leave(k, false);
    virtual_connections_keep(c);
}

/* The origin is there, and spares are worth having. */
static void hear_first(struct virtual_client *c)
{
    if (c->answered)
        return;
    c->answered = true;
    virtual_connections_keep(c);
}

/* All of the answer is here: its connection is free for what the handlers ask for. */
static void let_go(struct virtual_request *r)
{
    struct virtual_connection *k = r->connection;
    r->connection = NULL;
    r->over = true;
    virtual_connection_leave(k, true);
}

static void end(struct virtual_request *r, enum virtual_event_kind kind)
{
    struct virtual_client *c = r->client;
    if (!r->given_up) /* from the handler of its last piece */
        tell(r, (struct virtual_event){.kind = kind});
    virtual_request_free(r);
    virtual_connections_keep(c);
}

void virtual_request_arrived(struct virtual_request *r, const struct flow_piece *piece)
{
    uint32_t bytes = piece->bytes - (r->headed ? 0 : head_bytes(r));
    bool refused = r->answer.status >= SUCCESS_BELOW;
    if (!r->headed)
        r->first_byte_us = piece->first_us;
    r->headed = true;
    r->client->facts.bytes += bytes;
    r->heard_us = now(r);
    if (r->given_up)
        return;
    hear_first(r->client);
    r->body_bytes += bytes;
    r->transfer_us += now(r) - (piece->first_us > r->arrived_us ? piece->first_us : r->arrived_us);
    r->arrived_us = now(r);
    if (piece->last)
        let_go(r);
    if (!refused)
        tell(r, (struct virtual_event){.kind = VIRTUAL_PIECE,
                                       .tag = piece->tag,
                                       .bytes = bytes,
                                       .last = piece->last,
                                       .piece_first_us = piece->first_us});
    if (piece->last)
        end(r, refused ? VIRTUAL_REFUSED : VIRTUAL_FINISHED);
}

/* Half a round trip after it was given up the server knows, and what it has not sent is dropped. */
static void server_learns(struct virtual_request *r)
{
    struct virtual_connection *k = r->connection;
    if (virtual_is_shared(r->client))
        flow_drop(k->flow, r->stream);
    leave(r);
}

/* Frees r where the server knows nothing of it. */
static void forget(struct virtual_request *r)
{
    if (!r->connection)
        leave(r);
    else
        timers_set(timers_of(r), &r->patience,
                   now(r) + link_delay_us(&r->client->path->up, now(r)));
}

/* The last byte of it that came, also of a piece that is not whole yet. */
static int64_t heard_us(const struct virtual_request *r)
{
    int64_t at_us = r->begun && r->connection && !r->given_up
                        ? flow_heard_us(r->connection->flow, r->stream)
                        : -1;
    return at_us > r->heard_us ? at_us : r->heard_us;
}

static void patience_due(void *context)
{
    struct virtual_request *r = context;
    int64_t until_us = heard_us(r) + r->client->config.silence_us;
    if (r->given_up) {
        server_learns(r);
    } else if (until_us > now(r)) {
        timers_set(timers_of(r), &r->patience, until_us);
    } else {
        r->given_up = true;
        tell(r, (struct virtual_event){.kind = VIRTUAL_TIMEOUT});
        forget(r);
    }
}

/* ---- what the client's user calls ---- */

int virtual_client_start(struct virtual_client *c, uint32_t id, const struct virtual_ask *ask)
{
    struct virtual_request *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    *r = (struct virtual_request){.client = c,
                                  .id = id,
                                  .stream = ++c->streams,
                                  .answer = {.ask = *ask},
                                  .server = {.due = server_due, .context = r},
                                  .patience = {.due = patience_due, .context = r},
                                  .started_us = c->engine->now_us,
                                  .heard_us = c->engine->now_us};
    if (timers_add(&c->engine->timers, &r->server)) {
        free(r);
        return ERR_NOMEM;
    }
    if (timers_add(&c->engine->timers, &r->patience)) {
        timers_remove(&c->engine->timers, &r->server);
        free(r);
        return ERR_NOMEM;
    }
    struct virtual_request **at = &c->requests; /* behind the others: first come, first served */
    while (*at)
        at = &(*at)->next;
    *at = r;
    c->facts.requests++;
    timers_set(&c->engine->timers, &r->patience, r->heard_us + c->config.silence_us);
    struct virtual_connection *k = virtual_connection_for(r);
    if (k)
        virtual_request_send(r, k);
    virtual_connections_keep(c);
    return ERR_OK;
}

static uint64_t begun_bytes(const struct virtual_request *r)
{
    if (r->over || !r->connection || !r->connection->flow || r->answer.status >= SUCCESS_BELOW)
        return 0;
    int64_t bytes = flow_begun_bytes(r->connection->flow, r->stream);
    int64_t head = r->first_byte_us ? 0 : head_bytes(r);
    return bytes > head ? (uint64_t)(bytes - head) : 0;
}

uint64_t virtual_client_cancel(struct virtual_client *c, uint32_t id)
{
    for (struct virtual_request *r = c->requests; r; r = r->next)
        if (r->id == id && !r->given_up) {
            uint64_t bytes = begun_bytes(r);
            r->given_up = true;
            if (!r->over)
                forget(r);
            return bytes;
        }
    return 0;
}
