/* An immutable, reference-counted run of bytes: written once, then shared by any number of threads
 * until the last of them lets go.
 * Thread-safety: every function, any thread; the bytes never change after creation. */
#ifndef MEDIA_CORE_BLOB_H
#define MEDIA_CORE_BLOB_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

struct blob {
    const uint8_t *data;
    size_t size;
};

/* A copy of size bytes, with one reference that is the caller's. NULL where memory is short. */
struct blob *blob_create(const void *data, size_t size);

/* Takes the writer's bytes over, which is empty afterwards. NULL on the writer's error or where
 * memory is short; the writer is then cleared. */
struct blob *blob_from_writer(struct bytes_writer *w);

/* One more reference; gives b back. b may be NULL. */
struct blob *blob_ref(struct blob *b);

/* Gives one reference up; the last one frees. b may be NULL. */
void blob_unref(struct blob *b);

#endif
