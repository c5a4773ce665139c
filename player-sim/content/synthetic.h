/* Makes up a channel from a ladder, where none was recorded: the sizes that a low-delay encoder
 * gives scenes of changing difficulty under a tight VBV. docs/content.md tells the model, what its
 * figures were fitted to, and what it leaves out.
 *
 * In short: a scene has a difficulty, frames vary around it (lognormal, first-order autoregressive)
 * and scene cuts and segment starts want intra pictures; all of this is common to the rungs, as it
 * is in one programme. Each rung's rate control, the reactive one of x264, then turns what is
 * wanted into what its VBV of 0.25 s can hold. Frames at times want less than the rate allows for
 * long: the sum stays at the bit rate in the long run, and never above what the manifest promises.
 *
 * All of it is integer arithmetic on numbers drawn from the seed: the same on every machine.
 * Thread-safety: any thread. */
#ifndef PLAYER_SIM_CONTENT_SYNTHETIC_H
#define PLAYER_SIM_CONTENT_SYNTHETIC_H

#include "player-sim/content/content.h"

struct content_ladder_rung {
    int width, height;   /* 1..16384 */
    int64_t bitrate_bps; /* 10 kbit/s..1 Gbit/s; no two alike */
};

struct content_ladder {
    struct content_ladder_rung rungs[CONTENT_RUNGS_MAX]; /* in any order */
    size_t rung_count;                                   /* 1..CONTENT_RUNGS_MAX */
    struct rational rate;             /* frames per second, 1..1000; terms up to 10^6 */
    struct rational segment_duration; /* seconds, up to 3600, rounded to whole frames */
    int64_t duration_us;              /* > 0, up to an hour: rounded up to whole segments */
    int64_t sound_bps;                /* AAC at 48 kHz; 0: none; up to 1 Mbit/s */
    uint64_t seed;
};

/* 1280x720@2500k, 640x360@800k and 426x240@400k, 30 a second, segments of 6 s, 60 s, sound of
 * 128 kbit/s, seed 1. */
extern const struct content_ladder content_ladder_default;

/* Makes the content, which is the caller's to finish. ERR_INVALID: error is one line that names
 * what is out of its range; ERR_NOMEM. *out is untouched on failure. */
int content_synthesize(const struct content_ladder *ladder, struct content *out,
                       char error[CONTENT_ERROR_BYTES]);

#endif
