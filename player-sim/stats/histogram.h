/* Series that are too long to be kept sample by sample: a log-linear histogram, written as samples
 * that stand for others. A value becomes the middle of its bin, a session its group; so what is
 * counted depends on the samples alone, not on their order nor on how they were dealt out, and is
 * worked out like any other series.
 *
 * Bins are as wide as HISTOGRAM_ERROR * 2 of the values in them: 2^HISTOGRAM_BITS bins between a
 * power of two and the next; below 2^(HISTOGRAM_BITS + 1) each number is its own bin. So a value
 * moves by at most HISTOGRAM_ERROR of itself, and with it every percentile, mean, trimmed and
 * winsorized mean of percentages. Statistics of absolute bounds may take a sample for one on the
 * bound's other side that is as near to it as that.
 * Thread-safety: pure functions. */
#ifndef PLAYER_SIM_STATS_HISTOGRAM_H
#define PLAYER_SIM_STATS_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BITS = 10, HISTOGRAM_GROUPS = 256 };

#define HISTOGRAM_ERROR (0.5 / (1 << HISTOGRAM_BITS)) /* 0.049 % */

/* The middle of value's bin; that of a middle is itself. Bins below 0 mirror those above; value >
 * INT64_MIN. */
int64_t histogram_value(int64_t value);

/* The group of a session, < HISTOGRAM_GROUPS; that of a group is itself. Of each 256 sessions from
 * 0 on every group gets one, by lot, so that what repeats every so many sessions (one trace after
 * the other) doesn't end up in groups of its own. */
uint32_t histogram_group(uint32_t session);

#endif
