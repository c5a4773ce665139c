#include "packager/pace/pictures.h"

#include <assert.h>
#include <string.h>

static const int64_t guard_us = 2000; /* nearer than this to the slot's moment is too near */

void pace_pictures_init(struct pace_pictures *q)
{
    memset(q, 0, sizeof *q);
}

static const struct pace_picture *at(const struct pace_pictures *q, int i)
{
    return &q->ring[(q->first + i) % PACE_PICTURES_MAX];
}

void pace_pictures_put(struct pace_pictures *q, const struct pace_picture *picture)
{
    assert(q->count < PACE_PICTURES_MAX);
    q->ring[(q->first + q->count++) % PACE_PICTURES_MAX] = *picture;
}

struct pace_picture pace_pictures_pop(struct pace_pictures *q)
{
    assert(q->count > 0);
    struct pace_picture picture = *at(q, 0);
    q->first = (q->first + 1) % PACE_PICTURES_MAX;
    q->count--;
    return picture;
}

/* Away from the picture just before the moment, or else from the one just after it. */
static void move_phase(struct pace_pictures *q, int due, int64_t moment_us)
{
    int64_t before_us = due > 0 ? moment_us - at(q, due - 1)->pts_us : guard_us;
    int64_t after_us = due < q->count ? at(q, due)->pts_us - moment_us : guard_us;
    if (before_us < guard_us)
        q->phase_us += guard_us - before_us;
    else if (after_us < guard_us)
        q->phase_us -= guard_us - after_us;
    if (q->phase_us > PACE_PHASE_MAX_US)
        q->phase_us = PACE_PHASE_MAX_US;
    if (q->phase_us < -PACE_PHASE_MAX_US)
        q->phase_us = -PACE_PHASE_MAX_US;
}

int pace_pictures_due(struct pace_pictures *q, int64_t feed_us)
{
    int64_t moment_us = feed_us + q->phase_us;
    int due = 0;
    while (due < q->count && at(q, due)->pts_us <= moment_us)
        due++;
    move_phase(q, due, moment_us);
    return due;
}

int64_t pace_pictures_span_us(const struct pace_pictures *q)
{
    return q->count ? at(q, q->count - 1)->pts_us - at(q, 0)->pts_us : 0;
}
