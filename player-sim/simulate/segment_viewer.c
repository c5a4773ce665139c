#include "player-sim/simulate/segment_viewer.h"
#include "media/core/err.h"
#include "player-sim/viewer/over_time.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_BYTES = 128 };

static const int64_t normal_ppm = 1000000;

struct segment_viewer {
    struct segment_world *world;
    struct segment_viewer_config config;
    struct segmented *viewer;
    struct virtual_client *client;
    struct timer timer;
    struct plan plan;
    bool started, ended, left;
    const char *keyed; /* the name that key is of; NULL: none */
    uint32_t key;
    unsigned stalls;
    struct qoe worth;
    int64_t asked_us; /* when the start-up or the last zap was */
    int status;
};

static void keep_status(struct segment_viewer *v, int status)
{
    if (status && !v->status)
        v->status = status;
}

/* ---- from the viewer to report and network ---- */

static const struct content *content_of(const struct segment_viewer *v, size_t channel)
{
    return v->world->origin->channels[channel].content;
}

/* Most of what is told is of one rendition, which is looked up by name only when it changes. */
static uint32_t rendition_key(struct segment_viewer *v, const char *name)
{
    if (name && name != v->keyed) {
        int key = report_rendition_key(v->world->report, name);
        keep_status(v, key < 0 ? key : ERR_OK);
        v->keyed = key < 0 ? NULL : name;
        v->key = key < 0 ? 0 : (uint32_t)key;
    }
    return name ? v->key : 0;
}

static struct report_place place_of(struct segment_viewer *v, const struct segmented_action *a)
{
    const struct content *c = content_of(v, a->channel);
    const char *name = a->rung < c->rung_count ? c->rungs[a->rung].name : NULL;
    return (struct report_place){.session = v->config.number,
                                 .at_us = a->at_us - v->config.run_start_us,
                                 .channel = a->channel,
                                 .rendition = name,
                                 .rendition_key = rendition_key(v, name),
                                 .rtt_us = v->world->rtt_us};
}

static void ask(struct segment_viewer *v, const struct segmented_request *r)
{
    struct virtual_ask ask = {.kind = r->kind,
                              .channel = r->channel,
                              .rung = r->rung,
                              .number = r->segment,
                              .offset = r->part};
    keep_status(v, virtual_client_start(v->client, r->id, &ask));
}

/* Frames of the action from the from-th on, of one latency. */
static void showed_run(struct segment_viewer *v, const struct segmented_action *a,
                       const struct report_place *place, int64_t from, int64_t count,
                       int64_t latency_us)
{
    const struct content *c = content_of(v, a->channel);
    int64_t first = a->first_frame + from;
    bool live = v->config.viewer.delivery.live;
    if (live)
        keep_status(v, report_saw_many(v->world->report, place, SESSION_LATENCY, latency_us,
                                       (uint32_t)count));
    qoe_showed(&v->worth,
               &(struct qoe_shown){.frames = count,
                                   .rate = c->rate,
                                   .rung = place->rendition_key,
                                   .bitrate_bps = v->world->bitrates_bps[a->channel][a->rung],
                                   .bytes = segment_origin_bytes(v->world->origin, a->channel,
                                                                 a->rung, first, first + count),
                                   .latency_us = live ? latency_us : -1,
                                   .rate_ppm = a->rate_ppm});
}

/* Frames on screen one after the other: at another speed each is nearer to its capture, or farther,
 * than the one before. */
static void showed(struct segment_viewer *v, const struct segmented_action *a,
                   struct report_place *place)
{
    const struct content *c = content_of(v, a->channel);
    const int64_t *ladder = v->world->bitrates_bps[a->channel];
    qoe_ladder(&v->worth, ladder[0], ladder[c->rung_count - 1]);
    if (a->rate_ppm == normal_ppm) {
        showed_run(v, a, place, 0, a->frame_count, a->latency_us);
        return;
    }
    int64_t start_us = place->at_us;
    for (int64_t i = 0; i < a->frame_count; i++) {
        int64_t media_us = timebase_frame_us(i, c->rate);
        int64_t shown_us = timebase_muldiv_floor(media_us, normal_ppm, a->rate_ppm);
        place->at_us = start_us + shown_us;
        showed_run(v, a, place, i, 1, a->latency_us + shown_us - media_us);
    }
}

static int note_decision(struct segment_viewer *v, const struct segmented_action *a, int64_t at_us)
{
    int64_t bps = v->world->bitrates_bps[a->channel][a->rung];
    int status = report_timeline_point(v->world->report, v->config.number, REPORT_BUFFER_US, at_us,
                                       a->buffer_us);
    return status ? status
                  : report_timeline_point(v->world->report, v->config.number, REPORT_QUALITY_BPS,
                                          at_us, bps);
}

/* For the session's timeline. */
static void note(struct segment_viewer *v, const struct segmented_action *a)
{
    struct report *report = v->world->report;
    enum report_mark mark;
    int64_t at_us = a->at_us - v->config.run_start_us, from_us = at_us - a->value_us;
    int status = ERR_OK;
    if (a->kind == SEGMENTED_SAW && over_time_mark(a->metric, &mark))
        status =
            report_timeline_mark(report, v->config.number, mark, from_us < 0 ? 0 : from_us, at_us);
    else if (a->kind == SEGMENTED_SHOWED && v->config.viewer.delivery.live && a->latency_us >= 0)
        status = report_timeline_point(report, v->config.number, REPORT_LATENCY_US, at_us,
                                       a->latency_us);
    else if (a->kind == SEGMENTED_DECIDED)
        status = note_decision(v, a, at_us);
    keep_status(v, status);
}

static void saw(struct segment_viewer *v, const struct segmented_action *a,
                const struct report_place *place)
{
    if (a->metric == SESSION_STALL) {
        v->stalls++;
        qoe_stalled(&v->worth, a->value_us);
    } else if (a->metric == SESSION_STARTUP || a->metric == SESSION_ZAP) {
        qoe_joined(&v->worth, a->value_us);
    }
    keep_status(v, report_saw(v->world->report, place, a->metric, a->value_us));
}

static void missed(struct segment_viewer *v, const struct segmented_action *a,
                   const struct report_place *place)
{
    if (a->metric == SESSION_STARTUP || a->metric == SESSION_ZAP)
        qoe_joined(&v->worth, a->at_us - v->asked_us);
    report_missed(v->world->report, place, a->metric);
}

static void act(struct segment_viewer *v, const struct segmented_action *a)
{
    struct report *report = v->world->report;
    if (a->kind == SEGMENTED_DO_REQUEST) {
        ask(v, &a->request);
        return;
    }
    if (a->kind == SEGMENTED_DO_CANCEL) {
        qoe_received(&v->worth, virtual_client_cancel(v->client, a->request_id));
        return;
    }
    if (v->config.over_time)
        note(v, a);
    struct report_place place = place_of(v, a);
    if (a->kind == SEGMENTED_SAW)
        saw(v, a, &place);
    else if (a->kind == SEGMENTED_MISSED)
        missed(v, a, &place);
    else if (a->kind == SEGMENTED_FAULT)
        report_fault(report, &place, a->fault, a->text);
    else if (a->kind == SEGMENTED_SHOWED)
        showed(v, a, &place);
    else if (a->kind == SEGMENTED_DECIDED)
        report_decided(report, &place, a->buffer_us);
    else if (a->kind == SEGMENTED_ENDED)
        v->ended = true;
}

static void set_timer(struct segment_viewer *v)
{
    int64_t at_us = v->config.start_us, planned_us;
    if (v->started) {
        at_us = segmented_next_us(v->viewer);
        planned_us = plan_next_us(&v->plan);
        at_us = planned_us < at_us ? planned_us : at_us;
    }
    if (at_us > v->config.until_us)
        at_us = v->config.until_us;
    timers_set(&v->world->engine->timers, &v->timer, v->left ? TIMER_NEVER : at_us);
}

static void drain(struct segment_viewer *v)
{
    struct segmented_action action;
    while (segmented_next_action(v->viewer, &action))
        act(v, &action);
    set_timer(v);
}

/* ---- from the network to the viewer ---- */

static void describe_piece(struct segment_viewer *v, const struct virtual_event *e,
                           struct segmented_event *out)
{
    const struct virtual_ask *ask = &e->answer->ask;
    if (ask->kind == SEGMENTED_GET_MANIFEST || ask->kind == SEGMENTED_GET_PLAYLIST) {
        out->kind = SEGMENTED_MANIFEST;
        segment_origin_manifest(v->world->origin, ask->channel, v->world->engine->now_us,
                                v->world->bitrates_bps[ask->channel], &out->manifest);
        return;
    }
    if (ask->kind == SEGMENTED_GET_MEDIA)
        qoe_received(&v->worth, e->bytes);
    out->kind = SEGMENTED_DATA;
    out->frames = e->tag;
}

static void describe_failure(const struct virtual_event *e, struct segmented_event *out,
                             char text[TEXT_BYTES])
{
    bool late = e->kind == VIRTUAL_TIMEOUT;
    out->kind = SEGMENTED_FAILED;
    out->fault = late ? SESSION_FAULT_TIMEOUT : SESSION_FAULT_HTTP;
    out->http_status = late ? 0 : e->answer->status;
    snprintf(text, TEXT_BYTES, late ? "no byte came in time" : "status %d", out->http_status);
    out->text = text;
}

static void on_event(void *context, const struct virtual_event *e)
{
    struct segment_viewer *v = context;
    int kind = e->answer->ask.kind;
    bool tells = kind == SEGMENTED_GET_MANIFEST || kind == SEGMENTED_GET_PLAYLIST;
    struct segmented_event event = {.request = e->request,
                                    .connected_us = e->connected_us,
                                    .fresh_connection = e->fresh,
                                    .first_byte_us = e->first_byte_us,
                                    .bytes = e->body_bytes,
                                    .transfer_us = e->transfer_us};
    char text[TEXT_BYTES];
    if (e->kind == VIRTUAL_PIECE)
        describe_piece(v, e, &event);
    else if (e->kind == VIRTUAL_FINISHED)
        event.kind = SEGMENTED_FINISHED;
    else
        describe_failure(e, &event, text);
    if (e->kind == VIRTUAL_FINISHED && tells)
        return; /* the piece was the end of it */
    segmented_handle(v->viewer, v->world->engine->now_us, &event);
    drain(v);
}

/* ---- his time ---- */

static void leave(struct segment_viewer *v, int64_t now_us)
{
    struct segmented_view view;
    segmented_leave(v->viewer, now_us);
    v->left = true;
    drain(v);
    segmented_watches(v->viewer, &view);
    struct report_place place = {.session = v->config.number,
                                 .at_us = now_us - v->config.run_start_us,
                                 .channel = view.channel,
                                 .rtt_us = v->world->rtt_us};
    keep_status(v, report_stalls(v->world->report, &place, v->stalls));
    keep_status(v, report_session(v->world->report, &place, &v->worth));
}

static void advance(struct segment_viewer *v, int64_t now_us)
{
    struct segmented_view view;
    if (!v->started) {
        v->asked_us = now_us;
        segmented_start(v->viewer, now_us);
    } else
        segmented_advance(v->viewer, now_us);
    v->started = true;
    if (plan_zap_due(&v->plan, now_us)) {
        segmented_watches(v->viewer, &view);
        segmented_zap(v->viewer, now_us,
                      plan_pick_channel(&v->plan, view.channel, v->world->origin->channel_count));
        drain(v); /* of the old channel */
        v->asked_us = now_us;
    }
    drain(v);
}

static void due(void *context)
{
    struct segment_viewer *v = context;
    int64_t now_us = v->world->engine->now_us;
    if (now_us < v->config.until_us)
        advance(v, now_us);
    if (v->ended || now_us >= v->config.until_us)
        leave(v, now_us);
}

/* Where no round trip is to be spent on it: every manifest. */
static void know_channels(struct segment_viewer *v)
{
    const struct segment_world *w = v->world;
    for (size_t i = 0; i < w->origin->channel_count; i++) {
        struct segmented_manifest told;
        segment_origin_manifest(w->origin, i, v->config.start_us, w->bitrates_bps[i], &told);
        segmented_know(v->viewer, i, &told);
    }
}

int segment_viewer_create(struct segment_world *world, const struct segment_viewer_config *config,
                          const struct virtual_config *http, struct segment_viewer **out)
{
    struct segment_viewer *v = calloc(1, sizeof *v);
    if (!v)
        return ERR_NOMEM;
    *v = (struct segment_viewer){
        .world = world, .config = *config, .timer = {.due = due, .context = v}};
    const struct virtual_origin origin = segment_origin_of(world->origin);
    plan_init(&v->plan, config->zap, (struct plan_interval){0}, config->seed, config->number,
              config->start_us);
    int status = segmented_create(&config->viewer, &v->viewer);
    if (!status && config->knows_channels)
        know_channels(v);
    if (!status)
        status = virtual_client_create(world->engine, world->path, &origin, http, on_event, v,
                                       &v->client);
    if (!status)
        status = timers_add(&world->engine->timers, &v->timer);
    if (status) {
        segment_viewer_destroy(v);
        return status;
    }
    set_timer(v);
    *out = v;
    return ERR_OK;
}

void segment_viewer_destroy(struct segment_viewer *v)
{
    if (!v)
        return;
    timers_remove(&v->world->engine->timers, &v->timer);
    virtual_client_destroy(v->client);
    segmented_destroy(v->viewer);
    free(v);
}

int segment_viewer_status(const struct segment_viewer *v)
{
    return v->status;
}

struct virtual_facts segment_viewer_facts(const struct segment_viewer *v)
{
    return virtual_client_facts(v->client);
}
