#include "packager/ingest/feed_part.h"

enum input_part feed_part_state(const struct feed_part *part, bool up, int64_t since_us,
                                const struct pace_slots *slots)
{
    if (!part->announced && !part->had)
        return INPUT_PART_NONE;
    int64_t from_us = slots->given_us > since_us ? slots->given_us : since_us;
    bool missing = slots->asked_us > from_us && slots->asked_us - from_us > FEED_PART_MISSING_US;
    return up && !missing ? INPUT_PART_UP : INPUT_PART_MISSING;
}
