/* How far a feed's time is behind the clock: what is stamped pts is due at pts + offset.
 *
 * Invariant: whatever arrives no later against its stamp than anything within the last window did,
 * is there when it is due. And latency does not build up: of what the offset exceeds that by, all
 * but a few milliseconds is taken back, by 5 ms in a second, or at once where it is more than can
 * be taken back slowly.
 *
 * `need` is arrival minus time stamp: the least offset that would have had it there in time.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_PACE_OFFSET_H
#define PACKAGER_PACE_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_OFFSET_BUCKETS = 80, PACE_OFFSET_BUCKET_US = 250000, PACE_OFFSET_MARGIN_US = 5000 };

struct pace_offset {
    bool known;
    bool rises_only; /* a source that is read ahead always has slack: that is no latency */
    bool sliding;
    int64_t offset_us;
    int64_t found_us;                         /* when it was found (anew) */
    int64_t observed_us;                      /* the last observation */
    int64_t bucket;                           /* the newest one's number */
    int64_t greatest_us[PACE_OFFSET_BUCKETS]; /* the greatest need within each bucket's time */
};

void pace_offset_init(struct pace_offset *o, bool rises_only);

/* Something has arrived. now_us never goes back. */
void pace_offset_observe(struct pace_offset *o, int64_t need_us, int64_t now_us);

/* Starts anew from offset_us. */
void pace_offset_set(struct pace_offset *o, int64_t offset_us, int64_t now_us);

#endif
