/* The 95 % interval of tm90 by the bootstrap: what tm90 would have been had other sessions of the
 * same kind turned up. Internal to player-sim/stats. Thread-safety: pure functions.
 *
 * The units that are drawn are sessions, since samples within one hang together; where there is one
 * session only, its samples. More than BOOTSTRAP_UNITS_MAX of them are put by lot into
 * BOOTSTRAP_GROUPS groups, which are drawn instead. Each of STATS_RESAMPLES resamples draws as many
 * units as there are, with replacement, from a generator with the fixed seed STATS_SEED, and its
 * tm90 is exact; the interval is from the 2.5th to the 97.5th percentile of them.
 *
 * Units are numbered in the order of the sessions' numbers. So two series in which the same
 * sessions have samples meet the same draws, and their resamples can be compared one by one. */
#ifndef PLAYER_SIM_STATS_BOOTSTRAP_H
#define PLAYER_SIM_STATS_BOOTSTRAP_H

#include "player-sim/stats/stats.h"

enum { BOOTSTRAP_UNITS_MAX = 10000, BOOTSTRAP_GROUPS = 512 };

/* samples: count > 0 entries, sorted upwards by value. resamples: STATS_RESAMPLES tm90 in the order
 * of the draws; NULL: not wanted. ERR_NOMEM: interval is untouched. */
int bootstrap_interval(const struct stats_sample *samples, size_t count, double interval[2],
                       double *resamples);

/* The 2.5th and the 97.5th percentile of them; sorts them. */
void bootstrap_percentiles(double values[STATS_RESAMPLES], double interval[2]);

#endif
