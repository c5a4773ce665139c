#include "player-sim/live/live_viewer.h"
#include "media/core/err.h"
#include "player-sim/live/decoding.h"

#include <stdlib.h>

struct live_viewer {
    struct live_world *world;
    struct viewer *viewer;
    struct http_client *http;
    struct decoding *decoding; /* NULL: it does not decode */
    int64_t rtt_us;            /* as of the last packet */
};

static void on_event(void *context, int64_t now_us, const struct session_event *event)
{
    struct live_viewer *v = context;
    struct http_facts facts;
    if (event->kind == SESSION_PACKET) {
        http_client_facts(v->http, &facts);
        v->rtt_us = facts.rtt_us;
    }
    viewer_handle(v->viewer, now_us, event, v->rtt_us);
}

static void on_decoded(void *context, int64_t now_us, const struct decoding_outcome *o)
{
    struct live_viewer *v = context;
    struct report_place place = viewer_place(v->viewer, now_us, o->channel);
    if (o->repeated)
        report_repeated_picture(v->world->report);
    if (o->wrong_stamp)
        report_fault(v->world->report, &place, SESSION_FAULT_STAMP, o->wrong_stamp);
    viewer_decoded(v->viewer, now_us, o->stream, o->sequence, o->decoded_us, o->ok, o->text);
}

static void request(void *context, const struct session_request *r)
{
    struct live_viewer *v = context;
    http_client_start(v->http, r);
}

static uint64_t cancel(void *context, uint32_t id)
{
    struct live_viewer *v = context;
    http_client_cancel(v->http, id);
    return 0;
}

static void decode(void *context, int64_t now_us, const struct session_action *a)
{
    struct live_viewer *v = context;
    decoding_push(v->decoding, now_us, a);
}

static void close_stream(void *context, uint32_t stream)
{
    struct live_viewer *v = context;
    decoding_close(v->decoding, stream);
}

int live_viewer_create(struct live_world *world, const struct viewer_config *config,
                       const struct http_config *http, struct live_viewer **out)
{
    struct live_viewer *v = calloc(1, sizeof *v);
    if (!v)
        return ERR_NOMEM;
    v->world = world;
    v->rtt_us = -1;
    const struct viewer_ports ports = {request, cancel, decode, close_stream, v};
    struct http_config with_payloads = *http;
    with_payloads.payloads = config->session.decodes;
    int status = viewer_create(config, &ports, world->report, &v->viewer);
    if (!status)
        status = http_client_create(world->loop, &with_payloads, on_event, v, &v->http);
    if (!status && config->session.decodes)
        status = decoding_create(world->loop, world->stamps, on_decoded, v, &v->decoding);
    if (status) {
        live_viewer_destroy(v);
        return status;
    }
    *out = v;
    return 0;
}

void live_viewer_destroy(struct live_viewer *v)
{
    if (!v)
        return;
    decoding_destroy(v->decoding);
    http_client_destroy(v->http);
    viewer_destroy(v->viewer);
    free(v);
}

struct viewer *live_viewer_of(const struct live_viewer *v)
{
    return v->viewer;
}

void live_viewer_facts(const struct live_viewer *v, struct http_facts *out)
{
    http_client_facts(v->http, out);
}
