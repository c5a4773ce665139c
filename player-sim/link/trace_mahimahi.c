/* Mahimahi's traces (Netravali et al., USENIX ATC 2015; its manual mm-link(1)): each line is a time
 * in milliseconds at which 1500 bytes can go; several lines may be alike, and after the last the
 * trace begins again. Here those bytes go during the millisecond that ends at that time, in which
 * so many slots are a rate; a slot at 0 goes with those at 1. */
#include "player-sim/link/trace_format.h"

#include <string.h>

enum { SLOT_BITS = 1500 * 8, MS_PER_S = 1000, US_PER_MS = 1000, DIGITS_MAX = 15 };

enum { SLOTS_MAX = 80000 }; /* in a millisecond: 0.96 Tbit/s */

struct slots {
    int64_t last_ms;        /* as the line said */
    int64_t ends_ms, count; /* the millisecond that is being counted; count 0: none yet */
    int64_t ended_ms;       /* when the piece before ended */
};

static bool is_stamp(const struct trace_lines *l)
{
    return !l->cut && l->field_count == 1 &&
           strspn(l->fields[0], "0123456789") == strlen(l->fields[0]);
}

static bool recognises(const char *text, size_t bytes)
{
    struct trace_lines lines = trace_lines_of(text, bytes);
    return trace_lines_next(&lines) && is_stamp(&lines);
}

static bool read_stamp(const struct trace_lines *l, int64_t *ms)
{
    if (!is_stamp(l) || strlen(l->fields[0]) > DIGITS_MAX)
        return false;
    *ms = 0;
    for (const char *digit = l->fields[0]; *digit; digit++)
        *ms = *ms * 10 + (*digit - '0');
    return *ms <= TRACE_TOTAL_MAX_US / US_PER_MS;
}

static bool add_slots(struct slots *s, struct trace_draft *d)
{
    struct trace_piece outage = {(s->ends_ms - 1 - s->ended_ms) * US_PER_MS, 0, -1};
    struct trace_piece piece = {US_PER_MS, s->count * SLOT_BITS * MS_PER_S, -1};
    s->ended_ms = s->ends_ms;
    s->count = 0;
    return trace_draft_add(d, outage) && trace_draft_add(d, piece);
}

static bool take_line(struct slots *s, struct trace_draft *d, const struct trace_lines *l)
{
    int64_t ms, ends_ms;
    if (!read_stamp(l, &ms))
        return trace_lines_fail(l, d, "is no time: give whole milliseconds, one a line");
    if (ms < s->last_ms)
        return trace_lines_fail(l, d, "is earlier than the line before: put them in order");
    ends_ms = ms ? ms : 1;
    if (s->count && ends_ms > s->ends_ms && !add_slots(s, d))
        return false;
    if (s->count == SLOTS_MAX)
        return trace_lines_fail(l, d, "comes too often: give up to 80000 lines a millisecond");
    s->last_ms = ms;
    s->ends_ms = ends_ms;
    s->count++;
    return true;
}

static bool read(struct trace_draft *d, const char *text, size_t bytes)
{
    struct slots s = {0};
    struct trace_lines lines = trace_lines_of(text, bytes);
    while (trace_lines_next(&lines))
        if (!take_line(&s, d, &lines))
            return false;
    if (!s.last_ms)
        return trace_lines_fail(&lines, d, "ends it where it begins: give a last time after 0");
    return add_slots(&s, d);
}

const struct trace_format trace_mahimahi = {recognises, read};
