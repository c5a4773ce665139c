#include "player-sim/report/summary.h"
#include "media/core/err.h"
#include "player-sim/report/collect.h"

#include <stdlib.h>
#include <string.h>

const char *report_split_name(enum report_split split)
{
    static const char *const names[] = {"channel", "rendition", "rtt"};
    return names[split];
}

void report_summary_finish(struct report_summary *s)
{
    free(s->whole.trims);
    free(s->quantiles);
    free(s->resamples);
    for (int split = 0; split < REPORT_SPLITS; split++) {
        for (size_t i = 0; i < s->key_count[split]; i++)
            free(s->keys[split][i].trims);
        free(s->keys[split]);
    }
    *s = (struct report_summary){0};
}

/* Which key of a split a sample belongs to; SIZE_MAX: none. */
static size_t key_of(const struct report_sample *sample, enum report_split split)
{
    switch (split) {
    case REPORT_BY_CHANNEL:
        return sample->channel;
    case REPORT_BY_RENDITION:
        return sample->rendition == REPORT_NO_NAME ? SIZE_MAX : sample->rendition;
    default:
        return sample->rtt == REPORT_NO_RTT ? SIZE_MAX : sample->rtt;
    }
}

static size_t key_limit(const struct report *r, enum report_split split)
{
    return split == REPORT_BY_CHANNEL     ? r->channels.count
           : split == REPORT_BY_RENDITION ? r->renditions.count
                                          : (size_t)REPORT_RTT_CLASSES;
}

static const char *key_name(const struct report *r, enum report_split split, size_t key)
{
    return split == REPORT_BY_CHANNEL     ? r->channels.list[key]
           : split == REPORT_BY_RENDITION ? r->renditions.list[key]
                                          : report_rtt_name(key);
}

typedef int compute_function(struct stats_sample *samples, size_t count, const struct trim *trims,
                             size_t trim_count, struct stats *out, double *trim_values,
                             double *resamples);

static compute_function *function_of(size_t metric)
{
    return report_metric_is_signed(metric) ? stats_compute_signed : stats_compute;
}

static int compute(const struct report *r, size_t metric, struct stats_sample *samples,
                   size_t count, struct report_key *out)
{
    out->trims = calloc(r->config.trim_count + 1, sizeof *out->trims);
    if (!out->trims)
        return ERR_NOMEM;
    return function_of(metric)(samples, count, r->config.trims, r->config.trim_count, &out->stats,
                               out->trims, NULL);
}

/* The trims that were asked for, and behind them the percentiles. NULL: no memory. */
static struct trim *with_quantiles(const struct report *r)
{
    size_t asked = r->config.trim_count;
    struct trim *trims = calloc(asked + REPORT_QUANTILES, sizeof *trims);
    if (trims && asked)
        memcpy(trims, r->config.trims, asked * sizeof *trims);
    for (size_t i = 0; trims && i < REPORT_QUANTILES; i++)
        trims[asked + i] = (struct trim){
            .kind = TRIM_PERCENTILE, .percent = true, .has_upper = true, .upper = (double)i};
    return trims;
}

/* 33367 us are 33.367 ms, the double nearest to it: a division, no product with 0.001. Runs that
 * differ only in what is not asked for become one, as though they had always been: so the last
 * digit doesn't depend on how names were numbered. */
static void tell(size_t metric, const struct report_sample *run, struct stats_sample *told,
                 size_t *count)
{
    const struct stats_sample new = {(double)run->value / report_metric_divisor(metric),
                                     run->session, run->count};
    struct stats_sample *last = *count ? &told[*count - 1] : NULL;
    if (!last || last->value != new.value || last->session != new.session ||
        __builtin_add_overflow(last->count, new.count, &last->count))
        told[(*count)++] = new;
}

/* Each key of a split has a stretch of the grouped samples. */
struct stretch {
    size_t key, from, count;
};

/* How long each stretch may become. */
static void lay_out(const struct report_series *series, enum report_split split,
                    struct stretch *stretches, size_t limit)
{
    for (size_t i = 0; i < series->count; i++) {
        size_t key = key_of(&series->samples[i], split);
        if (key < limit)
            stretches[key].count++;
    }
    for (size_t key = 0, from = 0; key < limit; key++) {
        stretches[key].key = key;
        stretches[key].from = from;
        from += stretches[key].count;
        stretches[key].count = 0;
    }
}

static void group(const struct report_series *series, size_t metric, enum report_split split,
                  struct stretch *stretches, size_t limit, struct stats_sample *grouped)
{
    for (size_t i = 0; i < series->count; i++) {
        size_t key = key_of(&series->samples[i], split);
        if (key < limit)
            tell(metric, &series->samples[i], grouped + stretches[key].from, &stretches[key].count);
    }
}

static int compute_keys(const struct report *r, size_t metric, enum report_split split,
                        const struct stretch *stretches, size_t limit, struct stats_sample *grouped,
                        struct report_summary *s)
{
    int status = 0;
    for (size_t i = 0; !status && i < limit; i++) {
        if (!stretches[i].count)
            continue;
        struct report_key *out = &s->keys[split][s->key_count[split]++];
        out->name = key_name(r, split, stretches[i].key);
        status = compute(r, metric, grouped + stretches[i].from, stretches[i].count, out);
    }
    return status;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct report_key *)a)->name, ((const struct report_key *)b)->name);
}

static int compute_split(const struct report *r, size_t metric, enum report_split split,
                         struct stats_sample *grouped, struct report_summary *s)
{
    const struct report_series *series = &r->series[metric];
    size_t limit = key_limit(r, split);
    struct stretch *stretches = calloc(limit + 1, sizeof *stretches);
    s->keys[split] = calloc(limit + 1, sizeof *s->keys[split]);
    int status = stretches && s->keys[split] ? 0 : ERR_NOMEM;
    if (!status) {
        lay_out(series, split, stretches, limit);
        group(series, metric, split, stretches, limit, grouped);
        status = compute_keys(r, metric, split, stretches, limit, grouped, s);
    }
    free(stretches);
    if (split == REPORT_BY_RENDITION && !status) /* they are numbered as they turned up */
        qsort(s->keys[split], s->key_count[split], sizeof *s->keys[split], compare_names);
    return status;
}

static int compute_whole(const struct report *r, size_t metric, struct stats_sample *told,
                         struct report_summary *s)
{
    const struct report_series *series = &r->series[metric];
    size_t count = 0;
    for (size_t i = 0; i < series->count; i++)
        tell(metric, &series->samples[i], told, &count);
    size_t asked = r->config.trim_count;
    struct trim *trims = with_quantiles(r);
    s->resamples = calloc(STATS_RESAMPLES, sizeof *s->resamples);
    s->quantiles = calloc(REPORT_QUANTILES, sizeof *s->quantiles);
    s->whole.trims = calloc(asked + REPORT_QUANTILES, sizeof *s->whole.trims);
    int status = trims && s->resamples && s->quantiles && s->whole.trims ? 0 : ERR_NOMEM;
    if (!status)
        status = function_of(metric)(told, count, trims, asked + REPORT_QUANTILES, &s->whole.stats,
                                     s->whole.trims, s->resamples);
    if (!status)
        memcpy(s->quantiles, s->whole.trims + asked, REPORT_QUANTILES * sizeof *s->quantiles);
    free(trims);
    return status;
}

static int compute_missing(struct report *r, size_t metric, bool split, struct report_summary *s)
{
    int status = series_settle(&r->series[metric]);
    if (status)
        return status;
    struct stats_sample *scratch = malloc((r->series[metric].count + 1) * sizeof *scratch);
    if (!scratch)
        return ERR_NOMEM;
    if (!s->known)
        status = compute_whole(r, metric, scratch, s);
    for (int i = 0; !status && split && i < REPORT_SPLITS; i++)
        status = compute_split(r, metric, i, scratch, s);
    free(scratch);
    return status;
}

int report_summarize(struct report *r, size_t metric, bool split, const struct report_summary **out)
{
    struct report_series *series = &r->series[metric];
    struct report_summary *s = &series->summary;
    int status = 0;
    if (s->n != series->n)
        report_summary_finish(s);
    if (!s->known || (split && !s->split))
        status = compute_missing(r, metric, split, s);
    if (status) {
        report_summary_finish(s);
        return status;
    }
    s->n = series->n;
    s->known = true;
    s->split = s->split || split;
    *out = s;
    return 0;
}
