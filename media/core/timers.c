#include "media/core/timers.h"
#include "media/core/err.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

void timers_finish(struct timers *all)
{
    free(all->heap);
    *all = (struct timers){0};
}

static bool is_before(const struct timer *a, const struct timer *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void place(struct timers *all, size_t at, struct timer *t)
{
    all->heap[at] = t;
    t->place = at;
}

static void sift_up(struct timers *all, struct timer *t)
{
    size_t at = t->place;
    for (; at > 1 && is_before(t, all->heap[at / 2]); at /= 2)
        place(all, at, all->heap[at / 2]);
    place(all, at, t);
}

static void sift_down(struct timers *all, struct timer *t)
{
    size_t at = t->place, child;
    while ((child = 2 * at) <= all->timed) {
        if (child < all->timed && is_before(all->heap[child + 1], all->heap[child]))
            child++;
        if (is_before(t, all->heap[child]))
            break;
        place(all, at, all->heap[child]);
        at = child;
    }
    place(all, at, t);
}

int timers_add(struct timers *all, struct timer *t)
{
    if (all->count + 1 >= all->capacity) {
        size_t capacity = all->capacity ? 2 * all->capacity : FIRST_CAPACITY;
        struct timer **heap = realloc(all->heap, capacity * sizeof(struct timer *));
        if (!heap)
            return ERR_NOMEM;
        all->heap = heap;
        all->capacity = capacity;
    }
    t->at_us = TIMER_NEVER;
    place(all, ++all->count, t);
    return ERR_OK;
}

/* Into the heap, from behind it. */
static void enter(struct timers *all, struct timer *t)
{
    place(all, t->place, all->heap[++all->timed]);
    place(all, all->timed, t);
    sift_up(all, t);
}

/* Out of the heap, behind it. */
static void leave(struct timers *all, struct timer *t)
{
    struct timer *last = all->heap[all->timed];
    size_t gap = t->place;
    place(all, all->timed--, t);
    if (last == t)
        return;
    place(all, gap, last);
    sift_up(all, last);
    sift_down(all, last);
}

void timers_remove(struct timers *all, struct timer *t)
{
    if (!t->place)
        return;
    if (t->place <= all->timed)
        leave(all, t);
    place(all, t->place, all->heap[all->count--]);
    t->place = 0;
}

void timers_set(struct timers *all, struct timer *t, int64_t at_us)
{
    assert(t->place);
    int64_t before_us = t->at_us;
    if (before_us == at_us)
        return;
    t->at_us = at_us;
    t->order = ++all->orders;
    if (at_us == TIMER_NEVER) {
        leave(all, t);
    } else if (before_us == TIMER_NEVER) {
        enter(all, t);
    } else if (at_us < before_us) {
        sift_up(all, t);
    } else {
        sift_down(all, t);
    }
}

struct timer *timers_take(struct timers *all, int64_t now_us)
{
    if (timers_next_us(all) > now_us || !all->timed)
        return NULL;
    struct timer *t = all->heap[1];
    timers_set(all, t, TIMER_NEVER);
    return t;
}
