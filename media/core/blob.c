#include "media/core/blob.h"

#include <stdatomic.h>
#include <stdlib.h>

struct counted_blob {
    struct blob blob; /* first: the two pointers are the same */
    atomic_uint references;
    uint8_t *owned;
};

/* Takes owned over, also on failure. */
static struct blob *wrap(uint8_t *owned, size_t size)
{
    struct counted_blob *b = malloc(sizeof *b);
    if (!b) {
        free(owned);
        return NULL;
    }
    b->blob = (struct blob){.data = owned, .size = size};
    b->owned = owned;
    atomic_init(&b->references, 1);
    return &b->blob;
}

struct blob *blob_create(const void *data, size_t size)
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    bytes_write(&w, data, size);
    return blob_from_writer(&w);
}

struct blob *blob_from_writer(struct bytes_writer *w)
{
    size_t size = w->size;
    if (w->status) {
        bytes_writer_finish(w);
        return NULL;
    }
    uint8_t *data = bytes_writer_take(w, &size);
    if (data && size) { /* a blob lives long: give back what the writer grew too far */
        uint8_t *fitted = realloc(data, size);
        data = fitted ? fitted : data;
    }
    return wrap(data, size);
}

struct blob *blob_ref(struct blob *b)
{
    if (b)
        atomic_fetch_add_explicit(&((struct counted_blob *)b)->references, 1, memory_order_relaxed);
    return b;
}

void blob_unref(struct blob *b)
{
    struct counted_blob *counted = (struct counted_blob *)b;
    if (!b || atomic_fetch_sub_explicit(&counted->references, 1, memory_order_acq_rel) != 1)
        return;
    free(counted->owned);
    free(counted);
}
