/* The origin's one thread: runs libmicrohttpd, lets go of who is parked, cuts who is overdue. All
 * the viewers of a chunk are let go at once, so that libmicrohttpd serves them in one run.
 *
 * Thread-safety: start and stop from one thread, cpu from any between the two, suspend from
 * libmicrohttpd's callbacks. */
#ifndef PACKAGER_ORIGIN_LOOP_H
#define PACKAGER_ORIGIN_LOOP_H

#include "packager/origin/request.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct origin_loop {
    struct origin_service *service; /* borrowed */
    struct MHD_Daemon *daemon;      /* borrowed */
    pthread_t thread;
    _Atomic bool stop;
    int64_t next_scan_us;
    int eventless_runs; /* in a row, each right after the one before */
};

/* daemon is one without threads of its own, on epoll. ERR_IO where the thread can't be had. */
int origin_loop_start(struct origin_loop *l, struct origin_service *service,
                      struct MHD_Daemon *daemon);
/* Ends the thread and resumes everybody: libmicrohttpd must not be stopped while a connection is
 * suspended. Nobody's callback is called meanwhile. */
void origin_loop_stop(struct origin_loop *l);
/* CPU that the thread has used. */
int64_t origin_loop_cpu_us(const struct origin_loop *l);

/* Suspends w->connection until the lot changes or w->deadline_us has passed. From the connection's
 * own callback, which must return and leave w alone until it is called again. */
void origin_suspend(struct origin_lot *lot, struct origin_waiter *w);

#endif
