#include "player-sim/simulate/hesp_viewer.h"
#include "media/core/err.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_BYTES = 128 };

struct hesp_viewer {
    struct hesp_world *world;
    struct viewer *viewer;
    struct virtual_client *client;
    struct timer timer;
    int64_t until_us;
    bool left;
    int status; /* of starting requests */
};

/* ---- from the network to the session ---- */

static void describe_sample(const struct sim_channel *c, const struct virtual_event *e,
                            struct session_event *out)
{
    struct rational rate = sim_channel_rate(c, e->answer->ask.rung);
    out->has_sample = true;
    out->sample = (struct session_sample){
        .time = e->tag * rate.den,
        .timescale = (uint32_t)rate.num,
        .duration = (uint32_t)rate.den,
        .bytes = e->bytes,
        .capture_us = sim_channel_captured_us(c, e->answer->ask.rung, e->tag),
    };
    out->timescale = out->sample.timescale;
}

/* The place of the frame after the packet's (HESP 4.2.5); a packet of sound holds no sample, and
 * the next frame is its own number's successor all the same. */
static void describe_packet(const struct sim_channel *c, const struct virtual_event *e,
                            struct session_event *out)
{
    size_t rung = e->answer->ask.rung;
    int64_t next = e->tag + 1, segment = sim_channel_segment_of(c, rung, next);
    describe_sample(c, e, out);
    out->has_sample = rung != VIRTUAL_SOUND;
    out->segment_id = segment;
    out->offset =
        (int64_t)sim_channel_bytes(c, rung, sim_channel_segment_start(c, rung, segment), next);
    out->connected_us = e->connected_us;
    out->first_byte_us = e->first_byte_us;
    out->fresh_connection = e->fresh;
}

static void describe_piece(const struct hesp_viewer *v, const struct virtual_event *e,
                           struct session_event *out)
{
    const struct virtual_ask *ask = &e->answer->ask;
    const struct sim_channel *c = &v->world->origin->channels[ask->channel];
    if (ask->kind == SESSION_GET_MANIFEST) {
        out->kind = SESSION_MANIFEST;
        out->channel = v->world->told[ask->channel];
    } else if (ask->kind == SESSION_GET_PACKET) {
        out->kind = SESSION_PACKET;
        describe_packet(c, e, out);
    } else {
        out->kind = SESSION_CHUNK;
        describe_sample(c, e, out);
    }
}

static void describe_failure(const struct virtual_event *e, struct session_event *out,
                             char text[TEXT_BYTES])
{
    static const char *const kinds[] = {
        [SESSION_GET_MANIFEST] = "the manifest",
        [SESSION_GET_PACKET] = "a packet",
        [SESSION_GET_SEGMENT] = "a segment",
    };
    bool late = e->kind == VIRTUAL_TIMEOUT;
    out->kind = SESSION_FAILED;
    out->fault = late ? SESSION_FAULT_TIMEOUT : SESSION_FAULT_HTTP;
    out->http_status = late ? 0 : e->answer->status;
    snprintf(text, TEXT_BYTES, "%s: %s %d", kinds[e->answer->ask.kind],
             late ? "no byte came in time; status" : "status", out->http_status);
    out->text = text;
}

static void set_timer(struct hesp_viewer *v)
{
    int64_t at_us = viewer_next_us(v->viewer);
    if (v->left)
        at_us = TIMER_NEVER;
    else if (at_us > v->until_us)
        at_us = v->until_us;
    timers_set(&v->world->engine->timers, &v->timer, at_us);
}

static void on_event(void *context, const struct virtual_event *e)
{
    struct hesp_viewer *v = context;
    struct session_event event = {.request = e->request, .sample.capture_us = -1};
    char text[TEXT_BYTES];
    if (e->kind == VIRTUAL_PIECE) {
        describe_piece(v, e, &event);
    } else if (e->kind != VIRTUAL_FINISHED) {
        describe_failure(e, &event, text);
    } else if (e->answer->ask.kind == SESSION_GET_SEGMENT) {
        event.kind = SESSION_FINISHED;
    } else {
        return; /* the piece was the end of it */
    }
    viewer_handle(v->viewer, v->world->engine->now_us, &event, v->world->rtt_us);
    set_timer(v);
}

/* ---- from the session to the network ---- */

static size_t rung_of(const struct session_request *r)
{
    return r->track == &r->from->sound ? VIRTUAL_SOUND : (size_t)(r->track - r->from->rungs);
}

static void request(void *context, const struct session_request *r)
{
    struct hesp_viewer *v = context;
    struct virtual_ask ask = {.kind = r->kind,
                              .channel = r->channel,
                              .rung = r->from ? rung_of(r) : 0,
                              .number = r->number,
                              .offset = r->offset};
    int status = virtual_client_start(v->client, r->id, &ask);
    if (status && !v->status)
        v->status = status;
}

static uint64_t cancel(void *context, uint32_t id)
{
    struct hesp_viewer *v = context;
    return virtual_client_cancel(v->client, id);
}

/* ---- its time ---- */

static void due(void *context)
{
    struct hesp_viewer *v = context;
    int64_t now_us = v->world->engine->now_us;
    if (now_us >= v->until_us) {
        viewer_leave(v->viewer, now_us);
        v->left = true;
    } else {
        viewer_advance(v->viewer, now_us);
    }
    set_timer(v);
}

int hesp_viewer_create(struct hesp_world *world, const struct viewer_config *config,
                       const struct virtual_config *http, int64_t until_us,
                       struct hesp_viewer **out)
{
    struct hesp_viewer *v = calloc(1, sizeof *v);
    if (!v)
        return ERR_NOMEM;
    *v = (struct hesp_viewer){
        .world = world, .until_us = until_us, .timer = {.due = due, .context = v}};
    const struct virtual_origin origin = hesp_origin_of(world->origin);
    const struct viewer_ports ports = {.request = request, .cancel = cancel, .context = v};
    int status = viewer_create(config, &ports, world->report, &v->viewer);
    if (!status)
        status = virtual_client_create(world->engine, world->path, &origin, http, on_event, v,
                                       &v->client);
    if (!status)
        status = timers_add(&world->engine->timers, &v->timer);
    if (status) {
        hesp_viewer_destroy(v);
        return status;
    }
    set_timer(v);
    *out = v;
    return ERR_OK;
}

void hesp_viewer_destroy(struct hesp_viewer *v)
{
    if (!v)
        return;
    timers_remove(&v->world->engine->timers, &v->timer);
    virtual_client_destroy(v->client);
    viewer_destroy(v->viewer);
    free(v);
}

int hesp_viewer_status(const struct hesp_viewer *v)
{
    return v->status ? v->status : viewer_report_status(v->viewer);
}

struct virtual_facts hesp_viewer_facts(const struct hesp_viewer *v)
{
    return virtual_client_facts(v->client);
}
