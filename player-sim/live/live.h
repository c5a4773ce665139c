/* A run of viewers against real origins, from the first who turns up to the report's facts.
 * Thread-safety: one thread. */
#ifndef PLAYER_SIM_LIVE_LIVE_H
#define PLAYER_SIM_LIVE_LIVE_H

#include "player-sim/report/report.h"
#include "player-sim/session/plan.h"
#include "player-sim/session/session.h"
#include "player-sim/transport/http/client.h"

#include <stdatomic.h>
#include <stdint.h>

enum { LIVE_SESSIONS_MAX = 10000, LIVE_TEXT_BYTES = 256 };

struct live_config {
    const char *const *urls; /* manifests, borrowed */
    size_t channel_count;    /* 1..STAMP_CHECK_CHANNELS_MAX */
    size_t sessions;         /* 1..LIVE_SESSIONS_MAX */
    size_t decoding;         /* how many of them decode, the first ones */
    int64_t duration_us;     /* > 0: from the moment when the last session turns up */
    int64_t ramp_us;         /* >= 0: over which they turn up, evenly */
    struct plan_interval zap, change;
    const struct abr_rule *rule; /* as viewer.h has them */
    const struct abr_estimator *estimator;
    int64_t rate_bps;
    enum session_join join;
    int64_t buffer_us, resync_us;
    uint64_t seed;
    struct http_config http;
    const atomic_bool *stop; /* set from outside: ends the run early */
};

struct live_result {
    struct report_facts facts; /* its texts point into this struct */
    char http_version[8];
    char congestion_control[16];
    bool stopped;       /* before its time */
    uint64_t ended;     /* viewers whose channel came to its end */
    double late_timers; /* share of the sessions' timers that were 5 ms late or more: this program,
                           or its machine, is too busy, and has measured itself */
    bool ambiguous;     /* two channels show one stamp number: their zaps can't be told apart */
    size_t same[2];     /* which two */
};

/* Runs it; everything measured goes to report. Shows progress on standard error: a status line on a
 * terminal, else a line each ten seconds. On failure error is one line.
 * ERR_IO, ERR_NOMEM, ERR_STATE; of the report whatever it gave. */
int live_run(const struct live_config *config, struct report *report, struct live_result *out,
             char error[LIVE_TEXT_BYTES]);

#endif
