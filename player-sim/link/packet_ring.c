#include "player-sim/link/packet_ring.h"
#include "media/core/err.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const size_t nowhere = SIZE_MAX;

int packet_ring_init(struct packet_ring *r, size_t capacity)
{
    unsigned char *memory = malloc(capacity);
    if (!memory)
        return ERR_NOMEM;
    *r = (struct packet_ring){.memory = memory, .capacity = capacity};
    return ERR_OK;
}

void packet_ring_finish(struct packet_ring *r)
{
    free(r->memory);
    *r = (struct packet_ring){0};
}

static size_t record_bytes(size_t bytes)
{
    static const size_t align = _Alignof(struct packet);
    return (sizeof(struct packet) + bytes + align - 1) / align * align;
}

/* Where a record of so many bytes can stand. A full ring's tail never meets head from behind, as
 * that would look like an empty one's. */
static size_t place(const struct packet_ring *r, size_t size)
{
    bool wrapped = r->tail < r->head;
    if (size < r->head - r->tail && wrapped)
        return r->tail;
    if (!wrapped && size <= r->capacity - r->tail)
        return r->tail;
    if (!wrapped && size < r->head)
        return 0;
    return nowhere;
}

bool packet_ring_fits(const struct packet_ring *r, size_t bytes)
{
    return place(r, record_bytes(bytes)) != nowhere;
}

bool packet_ring_push(struct packet_ring *r, int64_t arrives_us, const void *data, size_t bytes)
{
    size_t size = record_bytes(bytes), at = place(r, size);
    if (at == nowhere)
        return false;
    struct packet *packet = (struct packet *)(void *)(r->memory + at);
    packet->arrives_us = arrives_us;
    packet->bytes = bytes;
    memcpy(packet->data, data, bytes);
    if (at < r->tail)
        r->end = r->tail;
    r->tail = at + size;
    r->count++;
    return true;
}

const struct packet *packet_ring_front(const struct packet_ring *r)
{
    return r->count ? (const struct packet *)(const void *)(r->memory + r->head) : NULL;
}

void packet_ring_pop(struct packet_ring *r)
{
    assert(r->count);
    r->head += record_bytes(packet_ring_front(r)->bytes);
    r->count--;
    if (!r->count)
        r->head = r->tail = 0;
    else if (r->tail < r->head && r->head == r->end)
        r->head = 0;
}
