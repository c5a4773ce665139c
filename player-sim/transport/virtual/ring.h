/* A growing ring of items of one size, which are numbered on and on: added at the end, removed at
 * the front, found by number.
 * Thread-safety: none. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_RING_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_RING_H

#include <stddef.h>
#include <stdint.h>

/* Zero-filled is empty. Items first..end-1 are there; whoever uses it moves both. */
struct ring {
    char *items;     /* owned */
    size_t capacity; /* 0 or a power of two */
    uint64_t first, end;
};

/* Room for one more item of item_bytes each. ERR_NOMEM leaves the ring as it is. */
int ring_reserve(struct ring *r, size_t item_bytes);
void ring_finish(struct ring *r);

/* Item i; moves at the next reserve. */
static inline void *ring_at(const struct ring *r, size_t item_bytes, uint64_t i)
{
    return r->items + (i & (r->capacity - 1)) * item_bytes;
}

#endif
