#include "player-sim/report/summary.h"
#include "media/core/err.h"
#include "player-sim/report/collect.h"

#include <stdlib.h>

const char *report_split_name(enum report_split split)
{
    static const char *const names[] = {"channel", "rendition", "rtt"};
    return names[split];
}

void report_summary_finish(struct report_summary *s)
{
    free(s->whole.trims);
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

static int compute(const struct report *r, struct stats_sample *samples, size_t n,
                   struct report_key *out)
{
    out->trims = calloc(r->config.trim_count + 1, sizeof *out->trims);
    if (!out->trims)
        return ERR_NOMEM;
    return stats_compute(samples, n, r->config.trims, r->config.trim_count, &out->stats,
                         out->trims);
}

/* 33367 us are 33.367 ms, the double nearest to it: a division, no product with 0.001. */
static struct stats_sample told(size_t metric, const struct report_sample *sample)
{
    double divisor = report_metric_divisor(metric);
    return (struct stats_sample){(double)sample->value / divisor, sample->session};
}

/* Puts the samples of one key next to each other, and works each key out where it lies. ends: for
 * each key the place behind its samples. */
static int compute_keys(const struct report *r, enum report_split split,
                        struct stats_sample *grouped, const size_t *ends, struct report_summary *s)
{
    int status = 0;
    size_t limit = key_limit(r, split), from = 0;
    for (size_t key = 0; !status && key < limit; from = ends[key++]) {
        if (ends[key] == from)
            continue;
        struct report_key *out = &s->keys[split][s->key_count[split]++];
        out->name = key_name(r, split, key);
        status = compute(r, grouped + from, ends[key] - from, out);
    }
    return status;
}

static int compute_split(const struct report *r, size_t metric, enum report_split split,
                         struct stats_sample *grouped, struct report_summary *s)
{
    const struct report_series *series = &r->series[metric];
    size_t limit = key_limit(r, split), before = 0;
    size_t *ends = calloc(limit + 1, sizeof *ends);
    s->keys[split] = calloc(limit + 1, sizeof *s->keys[split]);
    if (!ends || !s->keys[split]) {
        free(ends);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < series->count; i++)
        if (key_of(&series->samples[i], split) < limit)
            ends[key_of(&series->samples[i], split)]++;
    for (size_t key = 0; key < limit; key++) { /* where each begins, for now */
        size_t count = ends[key];
        ends[key] = before;
        before += count;
    }
    for (size_t i = 0; i < series->count; i++) {
        size_t key = key_of(&series->samples[i], split);
        if (key < limit)
            grouped[ends[key]++] = told(metric, &series->samples[i]);
    }
    int status = compute_keys(r, split, grouped, ends, s);
    free(ends);
    return status;
}

static int compute_whole(const struct report *r, size_t metric, struct stats_sample *samples,
                         struct report_summary *s)
{
    const struct report_series *series = &r->series[metric];
    for (size_t i = 0; i < series->count; i++)
        samples[i] = told(metric, &series->samples[i]);
    return compute(r, samples, series->count, &s->whole);
}

int report_summarize(struct report *r, size_t metric, bool split, const struct report_summary **out)
{
    struct report_series *series = &r->series[metric];
    struct report_summary *s = &series->summary;
    int status = 0;
    if (s->n != series->count)
        report_summary_finish(s);
    if (!s->known || (split && !s->split)) {
        struct stats_sample *scratch = malloc((series->count + 1) * sizeof *scratch);
        if (!scratch)
            return ERR_NOMEM;
        if (!s->known)
            status = compute_whole(r, metric, scratch, s);
        for (int i = 0; !status && split && i < REPORT_SPLITS; i++)
            status = compute_split(r, metric, i, scratch, s);
        free(scratch);
    }
    if (status) {
        report_summary_finish(s);
        return status;
    }
    s->n = series->count;
    s->known = true;
    s->split = s->split || split;
    *out = s;
    return 0;
}
