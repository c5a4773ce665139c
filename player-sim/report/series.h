/* The samples of one metric, in runs of equal ones.
 *
 * Runs are put together as they come where they are near each other, and all of them before they
 * are told. A series keeps its samples as they are up to exact_max runs; beyond, it is a histogram
 * (stats/histogram.h) for good. Whether it is one depends on the samples alone.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_SERIES_H
#define PLAYER_SIM_REPORT_SERIES_H

#include "player-sim/report/summary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not known: such a sample is in no split of that kind. */
enum { REPORT_NO_NAME = UINT16_MAX, REPORT_NO_RTT = UINT8_MAX };

struct report_sample {
    int64_t value; /* us, or as the metric says; >= 0 but where it is signed */
    uint32_t session, count;
    uint16_t channel, rendition; /* names' indices */
    uint8_t rtt;                 /* class */
};

/* Zeroed memory but for exact_max is an empty series. */
struct report_series {
    struct report_sample *samples; /* runs; sorted and each different once settled */
    size_t count, capacity;
    size_t exact_max;
    size_t settle_at; /* so many runs are worth sorting; 0: exact_max */
    bool coarse;      /* a histogram */
    uint64_t n;       /* samples */
    int64_t sum;      /* of their values, as they came; no more than INT64_MAX */
    uint32_t *recent; /* by a hash, where a run may be: a guess */
    struct report_summary summary;
};

/* A run more. ERR_NOMEM. */
int series_add(struct report_series *s, const struct report_sample *run);

/* Takes what from has, which is empty then; renditions: what each of its renditions is called here.
 * ERR_NOMEM: part of it may have been taken. */
int series_absorb(struct report_series *into, struct report_series *from,
                  const uint16_t *renditions);

/* Sorts by value, session, and the rest, puts equal runs together, and makes a histogram of what is
 * too long. ERR_NOMEM: nothing has changed. */
int series_settle(struct report_series *s);

/* It is a histogram from now on, however short. ERR_NOMEM. */
int series_coarsen(struct report_series *s);

void series_finish(struct report_series *s);

/* Internal: by value, session, channel, rendition and rtt, in memory of count samples. ERR_NOMEM:
 * nothing has changed. */
int series_sort(struct report_sample **samples, size_t count);
/* Whether they are so already, none like another. */
bool series_in_order(const struct report_sample *samples, size_t count);

#endif
