/* A study in virtual time: so many sessions on so many links, each as its number and the seed say,
 * whatever thread or shard it runs in.
 *
 * Sessions are dealt to links in order, `sharing` to each: a cell. Cells know nothing of each
 * other, so that they run one after another in little memory, in any number of threads, and in
 * shards of a study on other machines.
 *
 * Each cell's link starts at a place of the trace that is drawn from the seed, and each session
 * turns up at a time that is drawn from ramp_us; so runs that differ in rule, delivery or transport
 * put the same sessions into the same networks, and can be compared in pairs.
 * Thread-safety: simulate_run makes its own threads; one run at a time for a report. */
#ifndef PLAYER_SIM_SIMULATE_SIMULATE_H
#define PLAYER_SIM_SIMULATE_SIMULATE_H

#include "player-sim/content/content.h"
#include "player-sim/link/trace.h"
#include "player-sim/report/report.h"
#include "player-sim/segmented/segmented.h"
#include "player-sim/session/plan.h"
#include "player-sim/session/session.h"
#include "player-sim/transport/virtual/client.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SIMULATE_SESSIONS_MAX = 10000000,
    SIMULATE_CHANNELS_MAX = 100,
    SIMULATE_SHARING_MAX = 1000,
    SIMULATE_THREADS_MAX = 256,
    SIMULATE_TEXT_BYTES = 256,
};

struct simulate_config {
    const struct content *contents; /* borrowed; channel i shows contents[i % content_count] */
    size_t content_count;           /* 1.. */
    size_t channel_count;           /* 1..SIMULATE_CHANNELS_MAX */
    size_t sessions;                /* 1..SIMULATE_SESSIONS_MAX */
    size_t sharing;                 /* 1..SIMULATE_SHARING_MAX: sessions on one link */
    size_t shard, shard_count;      /* this run has the cells c with c % shard_count == shard */
    unsigned threads;               /* 1..SIMULATE_THREADS_MAX */
    int64_t duration_us;            /* > 0: how long each session watches */
    int64_t ramp_us;                /* >= 0: over which sessions turn up */

    const struct trace *const *traces; /* borrowed; cell c has traces[c % trace_count] */
    size_t trace_count;                /* 0: rate_bps holds */
    bool trace_fixed;                  /* all cells begin at trace_from_us, nothing is drawn */
    int64_t trace_from_us;
    int64_t rtt_us;      /* where the trace tells none */
    bool rtt_fixed;      /* or in any case */
    int64_t rate_bps;    /* with a trace, of the way back; 0: no limit */
    int64_t jitter_us;   /* as link.h has it; both ways, like what follows */
    int64_t queue_bytes; /* 0: a default for the link */
    double loss;
    struct virtual_config http;

    const struct segmented_delivery *delivery; /* NULL: HESP; borrowed */
    const struct abr_rule *rule;
    const struct abr_estimator *estimator;
    int64_t wanted_bps; /* of the rule "fixed": the highest rung not above it, else the lowest */
    struct plan_interval zap, change; /* change: HESP only */

    enum session_join join; /* HESP, as session_config has them */
    int64_t buffer_us;
    int64_t resync_us; /* HESP, as viewer_config has it */
    int64_t packet_us; /* HESP, as hesp_origin.h has it */

    bool knows_channels;                     /* segments: as segment_viewer.h has it */
    const struct segmented_catchup *catchup; /* segments; NULL: none */
    int64_t part_us;                         /* > 0: how long a chunk or part is, in media */
    uint64_t seed;
    size_t timelines;        /* of the first so many sessions */
    const atomic_bool *stop; /* set from outside: ends the run at once; what is measured is of whole
                                sessions, those of the cells at hand are lost */
};

struct simulate_result {
    struct report_facts facts;
    size_t sessions; /* that were run: fewer than asked for where it was stopped, or is a shard */
    uint64_t steps;  /* timers called */
    bool stopped;
};

/* Tells how far a run has come, from the calling thread, several times a second. */
typedef void simulate_progress(void *context, size_t sessions_done, size_t sessions_all,
                               const struct report *report);

/* Everything measured goes to report, in order of the sessions' numbers. On failure error is one
 * line. ERR_NOMEM, ERR_INVALID, ERR_STATE (no thread); of the report whatever it gave, ERR_IO with
 * errno. */
int simulate_run(const struct simulate_config *config, struct report *report,
                 simulate_progress *progress, void *context, struct simulate_result *out,
                 char error[SIMULATE_TEXT_BYTES]);

#endif
