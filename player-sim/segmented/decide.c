#include "player-sim/segmented/state.h"

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t target_latency_us(const struct segmented *s)
{
    const struct segmented_delivery *d = &s->config.delivery;
    int64_t segment_us = segmented_frame_us(s, s->told.segment_frames);
    int64_t part_us = segmented_frame_us(s, s->told.part_frames);
    return largest(d->target_us,
                   largest(timebase_muldiv_ceil(segment_us, d->target_segments_permille, 1000),
                           timebase_muldiv_ceil(part_us, d->target_parts_permille, 1000)));
}

/* A channel's manifest is there: what the rule goes by until the next join. A live viewer never
 * holds more than he is behind. */
void segmented_decide_setup(struct segmented *s)
{
    const struct segmented_delivery *d = &s->config.delivery;
    const struct segmented_manifest *m = &s->told;
    s->setup = (struct abr_setup){
        .bitrates_bps = m->bitrates_bps,
        .rung_count = m->rung_count,
        .segment_us = segmented_frame_us(s, m->segment_frames),
        .part_us = d->unit == SEGMENTED_WHOLE ? 0 : segmented_frame_us(s, m->part_frames),
        .buffer_max_us = d->buffer_max_us,
        .target_latency_us = d->live ? target_latency_us(s) : -1,
        .wanted_bps = s->config.wanted_bps,
    };
    if (s->setup.target_latency_us > 0 && s->setup.target_latency_us < s->setup.buffer_max_us)
        s->setup.buffer_max_us = s->setup.target_latency_us;
    if (s->rung >= m->rung_count)
        s->rung = m->rung_count - 1;
    if (!s->estimates)
        s->config.estimator->init(s->estimator, &s->setup);
    s->estimates = true;
    s->config.rule->init(s->rule, &s->setup);
}

static struct abr_moment moment(const struct segmented *s)
{
    const struct segmented_playhead *p = &s->playhead;
    const struct segmented_manifest *m = &s->told;
    struct abr_moment out = {
        .now_us = s->now_us,
        .rung = s->rung,
        .segment = s->unit,
        .segments_left = INT64_MAX,
        .latency_us = -1,
        .playback_rate = 1,
        .estimate = s->config.estimator->tell(s->estimator),
    };
    if (!s->placed)
        return out;
    if (m->last_frame >= 0)
        out.segments_left = m->last_frame / m->segment_frames + 1 - s->segment;
    out.buffer_us = segmented_playhead_buffer_us(p, s->now_us);
    out.playing = p->screen == SEGMENTED_PLAYS;
    out.latency_us = segmented_playhead_latency_us(p, s->now_us);
    out.playback_rate = (double)p->rate_ppm / SEGMENTED_NORMAL_PPM;
    out.stalled_us = segmented_playhead_stalled_us(p, s->now_us);
    return out;
}

static void change(struct segmented *s, size_t rung)
{
    if (s->changing.waits)
        segmented_actions_missed(&s->actions, SESSION_SWITCH, s->changing.rung, s->now_us);
    s->changing = (struct segmented_changing){
        .waits = true,
        .rung = rung,
        .decided_us = s->now_us,
        .stalled_us = segmented_playhead_stalled_us(&s->playhead, s->now_us),
    };
    segmented_actions_cancel(&s->actions, &s->reload, s->now_us);
    if (s->config.delivery.live)
        s->listed = 0; /* its playlist has grown since */
}

/* The rung of the next segment. Also the time to tell of the pictures since the last one. */
void segmented_decide(struct segmented *s)
{
    const struct abr_rule *rule = s->config.rule;
    segmented_playhead_tell(&s->playhead, &s->actions, s->now_us);
    struct abr_moment m = moment(s);
    struct abr_choice choice = {0};
    if (s->unit == 0) {
        if (!(m.estimate.throughput_bps > 0))
            m.estimate.throughput_bps = (double)s->config.default_bps;
        choice.rung = abr_first_rung(rule, s->rule, &s->setup, &m);
    } else {
        if (s->now_us > s->idle_us && rule->note_wait)
            rule->note_wait(s->rule, s->now_us - s->idle_us);
        choice = rule->choose(s->rule, &m);
        if (choice.rung != s->rung)
            change(s, choice.rung);
    }
    s->rung = choice.rung;
    s->ask_us = s->now_us + choice.delay_us;
    s->decided = s->untold = true;
    if (s->placed)
        segmented_decide_tell(s);
}

/* Of a decision before the join is placed, once its segment is known. */
void segmented_decide_tell(struct segmented *s)
{
    if (!s->untold)
        return;
    struct segmented_action *a =
        segmented_actions_add(&s->actions, SEGMENTED_DECIDED, s->rung, s->now_us);
    a->segment = s->segment;
    a->buffer_us = segmented_playhead_buffer_us(&s->playhead, s->now_us);
    a->delay_us = s->ask_us > s->now_us ? s->ask_us - s->now_us : 0;
    s->untold = false;
}

/* Frames of the fetch came: the first of them may complete a change of rung. */
void segmented_decide_arrived(struct segmented *s)
{
    struct segmented_changing *c = &s->changing;
    if (!c->waits || s->fetch.request.rung != c->rung)
        return;
    int64_t stalled_us = segmented_playhead_stalled_us(&s->playhead, s->now_us) - c->stalled_us;
    segmented_actions_saw(&s->actions, SESSION_SWITCH, c->rung, s->now_us - c->decided_us,
                          s->now_us);
    segmented_actions_saw(&s->actions, SESSION_GAP, c->rung, stalled_us, s->now_us);
    c->waits = false;
}

/* Whether a streamed response came to its end as soon as what it holds was made: then it had to
 * wait for the origin. One that came later than by a chunk had bytes queueing. */
static bool kept_up(const struct segmented *s, const struct segmented_event *e)
{
    const struct segmented_request *r = &s->fetch.request;
    int64_t made_us =
        segmented_capture_us(s, r->first_frame + r->frame_count - 1) + s->told.available_us;
    return s->now_us - made_us <= s->setup.part_us + e->first_byte_us - s->fetch.asked_us;
}

static struct abr_download download(const struct segmented *s, const struct segmented_event *e)
{
    const struct segmented_request *r = &s->fetch.request;
    bool streamed = s->config.delivery.unit == SEGMENTED_CHUNKED;
    bool paused = streamed && !s->fetch.made && e->transfer_us < 0;
    return (struct abr_download){
        .rung = r->rung,
        .segment = s->unit,
        .media_us = segmented_frame_us(s, r->first_frame + r->frame_count) -
                    segmented_frame_us(s, r->first_frame),
        .bytes = e->bytes,
        .request_us = s->fetch.asked_us,
        .first_byte_us = e->first_byte_us,
        .end_us = s->now_us,
        .transfer_us = e->transfer_us >= 0 ? e->transfer_us : s->now_us - e->first_byte_us,
        .app_limited = paused && kept_up(s, e),
        .held = !streamed && !s->fetch.made,
    };
}

/* A response of media is whole. Of a segment in parts the rule is told once, when all are there, as
 * it decided on them once. */
void segmented_decide_done(struct segmented *s, const struct segmented_event *e)
{
    struct abr_download d = download(s, e), *u = &s->unit_download;
    if (!u->bytes) {
        *u = d;
    } else {
        u->media_us += d.media_us;
        u->bytes += d.bytes;
        u->end_us = d.end_us;
        u->transfer_us += d.transfer_us;
        u->held |= d.held;
    }
    if (s->next_frame >= segmented_segment_end(s, s->segment)) {
        s->unit++;
        s->segment++;
        s->decided = false;
        s->idle_us = s->now_us;
        if (s->config.rule->note_download) {
            struct abr_moment m = moment(s);
            s->config.rule->note_download(s->rule, &m, u);
        }
        u->bytes = 0;
    }
    s->config.estimator->add(s->estimator, &d);
}
