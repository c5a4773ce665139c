#include "player-sim/stats/trim.h"

#include <math.h>

/* A sum whose rounding errors don't grow with the number of its terms (Neumaier). */
struct sum {
    double value, lost;
};

static void add(struct sum *s, double term)
{
    double value = s->value + term;
    s->lost += fabs(s->value) >= fabs(term) ? s->value - value + term : term - value + s->value;
    s->value = value;
}

static double total(const struct sum *s)
{
    return s->value + s->lost;
}

static double within(double value, double lowest, double highest)
{
    return value < lowest ? lowest : value > highest ? highest : value;
}

/* How many of the samples are <= bound. */
static size_t count_up_to(const double *sorted, size_t n, double bound)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= bound)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The samples within the bounds: from..to on the axis on which sample i (0..) lies from i to
 * i + 1. Absolute bounds fall between samples, percentages anywhere. */
struct window {
    double from, to;
};

static struct window find_window(const struct trim *t, const double *sorted, size_t n)
{
    struct window w = {0, (double)n};
    if (t->percent) {
        w.from = t->has_lower ? (double)n * t->lower / 100 : 0;
        w.to = t->has_upper ? (double)n * t->upper / 100 : (double)n;
        return w;
    }
    if (t->has_lower)
        w.from = (double)count_up_to(sorted, n, t->lower);
    if (t->has_upper)
        w.to = (double)count_up_to(sorted, n, t->upper);
    return w;
}

/* Each sample counts with its share in the window. */
static double window_sum(const struct window *w, const double *sorted, size_t n)
{
    struct sum sum = {0, 0};
    for (size_t i = (size_t)w->from; i < n && (double)i < w->to; i++) {
        double from = fmax(w->from, (double)i), to = fmin(w->to, (double)i + 1);
        add(&sum, sorted[i] * (to - from));
    }
    return total(&sum);
}

static bool trimmed_mean(const struct window *w, const double *sorted, size_t n, double *out)
{
    if (!(w->to > w->from))
        return false;
    size_t first = (size_t)w->from, last = (size_t)ceil(w->to) - 1;
    double mean = window_sum(w, sorted, n) / (w->to - w->from);
    *out = within(mean, sorted[first], sorted[last < n ? last : n - 1]); /* rounding aside, it is */
    return true;
}

static double winsorized_mean(const struct trim *t, const double *sorted, size_t n)
{
    double lowest = 0, highest = INFINITY;
    struct sum sum = {0, 0};
    if (t->has_lower)
        lowest = t->percent ? trim_percentile(sorted, n, t->lower) : t->lower;
    if (t->has_upper)
        highest = t->percent ? trim_percentile(sorted, n, t->upper) : t->upper;
    for (size_t i = 0; i < n; i++)
        add(&sum, within(sorted[i], lowest, highest));
    return within(total(&sum) / (double)n, within(sorted[0], lowest, highest),
                  within(sorted[n - 1], lowest, highest));
}

bool trim_value(const struct trim *t, const double *sorted, size_t n, double *out)
{
    struct window w = find_window(t, sorted, n);
    if (t->kind == TRIM_TC) {
        *out = w.to - w.from;
        return true;
    }
    if (t->kind == TRIM_TS) {
        *out = window_sum(&w, sorted, n);
        return true;
    }
    if (!n)
        return false;
    switch (t->kind) {
    case TRIM_WM:
        *out = winsorized_mean(t, sorted, n);
        return true;
    case TRIM_PR:
        *out = 100 * (w.to - w.from) / (double)n;
        return true;
    case TRIM_PERCENTILE:
        *out = trim_percentile(sorted, n, t->upper);
        return true;
    default:
        return trimmed_mean(&w, sorted, n, out);
    }
}

double trim_percentile(const double *sorted, size_t n, double p)
{
    double rank = (double)(n - 1) * p / 100;
    size_t below = (size_t)rank;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (rank - (double)below) * (sorted[below + 1] - sorted[below]);
}
