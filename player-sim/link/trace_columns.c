/* Lines of "seconds Mbit/s": from that time on the rate is so much. */
#include "player-sim/link/trace_format.h"

static const double s_max = 1e12, us_per_s = 1e6, bits_per_mbit = 1e6;

/* What the file was so far, and a rate that waits for its end. */
struct columns {
    double first_s;
    int64_t at_us, lasted_us, rate_bps;
    bool started, ended;
};

static bool recognises(const char *text, size_t bytes)
{
    double number;
    struct trace_lines lines = trace_lines_of(text, bytes);
    return trace_lines_next(&lines) && lines.field_count == 2 &&
           trace_number(lines.fields[0], &number) && trace_number(lines.fields[1], &number);
}

/* Of the trace's time, so that rounding never adds up. */
static bool read_time(struct columns *c, const char *text, int64_t *at_us)
{
    double s;
    if (!trace_number(text, &s) || s > s_max || s < -s_max)
        return false;
    if (!c->started)
        c->first_s = s;
    *at_us = s < c->first_s ? -1 : (int64_t)((s - c->first_s) * us_per_s + 0.5);
    return true;
}

static bool read_rate(const char *text, int64_t *rate_bps)
{
    double mbit;
    if (!trace_number(text, &mbit) || mbit < 0 || mbit * bits_per_mbit > (double)TRACE_RATE_MAX_BPS)
        return false;
    *rate_bps = (int64_t)(mbit * bits_per_mbit + 0.5);
    return true;
}

/* The rate before ends at at_us. */
static bool end_piece(struct columns *c, struct trace_draft *d, int64_t at_us)
{
    struct trace_piece piece = {at_us - c->at_us, c->rate_bps, -1};
    c->lasted_us = piece.duration_us;
    c->at_us = at_us;
    return trace_draft_add(d, piece);
}

static bool take_line(struct columns *c, struct trace_draft *d, const struct trace_lines *l)
{
    int64_t at_us, rate_bps = 0;
    if (l->cut || l->field_count > 2 || !read_time(c, l->fields[0], &at_us))
        return trace_lines_fail(l, d, "is not a time: give seconds and Mbit/s, as in 12.5 3.2");
    if (c->ended)
        return trace_lines_fail(l, d,
                                "follows a time without a rate, which ends the trace: give both");
    if (l->field_count == 2 && !read_rate(l->fields[1], &rate_bps))
        return trace_lines_fail(l, d, "has no rate: give Mbit/s from 0 to 1000000, as in 12.5 3.2");
    if (c->started && at_us <= c->at_us)
        return trace_lines_fail(l, d, "is not later than the line before: put them in order");
    if (c->started && !end_piece(c, d, at_us))
        return false;
    c->started = true;
    c->ended = l->field_count == 1;
    c->rate_bps = rate_bps;
    return true;
}

/* The last rate lasts as long as the one before it, unless a last line says when it ends. */
static bool read(struct trace_draft *d, const char *text, size_t bytes)
{
    struct columns c = {.lasted_us = (int64_t)us_per_s};
    struct trace_lines lines = trace_lines_of(text, bytes);
    while (trace_lines_next(&lines))
        if (!take_line(&c, d, &lines))
            return false;
    return c.ended || end_piece(&c, d, c.at_us + c.lasted_us);
}

const struct trace_format trace_columns = {recognises, read};
