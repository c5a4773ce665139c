/* How a link's rate changes over time: pieces of constant rate, one after another, again from the
 * first when the last is over. What it is made of are files (trace_read.h) or a caller's numbers.
 *
 * Thread-safety: a trace is immutable once made, any number of threads may read it; a cursor is its
 * owner's. Times are microseconds, of the trace from 0 to total_us, or of the caller's clock. */
#ifndef PLAYER_SIM_LINK_TRACE_H
#define PLAYER_SIM_LINK_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRACE_PIECES_MAX = 1 << 22 };

#define TRACE_RATE_MAX_BPS INT64_C(1000000000000)
#define TRACE_RTT_MAX_US   INT64_C(60000000)
#define TRACE_TOTAL_MAX_US INT64_C(31622400000000) /* 366 days */
#define TRACE_MEAN_MIN_BPS 1000 /* of a whole loop; with less, a packet could take years */

struct trace_piece {
    int64_t duration_us; /* > 0 */
    int64_t rate_bps;    /* 0, an outage, to TRACE_RATE_MAX_BPS */
    int64_t rtt_us;      /* round trip, 0 to TRACE_RTT_MAX_US; -1: the trace does not say */
};

struct trace {
    const struct trace_piece *pieces;    /* owned, as all; no two neighbours are alike */
    const int64_t *ends_us;              /* [count], of the trace's time; the last is total_us */
    size_t count;                        /* 1 to TRACE_PIECES_MAX */
    int64_t total_us;                    /* up to TRACE_TOTAL_MAX_US */
    int64_t rate_max_bps, rate_mean_bps; /* the mean over a loop, rounded down */
    int64_t rtt_max_us;                  /* -1: no piece says one */
    int64_t loop_nanobits; /* what a loop carries, 1e9 a bit, so that a rate of r bit/s sends r of
                              them each nanosecond; INT64_MAX: that, or more */
};

/* Copies the pieces; equal neighbours become one. ERR_INVALID where one of them or the whole breaks
 * the ranges above, ERR_FULL for too many, ERR_NOMEM. The caller destroys *out. */
int trace_create(const struct trace_piece *pieces, size_t count, struct trace **out);
void trace_destroy(struct trace *t); /* NULL is fine */

/* A place in a looping trace, walked forwards along a clock of the caller's. */
struct trace_cursor {
    size_t piece;
    int64_t ends_us; /* when that piece ends, on the caller's clock */
};

/* The piece that holds now_us of a clock that shows 0 where the trace is at from_us. Both may be
 * anything that does not come near overflow, from_us also negative or beyond a loop. */
struct trace_cursor trace_cursor_at(const struct trace *t, int64_t from_us, int64_t now_us);

/* On to the piece that holds now_us, which is not before the cursor's piece: a few steps at most,
 * and a search where it is farther. */
void trace_cursor_seek(struct trace_cursor *c, const struct trace *t, int64_t now_us);

static inline const struct trace_piece *trace_cursor_piece(const struct trace_cursor *c,
                                                           const struct trace *t)
{
    return &t->pieces[c->piece];
}

static inline void trace_cursor_next(struct trace_cursor *c, const struct trace *t)
{
    c->piece = c->piece + 1 < t->count ? c->piece + 1 : 0;
    c->ends_us += t->pieces[c->piece].duration_us;
}

#endif
