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
    return a->key_us != b->key_us ? a->key_us < b->key_us : a->order < b->order;
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
    while ((child = 2 * at) <= all->count) {
        if (child < all->count && is_before(all->heap[child + 1], all->heap[child]))
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
    t->at_us = t->key_us = TIMER_NEVER;
    t->order = ++all->orders;
    place(all, ++all->count, t);
    return ERR_OK;
}

void timers_remove(struct timers *all, struct timer *t)
{
    if (!t->place)
        return;
    if (all->taken == t)
        all->taken = NULL;
    struct timer *last = all->heap[all->count--];
    if (last != t) {
        place(all, t->place, last);
        sift_up(all, last);
        sift_down(all, last);
    }
    t->place = 0;
}

static void move(struct timers *all, struct timer *t, int64_t at_us)
{
    bool earlier = at_us < t->key_us;
    if (all->taken == t)
        all->taken = NULL;
    t->at_us = t->key_us = at_us;
    t->order = ++all->orders;
    if (earlier)
        sift_up(all, t);
    else
        sift_down(all, t);
}

void timers_set(struct timers *all, struct timer *t, int64_t at_us)
{
    assert(t->place);
    if (t->at_us != at_us)
        move(all, t, at_us);
}

static int64_t at_of(const struct timers *all, size_t place)
{
    return place <= all->count ? all->heap[place]->at_us : TIMER_NEVER;
}

int64_t timers_next_us(const struct timers *all)
{
    if (!all->taken || all->heap[1] != all->taken)
        return at_of(all, 1);
    int64_t left_us = at_of(all, 2), right_us = at_of(all, 3);
    return left_us < right_us ? left_us : right_us;
}

struct timer *timers_take(struct timers *all, int64_t now_us)
{
    if (all->taken)
        move(all, all->taken, TIMER_NEVER);
    if (!all->count || all->heap[1]->at_us > now_us || all->heap[1]->at_us == TIMER_NEVER)
        return NULL;
    struct timer *t = all->heap[1];
    t->at_us = TIMER_NEVER;
    all->taken = t;
    return t;
}
