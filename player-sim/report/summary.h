/* The statistics of a metric, whole and split, worked out when they are first asked for.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_SUMMARY_H
#define PLAYER_SIM_REPORT_SUMMARY_H

#include "player-sim/stats/stats.h"

#include <stdbool.h>
#include <stddef.h>

enum report_split { REPORT_BY_CHANNEL, REPORT_BY_RENDITION, REPORT_BY_RTT, REPORT_SPLITS };

enum { REPORT_QUANTILES = 101 };

struct report_key {
    const char *name; /* NULL for the whole */
    struct stats stats;
    double *trims; /* of the report's trims; NAN where there is none */
};

/* Zeroed memory is one that nothing is known of yet. */
struct report_summary {
    bool known, split;
    uint64_t n; /* for so many samples */
    struct report_key whole;
    double *quantiles; /* of the whole: REPORT_QUANTILES, the percentiles 0 to 100 */
    double *resamples; /* of the whole: STATS_RESAMPLES tm90 in the order of the draws */
    struct report_key *keys[REPORT_SPLITS]; /* those that have samples */
    size_t key_count[REPORT_SPLITS];
};

struct report;

/* out: valid until the next sample of this metric. With split, keys too. ERR_NOMEM. */
int report_summarize(struct report *r, size_t metric, bool split,
                     const struct report_summary **out);
void report_summary_finish(struct report_summary *s);

/* "channel", "rendition", "rtt". */
const char *report_split_name(enum report_split split);

#endif
