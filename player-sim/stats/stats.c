#include "player-sim/stats/stats.h"

#include "media/core/err.h"
#include "player-sim/stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>

bool stats_is_duration(double value)
{
    return value >= 0 && value <= STATS_DURATION_MAX; /* false for NaN */
}

/* Equal values in the order of their sessions, so that the result depends on the samples alone. */
static int compare(const void *a, const void *b)
{
    const struct stats_sample *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->session < y->session ? -1 : x->session > y->session;
}

static bool is_sorted(const struct stats_sample *samples, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (compare(&samples[i - 1], &samples[i]) > 0)
            return false;
    return true;
}

static double mean_within(double lower, double upper, const struct trim_run *runs, size_t count)
{
    const struct trim t = {TRIM_TM, true, true, true, lower, upper, ""};
    double value = NAN;
    trim_value(&t, runs, count, &value);
    return value;
}

static void describe(const struct trim_run *runs, size_t count, struct stats *s)
{
    s->n = runs[count - 1].end;
    s->tc = (double)s->n * 90 / 100;
    s->mean = mean_within(0, 100, runs, count);
    s->tm90 = mean_within(0, 90, runs, count);
    s->tm99 = mean_within(0, 99, runs, count);
    s->iqm = mean_within(25, 75, runs, count);
    s->p50 = trim_percentile(runs, count, 50);
    s->p90 = trim_percentile(runs, count, 90);
    s->p99 = trim_percentile(runs, count, 99);
    s->max = runs[count - 1].value;
}

static void compute_trims(const struct trim_run *runs, size_t count, const struct trim *trims,
                          size_t trim_count, double *values)
{
    for (size_t i = 0; i < trim_count; i++) {
        values[i] = NAN;
        trim_value(&trims[i], runs, count, &values[i]);
    }
}

static bool all_good(const struct stats_sample *samples, size_t count, bool is_signed)
{
    for (size_t i = 0; i < count; i++)
        if (!stats_is_duration(is_signed ? fabs(samples[i].value) : samples[i].value) ||
            !samples[i].count)
            return false;
    return true;
}

/* The entries of a value become one run. How many. */
static size_t form_runs(const struct stats_sample *samples, size_t count, struct trim_run *runs)
{
    size_t used = 0;
    uint64_t n = 0;
    for (size_t i = 0; i < count; i++) {
        double value = samples[i].value + 0.0; /* no -0 in a report */
        if (!used || runs[used - 1].value != value)
            runs[used++].value = value;
        n += samples[i].count;
        runs[used - 1].end = n;
    }
    return used;
}

static int compute(struct stats_sample *samples, size_t count, const struct trim *trims,
                   size_t trim_count, struct stats *out, double *trim_values, double *resamples)
{
    struct stats s = {0};
    if (!count) {
        compute_trims(NULL, 0, trims, trim_count, trim_values);
        *out = s;
        return 0;
    }
    struct trim_run *runs = malloc(count * sizeof *runs);
    if (!runs)
        return ERR_NOMEM;
    if (!is_sorted(samples, count))
        qsort(samples, count, sizeof *samples, compare);
    size_t run_count = form_runs(samples, count, runs);
    int status = bootstrap_interval(samples, count, s.ci95, resamples);
    if (!status) {
        describe(runs, run_count, &s);
        compute_trims(runs, run_count, trims, trim_count, trim_values);
        *out = s;
    }
    free(runs);
    return status;
}

int stats_compute(struct stats_sample *samples, size_t count, const struct trim *trims,
                  size_t trim_count, struct stats *out, double *trim_values, double *resamples)
{
    return all_good(samples, count, false)
               ? compute(samples, count, trims, trim_count, out, trim_values, resamples)
               : ERR_INVALID;
}

int stats_compute_signed(struct stats_sample *samples, size_t count, const struct trim *trims,
                         size_t trim_count, struct stats *out, double *trim_values,
                         double *resamples)
{
    return all_good(samples, count, true)
               ? compute(samples, count, trims, trim_count, out, trim_values, resamples)
               : ERR_INVALID;
}
