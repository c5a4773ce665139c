#include "media/core/clock.h"
#include "media/core/log.h"
#include "packager/ingest/feed.h"

int64_t feed_mark_up(struct feed *f, int64_t now_us)
{
    if (f->state.feed == INPUT_UP)
        return -1;
    int64_t lost_for_us = f->was_up ? now_us - f->state.since_us : 0;
    if (!f->was_up) {
        struct pace_counts counts;
        pace_counts(f->pace, &counts);
        f->silent_before = counts.silent_samples;
    }
    f->was_up = true;
    f->state.feed = INPUT_UP;
    f->state.since_us = now_us;
    return lost_for_us;
}

bool feed_mark_lost(struct feed *f, const char *reason, const char *advice)
{
    int64_t now_us = clock_monotonic_us();
    pthread_mutex_lock(&f->lock);
    bool was_up = f->state.feed == INPUT_UP;
    if (was_up) {
        f->state.feed = INPUT_LOST;
        f->state.lost++;
        f->state.since_us = now_us;
    }
    pthread_mutex_unlock(&f->lock);
    if (was_up && !atomic_load(&f->stop) && feed_log_allows(&f->limit, f->channel, now_us))
        log_warn(f->channel, "feed %s is lost: %s; the last picture and silence go on%s",
                 f->url.name, reason, advice);
    return was_up;
}
