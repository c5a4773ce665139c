/* A growing ring of pointers with consecutive numbers: items are added at the end, removed at the
 * front, and found by number in constant time. The items are the caller's.
 * Thread-safety: none; the store's lock guards every ring. */
#ifndef PACKAGER_STORE_RING_H
#define PACKAGER_STORE_RING_H

#include <stddef.h>
#include <stdint.h>

/* Invariant: 0 <= end - first <= capacity. Zero-filled is empty, and starts at number 0. */
struct store_ring {
    void **slots;    /* owned */
    size_t capacity; /* a power of two, or 0 */
    int64_t first;   /* number of the oldest item */
    int64_t end;     /* number that the next item gets */
};

/* Frees the slots, not the items. */
void store_ring_finish(struct store_ring *r);

/* Makes room for one more item. ERR_NOMEM leaves the ring as it is. */
int store_ring_reserve(struct store_ring *r);

/* Adds an item (NULL is one too) as number r->end; the room must be there (asserted). */
void store_ring_push(struct store_ring *r, void *item);

/* Removes and gives the item with number r->first; there must be one (asserted). */
void *store_ring_shift(struct store_ring *r);

/* The slot of item n, first <= n < end (asserted); it moves at the next reserve. */
void **store_ring_at(const struct store_ring *r, int64_t n);

#endif
