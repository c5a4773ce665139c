#include "player-sim/report/table.h"
#include "media/core/err.h"
#include "player-sim/report/collect.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_PLAIN = 80, WIDTH_MAX = 120, NAME_COLUMN = 16, TRIM_COLUMN = 11 };

int table_digits(double value)
{
    return fabs(value) < 10 ? 2 : fabs(value) < 10000 ? 1 : 0;
}

void table_figure(double value, int digits, char out[TABLE_FIGURE_BYTES])
{
    if (isnan(value))
        strcpy(out, "-");
    else if (fabs(value) >= 1e15)
        snprintf(out, TABLE_FIGURE_BYTES, "%.3g", value);
    else
        snprintf(out, TABLE_FIGURE_BYTES, "%.*f", digits, value);
}

void table_grouped(uint64_t value, char out[TABLE_FIGURE_BYTES])
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%" PRIu64, value);
    for (int i = 0; i < size; i++) {
        if (i && (size - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
}

size_t table_width(FILE *out)
{
    struct winsize window;
    int fd = fileno(out);
    if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &window) || !window.ws_col)
        return WIDTH_PLAIN;
    return window.ws_col > WIDTH_MAX ? (size_t)WIDTH_MAX : window.ws_col;
}

static void write_figures(const struct stats *s, size_t metric, FILE *out)
{
    const double values[] = {s->tm90, s->ci95[0], s->ci95[1], s->p50, s->p99, s->max};
    char texts[6][TABLE_FIGURE_BYTES];
    int digits = report_ends_with(report_metric_name(metric), "_bytes") ? 0 : table_digits(s->tm90);
    for (size_t i = 0; i < 6; i++)
        table_figure(values[i], digits, texts[i]);
    fprintf(out, "%-*s %7" PRIu64 " %8s  [%7s,%8s] %8s %8s %8s\n", NAME_COLUMN,
            report_metric_name(metric), s->n, texts[0], texts[1], texts[2], texts[3], texts[4],
            texts[5]);
}

static int write_metrics(struct report *r, FILE *out)
{
    bool any = false;
    for (size_t i = 0; i < REPORT_METRIC_COUNT; i++) {
        const struct report_summary *summary;
        size_t m = report_metric_at(i);
        int status = report_summarize(r, m, false, &summary);
        if (status)
            return status;
        if (!summary->whole.stats.n)
            continue;
        if (!any)
            fprintf(out, "%-*s %7s %8s  %18s %8s %8s %8s\n", NAME_COLUMN, "", "n", "tm90",
                    "95 % of tm90 ", "p50", "p99", "max");
        any = true;
        write_figures(&summary->whole.stats, m, out);
    }
    if (!any)
        fputs("nothing was measured\n", out);
    return 0;
}

/* ---- what --trim asked for ---- */

static int trim_column(const struct report *r, size_t trim)
{
    int size = (int)strlen(r->config.trims[trim].text) + 1;
    return size > TRIM_COLUMN ? size : TRIM_COLUMN;
}

/* How many trims from first on fit beside each other; one always does. */
static size_t trims_in_line(const struct report *r, size_t first, size_t width)
{
    size_t used = NAME_COLUMN, count = 0;
    while (first + count < r->config.trim_count) {
        used += (size_t)trim_column(r, first + count);
        if (count && used > width)
            break;
        count++;
    }
    return count;
}

static int write_trims(struct report *r, size_t first, size_t count, FILE *out)
{
    char text[TABLE_FIGURE_BYTES];
    fprintf(out, "\n%-*s", NAME_COLUMN, "");
    for (size_t i = first; i < first + count; i++)
        fprintf(out, "%*s", trim_column(r, i), r->config.trims[i].text);
    fputc('\n', out);
    for (size_t k = 0; k < REPORT_METRIC_COUNT; k++) {
        const struct report_summary *summary;
        size_t m = report_metric_at(k);
        int status = report_summarize(r, m, false, &summary);
        if (status)
            return status;
        if (!summary->whole.stats.n)
            continue;
        fprintf(out, "%-*s", NAME_COLUMN, report_metric_name(m));
        for (size_t i = first; i < first + count; i++) {
            double value = summary->whole.trims[i];
            table_figure(value, table_digits(value), text);
            fprintf(out, "%*s", trim_column(r, i), text);
        }
        fputc('\n', out);
    }
    return 0;
}

static int write_all_trims(struct report *r, FILE *out)
{
    int status = 0;
    size_t count;
    for (size_t i = 0; !status && i < r->config.trim_count; i += count) {
        count = trims_in_line(r, i, table_width(out));
        status = write_trims(r, i, count, out);
    }
    return status;
}

/* ---- the line to quote ---- */

static void write_quoted(const struct report_summary *s, size_t metric, FILE *out)
{
    char tm90[TABLE_FIGURE_BYTES], low[TABLE_FIGURE_BYTES], high[TABLE_FIGURE_BYTES];
    int digits = table_digits(s->whole.stats.tm90);
    table_figure(s->whole.stats.tm90, digits, tm90);
    table_figure(s->whole.stats.ci95[0], digits, low);
    table_figure(s->whole.stats.ci95[1], digits, high);
    fprintf(out, "%s tm90 %s [%s, %s] n=%" PRIu64 ", ", report_metric_name(metric), tm90, low, high,
            s->whole.stats.n);
}

/* "zap_ms tm90 24.3 [22.8, 25.9] n=312, 20 sessions, 30.0 s, HTTP/1.1, seed 1, no errors" */
static int write_last_line(struct report *r, const struct report_facts *facts, FILE *out)
{
    static const size_t telling[] = {SESSION_ZAP, SESSION_STARTUP};
    const struct report_summary *summary;
    for (size_t i = 0; i < 2; i++) {
        int status = report_summarize(r, telling[i], false, &summary);
        if (status)
            return status;
        if (summary->whole.stats.n) {
            write_quoted(summary, telling[i], out);
            break;
        }
    }
    fprintf(out, "%zu %s, %.1f s, ", r->config.sessions,
            r->config.sessions == 1 ? "session" : "sessions", facts->duration_s);
    if (facts->http_version && *facts->http_version)
        fprintf(out, "HTTP/%s, ", facts->http_version);
    fprintf(out, "seed %" PRIu64 ", ", r->config.seed);
    if (report_faults(r))
        fprintf(out, "%" PRIu64 " %s\n", report_faults(r),
                report_faults(r) == 1 ? "error" : "errors");
    else
        fputs("no errors\n", out);
    return 0;
}

int report_write_table(struct report *r, const struct report_facts *facts, FILE *out)
{
    int status = write_metrics(r, out);
    if (!status)
        status = write_all_trims(r, out);
    if (!status)
        status = table_anatomy(r, out);
    if (status)
        return status;
    table_facts(r, facts, out);
    table_errors(r, out);
    fputc('\n', out);
    status = write_last_line(r, facts, out);
    return status ? status : ferror(out) ? ERR_IO : 0;
}
