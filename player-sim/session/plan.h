/* When a viewer zaps and switches, and to what: every so often, or at random times. A pure function
 * of seed and viewer, the same against a real origin and in virtual time.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_PLAN_H
#define PLAYER_SIM_SESSION_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often: never, each mean_us, or at exponentially distributed times of that mean. */
struct plan_interval {
    int64_t mean_us; /* 0: never */
    bool random;
};

/* Reads "0", "5", "0.5", "random:5" (seconds; up to 86400). false: none of these. */
bool plan_interval_read(const char *text, struct plan_interval *out);

struct plan {
    struct plan_interval zap, change;
    uint64_t zap_state,
        switch_state; /* of the random numbers, apart so that neither moves the other */
    int64_t next_zap_us, next_switch_us; /* INT64_MAX: never */
};

/* From start_us on. With a regular interval the viewers' first times are spread evenly over it by
 * their numbers, so that a crowd does not act as one. */
void plan_init(struct plan *p, struct plan_interval zap, struct plan_interval change, uint64_t seed,
               size_t viewer, int64_t start_us);

/* Whether it is time; sets the next time. A time that was missed by more than an interval is not
 * made up for. */
bool plan_zap_due(struct plan *p, int64_t now_us);
bool plan_switch_due(struct plan *p, int64_t now_us);
int64_t plan_next_us(const struct plan *p);

/* One of count others, each equally likely: never `now`, unless it is the only one. */
size_t plan_pick_channel(struct plan *p, size_t now, size_t count);
size_t plan_pick_rung(struct plan *p, size_t now, size_t count);

#endif
