/* What is said of a series of durations: the STATS of the JSON report.
 * Thread-safety: pure functions on the caller's data. */
#ifndef PLAYER_SIM_STATS_STATS_H
#define PLAYER_SIM_STATS_STATS_H

#include "player-sim/stats/trim.h"

#include <stdint.h>

struct stats_sample {
    double value;     /* any unit; 0..STATS_DURATION_MAX */
    uint32_t session; /* samples of one session hang together: the bootstrap draws whole sessions */
};

struct stats {
    size_t n;  /* 0: all else is meaningless */
    double tc; /* of tm90: 0.9 n */
    double mean, tm90, tm99, iqm, p50, p90, p99, max;
    double ci95[2]; /* of tm90; both tm90 where there is one session with one sample */
};

enum { STATS_RESAMPLES = 1000, STATS_EXACT_MAX = 100000, STATS_SEED = 1 };

#define STATS_DURATION_MAX 1e18 /* keeps all sums finite; 31 years in nanoseconds */

/* Whether value is a duration: finite, not negative, and not above STATS_DURATION_MAX. */
bool stats_is_duration(double value);

/* samples are sorted in place, by value. trims: count of them, their values go to trim_values, NAN
 * where there is none (may be NULL with 0). The interval: STATS_RESAMPLES resamples of sessions
 * with a fixed seed, percentiles 2.5 and 97.5; where there is one session only, of its samples;
 * above STATS_EXACT_MAX samples from sums in 1,024 bins of the sorted values and at most 512 groups
 * of sessions, so that its cost stays bounded (bootstrap.h). ERR_INVALID: a value that is no
 * duration; ERR_NOMEM. out is untouched on failure. */
int stats_compute(struct stats_sample *samples, size_t n, const struct trim *trims,
                  size_t trim_count, struct stats *out, double *trim_values);

#endif
