#include "player-sim/report/collect.h"
#include "player-sim/report/table.h"

#include <inttypes.h>

/* Each moment's bar begins where the one before it ended, so that one sees what took how long. */
struct moment {
    size_t metric;
    const char *name;
    bool aside; /* sound: beside the others, none waits for it */
};

static const struct moment moments[] = {
    {SESSION_CONNECTION, "connection", false},
    {SESSION_FIRST_BYTE, "first byte", false},
    {SESSION_INIT, "packet", false},
    {SESSION_ZAP, "first picture", false},
    {SESSION_CONTINUATION, "next picture", false},
    {SESSION_SOUND, "sound", true},
};
enum { MOMENTS = sizeof moments / sizeof *moments, LABEL_COLUMNS = 36, BAR_MIN = 8 };

static void repeat(const char *text, size_t count, FILE *out)
{
    while (count--)
        fputs(text, out);
}

/* A picture of [from, to] on an axis of width columns that ends at whole; eighths of a column. */
static void write_bar(double from, double to, double whole, size_t width, FILE *out)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(whole > 0))
        return;
    size_t begin = (size_t)(from / whole * (double)width);
    double length = to / whole * (double)width - (double)begin;
    size_t full = length > 0 ? (size_t)length : 0;
    if (full > width - begin)
        full = width - begin;
    size_t eighth = length > 0 && full < width - begin ? (size_t)((length - (double)full) * 8) : 0;
    repeat("·", begin, out);
    repeat("█", full, out);
    fputs(full || eighth ? eighths[eighth] : eighths[1], out);
}

static void write_mark(double at, double whole, size_t width, FILE *out)
{
    if (!(whole > 0) || !width)
        return;
    size_t column = (size_t)(at / whole * (double)width);
    repeat("·", column < width ? column : width - 1, out);
    fputs("◆", out);
}

static int write_head(struct report *r, uint64_t zaps, FILE *out)
{
    const struct report_summary *packet;
    char tm90[TABLE_FIGURE_BYTES], p50[TABLE_FIGURE_BYTES];
    int status = report_summarize(r, REPORT_PACKET_BYTES, false, &packet);
    if (status)
        return status;
    fprintf(out, "\nanatomy of a zap: ms since it was asked for, %" PRIu64 " %s", zaps,
            zaps == 1 ? "zap" : "zaps");
    if (packet->whole.stats.n) {
        table_grouped((uint64_t)(packet->whole.stats.tm90 + 0.5), tm90);
        table_grouped((uint64_t)(packet->whole.stats.p50 + 0.5), p50);
        fprintf(out, "\npacket: tm90 %s, p50 %s bytes", tm90, p50);
    }
    fprintf(out, "\n%-*s %8s %8s\n", 16, "", "tm90", "p50");
    return 0;
}

static void write_moment(const struct moment *m, const struct stats *s, double before, double whole,
                         size_t width, FILE *out)
{
    char tm90[TABLE_FIGURE_BYTES], p50[TABLE_FIGURE_BYTES];
    table_figure(s->tm90, table_digits(s->tm90), tm90);
    table_figure(s->p50, table_digits(s->p50), p50);
    fprintf(out, "  %-14s %8s %8s", m->name, tm90, p50);
    if (width >= BAR_MIN) {
        fputs("  ", out);
        if (m->aside)
            write_mark(s->tm90, whole, width, out);
        else
            write_bar(before < s->tm90 ? before : s->tm90, s->tm90, whole, width, out);
    }
    fputc('\n', out);
}

int table_anatomy(struct report *r, FILE *out)
{
    const struct report_summary *summaries[MOMENTS];
    double whole = 0, before = 0;
    size_t columns = table_width(out),
           width = columns > LABEL_COLUMNS ? columns - LABEL_COLUMNS : 0;
    for (size_t i = 0; i < MOMENTS; i++) {
        int status = report_summarize(r, moments[i].metric, false, &summaries[i]);
        if (status)
            return status;
        const struct stats *s = &summaries[i]->whole.stats;
        if (s->n && s->tm90 > whole)
            whole = s->tm90;
    }
    if (!r->series[SESSION_ZAP].n)
        return 0;
    int status = write_head(r, r->series[SESSION_ZAP].n, out);
    if (status)
        return status;
    for (size_t i = 0; i < MOMENTS; i++) {
        const struct stats *s = &summaries[i]->whole.stats;
        if (!s->n)
            continue;
        write_moment(&moments[i], s, before, whole, width, out);
        if (!moments[i].aside)
            before = s->tm90;
    }
    return 0;
}
