#include "player-sim/viewer/adapt.h"
#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>

enum { REQUESTS_MAX = 16, QUEUED_OF_FOUR = 3 };

#define SOUND SIZE_MAX

static const int64_t base_us = 5000000; /* how long the quickest frame is remembered, at least */

/* A request of a packet or segment that is under way. */
struct asked {
    uint32_t id; /* 0: free */
    size_t rung; /* or SOUND */
    bool held;   /* until its Presentation begins */
    int64_t at_us;
    int64_t frame_us; /* how long a frame lasts */
};

/* Frames since begun_us, of one rung. */
struct stretch {
    int64_t begun_us; /* -1: none yet */
    size_t rung, frames, queued;
    uint64_t bytes;
    int64_t media_us;
};

struct adapt {
    struct adapt_config config;
    int64_t bandwidths_bps[ABR_RUNGS_MAX]; /* as the manifest has them */
    int64_t bitrates_bps[ABR_RUNGS_MAX];   /* with the sound's */
    struct abr_setup setup;                /* rung_count 0: no channel is known yet */
    void *rule, *estimator;                /* their states */
    bool knows_estimator;                  /* it was begun */
    struct asked asked[REQUESTS_MAX];
    struct stretch stretch;
    int64_t lag_us[2], lag_since_us; /* the quickest frame, of this while and the last; INT64_MAX */
    size_t rung;                     /* of what came last */
    int64_t wanted_bps;
    int64_t units; /* told since the join */
    bool playing;
    int64_t stalled_us, latency_us;
};

int adapt_create(const struct adapt_config *config, struct adapt **out)
{
    struct adapt *a = calloc(1, sizeof *a);
    if (!a)
        return ERR_NOMEM;
    a->config = *config;
    a->rule = calloc(1, config->rule->state_bytes);
    a->estimator = calloc(1, config->estimator->state_bytes);
    a->latency_us = -1;
    if (!a->rule || !a->estimator) {
        adapt_destroy(a);
        return ERR_NOMEM;
    }
    *out = a;
    return ERR_OK;
}

void adapt_destroy(struct adapt *a)
{
    if (!a)
        return;
    free(a->rule);
    free(a->estimator);
    free(a);
}

/* ---- a join ---- */

static void begin(struct adapt *a)
{
    a->stretch = (struct stretch){.begun_us = -1};
    a->lag_us[0] = a->lag_us[1] = INT64_MAX;
    a->units = 0;
    a->playing = false;
    a->stalled_us = 0;
    a->latency_us = -1;
    for (size_t i = 0; i < REQUESTS_MAX; i++)
        a->asked[i].id = 0; /* all were given up */
}

/* true: it is another one than that of before. */
static bool learn_ladder(struct adapt *a, const struct session_channel *c)
{
    int64_t before_bps[ABR_RUNGS_MAX], part_before_us = a->setup.part_us;
    size_t count_before = a->setup.rung_count;
    memcpy(before_bps, a->bitrates_bps, sizeof before_bps);
    size_t count = c->rung_count < ABR_RUNGS_MAX ? c->rung_count : ABR_RUNGS_MAX;
    for (size_t i = 0; i < count; i++) {
        a->bandwidths_bps[i] = c->rungs[i].bandwidth_bps;
        a->bitrates_bps[i] = a->bandwidths_bps[i] + (c->has_sound ? c->sound.bandwidth_bps : 0);
    }
    a->setup = (struct abr_setup){
        .bitrates_bps = a->bitrates_bps,
        .rung_count = count,
        .segment_us = ADAPT_STRETCH_US,
        .part_us = timebase_frame_us(1, c->rungs[0].rate),
        .buffer_max_us = a->config.buffer_us + ADAPT_STRETCH_US,
        .target_latency_us = a->config.buffer_us + ADAPT_STRETCH_US,
        .wanted_bps = a->config.wanted_bps,
    };
    return count != count_before || a->setup.part_us != part_before_us ||
           memcmp(before_bps, a->bitrates_bps, count * sizeof *before_bps) != 0;
}

static struct abr_moment moment(const struct adapt *a, int64_t now_us, int64_t ahead_us)
{
    return (struct abr_moment){
        .now_us = now_us,
        .buffer_us = ahead_us > 0 ? ahead_us : 0,
        .rung = a->rung < a->setup.rung_count ? a->rung : 0,
        .segment = a->units,
        .segments_left = INT64_MAX,
        .playing = a->playing,
        .latency_us = a->latency_us,
        .playback_rate = 1,
        .stalled_us = a->stalled_us,
        .estimate = a->config.estimator->tell(a->estimator),
    };
}

int64_t adapt_join(struct adapt *a, int64_t now_us, const struct session_channel *channel)
{
    bool fresh = !a->setup.rung_count, changed = channel && learn_ladder(a, channel);
    begin(a);
    a->wanted_bps = 0;
    if (!a->setup.rung_count)
        return 0; /* the lowest */
    if (fresh)
        a->config.estimator->init(a->estimator, &a->setup);
    struct abr_moment m = moment(a, now_us, 0);
    if (fresh || changed || !a->config.rule->note_seek)
        a->config.rule->init(a->rule, &a->setup);
    else
        a->config.rule->note_seek(a->rule, &m);
    size_t rung = abr_first_rung(a->config.rule, a->rule, &a->setup, &m);
    a->wanted_bps = a->bandwidths_bps[rung];
    return a->wanted_bps;
}

bool adapt_knows_ladder(const struct adapt *a)
{
    return a->setup.rung_count > 0;
}

/* ---- what comes ---- */

/* Another Presentation may have another ladder: what was asked for of the old one tells the rule
 * nothing any more, but the link is the same. */
static void take_ladder(struct adapt *a, const struct session_request *request, size_t rung)
{
    if (!a->setup.rung_count || !learn_ladder(a, request->from))
        return;
    for (size_t i = 0; i < REQUESTS_MAX; i++)
        if (a->asked[i].rung != SOUND)
            a->asked[i].id = 0;
    a->stretch = (struct stretch){.begun_us = -1};
    a->rung = rung < a->setup.rung_count ? rung : a->setup.rung_count - 1;
    a->wanted_bps = a->bandwidths_bps[a->rung];
    a->config.rule->init(a->rule, &a->setup);
}

void adapt_requested(struct adapt *a, int64_t now_us, const struct session_request *request)
{
    if (!request->from)
        return;
    bool sound = request->track == &request->from->sound;
    size_t at = 0, rung = sound ? SOUND : (size_t)(request->track - request->from->rungs);
    if (!sound && request->kind == SESSION_GET_PACKET)
        take_ladder(a, request, rung);
    for (size_t i = 0; i < REQUESTS_MAX; i++) /* a free place, or that of the oldest */
        if (!a->asked[i].id || (a->asked[at].id && a->asked[i].id < a->asked[at].id))
            at = i;
    a->asked[at] = (struct asked){.id = request->id,
                                  .rung = rung,
                                  .held = request->kind == SESSION_GET_PACKET &&
                                          request->number == request->track->first_sequence,
                                  .at_us = now_us,
                                  .frame_us = timebase_frame_us(1, request->track->rate)};
}

static struct asked *find(struct adapt *a, uint32_t id)
{
    for (size_t i = 0; i < REQUESTS_MAX; i++)
        if (a->asked[i].id == id)
            return &a->asked[i];
    return NULL;
}

static void tell(struct adapt *a, const struct abr_download *d, int64_t ahead_us)
{
    struct abr_moment m = moment(a, d->end_us, ahead_us);
    a->units++;
    if (a->config.rule->note_download)
        a->config.rule->note_download(a->rule, &m, d);
    a->config.estimator->add(a->estimator, d);
}

static void take_packet(struct adapt *a, int64_t now_us, const struct asked *q,
                        const struct session_event *e, int64_t ahead_us)
{
    int64_t first_us = e->first_byte_us < q->at_us ? q->at_us : e->first_byte_us;
    struct abr_download d = {.rung = q->rung,
                             .segment = a->units,
                             .bytes = e->sample.bytes ? e->sample.bytes : 1,
                             .request_us = q->at_us,
                             .first_byte_us = first_us,
                             .end_us = now_us,
                             .transfer_us = now_us - first_us,
                             .held = q->held};
    tell(a, &d, ahead_us);
}

/* How much later than the quickest one a frame comes; what passed long ago is forgotten. */
static int64_t late_us(struct adapt *a, int64_t now_us, int64_t capture_us)
{
    int64_t lag_us = now_us - capture_us;
    if (now_us - a->lag_since_us > base_us || a->lag_us[0] == INT64_MAX) {
        a->lag_us[1] = a->lag_us[0];
        a->lag_us[0] = lag_us;
        a->lag_since_us = now_us;
    }
    if (lag_us < a->lag_us[0])
        a->lag_us[0] = lag_us;
    return lag_us - (a->lag_us[0] < a->lag_us[1] ? a->lag_us[0] : a->lag_us[1]);
}

/* true: the stretch is over, and was told. */
static bool take_frame(struct adapt *a, int64_t now_us, const struct asked *q,
                       const struct session_sample *sample, int64_t ahead_us)
{
    struct stretch *s = &a->stretch;
    if (s->begun_us < 0 || s->rung != q->rung)
        *s = (struct stretch){.begun_us = now_us, .rung = q->rung};
    bool queued = sample->capture_us >= 0 &&
                  late_us(a, now_us, sample->capture_us) > q->frame_us + q->frame_us / 2;
    s->frames++;
    s->queued += queued;
    s->bytes += sample->bytes;
    s->media_us += q->frame_us;
    int64_t took_us = now_us - s->begun_us;
    bool queues = s->queued * 4 >= s->frames * QUEUED_OF_FOUR;
    if (took_us < ADAPT_ALARM_US || (took_us < ADAPT_STRETCH_US && !queues))
        return false;
    struct abr_download d = {.rung = s->rung,
                             .segment = a->units,
                             .media_us = s->media_us,
                             .bytes = s->bytes ? s->bytes : 1,
                             .request_us = s->begun_us,
                             .first_byte_us = s->begun_us,
                             .end_us = now_us,
                             .transfer_us = took_us,
                             .app_limited = !queues,
                             .held = true};
    *s = (struct stretch){.begun_us = now_us, .rung = q->rung};
    tell(a, &d, ahead_us);
    return true;
}

static bool choose(struct adapt *a, int64_t now_us, int64_t ahead_us, int64_t *bps)
{
    struct abr_moment m = moment(a, now_us, ahead_us);
    size_t rung = a->config.rule->choose(a->rule, &m).rung; /* there is nothing to delay */
    int64_t wanted_bps = a->bandwidths_bps[rung];
    if (wanted_bps == a->wanted_bps)
        return false;
    a->wanted_bps = *bps = wanted_bps;
    return true;
}

bool adapt_event(struct adapt *a, int64_t now_us, const struct session_event *event,
                 int64_t ahead_us, int64_t *bps)
{
    struct asked *q = find(a, event->request);
    bool news = false;
    if (!q || !a->setup.rung_count)
        return false;
    if (event->kind != SESSION_CHUNK)
        q->id = 0;
    if (q->rung == SOUND) {
        a->stretch.bytes += event->sample.bytes;
        return false;
    }
    a->rung = q->rung < a->setup.rung_count ? q->rung : a->setup.rung_count - 1;
    if (event->kind == SESSION_PACKET) {
        take_packet(a, now_us, q, event, ahead_us);
        news = true;
    } else if (event->kind == SESSION_CHUNK) {
        news = take_frame(a, now_us, q, &event->sample, ahead_us);
    }
    return news && choose(a, now_us, ahead_us, bps);
}

void adapt_saw(struct adapt *a, enum session_metric metric, int64_t value_us)
{
    if (metric == SESSION_STALL)
        a->stalled_us += value_us;
    else if (metric == SESSION_LATENCY)
        a->latency_us = value_us;
    a->playing |= metric == SESSION_STARTUP || metric == SESSION_ZAP;
}
