#include "packager/origin/parking.h"

#include "media/core/err.h"

#include <assert.h>
#include <sys/eventfd.h>
#include <unistd.h>

int origin_parking_init(struct origin_parking *p)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return ERR_IO;
    *p = (struct origin_parking){.wake_fd = fd, .next_deadline_us = INT64_MAX};
    pthread_mutex_init(&p->lock, NULL);
    return ERR_OK;
}

void origin_parking_finish(struct origin_parking *p)
{
    pthread_mutex_destroy(&p->lock);
    close(p->wake_fd);
}

void origin_lot_init(struct origin_lot *lot, struct origin_parking *p)
{
    *lot = (struct origin_lot){.parking = p, .next = p->lots};
    p->lots = lot;
}

void origin_lot_finish(struct origin_lot *lot)
{
    struct origin_parking *p = lot->parking;
    struct origin_lot **at = &p->changed;

    assert(lot->waiting == NULL);
    pthread_mutex_lock(&p->lock);
    while (*at != NULL && *at != lot)
        at = &(*at)->next_changed;
    if (*at != NULL)
        *at = lot->next_changed;
    pthread_mutex_unlock(&p->lock);
    for (at = &p->lots; *at != lot;)
        at = &(*at)->next;
    *at = lot->next;
}

void origin_parking_wake(struct origin_parking *p)
{
    eventfd_write(p->wake_fd, 1);
}

void origin_lot_changed(struct origin_lot *lot)
{
    struct origin_parking *p = lot->parking;
    bool wake = false;

    pthread_mutex_lock(&p->lock);
    if (!lot->changed) {
        lot->changed = true;
        lot->next_changed = p->changed;
        p->changed = lot;
        wake = lot->occupied;
    }
    pthread_mutex_unlock(&p->lock);
    if (wake)
        origin_parking_wake(p);
}

void origin_park(struct origin_lot *lot, struct origin_waiter *w)
{
    struct origin_parking *p = lot->parking;
    bool wake;

    /* A change that found nobody here has left the mark and no more. */
    pthread_mutex_lock(&p->lock);
    wake = lot->changed && !lot->occupied;
    lot->occupied = true;
    pthread_mutex_unlock(&p->lock);
    if (wake)
        origin_parking_wake(p);
    w->next = lot->waiting;
    lot->waiting = w;
    if (w->deadline_us < p->next_deadline_us)
        p->next_deadline_us = w->deadline_us;
}

/* Moves everybody from the lot to taken. */
static void take_lot(struct origin_lot *lot, struct origin_waiter **taken)
{
    while (lot->waiting != NULL) {
        struct origin_waiter *w = lot->waiting;
        lot->waiting = w->next;
        w->next = *taken;
        *taken = w;
    }
}

static void take_changed(struct origin_parking *p, struct origin_waiter **taken)
{
    pthread_mutex_lock(&p->lock);
    while (p->changed != NULL) {
        struct origin_lot *lot = p->changed;
        p->changed = lot->next_changed;
        lot->changed = lot->occupied = false;
        take_lot(lot, taken);
    }
    pthread_mutex_unlock(&p->lock);
}

/* Moves whoever has waited long enough; returns the earliest deadline of the others. */
static int64_t take_overdue(struct origin_lot *lot, int64_t now_us, struct origin_waiter **taken)
{
    int64_t earliest_us = INT64_MAX;

    for (struct origin_waiter **at = &lot->waiting; *at != NULL;) {
        struct origin_waiter *w = *at;
        if (w->deadline_us > now_us) {
            earliest_us = w->deadline_us < earliest_us ? w->deadline_us : earliest_us;
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->next = *taken;
        *taken = w;
    }
    return earliest_us;
}

void origin_parking_give_up(struct origin_parking *p, struct origin_waiter *w)
{
    w->gone = true;
    w->deadline_us = p->next_deadline_us = INT64_MIN;
}

struct origin_waiter *origin_parking_take(struct origin_parking *p, int64_t now_us)
{
    struct origin_waiter *taken = NULL;
    eventfd_t wakes;

    /* Before the list is looked at: a change after the look is signalled anew. */
    eventfd_read(p->wake_fd, &wakes);
    take_changed(p, &taken);
    if (now_us < p->next_deadline_us)
        return taken;
    p->next_deadline_us = INT64_MAX;
    for (struct origin_lot *lot = p->lots; lot != NULL; lot = lot->next) {
        int64_t earliest_us = take_overdue(lot, now_us, &taken);
        if (earliest_us < p->next_deadline_us)
            p->next_deadline_us = earliest_us;
    }
    return taken;
}

struct origin_waiter *origin_parking_take_all(struct origin_parking *p)
{
    struct origin_waiter *taken = NULL;

    for (struct origin_lot *lot = p->lots; lot != NULL; lot = lot->next)
        take_lot(lot, &taken);
    return taken;
}
