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

static size_t bin_count(size_t n)
{
    double bins = 2 * sqrt((double)n);
    return bins < BINS_MIN                ? (size_t)BINS_MIN
           : bins > DISTRIBUTION_BINS_MAX ? (size_t)DISTRIBUTION_BINS_MAX
                                          : (size_t)bins;
}

/* The values are sorted, so the bins are filled one after the other. */
static void fill(const double *values, size_t n, struct distribution *d)
{
    size_t bin = 0;
    for (size_t i = 0; i < n; i++) {
        if (values[i] < d->low) {
            d->below++;
            continue;
        }
        while (bin + 1 < d->bins && values[i] >= distribution_edge(d, bin + 1))
            bin++;
        d->counts[bin]++;
    }
}

void distribution_make(const double *values, size_t n, struct distribution *out)
{
    memset(out, 0, sizeof *out);
    if (!n)
        return;
    out->low = values[0];
    out->high = values[n - 1];
    if (out->low >= out->high)
        return;
    out->logarithmic = out->high > logarithmic_from * out->low;
    if (out->logarithmic)
        out->low = fmax(out->low, out->high / pow(10, decades_max));
    out->bins = bin_count(n);
    fill(values, n, out);
}
