#include "packager/init/picture_cache.h"
#include "media/core/err.h"

#include <assert.h>
#include <stdlib.h>

enum { RECENT_LEAST = 2, SPARSE_LEAST = 8 };

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Of one sort of picture, in the order of their numbers. */
struct picture_ring {
    struct reconstruction *slots; /* owned, with their frames */
    size_t capacity, first, count;
};

struct picture_cache {
    size_t picture_bytes;
    int64_t spacing; /* of the sparse ones; 0: there are none */
    struct picture_ring recent, sparse;
};

static struct reconstruction *at(const struct picture_ring *r, size_t index)
{
    return &r->slots[(r->first + index) % r->capacity];
}

static int ring_init(struct picture_ring *r, size_t capacity)
{
    *r = (struct picture_ring){.capacity = capacity};
    if (!capacity)
        return ERR_OK;
    r->slots = calloc(capacity, sizeof *r->slots);
    return r->slots ? ERR_OK : ERR_NOMEM;
}

static void ring_finish(struct picture_ring *r)
{
    for (size_t i = 0; i < r->count; i++)
        av_frame_free(&at(r, i)->frame);
    free(r->slots);
}

/* Takes r over; what has to go for it is *pushed_out, whose frame is NULL where nothing has. */
static void ring_put(struct picture_ring *ring, const struct reconstruction *r,
                     struct reconstruction *pushed_out)
{
    *pushed_out = (struct reconstruction){0};
    if (ring->count == ring->capacity) {
        *pushed_out = *at(ring, 0);
        ring->first = (ring->first + 1) % ring->capacity;
        ring->count--;
    }
    *at(ring, ring->count++) = *r;
}

/* The newest one not above sequence, or NULL. */
static const struct reconstruction *ring_find(const struct picture_ring *r, int64_t sequence)
{
    size_t low = 0, high = r->count; /* those below low are not above sequence */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at(r, middle)->sequence <= sequence)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? at(r, low - 1) : NULL;
}

int picture_cache_create(const struct picture_cache_config *config, struct picture_cache **out)
{
    assert(config->picture_bytes > 0 && config->window_frames > 0);
    struct picture_cache *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    size_t all = config->max_bytes / config->picture_bytes;
    size_t window = (size_t)config->window_frames + 1;
    size_t sparse = larger(all / 4, SPARSE_LEAST);
    size_t recent = all > sparse + RECENT_LEAST ? all - sparse : RECENT_LEAST;
    if (all >= window) {
        recent = window;
        sparse = 0;
    }
    c->picture_bytes = config->picture_bytes;
    c->spacing = sparse ? (config->window_frames + (int64_t)sparse - 1) / (int64_t)sparse : 0;
    int status = ring_init(&c->recent, recent);
    if (!status)
        status = ring_init(&c->sparse, sparse);
    if (status) {
        picture_cache_destroy(c);
        return status;
    }
    *out = c;
    return ERR_OK;
}

void picture_cache_destroy(struct picture_cache *c)
{
    if (!c)
        return;
    ring_finish(&c->recent);
    ring_finish(&c->sparse);
    free(c);
}

void picture_cache_put(struct picture_cache *c, struct reconstruction *r)
{
    struct reconstruction old, older = {0};
    assert(!c->recent.count || r->sequence > at(&c->recent, c->recent.count - 1)->sequence);
    ring_put(&c->recent, r, &old);
    r->frame = NULL;
    if (old.frame && c->spacing && old.sequence % c->spacing == 0)
        ring_put(&c->sparse, &old, &older);
    else
        older = old;
    av_frame_free(&older.frame);
}

int64_t picture_cache_oldest(const struct picture_cache *c)
{
    return c->recent.count ? at(&c->recent, 0)->sequence : INT64_MAX;
}

int picture_cache_find(const struct picture_cache *c, int64_t first, int64_t sequence,
                       struct reconstruction *out)
{
    const struct reconstruction *found = ring_find(&c->recent, sequence);
    if (!found)
        found = ring_find(&c->sparse, sequence);
    if (!found || found->sequence < first)
        return ERR_NOT_FOUND;
    struct reconstruction copy = *found;
    copy.frame = av_frame_clone(found->frame);
    if (!copy.frame)
        return ERR_NOMEM;
    *out = copy;
    return ERR_OK;
}

size_t picture_cache_bytes(const struct picture_cache *c)
{
    return (c->recent.count + c->sparse.count) * c->picture_bytes;
}

int64_t picture_cache_spacing(const struct picture_cache *c)
{
    return c->spacing;
}
