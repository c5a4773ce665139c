#include "player-sim/viewer/viewer.h"
#include "media/core/err.h"
#include "player-sim/viewer/adapt.h"
#include "player-sim/viewer/over_time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NORMAL_PPM = 1000000 };

struct viewer {
    struct viewer_config config;
    struct viewer_ports ports;
    struct report *report;
    struct session *session;
    struct adapt *adapt; /* NULL: there is no rule */
    struct plan plan;
    bool started, left, ended;
    bool fresh_connection; /* of the last zap's packet */
    bool draining;
    int report_status;
    const struct session_track *keyed; /* what rendition_key is of; NULL: of none */
    uint32_t rendition_key;
    int64_t now_us; /* of the session's last call: it never goes back */
    int64_t rtt_us;
    unsigned stalls;
    struct qoe worth;
    struct over_time over_time;
    int64_t asked_us;         /* when the start-up or the last zap was */
    int64_t least_latency_us; /* since the join; INT64_MAX: none yet */
    bool behind;              /* too far */
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
                                 .at_us = at_us - v->config.run_start_us,
                                 .channel = channel,
                                 .rendition = rendition,
                                 .rtt_us = v->rtt_us};
}

static void keep_status(struct viewer *v, int status)
{
    if (status && !v->report_status)
        v->report_status = status;
}

/* The first picture stands for as long as is to be buffered: that much of latency is meant. */
static void watch_latency(struct viewer *v, int64_t latency_us)
{
    const struct viewer_config *c = &v->config;
    if (latency_us < v->least_latency_us)
        v->least_latency_us = latency_us;
    int64_t meant_us = v->least_latency_us + c->session.buffer_us;
    v->behind |= c->resync_us && latency_us > meant_us + c->resync_us;
}

/* Most of what is told is of one track. It is looked up by name only when that changes. */
static void name_rendition(struct viewer *v, const struct session_track *track,
                           struct report_place *place)
{
    if (track && track != v->keyed) {
        int key = report_rendition_key(v->report, track->name);
        v->keyed = key > 0 ? track : NULL;
        v->rendition_key = key > 0 ? (uint32_t)key : 0;
    }
    if (track && v->keyed)
        place->rendition_key = v->rendition_key;
}

static void saw(struct viewer *v, const struct session_action *a, const struct report_place *place)
{
    keep_status(v, report_saw(v->report, place, a->metric, a->value_us));
    if (v->adapt)
        adapt_saw(v->adapt, a->metric, a->value_us);
    if (a->metric == SESSION_STALL) {
        v->stalls++;
        qoe_stalled(&v->worth, a->value_us);
    } else if (a->metric == SESSION_STARTUP || a->metric == SESSION_ZAP) {
        qoe_joined(&v->worth, a->value_us);
    } else if (a->metric == SESSION_LATENCY)
        watch_latency(v, a->value_us);
    else if (a->metric == SESSION_CONNECTION)
        v->fresh_connection = a->fresh_connection;
    else if (a->metric == SESSION_INIT)
        keep_status(v, report_packet(v->report, place, a->bytes, v->fresh_connection));
}

/* A picture is worth its frame's time; frames are shown at their own speed. */
static void showed(struct viewer *v, const struct session_action *a)
{
    size_t channel, rung;
    const struct session_channel *told = session_watches(v->session, &channel, &rung);
    if (channel != a->channel) /* he has just left it */
        told = session_known(v->session, a->channel);
    int64_t utc_us = a->at_us + v->config.session.utc_offset_us;
    int key = report_rendition_key(v->report, a->track->name);
    if (key < 0) {
        keep_status(v, key);
        return;
    }
    if (told)
        qoe_ladder(&v->worth, told->rungs[0].bandwidth_bps,
                   told->rungs[told->rung_count - 1].bandwidth_bps);
    qoe_showed(&v->worth,
               &(struct qoe_shown){.frames = 1,
                                   .rate = a->track->rate,
                                   .rung = (uint32_t)key,
                                   .bitrate_bps = a->track->bandwidth_bps,
                                   .bytes = a->bytes,
                                   .latency_us = a->capture_us < 0 ? -1 : utc_us - a->capture_us,
                                   .rate_ppm = NORMAL_PPM});
}

static void act(struct viewer *v, int64_t now_us, const struct session_action *a)
{
    struct report_place place = place_at(v, a->at_us, a->channel, a->track ? a->track->name : NULL);
    name_rendition(v, a->track, &place);
    if (v->config.over_time)
        keep_status(v, over_time_note(&v->over_time, a, session_ahead_us(v->session, now_us)));
    switch (a->kind) {
    case SESSION_DO_REQUEST:
        if (v->adapt)
            adapt_requested(v->adapt, now_us, &a->request);
        v->ports.request(v->ports.context, &a->request);
        break;
    case SESSION_DO_CANCEL:
        qoe_received(&v->worth, v->ports.cancel(v->ports.context, a->request_id));
        break;
    case SESSION_DO_DECODE:
        v->ports.decode(v->ports.context, now_us, a);
        break;
    case SESSION_DO_CLOSE:
        if (v->config.session.decodes)
            v->ports.close(v->ports.context, a->stream);
        break;
    case SESSION_SAW:
        saw(v, a, &place);
        break;
    case SESSION_MISSED:
        if (a->metric == SESSION_STARTUP || a->metric == SESSION_ZAP)
            qoe_joined(&v->worth, a->at_us - v->asked_us);
        report_missed(v->report, &place, a->metric);
        break;
    case SESSION_FAULT:
        report_fault(v->report, &place, a->fault, a->text);
        break;
    case SESSION_SHOWED:
        showed(v, a);
        break;
    case SESSION_ENDED:
        v->ended = true;
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

/* "fixed" is what a session does by itself. */
static bool follows_rule(const struct viewer_config *config)
{
    return config->rule && strcmp(config->rule->name, "fixed") != 0;
}

static int make_adapt(struct viewer *v)
{
    struct adapt_config config = {.rule = v->config.rule,
                                  .estimator = v->config.estimator,
                                  .wanted_bps = v->config.session.rate_bps,
                                  .buffer_us = v->config.session.buffer_us};
    v->config.session.rate_bps = 0; /* until the rule says more */
    v->config.session.join = SESSION_JOIN_AT;
    return adapt_create(&config, &v->adapt);
}

int viewer_create(const struct viewer_config *config, const struct viewer_ports *ports,
                  struct report *report, struct viewer **out)
{
    struct viewer *v = calloc(1, sizeof *v);
    if (!v)
        return ERR_NOMEM;
    v->config = *config;
    v->ports = *ports;
    v->report = report;
    v->over_time = (struct over_time){
        .report = report, .session = config->number, .run_start_us = config->run_start_us};
    v->rtt_us = -1;
    v->least_latency_us = INT64_MAX;
    plan_init(&v->plan, config->zap, config->change, config->seed, config->number,
              config->start_us);
    int status = follows_rule(config) ? make_adapt(v) : ERR_OK;
    if (!status)
        status = session_create(&v->config.session, &v->session);
    if (status) {
        viewer_destroy(v);
        return status;
    }
    *out = v;
    return ERR_OK;
}

void viewer_destroy(struct viewer *v)
{
    if (!v)
        return;
    session_destroy(v->session);
    adapt_destroy(v->adapt);
    free(v);
}

/* The rule's wish, as an event. channel: as told, NULL: not yet. */
static void decided(struct viewer *v, int64_t now_us, size_t number,
                    const struct session_channel *channel, int64_t bps, int64_t ahead_us)
{
    if (!channel)
        return;
    struct report_place place =
        place_at(v, now_us, number, channel->rungs[session_channel_rung(channel, bps)].name);
    keep_status(v, report_decided(v->report, &place, ahead_us));
}

/* The rule says where joins start, as soon as the ladder is known: with the first manifest. */
static void learn_ladder(struct viewer *v, int64_t now_us, const struct session_event *event)
{
    size_t channel, rung;
    if (event->kind != SESSION_MANIFEST || adapt_knows_ladder(v->adapt))
        return;
    int64_t bps = adapt_join(v->adapt, now_us, event->channel);
    session_join_at(v->session, bps);
    session_watches(v->session, &channel, &rung);
    decided(v, now_us, channel, event->channel, bps, 0);
}

/* What he is behind by is let go. */
static void resync(struct viewer *v, int64_t now_us)
{
    v->behind = false;
    v->least_latency_us = INT64_MAX;
    session_resync(v->session, now_us);
    drain(v, now_us);
}

static void adapt_to(struct viewer *v, int64_t now_us, const struct session_event *event)
{
    int64_t bps, ahead_us = session_ahead_us(v->session, now_us);
    if (!adapt_event(v->adapt, now_us, event, ahead_us, &bps))
        return;
    size_t channel, rung;
    const struct session_channel *told = session_watches(v->session, &channel, &rung);
    decided(v, now_us, channel, told, bps, ahead_us);
    session_switch(v->session, now_us, bps);
    drain(v, now_us);
}

void viewer_handle(struct viewer *v, int64_t now_us, const struct session_event *event,
                   int64_t rtt_us)
{
    v->rtt_us = rtt_us;
    now_us = onwards(v, now_us);
    if (event->kind == SESSION_MANIFEST)
        v->keyed = NULL; /* its track may go, and another come in its place */
    if (v->adapt)
        learn_ladder(v, now_us, event);
    session_handle(v->session, now_us, event);
    drain(v, now_us);
    if (v->adapt)
        adapt_to(v, now_us, event);
    if (v->behind)
        resync(v, now_us);
}

void viewer_decoded(struct viewer *v, int64_t now_us, uint32_t stream, int64_t sequence,
                    int64_t at_us, bool ok, const char *text)
{
    now_us = onwards(v, now_us);
    session_decoded(v->session, now_us, stream, sequence, at_us, ok, text);
    drain(v, now_us);
}

static void zap(struct viewer *v, int64_t now_us)
{
    size_t channel, rung;
    v->least_latency_us = INT64_MAX;
    v->behind = false;
    session_watches(v->session, &channel, &rung);
    channel = plan_pick_channel(&v->plan, channel, v->config.session.channel_count);
    if (!v->adapt) {
        session_zap(v->session, now_us, channel);
        return;
    }
    int64_t bps = adapt_join(v->adapt, now_us, session_known(v->session, channel));
    session_join_at(v->session, bps);
    decided(v, now_us, channel, session_known(v->session, channel), bps, 0);
    session_zap(v->session, now_us, channel);
    session_switch(v->session, now_us, bps);
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
        return v->config.start_us;
    int64_t planned_us = plan_next_us(&v->plan), timer_us = session_next_us(v->session);
    return planned_us < timer_us ? planned_us : timer_us;
}

void viewer_advance(struct viewer *v, int64_t now_us)
{
    assert(viewer_next_us(v) <= now_us);
    now_us = onwards(v, now_us);
    if (!v->started) {
        v->asked_us = now_us;
        session_start(v->session, now_us);
    } else
        session_advance(v->session, now_us);
    v->started = true;
    drain(v, now_us);
    if (plan_zap_due(&v->plan, now_us)) {
        zap(v, now_us);
        drain(v, now_us); /* of the old channel */
        v->asked_us = now_us;
    }
    if (plan_switch_due(&v->plan, now_us))
        change_rung(v, now_us);
    drain(v, now_us);
}

struct report_place viewer_place(const struct viewer *v, int64_t now_us, size_t channel)
{
    return place_at(v, now_us, channel, NULL);
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
    keep_status(v, report_stalls(v->report, &place, v->stalls));
    qoe_received(&v->worth, session_picture_bytes(v->session));
    keep_status(v, report_session(v->report, &place, &v->worth));
}

int viewer_report_status(const struct viewer *v)
{
    return v->report_status;
}

bool viewer_has_ended(const struct viewer *v)
{
    return v->ended;
}
