#include "player-sim/report/json.h"
#include "media/core/err.h"
#include "player-sim/report/collect.h"
#include "player-sim/stats/json.h"

/* Of all functions here: a new reference, NULL where there is no memory. jansson's _new functions
 * take the reference whether they fail or not, and pass a NULL on as a failure. */

static json_t *key_json(const struct report *r, const struct report_key *key)
{
    return stats_json(&key->stats, r->config.trims, r->config.trim_count, key->trims);
}

static json_t *keys_json(const struct report *r, const struct report_summary *s, int split)
{
    json_t *keys = json_object();
    for (size_t i = 0; keys && i < s->key_count[split]; i++) {
        const struct report_key *key = &s->keys[split][i];
        if (json_object_set_new(keys, key->name, key_json(r, key))) {
            json_decref(keys);
            return NULL;
        }
    }
    return keys;
}

static json_t *splits_json(const struct report *r, const struct report_summary *s)
{
    json_t *splits = json_object();
    for (int i = 0; splits && i < REPORT_SPLITS; i++) {
        if (json_object_set_new(splits, report_split_name(i), keys_json(r, s, i))) {
            json_decref(splits);
            return NULL;
        }
    }
    return splits;
}

static bool add_whole(const struct report *r, size_t of, const struct report_summary *s,
                      json_t *metric)
{
    if (r->series[of].coarse && json_object_set_new(metric, "histogram", json_true()))
        return false;
    return !json_object_set_new(metric, "split", splits_json(r, s)) &&
           !json_object_set_new(metric, "quantiles",
                                stats_list_json(s->quantiles, REPORT_QUANTILES)) &&
           !json_object_set_new(metric, "resamples",
                                stats_list_json(s->resamples, STATS_RESAMPLES));
}

static json_t *metric_json(const struct report *r, size_t of, const struct report_summary *s)
{
    json_t *metric = key_json(r, &s->whole);
    if (metric && s->whole.stats.n && !add_whole(r, of, s, metric)) {
        json_decref(metric);
        return NULL;
    }
    return metric;
}

static int metrics_json(struct report *r, json_t *metrics)
{
    for (size_t i = 0; i < REPORT_METRIC_COUNT; i++) {
        const struct report_summary *summary;
        size_t metric = report_metric_at(i);
        int status = report_summarize(r, metric, true, &summary);
        if (status)
            return status;
        if (json_object_set_new(metrics, report_metric_name(metric),
                                metric_json(r, metric, summary)))
            return ERR_NOMEM;
    }
    return 0;
}

static json_t *errors_json(const struct report *r)
{
    json_t *errors = json_object();
    for (int f = 0; errors && f < SESSION_FAULT_COUNT; f++) {
        if (json_object_set_new(errors, session_fault_name(f),
                                json_integer((json_int_t)r->faults[f]))) {
            json_decref(errors);
            return NULL;
        }
    }
    return errors;
}

static json_t *texts_json(const struct report_fault_text texts[REPORT_FAULT_TEXTS])
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < REPORT_FAULT_TEXTS && texts[i].text; i++) {
        if (json_array_append_new(list, json_string(texts[i].text))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *error_texts_json(const struct report *r)
{
    json_t *object = json_object();
    for (int f = 0; object && f < SESSION_FAULT_COUNT; f++) {
        if (r->fault_texts[f][0].text &&
            json_object_set_new(object, session_fault_name(f), texts_json(r->fault_texts[f]))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *unfinished_json(const struct report *r)
{
    return json_pack("{s:I, s:I, s:I}", "startup", (json_int_t)r->missed[SESSION_STARTUP], "zap",
                     (json_int_t)r->missed[SESSION_ZAP], "switch",
                     (json_int_t)r->missed[SESSION_SWITCH]);
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *transport_json(const struct report *r, const struct report_facts *facts)
{
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}", "http", text_or_null(facts->http_version),
                     "congestion_control", text_or_null(facts->congestion_control), "bytes",
                     (json_int_t)facts->bytes, "connections", (json_int_t)facts->connections,
                     "requests", (json_int_t)facts->requests, "fresh_connections",
                     (json_int_t)r->fresh_connections);
}

static json_t *clock_json(const struct report *r, const struct report_facts *facts)
{
    bool known = facts->clock_error_us >= 0;
    return json_pack("{s:o, s:o, s:I}", "offset_ms",
                     known ? json_real((double)facts->clock_offset_us / 1000) : json_null(),
                     "error_ms",
                     known ? json_real((double)facts->clock_error_us / 1000) : json_null(),
                     "latencies_below_zero", (json_int_t)r->latencies_below_zero);
}

static json_t *head_json(const struct report *r, const struct report_facts *facts)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:f}", "tool", "player-sim", "version",
                     OPENHESP_VERSION, "mode", r->config.mode, "seed", (json_int_t)r->config.seed,
                     "sessions", (json_int_t)r->config.sessions, "duration_s", facts->duration_s);
}

static bool add_facts(const struct report *r, const struct report_facts *facts, json_t *report)
{
    return !json_object_set_new(report, "errors", errors_json(r)) &&
           !json_object_set_new(report, "error_texts", error_texts_json(r)) &&
           !json_object_set_new(report, "unfinished", unfinished_json(r)) &&
           !json_object_set_new(report, "transport", transport_json(r, facts)) &&
           !json_object_set_new(report, "clock", clock_json(r, facts)) &&
           !json_object_set_new(report, "repeated_pictures",
                                json_integer((json_int_t)r->repeated_pictures)) &&
           !json_object_set_new(report, "decoding", json_integer((json_int_t)facts->decoding)) &&
           !json_object_set_new(report, "cpu_s", json_real(facts->cpu_s));
}

int report_json(struct report *r, const struct report_facts *facts, json_t **out)
{
    json_t *report = head_json(r, facts), *metrics = json_object();
    int status = report && metrics ? metrics_json(r, metrics) : ERR_NOMEM;
    if (status)
        json_decref(metrics);
    else if (json_object_set_new(report, "metrics", metrics) || !add_facts(r, facts, report))
        status = ERR_NOMEM;
    if (status)
        json_decref(report);
    else
        *out = report;
    return status;
}

int report_write_json(struct report *r, const struct report_facts *facts, FILE *out)
{
    json_t *report;
    int status = report_json(r, facts, &report);
    if (status)
        return status;
    status = stats_json_write(report, out);
    json_decref(report);
    return status;
}
