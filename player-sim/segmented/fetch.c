#include "player-sim/segmented/state.h"

/* RFC 8216bis, 4.4.4.9: parts may leave a playlist when their segment ends more than three target
 * durations before its end; it is fetched whole then. */
enum { LISTED_SEGMENTS = 3 };

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool has(uint64_t set, size_t rung)
{
    return set >> rung & 1;
}

/* When all frames before end_frame can be had: by the clock, or once a playlist tells of them,
 * which nobody knows. */
static int64_t made_us(const struct segmented *s, int64_t end_frame)
{
    if (!s->config.delivery.live || end_frame <= s->told.newest_frame + 1)
        return INT64_MIN;
    if (s->config.delivery.playlists)
        return INT64_MAX;
    return segmented_capture_us(s, end_frame - 1) + s->told.available_us;
}

bool segmented_fetch_made(const struct segmented *s, int64_t end_frame)
{
    return made_us(s, end_frame) <= s->now_us;
}

/* Of the unit of delivery that can be asked for last. */
int64_t segmented_fetch_newest(const struct segmented *s)
{
    const struct segmented_manifest *m = &s->told;
    if (!s->config.delivery.live || s->config.delivery.playlists)
        return m->newest_frame;
    int64_t age_us = s->now_us - m->capture0_us - m->available_us;
    int64_t end = age_us < 0 ? 0 : timebase_frame_at_us(age_us, m->rate) + 1;
    if (m->last_frame >= 0 && end > m->last_frame)
        return m->last_frame;
    int64_t in_segment = end % m->segment_frames;
    int64_t cut =
        s->config.delivery.unit == SEGMENTED_WHOLE ? in_segment : in_segment % m->part_frames;
    end -= cut;
    return end > m->newest_frame ? end - 1 : m->newest_frame;
}

/* The end of what has to be there before the next request for media makes sense. */
static int64_t needed_frame(const struct segmented *s)
{
    int64_t segment_end = segmented_segment_end(s, s->segment);
    switch (s->config.delivery.unit) {
    case SEGMENTED_CHUNKED:
        return earliest(s->next_frame + s->told.part_frames, segment_end);
    case SEGMENTED_PARTS:
        return s->config.delivery.hints
                   ? s->next_frame
                   : earliest(s->next_frame + s->told.part_frames, segment_end);
    default:
        return segment_end;
    }
}

/* When the next segment is due to be decided: there is room for it, and it is there. */
static int64_t decide_us(const struct segmented *s)
{
    if (!s->placed)
        return INT64_MIN;
    int64_t size_us = segmented_frame_us(s, segmented_segment_end(s, s->segment)) -
                      segmented_frame_us(s, s->next_frame);
    int64_t level_us = s->config.delivery.buffer_max_us - size_us;
    int64_t room_us = segmented_playhead_falls_us(&s->playhead, level_us > 0 ? level_us : 0);
    int64_t there_us = made_us(s, needed_frame(s));
    return room_us > there_us ? room_us : there_us;
}

static void ask(struct segmented *s, struct segmented_request r)
{
    s->fetch.request = r;
    s->fetch.asked_us = s->now_us;
    s->fetch.id = segmented_actions_request(&s->actions, &r, s->now_us);
}

static struct segmented_request media(const struct segmented *s)
{
    int64_t segment_end = segmented_segment_end(s, s->segment);
    struct segmented_request r = {
        .kind = SEGMENTED_GET_MEDIA,
        .rung = s->rung,
        .segment = s->segment,
        .part = -1,
        .first_frame = s->next_frame,
        .frame_count = segment_end - s->next_frame,
        .streams = s->config.delivery.unit == SEGMENTED_CHUNKED,
    };
    int64_t segment_frames = s->told.segment_frames, part_frames = s->told.part_frames;
    int64_t in_segment = s->next_frame - s->segment * segment_frames;
    bool listed = !s->config.delivery.live ||
                  segment_end + LISTED_SEGMENTS * segment_frames > s->told.newest_frame + 1;
    if (s->config.delivery.unit == SEGMENTED_PARTS && (listed || in_segment)) {
        r.part = in_segment / part_frames;
        r.frame_count = earliest(part_frames, r.frame_count);
    }
    return r;
}

/* The next step towards media, where it is time for one. */
static void step(struct segmented *s)
{
    const struct segmented_delivery *d = &s->config.delivery;
    if (!s->known) {
        ask(s,
            (struct segmented_request){.kind = SEGMENTED_GET_MANIFEST, .segment = -1, .part = -1});
        return;
    }
    if (!s->decided) {
        if (s->now_us < decide_us(s))
            return;
        segmented_decide(s);
    }
    if (s->now_us < s->ask_us)
        return;
    if (d->playlists && !has(s->listed, s->rung)) {
        ask(s, (struct segmented_request){
                   .kind = SEGMENTED_GET_PLAYLIST, .rung = s->rung, .segment = -1, .part = -1});
        return;
    }
    if (!s->placed) {
        segmented_join_place(s);
        segmented_decide_tell(s);
    }
    if (d->headers && !has(s->headers, s->rung)) {
        ask(s, (struct segmented_request){
                   .kind = SEGMENTED_GET_INIT, .rung = s->rung, .segment = -1, .part = -1});
        return;
    }
    if (s->now_us < made_us(s, needed_frame(s)))
        return;
    struct segmented_request r = media(s);
    s->fetch.made = segmented_fetch_made(s, r.first_frame + r.frame_count);
    ask(s, r);
}

/* A playlist that grows is asked for again at once, and answered when it has grown. */
static void reload(struct segmented *s)
{
    const struct segmented_delivery *d = &s->config.delivery;
    if (!d->live || !d->playlists || !s->placed || s->reload || s->now_us < s->reload_us ||
        !has(s->listed, s->rung) ||
        (s->told.last_frame >= 0 && s->told.newest_frame >= s->told.last_frame))
        return;
    int64_t next = s->told.newest_frame + 1, segment_frames = s->told.segment_frames;
    s->reload = segmented_actions_request(
        &s->actions,
        &(struct segmented_request){
            .kind = SEGMENTED_GET_PLAYLIST,
            .rung = s->rung,
            .segment = next / segment_frames,
            .part = d->unit == SEGMENTED_PARTS ? next % segment_frames / s->told.part_frames : -1,
        },
        s->now_us);
}

void segmented_fetch_go_on(struct segmented *s)
{
    if (s->left || s->playhead.screen == SEGMENTED_IS_OVER)
        return;
    if (s->placed && s->told.last_frame >= 0 && s->next_frame > s->told.last_frame)
        s->complete = true;
    if (!s->fetch.id && !s->complete && s->now_us >= s->retry_us)
        step(s);
    if (s->known)
        reload(s);
}

/* When go_on would do something that no event brings about. */
static int64_t step_us(const struct segmented *s)
{
    if (s->fetch.id || s->complete)
        return INT64_MAX;
    if (s->now_us < s->retry_us || !s->known)
        return s->retry_us;
    if (!s->decided)
        return decide_us(s);
    if (s->now_us < s->ask_us)
        return s->ask_us;
    return made_us(s, needed_frame(s));
}

int64_t segmented_fetch_next_us(const struct segmented *s)
{
    if (s->left || s->playhead.screen == SEGMENTED_IS_OVER)
        return INT64_MAX;
    int64_t next = step_us(s);
    return s->now_us < s->reload_us ? earliest(next, s->reload_us) : next;
}

void segmented_fetch_cancel(struct segmented *s)
{
    segmented_actions_cancel(&s->actions, &s->fetch.id, s->now_us);
    segmented_actions_cancel(&s->actions, &s->reload, s->now_us);
}
