/* The 95 % interval of tm90 by the bootstrap: what tm90 would have been had other sessions of the
 * same kind turned up. Internal to player-sim/stats. Thread-safety: pure functions.
 *
 * The units that are drawn are sessions, since samples within one hang together; where there is one
 * session only, its samples. Each of STATS_RESAMPLES resamples draws as many units as there are,
 * with replacement, from a generator with the fixed seed STATS_SEED; the interval is from the 2.5th
 * to the 97.5th percentile of their tm90.
 *
 * Up to STATS_EXACT_MAX samples each resample's tm90 is exact. Above, the sorted samples are put
 * into BOOTSTRAP_BINS bins of equally many, and the units, where there are more than
 * BOOTSTRAP_GROUPS, by lot into that many groups as alike in size as can be, which are drawn
 * instead; of the bin in which a resample's 90 % end, the part needed counts with the bin's mean.
 * So a resample costs at most BOOTSTRAP_BINS * BOOTSTRAP_GROUPS additions. */
#ifndef PLAYER_SIM_STATS_BOOTSTRAP_H
#define PLAYER_SIM_STATS_BOOTSTRAP_H

#include "player-sim/stats/stats.h"

enum { BOOTSTRAP_BINS = 1024, BOOTSTRAP_GROUPS = 512 };

/* samples: n > 0 of them, sorted upwards by value. ERR_NOMEM: interval is untouched. */
int bootstrap_interval(const struct stats_sample *samples, size_t n, double interval[2]);

#endif
