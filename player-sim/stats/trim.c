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

static uint64_t samples_in(const struct trim_run *runs, size_t count)
{
    return count ? runs[count - 1].end : 0;
}

static uint64_t begin_of(const struct trim_run *runs, size_t run)
{
    return run ? runs[run - 1].end : 0;
}

/* The run that holds sample i (from 0). */
static size_t run_of(const struct trim_run *runs, size_t count, uint64_t i)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (runs[middle].end <= i)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count ? low : count - 1;
}

/* How many of the samples are <= bound. */
static uint64_t count_up_to(const struct trim_run *runs, size_t count, double bound)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (runs[middle].value <= bound)
            low = middle + 1;
        else
            high = middle;
    }
    return begin_of(runs, low);
}

/* The samples within the bounds: from..to on the axis on which sample i (0..) lies from i to
 * i + 1. Absolute bounds fall between samples, percentages anywhere. */
struct window {
    double from, to;
};

static struct window find_window(const struct trim *t, const struct trim_run *runs, size_t count)
{
    double n = (double)samples_in(runs, count);
    struct window w = {0, n};
    if (t->percent) {
        w.from = t->has_lower ? n * t->lower / 100 : 0;
        w.to = t->has_upper ? n * t->upper / 100 : n;
        return w;
    }
    if (t->has_lower)
        w.from = (double)count_up_to(runs, count, t->lower);
    if (t->has_upper)
        w.to = (double)count_up_to(runs, count, t->upper);
    return w;
}

/* Each sample counts with its share in the window. */
static double window_sum(const struct window *w, const struct trim_run *runs, size_t count)
{
    struct sum sum = {0, 0};
    if (!(w->to > w->from))
        return 0;
    for (size_t i = run_of(runs, count, (uint64_t)w->from); i < count; i++) {
        double from = fmax(w->from, (double)begin_of(runs, i));
        double to = fmin(w->to, (double)runs[i].end);
        if (to <= from)
            break;
        add(&sum, runs[i].value * (to - from));
    }
    return total(&sum);
}

static bool trimmed_mean(const struct window *w, const struct trim_run *runs, size_t count,
                         double *out)
{
    if (!(w->to > w->from))
        return false;
    size_t first = run_of(runs, count, (uint64_t)w->from);
    size_t last = run_of(runs, count, (uint64_t)ceil(w->to) - 1);
    double mean = window_sum(w, runs, count) / (w->to - w->from);
    *out = within(mean, runs[first].value, runs[last].value); /* rounding aside, it is */
    return true;
}

static double winsorized_mean(const struct trim *t, const struct trim_run *runs, size_t count)
{
    double lowest = -INFINITY, highest = INFINITY;
    struct sum sum = {0, 0};
    if (t->has_lower)
        lowest = t->percent ? trim_percentile(runs, count, t->lower) : t->lower;
    if (t->has_upper)
        highest = t->percent ? trim_percentile(runs, count, t->upper) : t->upper;
    for (size_t i = 0; i < count; i++)
        add(&sum,
            within(runs[i].value, lowest, highest) * (double)(runs[i].end - begin_of(runs, i)));
    return within(total(&sum) / (double)samples_in(runs, count),
                  within(runs[0].value, lowest, highest),
                  within(runs[count - 1].value, lowest, highest));
}

bool trim_value(const struct trim *t, const struct trim_run *runs, size_t count, double *out)
{
    struct window w = find_window(t, runs, count);
    if (t->kind == TRIM_TC) {
        *out = w.to - w.from;
        return true;
    }
    if (t->kind == TRIM_TS) {
        *out = window_sum(&w, runs, count);
        return true;
    }
    if (!count)
        return false;
    switch (t->kind) {
    case TRIM_WM:
        *out = winsorized_mean(t, runs, count);
        return true;
    case TRIM_PR:
        *out = 100 * (w.to - w.from) / (double)samples_in(runs, count);
        return true;
    case TRIM_PERCENTILE:
        *out = trim_percentile(runs, count, t->upper);
        return true;
    default:
        return trimmed_mean(&w, runs, count, out);
    }
}

double trim_percentile(const struct trim_run *runs, size_t count, double p)
{
    uint64_t n = samples_in(runs, count);
    double rank = (double)(n - 1) * p / 100;
    uint64_t below = (uint64_t)rank;
    if (below + 1 >= n)
        return runs[count - 1].value;
    size_t run = run_of(runs, count, below);
    double value = runs[run].value, next = below + 1 < runs[run].end ? value : runs[run + 1].value;
    return value + (rank - (double)below) * (next - value);
}
