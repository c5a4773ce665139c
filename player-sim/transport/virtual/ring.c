#include "player-sim/transport/virtual/ring.h"
#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

int ring_reserve(struct ring *r, size_t item_bytes)
{
    if (r->end - r->first < r->capacity)
        return ERR_OK;
    struct ring wider = {.capacity = r->capacity ? 2 * r->capacity : FIRST_CAPACITY,
                         .first = r->first,
                         .end = r->end};
    wider.items = malloc(wider.capacity * item_bytes);
    if (!wider.items)
        return ERR_NOMEM;
    for (uint64_t i = r->first; i < r->end; i++)
        memcpy(ring_at(&wider, item_bytes, i), ring_at(r, item_bytes, i), item_bytes);
    free(r->items);
    *r = wider;
    return ERR_OK;
}

void ring_finish(struct ring *r)
{
    free(r->items);
    *r = (struct ring){0};
}
