/* Requests and live responses that wait for a track to change: each has its place in the track's
 * lot until the track changes or its deadline has passed, whatever comes first. Who is let go asks
 * the store again: that promises nothing.
 *
 * No wake-up is lost. A lot is marked after each change of what it is for, and the marks are looked
 * at between the requests, on the same thread: a request that looks into the store and parks does
 * so before the next look at the marks, and a change that it did not see is marked after it looked.
 *
 * Thread-safety: origin_lot_changed and origin_parking_wake from any thread, everything else from
 * the origin's loop only. */
#ifndef PACKAGER_ORIGIN_PARKING_H
#define PACKAGER_ORIGIN_PARKING_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* One that waits; embedded in it. */
struct origin_waiter {
    struct MHD_Connection *connection; /* borrowed; not looked at here */
    int64_t deadline_us;
    bool gone; /* its client has hung up */
    struct origin_waiter *next;
};

struct origin_parking;

/* Where those who wait for one track are. */
struct origin_lot {
    struct origin_parking *parking;
    struct origin_waiter *waiting;
    bool occupied;                   /* somebody may wait; the parking's lock */
    bool changed;                    /* since the last look; likewise */
    struct origin_lot *next_changed; /* likewise */
    struct origin_lot *next;
};

struct origin_parking {
    struct origin_lot *lots;
    int64_t next_deadline_us; /* the earliest, or earlier; INT64_MAX: nobody waits */
    int wake_fd;              /* an eventfd: readable once somebody is to be let go */
    pthread_mutex_t lock;     /* guards the marks and the list of changed lots */
    struct origin_lot *changed;
};

/* ERR_IO where the eventfd can't be had. */
int origin_parking_init(struct origin_parking *p);
/* After the last call of anything else here; lots belong to their makers. */
void origin_parking_finish(struct origin_parking *p);

/* Adds a lot. */
void origin_lot_init(struct origin_lot *lot, struct origin_parking *p);
/* Takes it away: nobody may wait there (asserted), nor mark it any more. */
void origin_lot_finish(struct origin_lot *lot);

/* What the lot is for has changed. O(1); wakes nobody where nobody waits. */
void origin_lot_changed(struct origin_lot *lot);
/* Makes wake_fd readable. */
void origin_parking_wake(struct origin_parking *p);

/* w waits until the lot changes or w->deadline_us has passed. w is the lot's until it is taken. */
void origin_park(struct origin_lot *lot, struct origin_waiter *w);

/* w's client has hung up: it is taken with the next ones, if it waits. */
void origin_parking_give_up(struct origin_parking *p, struct origin_waiter *w);

/* Takes everybody off whose lot has changed or whose deadline has passed; whatever changes from
 * here on makes wake_fd readable again. NULL: nobody. */
struct origin_waiter *origin_parking_take(struct origin_parking *p, int64_t now_us);
/* Takes everybody off. */
struct origin_waiter *origin_parking_take_all(struct origin_parking *p);

#endif
