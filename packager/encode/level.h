/* H.264 levels (ISO/IEC 14496-10 table A-1).
 * Thread-safety: a pure function, any thread. */
#ifndef PACKAGER_ENCODE_LEVEL_H
#define PACKAGER_ENCODE_LEVEL_H

#include "media/core/timebase.h"

#include <stdbool.h>
#include <stdint.h>

struct encoder_level_needs {
    int width, height;          /* luma samples */
    struct rational frame_rate; /* frames per second, > 0 */
    int64_t bitrate_bps;        /* the largest rate that the stream keeps */
    int64_t buffer_bits;        /* and its buffer */
    bool high_profile; /* a quarter more bits than Baseline and Main (A.3.3 i, table A-2) */
};

/* level_idc of the lowest level that fits, or 0 where none does. Level 1b is passed over: its sign
 * is another one in each profile, for a range of bit rates that level 1.1 covers as well. */
int encoder_level_idc(const struct encoder_level_needs *needs);

#endif
