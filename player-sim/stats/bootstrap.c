#include "player-sim/stats/bootstrap.h"

#include "media/core/err.h"
#include "media/core/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double kept_share = 0.9; /* tm90 */

struct lots {
    uint64_t state;
};

static uint32_t draw(struct lots *l, uint32_t below)
{
    return (uint32_t)(((random_next(&l->state) >> 32) * below) >> 32);
}

/* What is drawn, and which unit each of the sorted samples belongs to. */
struct units {
    uint32_t count;
    uint32_t *of; /* by sample; owned */
};

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static bool one_session(const struct stats_sample *samples, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (samples[i].session != samples[0].session)
            return false;
    return true;
}

static uint32_t place_of(uint32_t id, const uint32_t *ids, uint32_t count)
{
    const uint32_t *found = bsearch(&id, ids, count, sizeof *ids, compare_ids);
    return (uint32_t)(found - ids);
}

/* Sessions have any numbers: units have those from 0. */
static int number_sessions(const struct stats_sample *samples, size_t n, struct units *u)
{
    uint32_t *ids = malloc(n * sizeof *ids);
    if (!ids)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        ids[i] = samples[i].session;
    qsort(ids, n, sizeof *ids, compare_ids);
    u->count = 0;
    for (size_t i = 0; i < n; i++)
        if (!i || ids[i] != ids[i - 1])
            ids[u->count++] = ids[i];
    for (size_t i = 0; i < n; i++)
        u->of[i] = place_of(samples[i].session, ids, u->count);
    free(ids);
    return 0;
}

static int find_units(const struct stats_sample *samples, size_t n, struct units *u)
{
    u->of = malloc(n * sizeof *u->of);
    if (!u->of)
        return ERR_NOMEM;
    if (!one_session(samples, n))
        return number_sessions(samples, n, u);
    u->count = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        u->of[i] = (uint32_t)i;
    return 0;
}

/* Units by lot into groups: the groups are the units from now on. */
static int form_groups(struct units *u, size_t n, struct lots *lots)
{
    if (u->count <= BOOTSTRAP_GROUPS)
        return 0;
    uint32_t *group = malloc(u->count * sizeof *group);
    if (!group)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < u->count; i++) {
        uint32_t other = draw(lots, i + 1); /* shuffled as it grows (Fisher and Yates) */
        if (other != i)
            group[i] = group[other];
        group[other] = i % BOOTSTRAP_GROUPS;
    }
    for (size_t i = 0; i < n; i++)
        u->of[i] = group[u->of[i]];
    free(group);
    u->count = BOOTSTRAP_GROUPS;
    return 0;
}

static void draw_units(struct lots *lots, uint32_t count, uint32_t *times)
{
    for (uint32_t i = 0; i < count; i++)
        times[i] = 0;
    for (uint32_t i = 0; i < count; i++)
        times[draw(lots, count)]++;
}

/* tm90 of the samples, each taken as often as its unit was drawn. */
static double exact_mean(const struct stats_sample *samples, size_t n, const struct units *u,
                         const uint32_t *times, const uint32_t *sizes)
{
    double drawn = 0, kept = 0, sum = 0;
    for (uint32_t i = 0; i < u->count; i++)
        drawn += (double)times[i] * sizes[i];
    double wanted = kept_share * drawn;
    for (size_t i = 0; i < n && kept < wanted; i++) {
        double weight = times[u->of[i]];
        if (weight > wanted - kept)
            weight = wanted - kept;
        kept += weight;
        sum += weight * samples[i].value;
    }
    return sum / wanted;
}

static int exact_resamples(const struct stats_sample *samples, size_t n, const struct units *u,
                           struct lots *lots, double means[STATS_RESAMPLES])
{
    uint32_t *times = calloc(u->count, sizeof *times), *sizes = calloc(u->count, sizeof *sizes);
    if (times && sizes) {
        for (size_t i = 0; i < n; i++)
            sizes[u->of[i]]++;
        for (size_t i = 0; i < STATS_RESAMPLES; i++) {
            draw_units(lots, u->count, times);
            means[i] = exact_mean(samples, n, u, times, sizes);
        }
    }
    int status = times && sizes ? 0 : ERR_NOMEM;
    free(times);
    free(sizes);
    return status;
}

/* Number and sum of the samples in each bin of the sorted values. */
struct bins {
    double count[BOOTSTRAP_BINS], sum[BOOTSTRAP_BINS];
};

static void fill_bins(const struct stats_sample *samples, size_t n, const struct units *u,
                      struct bins *bins)
{
    for (size_t i = 0; i < n; i++) {
        size_t bin = (size_t)((uint64_t)i * BOOTSTRAP_BINS / n);
        bins[u->of[i]].count[bin]++;
        bins[u->of[i]].sum[bin] += samples[i].value;
    }
}

static void add_bins(struct bins *to, const struct bins *what, double times)
{
    for (size_t i = 0; i < BOOTSTRAP_BINS; i++)
        to->count[i] += times * what->count[i];
    for (size_t i = 0; i < BOOTSTRAP_BINS; i++)
        to->sum[i] += times * what->sum[i];
}

static double binned_mean(const struct bins *b)
{
    double drawn = 0, kept = 0, sum = 0;
    for (size_t i = 0; i < BOOTSTRAP_BINS; i++)
        drawn += b->count[i];
    double wanted = kept_share * drawn;
    for (size_t i = 0; i < BOOTSTRAP_BINS && kept < wanted; i++) {
        double part = b->count[i] > wanted - kept ? (wanted - kept) / b->count[i] : 1;
        kept += part * b->count[i];
        sum += part * b->sum[i];
    }
    return sum / wanted;
}

static int binned_resamples(const struct stats_sample *samples, size_t n, struct units *u,
                            struct lots *lots, double means[STATS_RESAMPLES])
{
    uint32_t times[BOOTSTRAP_GROUPS];
    int status = form_groups(u, n, lots);
    if (status)
        return status;
    struct bins *bins = calloc(u->count + 1, sizeof *bins);
    if (!bins)
        return ERR_NOMEM;
    struct bins *drawn = bins + u->count;
    fill_bins(samples, n, u, bins);
    for (size_t i = 0; i < STATS_RESAMPLES; i++) {
        memset(drawn, 0, sizeof *drawn);
        draw_units(lots, u->count, times);
        for (uint32_t unit = 0; unit < u->count; unit++)
            if (times[unit])
                add_bins(drawn, &bins[unit], times[unit]);
        means[i] = binned_mean(drawn);
    }
    free(bins);
    return 0;
}

static int compare_means(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int bootstrap_interval(const struct stats_sample *samples, size_t n, double interval[2])
{
    double means[STATS_RESAMPLES];
    struct lots lots = {STATS_SEED};
    struct units units = {0, NULL};
    int status = n > UINT32_MAX ? ERR_NOMEM : find_units(samples, n, &units);
    if (!status)
        status = n > STATS_EXACT_MAX ? binned_resamples(samples, n, &units, &lots, means)
                                     : exact_resamples(samples, n, &units, &lots, means);
    free(units.of);
    if (status)
        return status;
    for (size_t i = 0; i < STATS_RESAMPLES; i++) /* roundings aside they are within these */
        means[i] = fmin(fmax(means[i], samples[0].value), samples[n - 1].value);
    qsort(means, STATS_RESAMPLES, sizeof *means, compare_means);
    interval[0] = trim_percentile(means, STATS_RESAMPLES, 2.5);
    interval[1] = trim_percentile(means, STATS_RESAMPLES, 97.5);
    return 0;
}
