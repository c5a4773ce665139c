/* A feed's time stamps as one time that goes on: wraps, restarts of the sender and splices are
 * taken out of them, and sound and picture that were together stay together.
 *
 * Invariant: of each stream, what pace_timeline_map gives never goes back by more than
 * PACE_TIMELINE_BACK_US, but to come back in step with the other stream; and never runs ahead of
 * the feed's own progress, or of the other stream's, by more than max_step_us.
 *
 * A stream that jumps goes on where it would have without the jump. The other stream, when it jumps
 * as well, takes the same shift wherever that puts it beside the first one, or nearer to its own
 * continuation. Stamps that stand still, or step back by little, say nothing: what has them follows
 * the last.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_PACE_TIMELINE_H
#define PACKAGER_PACE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

enum pace_stream { PACE_PICTURES, PACE_SOUND, PACE_STREAMS };

enum { PACE_TIMELINE_BACK_US = 100000 };

#define PACE_NO_PTS INT64_MIN /* a picture or sound without a time stamp: it follows the last */

struct pace_timeline_stream {
    bool known;
    int64_t shift_us;    /* feed time minus time stamp */
    int64_t last_us;     /* feed time of the last one */
    int64_t duration_us; /* of the last one, as far as it is known */
    int64_t arrived_us;
    bool stamped;     /* the last one had a time stamp that says something */
    int64_t stamp_us; /* the last such stamp; PACE_NO_PTS: none yet */
    /* Feed time minus arrival, the least of what came stamped in a second, and in the one before:
     * of streams that come in bundles, that of a bundle's first. */
    int64_t lead_us[2];
    int64_t lead_second;
    int64_t apart_us; /* arrival since which its shift is another than the other stream's, though
                         that would do; PACE_NO_PTS: it isn't */
};

struct pace_timeline {
    bool live;           /* elapsed time counts as progress of the feed */
    int64_t max_step_us; /* > 0; a greater step forward is a jump, and no gap */
    int64_t start_us;    /* the least time stamp that a stream began with */
    int64_t jumps;       /* of the time stamps, of either stream, ever */
    struct pace_timeline_stream streams[PACE_STREAMS];
};

void pace_timeline_init(struct pace_timeline *t, bool live, int64_t max_step_us);

/* The feed time of a picture or a run of samples that is stamped pts_us (PACE_NO_PTS where it
 * isn't; what no clock can mean is taken as that) and lasts duration_us (0 where unknown). */
int64_t pace_timeline_map(struct pace_timeline *t, enum pace_stream stream, int64_t pts_us,
                          int64_t duration_us, int64_t now_us);

/* What comes next starts again with the first time stamps: they follow the end of what was mapped,
 * which is the end of the longer stream. */
void pace_timeline_rewind(struct pace_timeline *t);

#endif
