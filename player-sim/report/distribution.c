#include "player-sim/report/distribution.h"

#include <math.h>
#include <string.h>

static const double logarithmic_from = 8, decades_max = 4;
enum { BINS_MIN = 8 };

double distribution_edge(const struct distribution *d, size_t i)
{
    double part = (double)i / (double)d->bins;
    if (i >= d->bins)
        return d->high;
    return d->logarithmic ? d->low * pow(d->high / d->low, part)
                          : d->low + (d->high - d->low) * part;
}

static size_t bin_count(uint64_t n)
{
    double bins = 2 * sqrt((double)n);
    return bins < BINS_MIN                ? (size_t)BINS_MIN
           : bins > DISTRIBUTION_BINS_MAX ? (size_t)DISTRIBUTION_BINS_MAX
                                          : (size_t)bins;
}

/* The samples are sorted, so the bins are filled one after the other. */
static void fill(const struct stats_sample *samples, size_t count, struct distribution *d)
{
    size_t bin = 0;
    for (size_t i = 0; i < count; i++) {
        if (samples[i].value < d->low) {
            d->below += samples[i].count;
            continue;
        }
        while (bin + 1 < d->bins && samples[i].value >= distribution_edge(d, bin + 1))
            bin++;
        d->counts[bin] += samples[i].count;
    }
}

void distribution_make(const struct stats_sample *samples, size_t count, struct distribution *out)
{
    uint64_t n = 0;
    memset(out, 0, sizeof *out);
    if (!count)
        return;
    out->low = samples[0].value;
    out->high = samples[count - 1].value;
    if (out->low >= out->high)
        return;
    out->logarithmic = out->low >= 0 && out->high > logarithmic_from * out->low;
    if (out->logarithmic)
        out->low = fmax(out->low, out->high / pow(10, decades_max));
    for (size_t i = 0; i < count; i++)
        n += samples[i].count;
    out->bins = bin_count(n);
    fill(samples, count, out);
}
