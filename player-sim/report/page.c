#include "media/core/err.h"
#include "player-sim/report/assets.h"
#include "player-sim/report/collect.h"
#include "player-sim/report/distribution.h"
#include "player-sim/report/json.h"
#include "player-sim/report/template.h"

#include <stdlib.h>

const char *report_html_missing(void)
{
    return report_assets_missing;
}

/* ---- the figures ---- */

/* {"log", "low", "below", "edges", "counts"}; edges are one more than counts, or both are empty. */
static json_t *bins_json(const struct distribution *d)
{
    json_t *edges = json_array(), *counts = json_array();
    bool good = edges && counts;
    for (size_t i = 0; good && d->bins && i <= d->bins; i++)
        good = !json_array_append_new(edges, json_real(distribution_edge(d, i)));
    for (size_t i = 0; good && i < d->bins; i++)
        good = !json_array_append_new(counts, json_integer((json_int_t)d->counts[i]));
    if (good)
        return json_pack("{s:b, s:f, s:I, s:o, s:o}", "log", d->logarithmic, "low", d->low, "below",
                         (json_int_t)d->below, "edges", edges, "counts", counts);
    json_decref(edges);
    json_decref(counts);
    return NULL;
}

static json_t *distribution_json(struct report *r, size_t metric)
{
    const struct report_series *series = &r->series[metric];
    struct distribution distribution;
    if (series_settle(&r->series[metric]))
        return NULL;
    struct stats_sample *samples = malloc((series->count + 1) * sizeof *samples);
    if (!samples)
        return NULL;
    for (size_t i = 0; i < series->count; i++) {
        const struct report_sample *run = &series->samples[i];
        samples[i] = (struct stats_sample){(double)run->value / report_metric_divisor(metric), 0,
                                           run->count};
    }
    distribution_make(samples, series->count, &distribution);
    free(samples);
    return bins_json(&distribution);
}

static json_t *distributions_json(struct report *r)
{
    json_t *object = json_object();
    for (size_t m = 0; object && m < REPORT_METRIC_COUNT; m++) {
        if (r->series[m].n &&
            json_object_set_new(object, report_metric_name(m), distribution_json(r, m))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* [time in s, ms, index of the channel], in the order of time. */
static json_t *zaps_json(struct report *r)
{
    json_t *list = json_array();
    zaps_settle(&r->zaps);
    for (size_t i = 0; list && i < r->zaps.count; i++) {
        const struct zap_point *zap = &r->zaps.list[i];
        if (json_array_append_new(list,
                                  json_pack("[f, f, i]", (double)zap->at_us / 1e6,
                                            (double)zap->value_us / 1e3, (int)zap->channel))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *channels_json(const struct report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < r->channels.count; i++) {
        if (json_array_append_new(list, json_string(r->channels.list[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static int add_charts(struct report *r, json_t *report)
{
    return json_object_set_new(report, "channels", channels_json(r)) ||
                   json_object_set_new(report, "distributions", distributions_json(r)) ||
                   json_object_set_new(report, "zaps", zaps_json(r)) ||
                   json_object_set_new(report, "timelines", timelines_json(&r->timelines))
               ? ERR_NOMEM
               : 0;
}

int report_write_html(struct report *r, const struct report_facts *facts, FILE *out)
{
    json_t *report;
    if (report_assets_missing)
        return ERR_UNSUPPORTED;
    int status = report_json(r, facts, &report);
    if (status)
        return status;
    status = add_charts(r, report);
    if (!status)
        status = template_write("page.html", r->command, report, out);
    json_decref(report);
    return status;
}
