/* What is said of a series of durations, or of scores: the STATS of the JSON report.
 * Thread-safety: pure functions on the caller's data. */
#ifndef PLAYER_SIM_STATS_STATS_H
#define PLAYER_SIM_STATS_STATS_H

#include "player-sim/stats/trim.h"

#include <stdint.h>

/* So many equal samples of one session. */
struct stats_sample {
    double value;     /* any unit; 0..STATS_DURATION_MAX, of scores from -STATS_DURATION_MAX on */
    uint32_t session; /* samples of one session hang together: the bootstrap draws whole sessions */
    uint32_t count;   /* > 0 */
};

struct stats {
    uint64_t n; /* samples; 0: all else is meaningless */
    double tc;  /* of tm90: 0.9 n */
    double mean, tm90, tm99, iqm, p50, p90, p99, max;
    double ci95[2]; /* of tm90; both tm90 where there is one session with one sample */
};

enum { STATS_RESAMPLES = 1000, STATS_SEED = 1 };

#define STATS_DURATION_MAX 1e18 /* keeps all sums finite; 31 years in nanoseconds */

/* Whether value is a duration: finite, not negative, and not above STATS_DURATION_MAX. */
bool stats_is_duration(double value);

/* samples: count entries, sorted in place, by value; how equal samples are spread over entries
 * changes nothing but the last digits. trims: trim_count of them, their values go to trim_values,
 * NAN where there is none (may be NULL with 0). The interval: bootstrap.h, whose resamples' tm90 go
 * to resamples in the order of the draws, STATS_RESAMPLES of them, where it is not NULL and there
 * is a sample. ERR_INVALID: a value that is no duration, or a count of 0; ERR_NOMEM. out is
 * untouched on failure. */
int stats_compute(struct stats_sample *samples, size_t count, const struct trim *trims,
                  size_t trim_count, struct stats *out, double *trim_values, double *resamples);

/* The same of scores, which may be below 0. ERR_INVALID: a value that is not finite, or beyond
 * STATS_DURATION_MAX either way; else as above. */
int stats_compute_signed(struct stats_sample *samples, size_t count, const struct trim *trims,
                         size_t trim_count, struct stats *out, double *trim_values,
                         double *resamples);

#endif
