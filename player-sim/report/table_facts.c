#include "player-sim/report/collect.h"
#include "player-sim/report/table.h"
#include "player-sim/stats/histogram.h"

#include <inttypes.h>
#include <stdlib.h>

static const int64_t clock_tolerance_us = 5000;

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void write_amount(uint64_t count, const char *what, FILE *out)
{
    char text[TABLE_FIGURE_BYTES];
    table_grouped(count, text);
    fprintf(out, "%s %s%s", text, what, plural(count));
}

static void write_transport(const struct report *r, const struct report_facts *facts, FILE *out)
{
    uint64_t zaps = r->series[REPORT_PACKET_BYTES].n;
    fputs("transport:  ", out);
    if (facts->http_version && *facts->http_version)
        fprintf(out, "HTTP/%s, ", facts->http_version);
    if (facts->congestion_control && *facts->congestion_control)
        fprintf(out, "%s on this side, ", facts->congestion_control);
    write_amount(facts->connections, "connection", out);
    fputs(", ", out);
    write_amount(facts->requests, "request", out);
    fprintf(out, ", %.1f MB\n", (double)facts->bytes / 1e6);
    if (zaps)
        fprintf(out, "            %" PRIu64 " of %" PRIu64 " zap packets needed a new connection\n",
                r->fresh_connections, zaps);
}

static void write_clock(const struct report *r, const struct report_facts *facts, FILE *out)
{
    int64_t offset_us = facts->clock_offset_us, error_us = facts->clock_error_us;
    if (error_us < 0) {
        fputs("clock:      the origin's is not known: latency_ms is right where it is this "
              "machine's\n",
              out);
    } else {
        fprintf(out, "clock:      the origin's is %.1f ms %s ours, ±%.1f ms\n",
                (double)llabs(offset_us) / 1e3, offset_us < 0 ? "behind" : "ahead of",
                (double)error_us / 1e3);
        if (llabs(offset_us) > error_us + clock_tolerance_us)
            fputs("warning:    latency_ms is off by that\n", out);
    }
    if (r->latencies_below_zero) {
        fputs("warning:    ", out);
        write_amount(r->latencies_below_zero, "picture", out);
        fputs(" seemed to come before being taken: the clocks differ; not in latency_ms\n", out);
    }
}

static void write_decoding(const struct report *r, const struct report_facts *facts, FILE *out)
{
    fprintf(out, "decoding:   %zu of ", facts->decoding);
    write_amount(r->config.sessions, "session", out);
    if (r->repeated_pictures) {
        fputs(", ", out);
        write_amount(r->repeated_pictures, "repeated picture", out);
    }
    fprintf(out, "; %.1f s of CPU\n", facts->cpu_s);
}

static void write_stalls(const struct report *r, FILE *out)
{
    const struct report_series *counts = &r->series[REPORT_STALL_COUNT];
    const struct report_series *stalls = &r->series[SESSION_STALL];
    uint64_t sessions = 0;
    for (size_t i = 0; i < counts->count; i++)
        sessions += counts->samples[i].value > 0 ? counts->samples[i].count : 0;
    if (!stalls->n) {
        fputs("stalls:     none\n", out);
        return;
    }
    fputs("stalls:     ", out);
    write_amount(stalls->n, "stall", out);
    fputs(" in ", out);
    write_amount(sessions, "session", out);
    fprintf(out, ", %.0f ms together\n", (double)stalls->sum / 1e3);
}

static void write_histograms(const struct report *r, FILE *out)
{
    const char *before = "histogram:  ";
    for (size_t i = 0; i < REPORT_METRIC_COUNT; i++) {
        if (!r->series[report_metric_at(i)].coarse)
            continue;
        fprintf(out, "%s%s", before, report_metric_name(report_metric_at(i)));
        before = ", ";
    }
    if (*before == ',')
        fprintf(out, ": too many samples to keep, figures within %.2f %%\n", 100 * HISTOGRAM_ERROR);
}

static void write_unfinished(const struct report *r, FILE *out)
{
    static const struct {
        enum session_metric metric;
        const char *one, *many;
    } kinds[] = {{SESSION_STARTUP, "start", "starts"},
                 {SESSION_ZAP, "zap", "zaps"},
                 {SESSION_SWITCH, "switch", "switches"}};
    const char *before = "unfinished: ";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint64_t count = r->missed[kinds[i].metric];
        if (!count)
            continue;
        fprintf(out, "%s%" PRIu64 " %s", before, count, count == 1 ? kinds[i].one : kinds[i].many);
        before = ", ";
    }
    if (*before == ',')
        fputc('\n', out);
}

void table_facts(const struct report *r, const struct report_facts *facts, FILE *out)
{
    fputc('\n', out);
    write_transport(r, facts, out);
    if (report_is_simulated(r)) {
        fprintf(out, "simulated:  %.1f s of CPU\n", facts->cpu_s);
    } else {
        write_clock(r, facts, out);
        write_decoding(r, facts, out);
    }
    write_stalls(r, out);
    write_unfinished(r, out);
    write_histograms(r, out);
}

void table_errors(const struct report *r, FILE *out)
{
    if (!report_faults(r)) {
        fputs("errors:     none\n", out);
        return;
    }
    const char *before = "errors:     ";
    for (int f = 0; f < SESSION_FAULT_COUNT; f++) {
        if (!r->faults[f])
            continue;
        fprintf(out, "%s%s %" PRIu64, before, session_fault_name(f), r->faults[f]);
        before = ", ";
    }
    fputc('\n', out);
    for (int f = 0; f < SESSION_FAULT_COUNT; f++)
        for (size_t i = 0; i < REPORT_FAULT_TEXTS && r->fault_texts[f][i].text; i++)
            fprintf(out, "  %s: %s\n", session_fault_name(f), r->fault_texts[f][i].text);
}
