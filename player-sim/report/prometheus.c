/* The text format of https://prometheus.io/docs/instrumenting/exposition_formats: a summary may
 * have no label but quantile on its quantiles, so trimmed means are a family of their own. */
#include "media/core/err.h"
#include "player-sim/report/collect.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 64 };

/* What a metric is called, without unit and with it, and how many of its unit a value is. */
struct family {
    char name[NAME_BYTES];
    const char *unit; /* "_seconds" */
    double divisor;   /* of a figure of the report */
};

static struct family family_of(size_t metric)
{
    struct family f = {.unit = "", .divisor = 1};
    const char *name = report_metric_name(metric);
    int size = (int)strlen(name);
    if (report_ends_with(name, "_ms"))
        f = (struct family){.unit = "_seconds", .divisor = 1000};
    else if (metric == REPORT_PACKET_BYTES)
        f.unit = "_bytes";
    int without = (int)(metric == REPORT_PACKET_BYTES ? strlen("_bytes") : f.divisor > 1 ? 3 : 0);
    snprintf(f.name, sizeof f.name, "openhesp_player_%.*s", size - without, name);
    return f;
}

/* As a label's value has it. */
static void write_escaped(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void write_head(const char *name, const char *unit, const char *type, const char *help,
                       FILE *out)
{
    fprintf(out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, unit, help, name, unit, type);
}

static void write_value(double value, FILE *out)
{
    fprintf(out, " %.12g\n", value);
}

static void write_summary(const struct family *f, const struct stats *s, double sum, FILE *out)
{
    const struct {
        const char *quantile;
        double value;
    } quantiles[] = {{"0.5", s->p50}, {"0.9", s->p90}, {"0.99", s->p99}, {"1", s->max}};
    write_head(f->name, f->unit, "summary", "What viewers met with; docs/metrics.md", out);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        fprintf(out, "%s%s{quantile=\"%s\"}", f->name, f->unit, quantiles[i].quantile);
        write_value(quantiles[i].value / f->divisor, out);
    }
    fprintf(out, "%s%s_sum", f->name, f->unit);
    write_value(sum, out);
    fprintf(out, "%s%s_count %" PRIu64 "\n", f->name, f->unit, s->n);
}

static void write_trimmed(const struct family *f, const char *trim, double value, FILE *out)
{
    fprintf(out, "%s_trimmed%s{tm=\"", f->name, f->unit);
    write_escaped(trim, out);
    fputs("\"}", out);
    write_value(value / f->divisor, out);
}

/* Of those that were asked for, the ones that are of the metric's unit and are not there yet. */
static bool is_told(const struct trim *t, double value)
{
    return (t->kind == TRIM_TM || t->kind == TRIM_WM) && !isnan(value) &&
           strcasecmp(t->text, "tm90") != 0 && strcasecmp(t->text, "tm99") != 0 &&
           strcasecmp(t->text, "iqm") != 0;
}

static bool is_again(const struct trim *trims, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(trims[k].text, trims[i].text) == 0)
            return true;
    return false;
}

static void write_trims(const struct report *r, const struct family *f, const struct report_key *k,
                        FILE *out)
{
    char name[NAME_BYTES + 16];
    snprintf(name, sizeof name, "%s_trimmed", f->name);
    write_head(name, f->unit, "gauge", "Trimmed means, in CloudWatch's notation", out);
    write_trimmed(f, "tm90", k->stats.tm90, out);
    write_trimmed(f, "tm99", k->stats.tm99, out);
    write_trimmed(f, "iqm", k->stats.iqm, out);
    for (size_t i = 0; i < r->config.trim_count; i++)
        if (is_told(&r->config.trims[i], k->trims[i]) && !is_again(r->config.trims, i))
            write_trimmed(f, r->config.trims[i].text, k->trims[i], out);
    snprintf(name, sizeof name, "%s_tm90_interval", f->name);
    write_head(name, f->unit, "gauge", "The 95 % interval of tm90", out);
    for (int i = 0; i < 2; i++) {
        fprintf(out, "%s%s{bound=\"%s\"}", name, f->unit, i ? "high" : "low");
        write_value(k->stats.ci95[i] / f->divisor, out);
    }
}

static int write_metrics(struct report *r, FILE *out)
{
    for (size_t i = 0; i < REPORT_METRIC_COUNT; i++) {
        size_t m = report_metric_at(i);
        const struct report_summary *summary;
        const struct family f = family_of(m);
        int status = report_summarize(r, m, false, &summary);
        if (status)
            return status;
        if (!summary->whole.stats.n)
            continue;
        double sum = (double)r->series[m].sum / report_metric_divisor(m) / f.divisor;
        write_summary(&f, &summary->whole.stats, sum, out);
        write_trims(r, &f, &summary->whole, out);
    }
    return 0;
}

static void write_one(const char *name, const char *type, const char *help, double value, FILE *out)
{
    write_head(name, "", type, help, out);
    fputs(name, out);
    write_value(value, out);
}

static void write_counts(const struct report *r, const struct report_facts *facts, FILE *out)
{
    static const char errors[] = "openhesp_player_errors_total";
    static const char unfinished[] = "openhesp_player_unfinished_total";
    static const enum session_metric whats[] = {SESSION_STARTUP, SESSION_ZAP, SESSION_SWITCH};
    static const char *const names[] = {"startup", "zap", "switch"};
    write_head(errors, "", "counter", "What went wrong", out);
    for (int f = 0; f < SESSION_FAULT_COUNT; f++)
        fprintf(out, "%s{kind=\"%s\"} %" PRIu64 "\n", errors, session_fault_name(f), r->faults[f]);
    write_head(unfinished, "", "counter", "What was given up before it was complete", out);
    for (size_t i = 0; i < sizeof whats / sizeof *whats; i++)
        fprintf(out, "%s{what=\"%s\"} %" PRIu64 "\n", unfinished, names[i], r->missed[whats[i]]);
    write_one("openhesp_player_received_bytes_total", "counter", "Response bodies",
              (double)facts->bytes, out);
    write_one("openhesp_player_connections_total", "counter", "Connections that were opened",
              (double)facts->connections, out);
    write_one("openhesp_player_requests_total", "counter", "Requests that were made",
              (double)facts->requests, out);
    write_one("openhesp_player_duration_seconds", "gauge", "How long the viewers watched",
              facts->duration_s, out);
    write_one("openhesp_player_sessions", "gauge", "Viewers", (double)r->config.sessions, out);
    write_head("openhesp_player_info", "", "gauge", "Of what run these are the figures", out);
    fprintf(out,
            "openhesp_player_info{version=\"" OPENHESP_VERSION "\",mode=\"%s\",seed=\"%" PRIu64
            "\"} 1\n",
            r->config.mode, r->config.seed);
}

int report_write_prometheus(struct report *r, const struct report_facts *facts, FILE *out)
{
    int status = write_metrics(r, out);
    if (status)
        return status;
    write_counts(r, facts, out);
    return ferror(out) ? ERR_IO : 0;
}
