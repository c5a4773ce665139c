/* When a track has to carry the manifestupdate event: in the first frame after the announcement,
 * and again each second, since a viewer who joins or switches can miss one (HESP 6.2.1.2).
 * Thread-safety: belongs to one thread. */
#ifndef PACKAGER_PIPELINE_EVENT_REPEAT_H
#define PACKAGER_PIPELINE_EVENT_REPEAT_H

#include "media/core/timebase.h"

#include <stdbool.h>
#include <stdint.h>

struct event_repeat {
    int64_t last; /* the frame that carried it, -1: none yet */
};

static inline void event_repeat_init(struct event_repeat *e)
{
    e->last = -1;
}

/* Whether frame n is to carry the event. n rises from call to call. */
static inline bool event_repeat_due(struct event_repeat *e, bool announced, int64_t n,
                                    struct rational rate)
{
    if (!announced || (e->last >= 0 && (n - e->last) * rate.den < rate.num))
        return false;
    e->last = n;
    return true;
}

#endif
