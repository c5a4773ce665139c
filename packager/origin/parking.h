/* Requests and live responses that wait for a track to change. A parked connection is suspended in
 * libmicrohttpd; the parking's own thread resumes it after the track's next change or at its
 * deadline, whatever comes first. Who was resumed asks the store again: being resumed promises
 * nothing.
 *
 * No wake-up is lost: a waiter reads the lot's generation, then asks the store, then parks with
 * that generation, and origin_park refuses where the generation has moved since. The generation
 * moves after each change, before the thread looks for waiters.
 *
 * Locks: the parking's guards the list of changed lots and the time of the next look; a lot's
 * guards its waiters. Nothing but libmicrohttpd's own lock is taken while one is held, save the
 * parking's inside a lot's. */
#ifndef PACKAGER_ORIGIN_PARKING_H
#define PACKAGER_ORIGIN_PARKING_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One parked connection; embedded in what waits. */
struct origin_waiter {
    struct MHD_Connection *connection; /* borrowed */
    int64_t deadline_us;
    struct origin_waiter *next; /* the lot's */
};

struct origin_parking;

/* Where those who wait for one track are. */
struct origin_lot {
    struct origin_parking *parking;
    pthread_mutex_t lock; /* guards waiting */
    struct origin_waiter *waiting;
    _Atomic uint64_t generation;
    bool changed;                    /* the parking's lock */
    struct origin_lot *next_changed; /* likewise */
    struct origin_lot *next;         /* constant once added */
};

struct origin_parking {
    pthread_t thread;
    bool thread_runs;
    pthread_mutex_t lock; /* guards what follows, down to stop */
    pthread_cond_t wake;
    struct origin_lot *lots;
    struct origin_lot *changed;
    int64_t next_look_us; /* when the clock is looked at next: the earliest deadline, or earlier */
    bool stop;
    _Atomic bool closed; /* nobody parks any more */
    int64_t scan_us;     /* at most so long between two looks */
    void (*look)(void *context, int64_t now_us);
    void *context;
};

/* Starts the thread, which also calls look at each look at the clock. ERR_IO where it can't be
 * had. */
int origin_parking_init(struct origin_parking *p, int64_t scan_us,
                        void (*look)(void *context, int64_t now_us), void *context);
/* Ends the thread, resumes everybody, and lets nobody park from now on. Call it before the daemon
 * is stopped, which must not meet suspended connections. */
void origin_parking_close(struct origin_parking *p);
/* Frees what init made, after close; lots belong to their makers. */
void origin_parking_finish(struct origin_parking *p);

/* Adds a lot, which stays until the parking is closed. */
void origin_lot_init(struct origin_lot *lot, struct origin_parking *p);
void origin_lot_finish(struct origin_lot *lot);

/* The lot's track has changed. O(1), any thread. */
void origin_lot_changed(struct origin_lot *lot);
uint64_t origin_lot_generation(const struct origin_lot *lot);

/* Suspends w->connection until the lot changes or w->deadline_us has passed. From the connection's
 * own callback only, which must return at once on ERR_OK and leave w alone until it is called
 * again. ERR_AGAIN: there was a change after `seen` was read, ask the store again. ERR_END: the
 * origin stops. */
int origin_park(struct origin_lot *lot, struct origin_waiter *w, uint64_t seen);

#endif
