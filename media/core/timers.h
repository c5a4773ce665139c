/* Timers of an event loop: a heap by time, in which each timer belongs to whoever embeds it. Two
 * timers of one time come in the order in which they were set, so that a loop in virtual time gives
 * the same on every run.
 *
 * Invariant: heap[1..timed] is a heap by (at_us, order), heap[timed+1..count] are set to never, and
 * heap[i]->place is i.
 * Thread-safety: one thread at a time; no clock is read. */
#ifndef MEDIA_CORE_TIMERS_H
#define MEDIA_CORE_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#define TIMER_NEVER INT64_MAX

struct timer {
    void (*due)(void *context);
    void *context;
    int64_t at_us; /* of any one clock; TIMER_NEVER */
    uint64_t order;
    size_t place; /* among them, from 1; 0: not there */
};

/* Zero-filled is empty. */
struct timers {
    struct timer **heap; /* owned */
    size_t timed, count, capacity;
    uint64_t orders;
};

void timers_finish(struct timers *all); /* the timers are their owners' */

/* Takes a timer, which is set to never, until it is given back; so setting it cannot fail.
 * ERR_NOMEM. */
int timers_add(struct timers *all, struct timer *t);
void timers_remove(struct timers *all, struct timer *t); /* also one never added */
void timers_set(struct timers *all, struct timer *t, int64_t at_us);

/* When the first of them is due; TIMER_NEVER. */
static inline int64_t timers_next_us(const struct timers *all)
{
    return all->timed ? all->heap[1]->at_us : TIMER_NEVER;
}

/* The first one if it is due by now_us, set to never, for its due to be called; else NULL. */
struct timer *timers_take(struct timers *all, int64_t now_us);

#endif
