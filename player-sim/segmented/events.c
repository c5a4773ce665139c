#include "player-sim/segmented/state.h"

#include <assert.h>

/* A request that failed is made again after this, and twice as long each further time; as the
 * session of HESP does. */
enum { RETRY_FIRST_US = 250000, RETRY_MAX_US = 4000000 };

enum { HTTP_NOT_FOUND = 404, HTTP_GONE = 410 };

static void catch_up_later(struct segmented *s)
{
    const struct segmented_catchup *c = s->config.catchup;
    bool any = s->config.delivery.live && c && c->rate_ppm;
    s->catchup_us = any ? s->now_us + c->every_us : INT64_MAX;
}

/* Starts or goes on, where there is enough for it. */
static void play(struct segmented *s)
{
    const struct segmented_delivery *d = &s->config.delivery;
    struct segmented_playhead *p = &s->playhead;
    if (s->joining.waits_first || (p->screen != SEGMENTED_WAITS && p->screen != SEGMENTED_STALLS))
        return;
    int64_t level_us = segmented_playhead_buffer_us(p, s->now_us);
    bool all = s->told.last_frame >= 0 && p->end_frame > s->told.last_frame;
    bool full = level_us + s->setup.segment_us > d->buffer_max_us;
    int64_t need_us = p->screen == SEGMENTED_WAITS ? d->start_us : d->resume_us;
    if (level_us <= 0 || (level_us < need_us && !all && !full))
        return;
    int64_t stalled_us = segmented_playhead_play(p, s->now_us);
    if (stalled_us > 0) {
        segmented_actions_saw(&s->actions, SESSION_STALL, s->rung, stalled_us, s->now_us);
        s->recovering = true;
    }
    catch_up_later(s);
}

static void frames(struct segmented *s, int64_t count)
{
    int64_t end = s->fetch.request.first_frame + count;
    if (s->told.last_frame >= 0 && end > s->told.last_frame + 1)
        end = s->told.last_frame + 1; /* it ended while the request was under way */
    if (end <= s->playhead.end_frame)
        return;
    segmented_playhead_add(&s->playhead, end, s->fetch.request.rung);
    segmented_join_pictures(s);
    segmented_decide_arrived(s);
    play(s);
}

/* What he wants next is gone from the origin: he joins anew where it is live now. */
static void fell_out(struct segmented *s)
{
    s->placed = s->decided = false;
    s->unit_download.bytes = 0;
    s->idle_us = s->now_us;
    segmented_fetch_cancel(s);
    if (s->config.rule->note_seek) {
        struct abr_moment m = {.now_us = s->now_us, .rung = s->rung, .segment = s->unit};
        s->config.rule->note_seek(s->rule, &m);
    }
}

static void manifest(struct segmented *s, const struct segmented_event *e)
{
    const struct segmented_manifest *m = &e->manifest;
    assert(m->rung_count && m->rung_count <= ABR_RUNGS_MAX && m->segment_frames && m->part_frames);
    bool reload = e->request == s->reload;
    bool listed = reload || s->fetch.request.kind == SEGMENTED_GET_PLAYLIST;
    if (reload)
        s->reload = 0;
    else
        s->fetch.id = 0;
    s->told = *m;
    s->known = true;
    if (listed)
        s->listed |= UINT64_C(1) << s->rung;
    if (s->kept)
        s->kept[s->channel] = *m;
    if (!listed && !s->placed && s->unit == 0 && !s->decided)
        segmented_decide_setup(s);
    if (s->placed && s->next_frame < m->first_frame)
        fell_out(s);
}

static void finished(struct segmented *s, const struct segmented_event *e)
{
    const struct segmented_request *r = &s->fetch.request;
    segmented_join_response(s, e);
    s->fetch.id = 0;
    if (r->kind == SEGMENTED_GET_INIT) {
        s->headers |= UINT64_C(1) << r->rung;
        return;
    }
    frames(s, r->frame_count);
    s->next_frame = r->first_frame + r->frame_count;
    segmented_decide_done(s, e);
}

static void failed(struct segmented *s, const struct segmented_event *e)
{
    struct segmented_action *a =
        segmented_actions_add(&s->actions, SEGMENTED_FAULT, s->rung, s->now_us);
    a->fault = e->fault;
    a->text = e->text;
    int64_t wait_us = RETRY_FIRST_US;
    for (int i = 0; i < s->tries && wait_us < RETRY_MAX_US; i++)
        wait_us *= 2;
    s->tries++;
    if (e->request == s->reload) {
        s->reload = 0;
        s->reload_us = s->now_us + wait_us;
        return;
    }
    s->fetch.id = 0;
    s->retry_us = s->now_us + wait_us;
    bool gone = e->http_status == HTTP_NOT_FOUND || e->http_status == HTTP_GONE;
    if (gone && s->config.delivery.live && s->fetch.request.kind == SEGMENTED_GET_MEDIA) {
        s->known = false; /* its manifest tells what is left */
        s->listed = 0;
    }
}

void segmented_event(struct segmented *s, const struct segmented_event *e)
{
    if (!e->request || (e->request != s->fetch.id && e->request != s->reload))
        return;
    if (e->kind != SEGMENTED_FAILED)
        s->tries = 0;
    switch (e->kind) {
    case SEGMENTED_MANIFEST:
        manifest(s, e);
        break;
    case SEGMENTED_DATA:
        segmented_join_response(s, e);
        if (s->fetch.request.kind == SEGMENTED_GET_MEDIA && s->fetch.request.streams)
            frames(s, e->frames);
        break;
    case SEGMENTED_FINISHED:
        finished(s, e);
        break;
    case SEGMENTED_FAILED:
        failed(s, e);
        break;
    }
}
