/* Runs side by side, from their JSON reports: each against the first.
 *
 * The interval of a difference of tm90 is from the resamples of both reports: the i-th of the one
 * minus the i-th of the other, 2.5th to 97.5th percentile. Both bootstraps drew with the same
 * random numbers, so where the same sessions have samples of the metric in both, a resample has the
 * same sessions in both, and the comparison is one of pairs: what makes a session slow in both
 * doesn't widen it. Where they are other sessions, it is that of two independent runs.
 * Thread-safety: pure functions on the caller's data. */
#ifndef PLAYER_SIM_REPORT_COMPARE_H
#define PLAYER_SIM_REPORT_COMPARE_H

#include "player-sim/report/report.h"

#include <jansson.h>

enum { COMPARE_RUNS_MAX = 16 };

/* A report that was read. */
struct compare_run {
    const char *name; /* what to call it: its file */
    json_t *report;
};

/* What one run has of a metric. */
struct compare_figures {
    bool known; /* it has samples of it */
    int64_t n;
    double tm90, ci95[2], p50, p99;
    /* Against the first run; of that itself all 0. */
    double difference, ratio; /* this minus the first; this by the first, NAN where that is 0 or one
                                 is below 0 */
    bool has_interval;        /* both have resamples */
    double interval[2];       /* of the difference */
    bool differs;             /* which excludes 0 */
};

struct compare_metric {
    const char *name; /* of the first run's report */
    struct compare_figures of[COMPARE_RUNS_MAX];
};

struct comparison {
    const struct compare_run *runs; /* the caller's */
    size_t run_count;
    struct compare_metric *metrics; /* owned: those that the first has, and another one */
    size_t metric_count;
};

/* runs: 2..COMPARE_RUNS_MAX of them, to outlive the comparison. ERR_INVALID: one is no report of
 * player-sim; ERR_NOT_FOUND: no metric is in the first and in another one; ERR_NOMEM. Then error is
 * one line, and there is nothing to finish. */
int compare_make(const struct compare_run *runs, size_t run_count, struct comparison *out,
                 char error[REPORT_ERROR_BYTES]);
void compare_finish(struct comparison *c);

/* "A" for the first. */
char compare_letter(size_t run);

/* Whether text is one of player-sim's own words, "zap_ms", and so fit for a terminal. NULL is none.
 */
bool compare_is_word(const char *text);

/* ERR_IO, ERR_NOMEM; the page: ERR_UNSUPPORTED as report_write_html. */
int compare_write_table(const struct comparison *c, FILE *out);
int compare_write_json(const struct comparison *c, FILE *out);
int compare_write_html(const struct comparison *c, const char *command, FILE *out);

#endif
