/* A Continuation Segment: an append-only list of chunks with their byte offsets. How many samples
 * it can have is known when it starts (HESP 5.2), so its table never moves: one thread appends
 * while any number of readers read what is there, without a lock.
 * Thread-safety: create, append and finish belong to whoever holds the store's lock; `references`
 * and `next` are guarded by it too. Everything else, any thread that holds a reference. */
#ifndef PACKAGER_STORE_SEGMENT_H
#define PACKAGER_STORE_SEGMENT_H

#include "media/core/blob.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_chunk {
    struct blob *blob; /* one reference */
    int64_t end;       /* offset in the segment of the byte after it */
};

struct store_segment {
    int64_t first_sequence;     /* number of its first sample */
    size_t capacity;            /* samples it can have */
    int references;             /* the window's one, and one a reader */
    struct store_segment *next; /* in a list of what is to be freed */
    atomic_size_t count;        /* chunks that readers may look at */
    atomic_bool finished;       /* count is final; set after the last change of count */
    atomic_bool expired;        /* has left the window */
    struct store_chunk chunks[];
};

/* A segment without chunks, with one reference. NULL where memory is short. */
struct store_segment *store_segment_create(int64_t first_sequence, size_t capacity);

/* Gives up the chunks and frees; nobody may hold a reference any more. NULL is fine. */
void store_segment_destroy(struct store_segment *s);

/* Takes one reference to a chunk over. There must be room, and the segment unfinished (asserted).
 */
void store_segment_append(struct store_segment *s, struct blob *chunk);

/* Bytes so far. */
int64_t store_segment_length(const struct store_segment *s);

/* The index of the chunk that holds the byte at offset, 0 <= offset < length (asserted). */
size_t store_segment_find(const struct store_segment *s, int64_t offset);

#endif
