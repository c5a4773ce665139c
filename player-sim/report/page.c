#include "media/core/err.h"
#include "player-sim/report/assets.h"
#include "player-sim/report/collect.h"
#include "player-sim/report/distribution.h"
#include "player-sim/report/json.h"

#include <stdlib.h>
#include <string.h>

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

static char *data_text(struct report *r, const struct report_facts *facts)
{
    json_t *report;
    char *text = NULL, *command = names_clean(r->command, strlen(r->command) * 3 + 4);
    if (command && !report_json(r, facts, &report)) {
        if (!json_object_set_new(report, "command", json_string(command)) &&
            !json_object_set_new(report, "channels", channels_json(r)) &&
            !json_object_set_new(report, "distributions", distributions_json(r)) &&
            !json_object_set_new(report, "zaps", zaps_json(r)) &&
            !json_object_set_new(report, "timelines", timelines_json(&r->timelines)))
            text = json_dumps(report, REPORT_JSON_FLAGS | JSON_COMPACT | JSON_ENSURE_ASCII);
        json_decref(report);
    }
    free(command);
    return text;
}

/* ---- the page around them ---- */

/* Within a script element: "</script" and "<!--" are written with what JSON has for "<", which
 * stands in texts alone. */
static void write_json(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (strchr("<>&", *text))
            fprintf(out, "\\u%04x", (unsigned)*text);
        else
            fputc(*text, out);
    }
}

static int write_title(const struct report *r, FILE *out)
{
    char *clean = names_clean(r->command, 200);
    if (!clean)
        return ERR_NOMEM;
    for (const char *c = clean; *c; c++) {
        if (strchr("<>&\"'", *c))
            fprintf(out, "&#%d;", *c);
        else
            fputc(*c, out);
    }
    free(clean);
    return 0;
}

static const struct report_asset *find_asset(const char *name, size_t size)
{
    for (const struct report_asset *a = report_assets; a->name; a++)
        if (strlen(a->name) == size && memcmp(a->name, name, size) == 0)
            return a;
    return NULL;
}

/* What stands at "{{name}}" of the page. */
static int write_place(const struct report *r, const char *data, const char *name, size_t size,
                       FILE *out)
{
    const struct report_asset *asset = find_asset(name, size);
    if (asset)
        fwrite(asset->bytes, 1, asset->size, out);
    else if (strncmp(name, "title", size) == 0)
        return write_title(r, out);
    else if (strncmp(name, "data", size) == 0)
        write_json(data, out);
    else
        return ERR_STATE;
    return 0;
}

/* Only page.html itself is searched for places, never what is put there. */
static int write_page(const struct report *r, const char *data, FILE *out)
{
    const struct report_asset *page = find_asset("page.html", strlen("page.html"));
    const char *at = (const char *)page->bytes, *end = at + page->size, *open, *close;
    int status = 0;
    while (!status && (open = memmem(at, (size_t)(end - at), "{{", 2)) &&
           (close = memmem(open, (size_t)(end - open), "}}", 2))) {
        fwrite(at, 1, (size_t)(open - at), out);
        status = write_place(r, data, open + 2, (size_t)(close - open - 2), out);
        at = close + 2;
    }
    fwrite(at, 1, (size_t)(end - at), out);
    return status ? status : ferror(out) ? ERR_IO : 0;
}

int report_write_html(struct report *r, const struct report_facts *facts, FILE *out)
{
    if (report_assets_missing)
        return ERR_UNSUPPORTED;
    char *data = data_text(r, facts);
    if (!data)
        return ERR_NOMEM;
    int status = write_page(r, data, out);
    free(data);
    return status;
}
