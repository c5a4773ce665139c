#include "media/core/clock.h"
#include "media/core/log.h"
#include "packager/ingest/feed.h"

static const int64_t goes_on_us = 1000000; /* what came so short a time ago has not stopped */

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

enum input_part feed_part_now(const struct feed *f, enum pace_stream stream)
{
    struct pace_counts counts;
    pace_counts(f->pace, &counts);
    return feed_part_state(&f->parts[stream], f->state.feed == INPUT_UP, f->state.since_us,
                           &counts.slots[stream]);
}

static void log_part(struct feed *f, enum pace_stream stream, bool missing, int64_t now_us)
{
    static const char *const names[] = {"picture", "sound"};
    static const char *const instead[] = {"its sound goes on, and the last picture stays",
                                          "its pictures go on, with silence"};
    if (!feed_log_allows(&f->limit, f->channel, now_us))
        return;
    if (missing)
        log_warn(f->channel, "feed %s gives no %s any more: %s; see what sends it", f->url.name,
                 names[stream], instead[stream]);
    else
        log_info(f->channel, "feed %s gives its %s again after %.1f s", f->url.name, names[stream],
                 (double)(now_us - f->missing_us[stream]) / 1e6);
}

/* Where neither comes the feed is about to be lost, which is told as that. */
static bool goes_on(const struct pace_slots *slots)
{
    return slots->given_us != INT64_MIN && slots->asked_us - slots->given_us < goes_on_us;
}

void feed_tell_parts(struct feed *f, int64_t now_us)
{
    enum input_part parts[PACE_STREAMS];
    struct pace_counts counts;
    pthread_mutex_lock(&f->lock);
    pace_counts(f->pace, &counts);
    bool up = f->state.feed == INPUT_UP;
    for (int i = 0; i < PACE_STREAMS; i++)
        parts[i] = feed_part_now(f, (enum pace_stream)i);
    pthread_mutex_unlock(&f->lock);
    for (int i = 0; up && i < PACE_STREAMS; i++) {
        bool missing = parts[i] == INPUT_PART_MISSING;
        if (missing == (f->missing_us[i] != 0) ||
            (missing && !goes_on(&counts.slots[PACE_STREAMS - 1 - i])))
            continue;
        log_part(f, (enum pace_stream)i, missing, now_us);
        f->missing_us[i] = missing ? now_us - FEED_PART_MISSING_US : 0;
    }
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
