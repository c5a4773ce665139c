/* Whether the picture, or the sound, of a feed that is up comes.
 * Thread-safety: a pure function, any thread. */
#ifndef PACKAGER_INGEST_FEED_PART_H
#define PACKAGER_INGEST_FEED_PART_H

#include "packager/ingest/input.h"
#include "packager/pace/pace.h"

#include <stdbool.h>
#include <stdint.h>

enum { FEED_PART_MISSING_US = 2000000 };

struct feed_part {
    bool announced; /* by the container that is open */
    bool had;       /* it has come, ever */
};

/* A part that nobody announced and that never came is none. Of others, missing is what got no slot
 * for FEED_PART_MISSING_US, counted from since_us (when the feed was up) at the earliest; and all
 * of a feed that is not up. Slots are counted, not the time: a late output is no fault of the
 * feed's. */
enum input_part feed_part_state(const struct feed_part *part, bool up, int64_t since_us,
                                const struct pace_slots *slots);

#endif
