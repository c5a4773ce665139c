#include "packager/store/segment.h"

#include <assert.h>
#include <stdlib.h>

struct store_segment *store_segment_create(int64_t first_sequence, size_t capacity)
{
    struct store_segment *s = malloc(sizeof *s + capacity * sizeof s->chunks[0]);
    if (!s)
        return NULL;
    s->first_sequence = first_sequence;
    s->capacity = capacity;
    s->references = 1;
    s->next = NULL;
    atomic_init(&s->count, 0);
    atomic_init(&s->finished, false);
    atomic_init(&s->expired, false);
    return s;
}

void store_segment_destroy(struct store_segment *s)
{
    if (!s)
        return;
    size_t count = atomic_load(&s->count);
    for (size_t i = 0; i < count; i++)
        blob_unref(s->chunks[i].blob);
    free(s);
}

void store_segment_append(struct store_segment *s, struct blob *chunk)
{
    size_t count = atomic_load_explicit(&s->count, memory_order_relaxed);
    assert(count < s->capacity && !atomic_load(&s->finished));
    int64_t start = count ? s->chunks[count - 1].end : 0;
    s->chunks[count] = (struct store_chunk){.blob = chunk, .end = start + (int64_t)chunk->size};
    atomic_store_explicit(&s->count, count + 1, memory_order_release);
}

int64_t store_segment_length(const struct store_segment *s)
{
    size_t count = atomic_load_explicit(&s->count, memory_order_acquire);
    return count ? s->chunks[count - 1].end : 0;
}

size_t store_segment_find(const struct store_segment *s, int64_t offset)
{
    size_t low = 0;
    size_t high = atomic_load_explicit(&s->count, memory_order_acquire);
    assert(offset >= 0 && high && offset < s->chunks[high - 1].end);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->chunks[middle].end > offset)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
