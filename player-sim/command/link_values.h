/* What a link is made of, as options say it: --rtt, --rate, --queue, --trace, --trace-from,
 * --jitter, --loss, --seed. For every command that has a link, real or not.
 * Thread-safety: one thread on the caller's data. */
#ifndef PLAYER_SIM_COMMAND_LINK_VALUES_H
#define PLAYER_SIM_COMMAND_LINK_VALUES_H

#include "player-sim/link/link.h"
#include "player-sim/link/trace_read.h"

enum { LINK_VALUES_ERROR_BYTES = TRACE_ERROR_BYTES + 16 };

enum link_value {
    LINK_VALUE_RTT,        /* milliseconds, 0 to 60000 */
    LINK_VALUE_RATE,       /* bits a second: 10M; 0 is no limit */
    LINK_VALUE_QUEUE,      /* bytes: 64k */
    LINK_VALUE_TRACE,      /* as trace_read.h has it */
    LINK_VALUE_TRACE_FROM, /* seconds, up to 366 days */
    LINK_VALUE_JITTER,     /* milliseconds, 0 to 60000 */
    LINK_VALUE_LOSS,       /* 0 to 1 */
    LINK_VALUE_SEED,       /* a whole number of up to nine digits */
};

struct link_values {
    int64_t rtt_us, rate_bps; /* -1: not given */
    int64_t queue_bytes;      /* 0: not given */
    struct trace *trace;      /* owned; NULL: not given */
    int64_t trace_from_us;    /* -1: not given */
    int64_t jitter_us;
    double loss;
    uint64_t seed;
};

/* Nothing given; of seed 1. */
void link_values_init(struct link_values *v);
void link_values_finish(struct link_values *v);

/* Takes one; given twice, the last one counts. false: error is one line that names the option, the
 * text and the remedy; v is as it was. */
bool link_values_read(struct link_values *v, enum link_value which, const char *text,
                      char error[LINK_VALUES_ERROR_BYTES]);

/* Whether they go together; false as above. */
bool link_values_check(const struct link_values *v, char error[LINK_VALUES_ERROR_BYTES]);

/* The way to the viewer, and the way back; what was not given is 0 (no delay, no limit), and the
 * queue what the highest rate carries in the longest round trip (link_default_queue_bytes).
 *
 * A trace is of the way to the viewer; the rate is then that of the way back only. Without a round
 * trip given, the trace's hold in both directions. Each way draws jitter and losses for itself. An
 * odd microsecond of a round trip goes the way back. ways borrow the trace. */
void link_values_ways(const struct link_values *v, struct link_config ways[2]);

#endif
