#include "player-sim/live/viewer.h"
#include "media/core/err.h"
#include "player-sim/decode/decoder.h"
#include "player-sim/live/decoding.h"

#include <assert.h>
#include <stdlib.h>

struct viewer {
    struct viewer_world *world;
    struct viewer_config config;
    struct session *session;
    struct http_client *http;
    struct decoding *decoding; /* NULL: it does not decode */
    struct plan plan;
    int64_t start_us;
    bool started, left;
    bool fresh_connection; /* of the last zap's packet */
    bool draining;
    int64_t now_us; /* of the session's last call: it never goes back */
    int64_t rtt_us;
    unsigned stalls;
};

/* Events carry the time when they were read, and may be handed out after others. */
static int64_t onwards(struct viewer *v, int64_t now_us)
{
    if (v->now_us < now_us)
        v->now_us = now_us;
    return v->now_us;
}

static struct report_place place_at(const struct viewer *v, int64_t at_us, size_t channel,
                                    const char *rendition)
{
    return (struct report_place){.session = v->config.number,
                                 .at_us = at_us - v->world->start_us,
                                 .channel = channel,
                                 .rendition = rendition,
                                 .rtt_us = v->rtt_us};
}

static void keep_status(struct viewer *v, int status)
{
    if (status && !v->world->report_status)
        v->world->report_status = status;
}

static void saw(struct viewer *v, const struct session_action *a, const struct report_place *place)
{
    keep_status(v, report_saw(v->world->report, place, a->metric, a->value_us));
    if (a->metric == SESSION_STALL)
        v->stalls++;
    else if (a->metric == SESSION_CONNECTION)
        v->fresh_connection = a->fresh_connection;
    else if (a->metric == SESSION_INIT)
        keep_status(v, report_packet(v->world->report, place, a->bytes, v->fresh_connection));
}

static void act(struct viewer *v, int64_t now_us, const struct session_action *a)
{
    struct report_place place = place_at(v, a->at_us, a->channel, a->track ? a->track->name : NULL);
    switch (a->kind) {
    case SESSION_DO_REQUEST:
        http_client_start(v->http, &a->request);
        break;
    case SESSION_DO_CANCEL:
        http_client_cancel(v->http, a->request_id);
        break;
    case SESSION_DO_DECODE:
        decoding_push(v->decoding, now_us, a);
        break;
    case SESSION_DO_CLOSE:
        if (v->decoding)
            decoding_close(v->decoding, a->stream);
        break;
    case SESSION_SAW:
        saw(v, a, &place);
        break;
    case SESSION_MISSED:
        report_missed(v->world->report, &place, a->metric);
        break;
    case SESSION_FAULT:
        report_fault(v->world->report, &place, a->fault, a->text);
        break;
    case SESSION_SHOWED:
        break;
    case SESSION_ENDED:
        v->world->ended++;
        break;
    }
}

/* Does what the session wants. What that brings about at once (a decoder that is full) comes back
 * to the session, whose new wishes the outer call sees to. */
static void drain(struct viewer *v, int64_t now_us)
{
    struct session_action action;
    if (v->draining)
        return;
    v->draining = true;
    while (session_next_action(v->session, &action))
        act(v, now_us, &action);
    v->draining = false;
}

static void on_event(void *context, int64_t now_us, const struct session_event *event)
{
    struct viewer *v = context;
    struct http_facts facts;
    if (event->kind == SESSION_PACKET) {
        http_client_facts(v->http, &facts);
        v->rtt_us = facts.rtt_us;
    }
    now_us = onwards(v, now_us);
    session_handle(v->session, now_us, event);
    drain(v, now_us);
}

static void on_decoded(void *context, int64_t now_us, const struct decoding_outcome *o)
{
    struct viewer *v = context;
    now_us = onwards(v, now_us);
    struct report_place place = place_at(v, now_us, o->channel, NULL);
    if (o->repeated)
        report_repeated_picture(v->world->report);
    if (o->wrong_stamp)
        report_fault(v->world->report, &place, SESSION_FAULT_STAMP, o->wrong_stamp);
    session_decoded(v->session, now_us, o->stream, o->sequence, o->decoded_us, o->ok, o->text);
    drain(v, now_us);
}

int viewer_create(struct viewer_world *world, const struct viewer_config *config, int64_t start_us,
                  struct viewer **out)
{
    struct viewer *v = calloc(1, sizeof *v);
    if (!v)
        return ERR_NOMEM;
    v->world = world;
    v->config = *config;
    v->config.http.payloads = config->session.decodes;
    v->start_us = start_us;
    v->rtt_us = -1;
    plan_init(&v->plan, config->zap, config->change, config->seed, config->number, start_us);
    int status = session_create(&v->config.session, &v->session);
    if (!status)
        status = http_client_create(world->loop, &v->config.http, on_event, v, &v->http);
    if (!status && config->session.decodes)
        status = decoding_create(world->loop, world->stamps, on_decoded, v, &v->decoding);
    if (status) {
        viewer_destroy(v);
        return status;
    }
    *out = v;
    return 0;
}

void viewer_destroy(struct viewer *v)
{
    if (!v)
        return;
    decoding_destroy(v->decoding);
    http_client_destroy(v->http);
    session_destroy(v->session);
    free(v);
}

static void zap(struct viewer *v, int64_t now_us)
{
    size_t channel, rung;
    session_watches(v->session, &channel, &rung);
    channel = plan_pick_channel(&v->plan, channel, v->config.session.channel_count);
    session_zap(v->session, now_us, channel);
}

static void change_rung(struct viewer *v, int64_t now_us)
{
    size_t channel, rung;
    const struct session_channel *c = session_watches(v->session, &channel, &rung);
    if (!c || c->rung_count < 2)
        return;
    rung = plan_pick_rung(&v->plan, rung, c->rung_count);
    session_switch(v->session, now_us, c->rungs[rung].bandwidth_bps);
}

int64_t viewer_next_us(const struct viewer *v)
{
    if (v->left)
        return INT64_MAX;
    if (!v->started)
        return v->start_us;
    int64_t planned_us = plan_next_us(&v->plan), timer_us = session_next_us(v->session);
    return planned_us < timer_us ? planned_us : timer_us;
}

void viewer_advance(struct viewer *v, int64_t now_us)
{
    assert(viewer_next_us(v) <= now_us);
    now_us = onwards(v, now_us);
    if (!v->started)
        session_start(v->session, now_us);
    else
        session_advance(v->session, now_us);
    v->started = true;
    drain(v, now_us);
    if (plan_zap_due(&v->plan, now_us))
        zap(v, now_us);
    if (plan_switch_due(&v->plan, now_us))
        change_rung(v, now_us);
    drain(v, now_us);
}

void viewer_leave(struct viewer *v, int64_t now_us)
{
    size_t channel, rung;
    if (!v->started || v->left)
        return;
    v->left = true;
    now_us = onwards(v, now_us);
    session_leave(v->session, now_us);
    drain(v, now_us);
    session_watches(v->session, &channel, &rung);
    struct report_place place = place_at(v, now_us, channel, NULL);
    keep_status(v, report_stalls(v->world->report, &place, v->stalls));
}

void viewer_facts(const struct viewer *v, struct http_facts *out)
{
    http_client_facts(v->http, out);
}
