#include "packager/origin/parking.h"

#include "media/core/clock.h"
#include "media/core/err.h"

#include <time.h>

/* After its resume a waiter may be gone at any moment. */
static void resume_all(struct origin_waiter *w)
{
    while (w != NULL) {
        struct origin_waiter *next = w->next;
        MHD_resume_connection(w->connection);
        w = next;
    }
}

static void wake_lot(struct origin_lot *lot)
{
    struct origin_waiter *waiting;

    pthread_mutex_lock(&lot->lock);
    waiting = lot->waiting;
    lot->waiting = NULL;
    pthread_mutex_unlock(&lot->lock);
    resume_all(waiting);
}

/* Resumes who has waited long enough; returns the earliest deadline of the others. */
static int64_t wake_overdue(struct origin_lot *lot, int64_t now_us)
{
    struct origin_waiter *overdue = NULL;
    int64_t earliest_us = INT64_MAX;

    pthread_mutex_lock(&lot->lock);
    for (struct origin_waiter **at = &lot->waiting; *at != NULL;) {
        struct origin_waiter *w = *at;
        if (w->deadline_us > now_us) {
            earliest_us = w->deadline_us < earliest_us ? w->deadline_us : earliest_us;
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->next = overdue;
        overdue = w;
    }
    pthread_mutex_unlock(&lot->lock);
    resume_all(overdue);
    return earliest_us;
}

/* Has the thread look at the clock at deadline_us, if it didn't mean to do so earlier. */
static void look_by(struct origin_parking *p, int64_t deadline_us)
{
    pthread_mutex_lock(&p->lock);
    if (deadline_us < p->next_look_us) {
        p->next_look_us = deadline_us;
        pthread_cond_signal(&p->wake);
    }
    pthread_mutex_unlock(&p->lock);
}

/* The time of the next look is set before the waiters are looked at: whoever parks meanwhile can
 * only bring it forward. */
static void look_at_clock(struct origin_parking *p)
{
    int64_t now_us = clock_monotonic_us();
    struct origin_lot *lots;

    pthread_mutex_lock(&p->lock);
    p->next_look_us = now_us + p->scan_us;
    lots = p->lots;
    pthread_mutex_unlock(&p->lock);
    for (struct origin_lot *lot = lots; lot != NULL; lot = lot->next)
        look_by(p, wake_overdue(lot, now_us));
    p->look(p->context, now_us);
}

struct task {
    struct origin_lot *changed; /* or NULL */
    bool look;
};

/* Waits for something to do. False at the end. */
static bool next_task(struct origin_parking *p, struct task *task)
{
    bool stop;

    pthread_mutex_lock(&p->lock);
    while (!p->stop && p->changed == NULL && clock_monotonic_us() < p->next_look_us) {
        struct timespec until = {p->next_look_us / 1000000, p->next_look_us % 1000000 * 1000};
        pthread_cond_timedwait(&p->wake, &p->lock, &until);
    }
    stop = p->stop;
    task->changed = p->changed;
    task->look = clock_monotonic_us() >= p->next_look_us;
    if (p->changed != NULL) {
        p->changed->changed = false;
        p->changed = p->changed->next_changed;
    }
    pthread_mutex_unlock(&p->lock);
    return !stop;
}

static void *run(void *context)
{
    struct origin_parking *p = context;
    struct task task;

    while (next_task(p, &task)) {
        if (task.changed != NULL)
            wake_lot(task.changed);
        if (task.look)
            look_at_clock(p);
    }
    return NULL;
}

int origin_parking_init(struct origin_parking *p, int64_t scan_us,
                        void (*look)(void *context, int64_t now_us), void *context)
{
    pthread_condattr_t attributes;

    *p = (struct origin_parking){.scan_us = scan_us, .look = look, .context = context};
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    p->thread_runs = pthread_create(&p->thread, NULL, run, p) == 0;
    if (p->thread_runs)
        return ERR_OK;
    origin_parking_finish(p);
    return ERR_IO;
}

void origin_parking_close(struct origin_parking *p)
{
    struct origin_lot *lots;

    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    if (p->thread_runs)
        pthread_join(p->thread, NULL);
    p->thread_runs = false;
    /* In this order: a lot that is added from here on meets `closed` before it takes anybody. */
    atomic_store(&p->closed, true);
    pthread_mutex_lock(&p->lock);
    lots = p->lots;
    pthread_mutex_unlock(&p->lock);
    for (struct origin_lot *lot = lots; lot != NULL; lot = lot->next)
        wake_lot(lot);
}

void origin_parking_finish(struct origin_parking *p)
{
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
}

void origin_lot_init(struct origin_lot *lot, struct origin_parking *p)
{
    *lot = (struct origin_lot){.parking = p};
    pthread_mutex_init(&lot->lock, NULL);
    pthread_mutex_lock(&p->lock);
    lot->next = p->lots;
    p->lots = lot;
    pthread_mutex_unlock(&p->lock);
}

void origin_lot_finish(struct origin_lot *lot)
{
    pthread_mutex_destroy(&lot->lock);
}

void origin_lot_changed(struct origin_lot *lot)
{
    struct origin_parking *p = lot->parking;

    atomic_fetch_add(&lot->generation, 1);
    pthread_mutex_lock(&p->lock);
    if (!lot->changed) {
        lot->changed = true;
        lot->next_changed = p->changed;
        p->changed = lot;
        pthread_cond_signal(&p->wake);
    }
    pthread_mutex_unlock(&p->lock);
}

uint64_t origin_lot_generation(const struct origin_lot *lot)
{
    return atomic_load(&lot->generation);
}

int origin_park(struct origin_lot *lot, struct origin_waiter *w, uint64_t seen)
{
    struct origin_parking *p = lot->parking;
    int status = ERR_OK;

    pthread_mutex_lock(&lot->lock);
    if (atomic_load(&p->closed)) {
        status = ERR_END;
    } else if (atomic_load(&lot->generation) != seen) {
        status = ERR_AGAIN;
    } else {
        MHD_suspend_connection(w->connection);
        w->next = lot->waiting;
        lot->waiting = w;
        look_by(p, w->deadline_us);
    }
    pthread_mutex_unlock(&lot->lock);
    return status;
}
