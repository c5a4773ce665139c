#include "packager/pace/timeline.h"

#include <stdlib.h>
#include <string.h>

/* Where the streams of one feed begin further apart than this, the stamps are not of one clock. */
static const int64_t apart_us = 10000000;
/* What is no further than this from where the other stream is has not jumped, but was away. */
static const int64_t beside_us = 2000000;
static const int64_t longest_duration_us = 1000000;
static const int64_t furthest_us = (int64_t)1 << 57; /* 4,500 years: room for sums of them */

void pace_timeline_init(struct pace_timeline *t, bool live, int64_t max_step_us)
{
    memset(t, 0, sizeof *t);
    t->live = live;
    t->max_step_us = max_step_us;
    t->start_us = PACE_NO_PTS;
}

/* Where the stream would be now, had it gone on as before. */
static int64_t continuation(const struct pace_timeline *t, const struct pace_timeline_stream *s,
                            int64_t now_us)
{
    int64_t elapsed_us = t->live ? now_us - s->arrived_us : 0;
    return s->last_us + (elapsed_us > s->duration_us ? elapsed_us : s->duration_us);
}

/* Whether a stream that is stamped as before is where the other one has got to meanwhile. */
static bool is_beside_other(const struct pace_timeline *t, const struct pace_timeline_stream *s,
                            int64_t mapped_us, int64_t now_us)
{
    const struct pace_timeline_stream *other = &t->streams[s == &t->streams[0] ? 1 : 0];
    return other->known && other->shift_us == s->shift_us &&
           llabs(mapped_us - continuation(t, other, now_us)) <= beside_us;
}

/* A picture that its decoder held back while pictures stopped comes with the next one, long after
 * the other stream's of its time: where its own stream is now, it does not tell. */
static bool is_straggler(const struct pace_timeline *t, const struct pace_timeline_stream *s,
                         int64_t mapped_us, int64_t now_us)
{
    const struct pace_timeline_stream *other = &t->streams[s == &t->streams[0] ? 1 : 0];
    return t->live && s->known && other->known && other->shift_us == s->shift_us &&
           mapped_us < continuation(t, other, now_us) - beside_us;
}

static bool is_jump(const struct pace_timeline *t, const struct pace_timeline_stream *s,
                    int64_t mapped_us, int64_t now_us)
{
    int64_t step_us = mapped_us - s->last_us;
    if (step_us < -PACE_TIMELINE_BACK_US)
        return true;
    if (t->live)
        step_us -= now_us - s->arrived_us;
    return step_us > t->max_step_us && !is_beside_other(t, s, mapped_us, now_us);
}

static int64_t first_shift(const struct pace_timeline *t, const struct pace_timeline_stream *other,
                           int64_t pts_us, int64_t now_us)
{
    if (!other->known)
        return 0;
    int64_t there_us = continuation(t, other, now_us);
    int64_t limit_us = t->max_step_us > apart_us ? t->max_step_us : apart_us;
    bool apart = llabs(pts_us + other->shift_us - there_us) > limit_us;
    return apart ? there_us - pts_us : other->shift_us;
}

static int64_t next_shift(const struct pace_timeline *t, const struct pace_timeline_stream *s,
                          const struct pace_timeline_stream *other, int64_t pts_us, int64_t now_us)
{
    int64_t expected_us = continuation(t, s, now_us);
    int64_t shift_us = s->shift_us;
    if (other->known &&
        llabs(pts_us + other->shift_us - expected_us) < llabs(pts_us + shift_us - expected_us))
        shift_us = other->shift_us;
    return is_jump(t, s, pts_us + shift_us, now_us) ? expected_us - pts_us : shift_us;
}

int64_t pace_timeline_map(struct pace_timeline *t, enum pace_stream stream, int64_t pts_us,
                          int64_t duration_us, int64_t now_us)
{
    struct pace_timeline_stream *s = &t->streams[stream];
    const struct pace_timeline_stream *other = &t->streams[PACE_STREAMS - 1 - stream];
    int64_t mapped_us;

    if (pts_us < -furthest_us || pts_us > furthest_us) {
        const struct pace_timeline_stream *from = s->known ? s : other;
        mapped_us = from->known ? continuation(t, from, now_us) : 0;
    } else {
        s->shift_us = s->known ? next_shift(t, s, other, pts_us, now_us)
                               : first_shift(t, other, pts_us, now_us);
        mapped_us = pts_us + s->shift_us;
        if (!s->known && (t->start_us == PACE_NO_PTS || mapped_us < t->start_us))
            t->start_us = mapped_us;
    }
    if (is_straggler(t, s, mapped_us, now_us))
        return mapped_us;
    if (duration_us <= 0 && s->known)
        duration_us = mapped_us - s->last_us;
    if (duration_us > 0 && duration_us <= longest_duration_us)
        s->duration_us = duration_us;
    s->known = true;
    s->last_us = mapped_us;
    s->arrived_us = now_us;
    return mapped_us;
}

void pace_timeline_rewind(struct pace_timeline *t)
{
    int64_t end_us = INT64_MIN;
    for (int i = 0; i < PACE_STREAMS; i++) {
        const struct pace_timeline_stream *s = &t->streams[i];
        if (s->known && s->last_us + s->duration_us > end_us)
            end_us = s->last_us + s->duration_us;
    }
    if (end_us == INT64_MIN || t->start_us == PACE_NO_PTS)
        return;
    for (int i = 0; i < PACE_STREAMS; i++)
        t->streams[i].shift_us = end_us - t->start_us;
}
