#include "player-sim/link/trace.h"
#include "media/core/err.h"

#include <stdlib.h>

__extension__ typedef __int128 wide;

enum { STEPS_MAX = 8, NS_PER_US = 1000 };

static bool piece_is_valid(const struct trace_piece *p)
{
    return p->duration_us > 0 && p->duration_us <= TRACE_TOTAL_MAX_US && p->rate_bps >= 0 &&
           p->rate_bps <= TRACE_RATE_MAX_BPS && p->rtt_us >= -1 && p->rtt_us <= TRACE_RTT_MAX_US;
}

static bool pieces_are_valid(const struct trace_piece *pieces, size_t count)
{
    int64_t total_us = 0;
    wide bit_us = 0;
    for (size_t i = 0; i < count; i++) {
        if (!piece_is_valid(&pieces[i]) || pieces[i].duration_us > TRACE_TOTAL_MAX_US - total_us)
            return false;
        total_us += pieces[i].duration_us;
        bit_us += (wide)pieces[i].rate_bps * pieces[i].duration_us;
    }
    return count && bit_us >= (wide)TRACE_MEAN_MIN_BPS * total_us;
}

static size_t join_equals(const struct trace_piece *from, size_t count, struct trace_piece *to)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (n && to[n - 1].rate_bps == from[i].rate_bps && to[n - 1].rtt_us == from[i].rtt_us)
            to[n - 1].duration_us += from[i].duration_us;
        else
            to[n++] = from[i];
    }
    return n;
}

static void sum_up(struct trace *t, int64_t *ends_us)
{
    wide bit_us = 0;
    t->rtt_max_us = -1;
    for (size_t i = 0; i < t->count; i++) {
        const struct trace_piece *p = &t->pieces[i];
        ends_us[i] = t->total_us += p->duration_us;
        bit_us += (wide)p->rate_bps * p->duration_us;
        if (p->rate_bps > t->rate_max_bps)
            t->rate_max_bps = p->rate_bps;
        if (p->rtt_us > t->rtt_max_us)
            t->rtt_max_us = p->rtt_us;
    }
    t->rate_mean_bps = (int64_t)(bit_us / t->total_us);
    t->loop_nanobits = bit_us > INT64_MAX / NS_PER_US ? INT64_MAX : (int64_t)(bit_us * NS_PER_US);
}

int trace_create(const struct trace_piece *pieces, size_t count, struct trace **out)
{
    if (count > TRACE_PIECES_MAX)
        return ERR_FULL;
    if (!pieces_are_valid(pieces, count))
        return ERR_INVALID;
    struct trace *t = calloc(1, sizeof *t);
    struct trace_piece *own = calloc(count, sizeof *own);
    int64_t *ends_us = calloc(count, sizeof *ends_us);
    if (!t || !own || !ends_us) {
        free(t);
        free(own);
        free(ends_us);
        return ERR_NOMEM;
    }
    t->count = join_equals(pieces, count, own);
    t->pieces = own;
    t->ends_us = ends_us;
    sum_up(t, ends_us);
    *out = t;
    return ERR_OK;
}

void trace_destroy(struct trace *t)
{
    if (!t)
        return;
    free((void *)t->pieces);
    free((void *)t->ends_us);
    free(t);
}

/* at_us of the trace, 0 up to total_us. */
static size_t search(const struct trace *t, int64_t at_us)
{
    size_t low = 0, high = t->count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->ends_us[middle] > at_us)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct trace_cursor trace_cursor_at(const struct trace *t, int64_t from_us, int64_t now_us)
{
    int64_t at_us = (from_us % t->total_us + now_us % t->total_us) % t->total_us;
    if (at_us < 0)
        at_us += t->total_us;
    size_t piece = search(t, at_us);
    return (struct trace_cursor){piece, now_us + t->ends_us[piece] - at_us};
}

void trace_cursor_seek(struct trace_cursor *c, const struct trace *t, int64_t now_us)
{
    for (int i = 0; i < STEPS_MAX; i++) {
        if (now_us < c->ends_us)
            return;
        trace_cursor_next(c, t);
    }
    if (now_us >= c->ends_us)
        *c = trace_cursor_at(t, t->ends_us[c->piece] - c->ends_us, now_us);
}
