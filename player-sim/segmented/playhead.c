#include "player-sim/segmented/playhead.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

static int64_t frame_us(const struct segmented_playhead *p, int64_t frame)
{
    return timebase_frame_us(frame, p->rate);
}

/* The last frame that begins at or before media_us; frames begin on whole microseconds, rounded
 * down. */
static int64_t frame_at(const struct segmented_playhead *p, int64_t media_us)
{
    return timebase_muldiv_ceil(media_us + 1, p->rate.num, 1000000 * p->rate.den) - 1;
}

/* When it comes to media_us, which is not behind it. */
static int64_t comes_to_us(const struct segmented_playhead *p, int64_t media_us)
{
    return p->at_us +
           timebase_muldiv_ceil(media_us - p->media_us, SEGMENTED_NORMAL_PPM, p->rate_ppm);
}

static void anchor(struct segmented_playhead *p, int64_t now_us)
{
    p->media_us = segmented_playhead_media_us(p, now_us);
    p->at_us = now_us;
}

void segmented_playhead_finish(struct segmented_playhead *p)
{
    free(p->pieces);
    *p = (struct segmented_playhead){0};
}

static void stand_at(struct segmented_playhead *p, int64_t first_frame, int64_t start_frame)
{
    p->piece_count = 0;
    p->media_us = frame_us(p, start_frame);
    p->start_frame = p->told_frame = start_frame;
    p->end_frame = first_frame;
}

void segmented_playhead_place(struct segmented_playhead *p, const struct segmented_manifest *told,
                              bool live, int64_t first_frame, int64_t start_frame)
{
    *p = (struct segmented_playhead){
        .screen = SEGMENTED_WAITS,
        .rate = told->rate,
        .live = live,
        .capture0_us = told->capture0_us,
        .rate_ppm = SEGMENTED_NORMAL_PPM,
        .pieces = p->pieces,
        .piece_capacity = p->piece_capacity,
    };
    stand_at(p, first_frame, start_frame);
}

void segmented_playhead_jump(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us, int64_t first_frame, int64_t start_frame)
{
    if (p->screen == SEGMENTED_PLAYS)
        segmented_playhead_stop(p, out, now_us, false);
    stand_at(p, first_frame, start_frame);
}

static bool room(struct segmented_playhead *p)
{
    if (p->piece_count < p->piece_capacity)
        return true;
    size_t capacity = p->piece_capacity ? p->piece_capacity * 2 : FIRST_CAPACITY;
    struct segmented_piece *pieces = realloc(p->pieces, capacity * sizeof *pieces);
    if (!pieces)
        return false;
    p->pieces = pieces;
    p->piece_capacity = capacity;
    return true;
}

/* Where memory is short, frames count as the rung's before them. */
void segmented_playhead_add(struct segmented_playhead *p, int64_t end_frame, size_t rung)
{
    assert(end_frame > p->end_frame);
    p->end_frame = end_frame;
    if (end_frame <= p->told_frame)
        return;
    struct segmented_piece *last = p->piece_count ? &p->pieces[p->piece_count - 1] : NULL;
    if (last && (last->rung == rung || !room(p)))
        last->end_frame = end_frame;
    else if (room(p))
        p->pieces[p->piece_count++] = (struct segmented_piece){end_frame, rung};
}

static void tell_run(struct segmented_playhead *p, struct segmented_actions *out, size_t rung,
                     int64_t end_frame)
{
    int64_t from = p->told_frame;
    int64_t at_us = from == p->start_frame && p->screen == SEGMENTED_WAITS
                        ? p->at_us
                        : comes_to_us(p, frame_us(p, from));
    struct segmented_action *a = segmented_actions_add(out, SEGMENTED_SHOWED, rung, at_us);
    a->first_frame = from;
    a->frame_count = end_frame - from;
    a->latency_us = p->live ? at_us - p->capture0_us - frame_us(p, from) : 0;
    a->rate_ppm = p->rate_ppm;
    p->told_frame = end_frame;
}

static void tell_until(struct segmented_playhead *p, struct segmented_actions *out,
                       int64_t end_frame)
{
    size_t gone = 0;
    for (; gone < p->piece_count; gone++) {
        const struct segmented_piece *piece = &p->pieces[gone];
        if (piece->end_frame > p->told_frame && p->told_frame < end_frame)
            tell_run(p, out, piece->rung,
                     piece->end_frame < end_frame ? piece->end_frame : end_frame);
        if (piece->end_frame > p->told_frame)
            break;
    }
    if (gone)
        gone--; /* the last picture told of is on screen still, see segmented_playhead_rung */
    p->piece_count -= gone;
    memmove(p->pieces, p->pieces + gone, p->piece_count * sizeof *p->pieces);
}

void segmented_playhead_first(struct segmented_playhead *p, struct segmented_actions *out,
                              int64_t now_us)
{
    p->at_us = now_us;
    tell_until(p, out, p->start_frame + 1);
}

int64_t segmented_playhead_play(struct segmented_playhead *p, int64_t now_us)
{
    int64_t stalled_us = 0;
    if (p->screen == SEGMENTED_STALLS) {
        stalled_us = now_us - p->stalls_since_us;
        p->stalled_us += stalled_us;
    }
    p->screen = SEGMENTED_PLAYS;
    p->at_us = now_us;
    return stalled_us;
}

int64_t segmented_playhead_runs_out_us(const struct segmented_playhead *p)
{
    if (p->screen != SEGMENTED_PLAYS)
        return INT64_MAX;
    return comes_to_us(p, frame_us(p, p->end_frame));
}

void segmented_playhead_stop(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us, bool over)
{
    segmented_playhead_tell(p, out, now_us);
    anchor(p, now_us);
    p->screen = over ? SEGMENTED_IS_OVER : SEGMENTED_STALLS;
    p->stalls_since_us = now_us;
    p->rate_ppm = SEGMENTED_NORMAL_PPM;
}

void segmented_playhead_rate(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us, int64_t rate_ppm)
{
    assert(p->screen == SEGMENTED_PLAYS);
    segmented_playhead_tell(p, out, now_us);
    anchor(p, now_us);
    p->rate_ppm = rate_ppm;
}

void segmented_playhead_tell(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us)
{
    if (p->screen != SEGMENTED_PLAYS)
        return;
    int64_t end = frame_at(p, segmented_playhead_media_us(p, now_us)) + 1;
    tell_until(p, out, end < p->end_frame ? end : p->end_frame);
}

int64_t segmented_playhead_media_us(const struct segmented_playhead *p, int64_t now_us)
{
    if (p->screen != SEGMENTED_PLAYS)
        return p->media_us;
    return p->media_us +
           timebase_muldiv_floor(now_us - p->at_us, p->rate_ppm, SEGMENTED_NORMAL_PPM);
}

int64_t segmented_playhead_buffer_us(const struct segmented_playhead *p, int64_t now_us)
{
    int64_t ahead_us = frame_us(p, p->end_frame) - segmented_playhead_media_us(p, now_us);
    return ahead_us > 0 ? ahead_us : 0;
}

int64_t segmented_playhead_falls_us(const struct segmented_playhead *p, int64_t level_us)
{
    int64_t media_us = frame_us(p, p->end_frame) - level_us;
    if (p->screen != SEGMENTED_PLAYS || media_us <= p->media_us)
        return 0;
    return comes_to_us(p, media_us);
}

int64_t segmented_playhead_latency_us(const struct segmented_playhead *p, int64_t now_us)
{
    if (!p->live || p->screen == SEGMENTED_WAITS)
        return -1;
    return now_us - p->capture0_us - segmented_playhead_media_us(p, now_us);
}

int64_t segmented_playhead_stalled_us(const struct segmented_playhead *p, int64_t now_us)
{
    return p->stalled_us + (p->screen == SEGMENTED_STALLS ? now_us - p->stalls_since_us : 0);
}

size_t segmented_playhead_rung(const struct segmented_playhead *p, int64_t now_us)
{
    if (!p->piece_count)
        return 0;
    int64_t frame = frame_at(p, segmented_playhead_media_us(p, now_us));
    for (size_t i = 0; i < p->piece_count; i++)
        if (frame < p->pieces[i].end_frame)
            return p->pieces[i].rung;
    return p->pieces[p->piece_count - 1].rung;
}
