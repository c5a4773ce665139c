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

static double mean_within(double lower, double upper, const double *sorted, size_t n)
{
    const struct trim t = {TRIM_TM, true, true, true, lower, upper, ""};
    double value = NAN;
    trim_value(&t, sorted, n, &value);
    return value;
}

static void describe(const double *sorted, size_t n, struct stats *s)
{
    s->n = n;
    s->tc = (double)n * 90 / 100;
    s->mean = mean_within(0, 100, sorted, n);
    s->tm90 = mean_within(0, 90, sorted, n);
    s->tm99 = mean_within(0, 99, sorted, n);
    s->iqm = mean_within(25, 75, sorted, n);
    s->p50 = trim_percentile(sorted, n, 50);
    s->p90 = trim_percentile(sorted, n, 90);
    s->p99 = trim_percentile(sorted, n, 99);
    s->max = sorted[n - 1];
}

static void compute_trims(const double *sorted, size_t n, const struct trim *trims, size_t count,
                          double *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = NAN;
        trim_value(&trims[i], sorted, n, &values[i]);
    }
}

int stats_compute(struct stats_sample *samples, size_t n, const struct trim *trims,
                  size_t trim_count, struct stats *out, double *trim_values)
{
    struct stats s = {0};
    for (size_t i = 0; i < n; i++)
        if (!stats_is_duration(samples[i].value))
            return ERR_INVALID;
    if (!n) {
        compute_trims(NULL, 0, trims, trim_count, trim_values);
        *out = s;
        return 0;
    }
    double *sorted = malloc(n * sizeof *sorted);
    if (!sorted)
        return ERR_NOMEM;
    if (!is_sorted(samples, n))
        qsort(samples, n, sizeof *samples, compare);
    for (size_t i = 0; i < n; i++)
        sorted[i] = samples[i].value + 0.0; /* no -0 in a report */
    int status = bootstrap_interval(samples, n, s.ci95);
    if (!status) {
        describe(sorted, n, &s);
        compute_trims(sorted, n, trims, trim_count, trim_values);
        *out = s;
    }
    free(sorted);
    return status;
}
