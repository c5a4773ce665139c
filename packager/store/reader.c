/* Reading a segment by byte range, while it grows and after. */
#include "media/core/err.h"
#include "packager/store/track.h"
#include "packager/store/window.h"

#include <stdlib.h>
#include <string.h>

struct store_reader {
    struct store_track *track;
    struct store_segment *segment; /* one reference */
    size_t chunk;                  /* index of the chunk that holds the next byte */
    int64_t at;                    /* offset of the next byte in the segment */
    int64_t last;                  /* offset of the last byte of the range */
};

/* Where there is no segment_id; the lock is held. */
static int missing_segment(const struct store_track *t, int64_t segment_id)
{
    if (t->ended || segment_id != t->segments.end)
        return ERR_NOT_FOUND;
    return t->next_segment_first - store_track_due(t) <= store_track_frames_ahead(t)
               ? ERR_AGAIN
               : ERR_NOT_FOUND;
}

/* Fills r and takes a reference; the lock is held. */
static int attach(struct store_track *t, int64_t segment_id, struct store_range range,
                  struct store_reader *r, int64_t *length_out)
{
    if (segment_id < t->segments.first || segment_id >= t->segments.end)
        return missing_segment(t, segment_id);
    struct store_segment *segment = *store_ring_at(&t->segments, segment_id);
    int64_t length = store_segment_length(segment);
    if (range.first >= length) {
        if (!atomic_load(&segment->finished))
            return ERR_AGAIN;
        if (length_out)
            *length_out = length;
        return ERR_RANGE;
    }
    segment->references++;
    *r = (struct store_reader){.track = t,
                               .segment = segment,
                               .chunk = store_segment_find(segment, range.first),
                               .at = range.first,
                               .last = range.last};
    return ERR_OK;
}

int store_open_reader(struct store_track *t, int64_t segment_id, struct store_range range,
                      struct store_reader **out, int64_t *length_out)
{
    if (range.first < 0 || range.last < range.first)
        return ERR_INVALID;
    struct store_reader *r = malloc(sizeof *r);
    if (!r)
        return ERR_NOMEM;
    pthread_mutex_lock(&t->store->lock);
    int status = attach(t, segment_id, range, r, length_out);
    pthread_mutex_unlock(&t->store->lock);
    if (status) {
        free(r);
        return status;
    }
    *out = r;
    return ERR_OK;
}

/* Copies from the chunk that the reader is at, and moves on. */
static size_t copy_from_chunk(struct store_reader *r, uint8_t *buffer, size_t capacity)
{
    const struct store_chunk *chunk = &r->segment->chunks[r->chunk];
    size_t left = (size_t)(chunk->end - r->at);
    const uint8_t *from = chunk->blob->data + (chunk->blob->size - left);
    int64_t in_range = r->last - r->at; /* one less than the bytes, which may not fit */
    size_t size = left < capacity ? left : capacity;
    if ((int64_t)size > in_range)
        size = (size_t)in_range + 1;
    memcpy(buffer, from, size);
    r->at += (int64_t)size;
    if (size == left)
        r->chunk++;
    return size;
}

int64_t store_read(struct store_reader *r, void *buffer, size_t capacity)
{
    /* In this order: a segment that was finished has all the chunks that are counted after. */
    bool finished = atomic_load_explicit(&r->segment->finished, memory_order_acquire);
    size_t count = atomic_load_explicit(&r->segment->count, memory_order_acquire);
    size_t copied = 0;
    while (copied < capacity && r->chunk < count && r->at <= r->last)
        copied += copy_from_chunk(r, (uint8_t *)buffer + copied, capacity - copied);
    if (copied)
        return (int64_t)copied;
    return finished || r->at > r->last ? ERR_END : ERR_AGAIN;
}

int64_t store_reader_length(const struct store_reader *r)
{
    if (!atomic_load_explicit(&r->segment->finished, memory_order_acquire))
        return -1;
    return store_segment_length(r->segment);
}

bool store_reader_expired(const struct store_reader *r)
{
    return atomic_load(&r->segment->expired);
}

void store_close_reader(struct store_reader *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->track->store->lock);
    struct store_segment *unused = store_window_release(r->track, r->segment);
    pthread_mutex_unlock(&r->track->store->lock);
    store_segment_destroy(unused);
    free(r);
}
