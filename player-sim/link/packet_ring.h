/* Packets on their way: first in, first out, each with the time when it arrives, in one block of
 * memory that is made once.
 *
 * Invariant: records stand from head to tail, where tail is behind head, or from head to end and
 * from 0 to tail; an empty ring starts at 0 again, so that a quiet link touches little memory.
 * Thread-safety: one thread a ring. */
#ifndef PLAYER_SIM_LINK_PACKET_RING_H
#define PLAYER_SIM_LINK_PACKET_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet {
    int64_t arrives_us;
    size_t bytes;
    unsigned char data[];
};

struct packet_ring {
    unsigned char *memory;
    size_t capacity, head, tail, end; /* bytes */
    size_t count;                     /* packets */
};

/* capacity: bytes, each packet's own record (16 bytes and up to 7 of rounding) included.
 * ERR_NOMEM. */
int packet_ring_init(struct packet_ring *r, size_t capacity);
void packet_ring_finish(struct packet_ring *r);

/* Whether packet_ring_push would take a packet of so many bytes. */
bool packet_ring_fits(const struct packet_ring *r, size_t bytes);

/* Copies the packet behind the others. false: there is no room. */
bool packet_ring_push(struct packet_ring *r, int64_t arrives_us, const void *data, size_t bytes);

/* The oldest packet, the ring's until the next call that changes it; NULL where there is none. */
const struct packet *packet_ring_front(const struct packet_ring *r);

/* Drops the oldest packet; there must be one. */
void packet_ring_pop(struct packet_ring *r);

#endif
