#include "media/core/err.h"
#include "player-sim/report/compare.h"
#include "player-sim/report/json.h"
#include "player-sim/report/template.h"
#include "player-sim/stats/json.h"

#include <math.h>
#include <stdlib.h>

/* Of all functions here: a new reference, NULL where there is no memory. */

static json_t *figures_json(const struct compare_figures *f)
{
    return f->known
               ? json_pack("{s:I, s:f, s:[f, f], s:f, s:f}", "n", (json_int_t)f->n, "tm90", f->tm90,
                           "ci95", f->ci95[0], f->ci95[1], "p50", f->p50, "p99", f->p99)
               : json_null();
}

static json_t *against_json(const struct compare_figures *f)
{
    if (!f->known)
        return json_null();
    json_t *ratio = isnan(f->ratio) ? json_null() : json_real(f->ratio);
    json_t *interval =
        f->has_interval ? json_pack("[f, f]", f->interval[0], f->interval[1]) : json_null();
    return json_pack("{s:f, s:o, s:o, s:o}", "difference", f->difference, "ratio", ratio, "ci95",
                     interval, "excludes_0",
                     f->has_interval ? json_boolean(f->differs) : json_null());
}

static json_t *metric_json(const struct comparison *c, const struct compare_metric *m)
{
    json_t *runs = json_array(), *against = json_array();
    bool good = runs && against;
    for (size_t i = 0; good && i < c->run_count; i++)
        good = !json_array_append_new(runs, figures_json(&m->of[i])) &&
               !json_array_append_new(against, i ? against_json(&m->of[i]) : json_null());
    if (good)
        return json_pack("{s:o, s:o}", "runs", runs, "against_first", against);
    json_decref(runs);
    json_decref(against);
    return NULL;
}

static json_t *metrics_json(const struct comparison *c)
{
    json_t *metrics = json_object();
    for (size_t i = 0; metrics && i < c->metric_count; i++) {
        if (json_object_set_new(metrics, c->metrics[i].name, metric_json(c, &c->metrics[i]))) {
            json_decref(metrics);
            return NULL;
        }
    }
    return metrics;
}

/* What the report says of its run, as far as it does. */
static json_t *run_json(const struct compare_run *run)
{
    static const char *const names[] = {"version", "mode", "seed", "sessions", "duration_s"};
    json_t *object = json_pack("{s:s}", "file", run->name);
    for (size_t i = 0; object && i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(run->report, names[i]);
        if (json_object_set(object, names[i], value ? value : json_null())) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *runs_json(const struct comparison *c)
{
    json_t *runs = json_array();
    for (size_t i = 0; runs && i < c->run_count; i++) {
        if (json_array_append_new(runs, run_json(&c->runs[i]))) {
            json_decref(runs);
            return NULL;
        }
    }
    return runs;
}

static json_t *comparison_json(const struct comparison *c)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "tool", "player-sim", "version", OPENHESP_VERSION,
                     "mode", "compare", "runs", runs_json(c), "metrics", metrics_json(c));
}

int compare_write_json(const struct comparison *c, FILE *out)
{
    json_t *json = comparison_json(c);
    if (!json)
        return ERR_NOMEM;
    int status = stats_json_write(json, out);
    json_decref(json);
    return status;
}

/* ---- the page ---- */

/* {metric: [percentiles of each run, or null]} */
static json_t *quantiles_json(const struct comparison *c)
{
    json_t *all = json_object();
    for (size_t i = 0; all && i < c->metric_count; i++) {
        json_t *lists = json_array();
        bool good = lists;
        for (size_t k = 0; good && k < c->run_count; k++) {
            json_t *metrics = json_object_get(c->runs[k].report, "metrics");
            json_t *metric = json_object_get(metrics, c->metrics[i].name);
            json_t *list = json_object_get(metric, "quantiles");
            good = !json_array_append(lists, list ? list : json_null());
        }
        if (!good || json_object_set(all, c->metrics[i].name, lists)) {
            json_decref(all);
            all = NULL;
        }
        json_decref(lists);
    }
    return all;
}

int compare_write_html(const struct comparison *c, const char *command, FILE *out)
{
    if (report_html_missing())
        return ERR_UNSUPPORTED;
    json_t *json = comparison_json(c);
    int status = json && !json_object_set_new(json, "quantiles", quantiles_json(c)) ? 0 : ERR_NOMEM;
    if (!status)
        status = template_write("compare.html", command, json, out);
    json_decref(json);
    return status;
}
