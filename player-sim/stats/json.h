/* Statistics as the JSON report has them.
 * Thread-safety: pure functions; the new object is the caller's alone. */
#ifndef PLAYER_SIM_STATS_JSON_H
#define PLAYER_SIM_STATS_JSON_H

#include "player-sim/stats/stats.h"

#include <jansson.h>
#include <stdio.h>

/* {"n": 0} alone where s->n is 0, else n, tc, mean, tm90, tm99, iqm, p50, p90, p99, max,
 * ci95: [lo, hi] and trim: {SPEC as given: value, or null where trim_values has NAN}. trim is there
 * with no trims too, as {}. No "split": that is the caller's to add. trim_values: trim_count of
 * them, as stats_compute gave them (may be NULL with 0).
 * A new reference; NULL where there is no memory. */
json_t *stats_json(const struct stats *s, const struct trim *trims, size_t trim_count,
                   const double *trim_values);

/* A list of so many numbers, each rounded to STATS_JSON_DIGITS digits: for figures that are drawn
 * or counted with, not read. A new reference; NULL where there is no memory. */
enum { STATS_JSON_DIGITS = 8 };
json_t *stats_list_json(const double *numbers, size_t count);

/* The report as text, members indented, lists of numbers on one line, and a line end. ERR_IO,
 * ERR_NOMEM. */
int stats_json_write(const json_t *report, FILE *out);

#endif
