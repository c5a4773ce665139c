/* The embedded metric format: a log line that CloudWatch makes metrics of. Its specification is
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
 * CloudWatch_Embedded_Metric_Format_Specification.html: members of the root are the values, "_aws"
 * says which of them are metrics, in directives of at most 100. */
#include "media/core/err.h"
#include "player-sim/report/collect.h"
#include "player-sim/report/json.h"

#include <string.h>

enum { NAME_BYTES = 64, METRICS_MAX = 100 };

struct emf {
    json_t *root, *metrics; /* owned; metrics until it is part of root */
};

static bool add(struct emf *e, const char *name, const char *unit, json_t *value)
{
    return !json_object_set_new(e->root, name, value) &&
           !json_array_append_new(e->metrics, json_pack("{s:s, s:s}", "Name", name, "Unit", unit));
}

static const char *unit_of(size_t metric)
{
    static const struct {
        const char *ending, *unit;
    } units[] = {{"_ms", "Milliseconds"},
                 {"_bytes", "Bytes"},
                 {"_percent", "Percent"},
                 {"_kbps", "Kilobits/Second"}};
    const char *name = report_metric_name(metric);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (report_ends_with(name, units[i].ending))
            return units[i].unit;
    return report_metric_is_signed(metric) ? "None" : "Count";
}

static bool add_metric(struct emf *e, size_t metric, const struct stats *s)
{
    const struct {
        const char *name;
        double value;
    } figures[] = {{"tm90", s->tm90}, {"p50", s->p50}, {"p99", s->p99}, {"max", s->max}};
    char name[NAME_BYTES];
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        snprintf(name, sizeof name, "%s_%s", report_metric_name(metric), figures[i].name);
        if (!add(e, name, unit_of(metric), json_real(figures[i].value)))
            return false;
    }
    snprintf(name, sizeof name, "%s_n", report_metric_name(metric));
    return add(e, name, "Count", json_integer((json_int_t)s->n));
}

static int add_metrics(struct emf *e, struct report *r)
{
    for (size_t i = 0; i < REPORT_METRIC_COUNT; i++) {
        size_t m = report_metric_at(i);
        const struct report_summary *summary;
        int status = report_summarize(r, m, false, &summary);
        if (status)
            return status;
        if (summary->whole.stats.n && !add_metric(e, m, &summary->whole.stats))
            return ERR_NOMEM;
    }
    return 0;
}
static bool add_errors(struct emf *e, const struct report *r)
{
    char name[NAME_BYTES];
    for (int f = 0; f < SESSION_FAULT_COUNT; f++) {
        snprintf(name, sizeof name, "errors_%s", session_fault_name(f));
        if (!add(e, name, "Count", json_integer((json_int_t)r->faults[f])))
            return false;
    }
    return true;
}

/* What is no metric: to be found with the line. */
static bool add_properties(struct emf *e, const struct report *r, const struct report_facts *facts)
{
    return !json_object_set_new(e->root, "mode", json_string(r->config.mode)) &&
           !json_object_set_new(e->root, "version", json_string(OPENHESP_VERSION)) &&
           !json_object_set_new(e->root, "seed", json_integer((json_int_t)r->config.seed)) &&
           !json_object_set_new(e->root, "sessions",
                                json_integer((json_int_t)r->config.sessions)) &&
           !json_object_set_new(e->root, "duration_s", json_real(facts->duration_s));
}

/* The metrics from `from` on, as many as one directive may name. */
static json_t *directive(const struct emf *e, size_t from)
{
    json_t *metrics = json_array();
    size_t count = json_array_size(e->metrics);
    for (size_t i = from; metrics && i < count && i < from + METRICS_MAX; i++) {
        if (json_array_append(metrics, json_array_get(e->metrics, i))) {
            json_decref(metrics);
            return NULL;
        }
    }
    return json_pack("{s:s, s:[[s]], s:o}", "Namespace", "openhesp/player-sim", "Dimensions",
                     "mode", "Metrics", metrics);
}

static bool add_meta(struct emf *e, int64_t now_ms)
{
    json_t *directives = json_array();
    for (size_t i = 0; directives && i < json_array_size(e->metrics); i += METRICS_MAX) {
        if (json_array_append_new(directives, directive(e, i))) {
            json_decref(directives);
            return false;
        }
    }
    json_t *meta =
        json_pack("{s:I, s:o}", "Timestamp", (json_int_t)now_ms, "CloudWatchMetrics", directives);
    return !json_object_set_new(e->root, "_aws", meta);
}

int report_write_cloudwatch(struct report *r, const struct report_facts *facts, int64_t now_ms,
                            FILE *out)
{
    struct emf e = {json_object(), json_array()};
    int status = e.root && e.metrics ? add_metrics(&e, r) : ERR_NOMEM;
    if (!status && (!add_errors(&e, r) || !add_properties(&e, r, facts) || !add_meta(&e, now_ms)))
        status = ERR_NOMEM;
    if (!status && (json_dumpf(e.root, out, JSON_COMPACT | REPORT_JSON_FLAGS) ||
                    fputc('\n', out) == EOF || ferror(out)))
        status = ERR_IO;
    json_decref(e.metrics);
    json_decref(e.root);
    return status;
}
