/* How fast a live viewer plays to come back to his target latency: one const table of policies.
 * Thread-safety: the table is const, the policies are pure functions. */
#ifndef PLAYER_SIM_SEGMENTED_CATCHUP_H
#define PLAYER_SIM_SEGMENTED_CATCHUP_H

#include <stdbool.h>
#include <stdint.h>

/* What a policy goes by. */
struct segmented_drift {
    int64_t latency_us, target_us; /* behind the capture, and what it is to be */
    int64_t buffer_us;             /* media ahead of the playhead */
    int64_t segment_us;            /* a segment's duration */
    int64_t rate_ppm;              /* at which it plays now, 1000000: normal */
    bool recovering; /* it has stalled, and buffer_us has not been above half the target since */
};

struct segmented_catchup {
    const char *name;                                         /* as on the command line */
    const char *summary;                                      /* one line */
    int64_t every_us;                                         /* how often it is asked, > 0 */
    int64_t (*rate_ppm)(const struct segmented_drift *drift); /* > 0; NULL: always 1000000 */
};

/* The table, ended by a row without name; the first plays at rate 1 always. */
extern const struct segmented_catchup segmented_catchups[];

/* NULL: there is none of that name. */
const struct segmented_catchup *segmented_catchup_find(const char *name);

#endif
