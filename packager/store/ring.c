#include "packager/store/ring.h"

#include "media/core/err.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

static size_t slot_of(int64_t n, size_t capacity)
{
    return (size_t)n & (capacity - 1);
}

void store_ring_finish(struct store_ring *r)
{
    free(r->slots);
    *r = (struct store_ring){0};
}

int store_ring_reserve(struct store_ring *r)
{
    if ((size_t)(r->end - r->first) < r->capacity)
        return ERR_OK;
    size_t capacity = r->capacity ? r->capacity * 2 : FIRST_CAPACITY;
    void **slots = calloc(capacity, sizeof *slots);
    if (!slots)
        return ERR_NOMEM;
    for (int64_t n = r->first; n < r->end; n++)
        slots[slot_of(n, capacity)] = r->slots[slot_of(n, r->capacity)];
    free(r->slots);
    r->slots = slots;
    r->capacity = capacity;
    return ERR_OK;
}

void store_ring_push(struct store_ring *r, void *item)
{
    assert((size_t)(r->end - r->first) < r->capacity);
    r->slots[slot_of(r->end, r->capacity)] = item;
    r->end++;
}

void *store_ring_shift(struct store_ring *r)
{
    void **slot = store_ring_at(r, r->first);
    void *item = *slot;
    *slot = NULL;
    r->first++;
    return item;
}

void **store_ring_at(const struct store_ring *r, int64_t n)
{
    assert(n >= r->first && n < r->end);
    return &r->slots[slot_of(n, r->capacity)];
}
