/* How a metric's samples are spread, in so few numbers that a page can carry them.
 * Thread-safety: pure functions. */
#ifndef PLAYER_SIM_REPORT_DISTRIBUTION_H
#define PLAYER_SIM_REPORT_DISTRIBUTION_H

#include "player-sim/stats/stats.h"

#include <stdbool.h>
#include <stddef.h>

enum { DISTRIBUTION_BINS_MAX = 60 };

struct distribution {
    bool logarithmic; /* bins grow by a factor; else by a width */
    double low, high; /* of all bins together; high is the greatest sample */
    size_t bins;      /* 0: all samples are alike, or there is none */
    uint64_t counts[DISTRIBUTION_BINS_MAX];
    uint64_t below; /* samples under low, which a logarithmic axis has no room for: zeros mostly */
};

/* samples: count entries, sorted upwards by value. More samples get more bins. Logarithmic where
 * the greatest is more than eight times the least; four decades at most. */
void distribution_make(const struct stats_sample *samples, size_t count, struct distribution *out);

/* Where bin i begins; with i = bins, where the last one ends. */
double distribution_edge(const struct distribution *d, size_t i);

#endif
