#include "player-sim/stats/bootstrap.h"

#include "media/core/err.h"
#include "player-sim/stats/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS_MAX = 1024, TABLE_CELLS = 1 << 19, ENTRIES_A_BIN = 16 };

static const double kept_share = 0.9; /* tm90 */

/* Of the sorted entries, in bins of equally many: for each bin how many samples each unit has
 * before it, and their sum. So a resample finds the bin in which its 90 % end by a few sums over
 * the units, and looks at the entries of that bin alone. */
struct table {
    const struct units *units;
    size_t bins;
    double *counts, *sums; /* rows of units: bins + 1 of them, the last one of all samples */
};

static size_t bin_begin(const struct table *t, size_t bin)
{
    return (size_t)((uint64_t)bin * t->units->entry_count / t->bins);
}

static size_t bins_for(const struct units *u)
{
    size_t bins = TABLE_CELLS / u->count, most = 1 + u->entry_count / ENTRIES_A_BIN;
    bins = bins < most ? bins : most;
    return bins < 1 ? 1 : bins > BINS_MAX ? (size_t)BINS_MAX : bins;
}

static void fill(struct table *t)
{
    const struct units *u = t->units;
    size_t row_bytes = u->count * sizeof *t->counts;
    for (size_t bin = 0; bin < t->bins; bin++) {
        double *counts = t->counts + (bin + 1) * u->count, *sums = t->sums + (bin + 1) * u->count;
        memcpy(counts, counts - u->count, row_bytes);
        memcpy(sums, sums - u->count, row_bytes);
        for (size_t i = bin_begin(t, bin); i < bin_begin(t, bin + 1); i++) {
            const struct unit_entry *e = &u->entries[i];
            counts[e->unit] += e->count;
            sums[e->unit] += e->count * e->value;
        }
    }
}

static int table_init(struct table *t, const struct units *u)
{
    *t = (struct table){.units = u, .bins = bins_for(u)};
    t->counts = calloc((t->bins + 1) * u->count, sizeof *t->counts);
    t->sums = calloc((t->bins + 1) * u->count, sizeof *t->sums);
    if (!t->counts || !t->sums)
        return ERR_NOMEM;
    fill(t);
    return 0;
}

static void table_finish(struct table *t)
{
    free(t->counts);
    free(t->sums);
}

/* In four sums side by side, which a compiler may keep in one register, and always the same ones.
 */
static double times_row(const double *times, const double *row, size_t count)
{
    double sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sums[k] += times[i + k] * row[i + k];
    for (; i < count; i++)
        sums[0] += times[i] * row[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* tm90 of the samples, each taken as often as its unit was drawn. */
static double resampled_mean(const struct table *t, const double *times)
{
    size_t units = t->units->count, low = 0, high = t->bins;
    double wanted = kept_share * times_row(times, t->counts + t->bins * units, units);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (times_row(times, t->counts + middle * units, units) < wanted)
            low = middle;
        else
            high = middle;
    }
    double kept = times_row(times, t->counts + low * units, units);
    double sum = times_row(times, t->sums + low * units, units);
    for (size_t i = bin_begin(t, low); i < t->units->entry_count && kept < wanted; i++) {
        const struct unit_entry *e = &t->units->entries[i];
        double weight = fmin(times[e->unit] * e->count, wanted - kept);
        kept += weight;
        sum += weight * e->value;
    }
    return sum / wanted;
}

static void draw_units(struct lots *lots, uint32_t count, double *times)
{
    for (uint32_t i = 0; i < count; i++)
        times[i] = 0;
    for (uint32_t i = 0; i < count; i++)
        times[lots_below(lots, count)]++;
}

static int resample(const struct units *u, struct lots *lots, double means[STATS_RESAMPLES])
{
    struct table table;
    double *times = malloc(u->count * sizeof *times);
    int status = table_init(&table, u);
    if (!status && !times)
        status = ERR_NOMEM;
    for (size_t i = 0; !status && i < STATS_RESAMPLES; i++) {
        draw_units(lots, u->count, times);
        means[i] = resampled_mean(&table, times);
    }
    table_finish(&table);
    free(times);
    return status;
}

static int compare_means(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void bootstrap_percentiles(double values[STATS_RESAMPLES], double interval[2])
{
    struct trim_run runs[STATS_RESAMPLES];
    qsort(values, STATS_RESAMPLES, sizeof *values, compare_means);
    for (size_t i = 0; i < STATS_RESAMPLES; i++)
        runs[i] = (struct trim_run){values[i], i + 1};
    interval[0] = trim_percentile(runs, STATS_RESAMPLES, 2.5);
    interval[1] = trim_percentile(runs, STATS_RESAMPLES, 97.5);
}

int bootstrap_interval(const struct stats_sample *samples, size_t count, double interval[2],
                       double *resamples)
{
    double means[STATS_RESAMPLES];
    struct lots lots = {STATS_SEED};
    struct units units;
    int status = units_init(&units, samples, count, &lots);
    if (status)
        return status;
    status = resample(&units, &lots, means);
    units_finish(&units);
    if (status)
        return status;
    for (size_t i = 0; i < STATS_RESAMPLES; i++) /* roundings aside they are within these */
        means[i] = fmin(fmax(means[i], samples[0].value), samples[count - 1].value);
    if (resamples)
        memcpy(resamples, means, sizeof means);
    bootstrap_percentiles(means, interval);
    return 0;
}
