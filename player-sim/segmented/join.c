#include "player-sim/segmented/state.h"

void segmented_join_begin(struct segmented *s, enum session_metric metric)
{
    s->joining = (struct segmented_joining){
        .metric = metric,
        .asked_us = s->now_us,
        .waits_first = true,
        .waits_next = true,
        .header_us = -1,
    };
    s->changing.waits = false;
    s->playhead.screen = SEGMENTED_WAITS;
    s->known = s->placed = s->decided = s->complete = false;
    s->unit = 0;
    s->headers = s->listed = 0;
    s->tries = 0;
    s->retry_us = s->reload_us = s->ask_us = INT64_MIN;
    s->idle_us = s->now_us;
    s->catchup_us = INT64_MAX;
    s->recovering = false;
    s->unit_download.bytes = 0;
    if (s->kept && s->kept[s->channel].rung_count) {
        s->told = s->kept[s->channel];
        s->known = true;
        segmented_decide_setup(s);
    }
}

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The frame to start with, the target latency behind the end of a playlist or what is captured now.
 * Not before the oldest frame; where the target lies within what can not be had yet, the newest
 * segment from its beginning. */
static int64_t start_frame(const struct segmented *s)
{
    const struct segmented_delivery *d = &s->config.delivery;
    const struct segmented_manifest *m = &s->told;
    if (!d->live)
        return m->first_frame;
    int64_t newest = segmented_fetch_newest(s);
    int64_t newest_key = largest(newest, m->first_frame) / m->segment_frames * m->segment_frames;
    if (d->join == SEGMENTED_JOIN_NEWEST)
        return newest_key;
    int64_t edge_us = d->playlists ? segmented_frame_us(s, newest + 1) : s->now_us - m->capture0_us;
    if (edge_us - s->setup.target_latency_us <= segmented_frame_us(s, m->first_frame))
        return m->first_frame;
    int64_t frame = timebase_frame_at_us(edge_us - s->setup.target_latency_us, m->rate);
    return frame <= newest ? frame : newest_key;
}

/* A viewer who is placed anew has fallen out of the window: what he waits is a stall. */
void segmented_join_place(struct segmented *s)
{
    int64_t start = start_frame(s);
    s->segment = start / s->told.segment_frames;
    s->next_frame = s->segment * s->told.segment_frames;
    s->placed = true;
    if (s->joining.waits_first)
        segmented_playhead_place(&s->playhead, &s->told, s->config.delivery.live, s->next_frame,
                                 start);
    else
        segmented_playhead_jump(&s->playhead, &s->actions, s->now_us, s->next_frame, start);
    s->target_us = s->config.delivery.live ? s->now_us - segmented_capture_us(s, start) : -1;
}

/* The times of the response whose parts a zap tells (a start-up, as with HESP, none): the first
 * initialization segment, or the first media where there is none. */
void segmented_join_response(struct segmented *s, const struct segmented_event *e)
{
    struct segmented_joining *j = &s->joining;
    bool header = s->fetch.request.kind == SEGMENTED_GET_INIT;
    if (!j->waits_first)
        return;
    if (!j->connected && (header || s->fetch.request.kind == SEGMENTED_GET_MEDIA)) {
        j->connected = true;
        j->connected_us = e->connected_us;
        j->fresh_connection = e->fresh_connection;
        j->first_byte_us = e->first_byte_us;
    }
    if (header && e->kind == SEGMENTED_FINISHED && j->header_us < 0) {
        j->header_us = s->now_us;
        j->header_bytes = e->bytes;
    }
}

static void tell_parts(struct segmented *s)
{
    const struct segmented_joining *j = &s->joining;
    struct segmented_actions *a = &s->actions;
    if (j->connected) {
        segmented_actions_saw(a, SESSION_CONNECTION, s->rung, j->connected_us - j->asked_us,
                              j->connected_us)
            ->fresh_connection = j->fresh_connection;
        segmented_actions_saw(a, SESSION_FIRST_BYTE, s->rung, j->first_byte_us - j->asked_us,
                              j->first_byte_us);
    }
    if (j->header_us >= 0)
        segmented_actions_saw(a, SESSION_INIT, s->rung, j->header_us - j->asked_us, j->header_us)
            ->bytes = j->header_bytes;
}

static void tell_first(struct segmented *s)
{
    struct segmented_joining *j = &s->joining;
    struct segmented_actions *a = &s->actions;
    if (j->metric == SESSION_ZAP)
        tell_parts(s);
    segmented_actions_saw(a, j->metric, s->rung, s->now_us - j->asked_us, s->now_us);
    segmented_playhead_first(&s->playhead, a, s->now_us);
    j->waits_first = false;
}

/* Media came: the first picture, and the next one. */
void segmented_join_pictures(struct segmented *s)
{
    struct segmented_joining *j = &s->joining;
    const struct segmented_playhead *p = &s->playhead;
    if (j->waits_first && p->end_frame > p->start_frame)
        tell_first(s);
    if (j->waits_next && p->end_frame > p->start_frame + 1) {
        if (j->metric == SESSION_ZAP)
            segmented_actions_saw(&s->actions, SESSION_CONTINUATION, s->rung,
                                  s->now_us - j->asked_us, s->now_us);
        j->waits_next = false;
    }
}

/* Everything of the channel ends: what was not complete is missed. */
void segmented_join_give_up(struct segmented *s)
{
    if (s->joining.waits_first)
        segmented_actions_missed(&s->actions, s->joining.metric, s->rung, s->now_us);
    if (s->changing.waits)
        segmented_actions_missed(&s->actions, SESSION_SWITCH, s->changing.rung, s->now_us);
    segmented_playhead_tell(&s->playhead, &s->actions, s->now_us);
    if (s->playhead.screen == SEGMENTED_STALLS && s->now_us > s->playhead.stalls_since_us)
        segmented_actions_saw(&s->actions, SESSION_STALL, s->rung,
                              s->now_us - s->playhead.stalls_since_us, s->now_us);
    s->joining.waits_first = s->joining.waits_next = s->changing.waits = false;
    s->playhead.screen = SEGMENTED_IS_OVER;
    segmented_fetch_cancel(s);
}
