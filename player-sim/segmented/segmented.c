#include "player-sim/segmented/segmented.h"

#include "media/core/err.h"
#include "player-sim/segmented/state.h"

#include <assert.h>
#include <stdlib.h>

static bool valid(const struct segmented_config *c)
{
    const struct segmented_delivery *d = &c->delivery;
    return c->channel_count && c->first_channel < c->channel_count && c->rule && c->estimator &&
           d->buffer_max_us > 0 && d->start_us >= 0 && d->resume_us >= 0 && d->target_us >= 0 &&
           d->target_segments_permille >= 0 && d->target_parts_permille >= 0 &&
           c->default_bps >= 0 && (!d->hints || d->playlists) &&
           (d->unit != SEGMENTED_PARTS || d->playlists);
}

int segmented_create(const struct segmented_config *config, struct segmented **out)
{
    if (!valid(config))
        return ERR_INVALID;
    struct segmented *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->config = *config;
    s->channel = s->actions.channel = config->first_channel;
    s->rule = calloc(1, config->rule->state_bytes);
    s->estimator = calloc(1, config->estimator->state_bytes);
    if (!config->delivery.anew)
        s->kept = calloc(config->channel_count, sizeof *s->kept);
    if (!s->rule || !s->estimator || (!config->delivery.anew && !s->kept)) {
        segmented_destroy(s);
        return ERR_NOMEM;
    }
    *out = s;
    return 0;
}

void segmented_destroy(struct segmented *s)
{
    if (!s)
        return;
    segmented_actions_finish(&s->actions);
    segmented_playhead_finish(&s->playhead);
    free(s->rule);
    free(s->estimator);
    free(s->kept);
    free(s);
}

static void run_out(struct segmented *s)
{
    bool over = s->told.last_frame >= 0 && s->playhead.end_frame > s->told.last_frame;
    segmented_playhead_stop(&s->playhead, &s->actions, s->now_us, over);
    s->catchup_us = INT64_MAX;
    if (!over)
        return;
    segmented_fetch_cancel(s);
    segmented_actions_add(&s->actions, SEGMENTED_ENDED, s->rung, s->now_us);
}

static void catch_up(struct segmented *s)
{
    struct segmented_playhead *p = &s->playhead;
    s->catchup_us = INT64_MAX;
    if (p->screen != SEGMENTED_PLAYS)
        return;
    struct segmented_drift drift = {
        .latency_us = segmented_playhead_latency_us(p, s->now_us),
        .target_us = s->target_us,
        .buffer_us = segmented_playhead_buffer_us(p, s->now_us),
        .segment_us = s->setup.segment_us,
        .rate_ppm = p->rate_ppm,
    };
    s->recovering = s->recovering && drift.buffer_us <= s->target_us / 2;
    drift.recovering = s->recovering;
    int64_t rate_ppm = s->config.catchup->rate_ppm(&drift);
    if (rate_ppm != p->rate_ppm)
        segmented_playhead_rate(p, &s->actions, s->now_us, rate_ppm);
    s->catchup_us = s->now_us + s->config.catchup->every_us;
}

static int64_t playhead_next_us(const struct segmented *s)
{
    int64_t out_us = segmented_playhead_runs_out_us(&s->playhead);
    return out_us < s->catchup_us ? out_us : s->catchup_us;
}

/* What the playhead does by itself up to now_us, each at its own time. */
static void run(struct segmented *s, int64_t now_us)
{
    for (int64_t t = playhead_next_us(s); t <= now_us; t = playhead_next_us(s)) {
        s->now_us = t;
        if (segmented_playhead_runs_out_us(&s->playhead) == t)
            run_out(s);
        else
            catch_up(s);
    }
    s->now_us = now_us;
}

static void begin(struct segmented *s, int64_t now_us)
{
    segmented_actions_begin(&s->actions);
    run(s, now_us);
}

void segmented_know(struct segmented *s, size_t channel, const struct segmented_manifest *told)
{
    assert(s->kept && channel < s->config.channel_count);
    s->kept[channel] = *told;
}

void segmented_start(struct segmented *s, int64_t now_us)
{
    s->now_us = now_us;
    segmented_join_begin(s, SESSION_STARTUP);
    segmented_fetch_go_on(s);
}

void segmented_handle(struct segmented *s, int64_t now_us, const struct segmented_event *event)
{
    begin(s, now_us);
    segmented_event(s, event);
    segmented_fetch_go_on(s);
}

void segmented_zap(struct segmented *s, int64_t now_us, size_t channel)
{
    begin(s, now_us);
    segmented_join_give_up(s);
    s->channel = s->actions.channel = channel;
    segmented_join_begin(s, SESSION_ZAP);
    segmented_fetch_go_on(s);
}

int64_t segmented_next_us(const struct segmented *s)
{
    int64_t fetch_us = segmented_fetch_next_us(s), playhead_us = playhead_next_us(s);
    int64_t next_us = fetch_us < playhead_us ? fetch_us : playhead_us;
    return next_us > s->now_us ? next_us : s->now_us;
}

void segmented_advance(struct segmented *s, int64_t now_us)
{
    begin(s, now_us);
    segmented_fetch_go_on(s);
}

bool segmented_next_action(struct segmented *s, struct segmented_action *out)
{
    return segmented_actions_next(&s->actions, out);
}

bool segmented_watches(const struct segmented *s, struct segmented_view *out)
{
    const struct segmented_playhead *p = &s->playhead;
    *out = (struct segmented_view){.channel = s->channel, .latency_us = -1};
    if (!s->known)
        return false;
    out->rung = s->joining.waits_first ? s->rung : segmented_playhead_rung(p, s->now_us);
    if (!s->placed)
        return true;
    out->buffer_us = segmented_playhead_buffer_us(p, s->now_us);
    out->playing = p->screen == SEGMENTED_PLAYS;
    out->latency_us = out->playing ? segmented_playhead_latency_us(p, s->now_us) : -1;
    return true;
}

void segmented_leave(struct segmented *s, int64_t now_us)
{
    begin(s, now_us);
    if (s->left)
        return;
    segmented_join_give_up(s);
    s->catchup_us = INT64_MAX;
    s->left = true;
}
