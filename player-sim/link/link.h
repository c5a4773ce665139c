/* One direction of a link, as a pure model: what is offered at a time departs at a time, or is
 * dropped. Packets are served in order at the link's rate, wait for it in a drop-tail queue, and
 * arrive a constant delay after the last of their bits was sent.
 *
 * Invariant: the time when the last accepted bit is sent, free_ns and free_part, is exact and never
 * goes back; ahead of a packet offered now are (that time - now) * rate bits. The queue is one of
 * bytes, not of packets: what is sent of a packet has left it.
 * Thread-safety: pure functions on the caller's data; times are microseconds of any one clock. */
#ifndef PLAYER_SIM_LINK_LINK_H
#define PLAYER_SIM_LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LINK_QUEUE_MIN_BYTES = 65536, /* of a default */
    LINK_QUEUE_MAX_BYTES = 1 << 29,
    LINK_PACKET_MAX_BYTES = 1 << 29,
};

#define LINK_RATE_MAX_BPS INT64_C(1000000000000)

struct link_config {
    int64_t delay_us;    /* one way, >= 0 */
    int64_t rate_bps;    /* up to LINK_RATE_MAX_BPS; 0: infinite */
    int64_t queue_bytes; /* 1 to LINK_QUEUE_MAX_BYTES; a packet is taken where at most this is ahead
                            of it, so that this and one packet is all that can wait */
};

struct link {
    struct link_config config;
    int64_t free_ns;   /* when the link has sent all that it took; nanoseconds, as a packet at a
                          high rate takes less than a microsecond */
    int64_t free_part; /* and that many times 1 / rate_bps ns, so that rounding never adds up */
    uint64_t taken, dropped; /* packets */
    uint64_t bytes;          /* taken */
    int64_t backlog_max_bytes;
};

/* One bandwidth-delay product of rate and the whole round trip, at least LINK_QUEUE_MIN_BYTES, at
 * most LINK_QUEUE_MAX_BYTES. */
int64_t link_default_queue_bytes(int64_t rate_bps, int64_t rtt_us);

void link_init(struct link *l, const struct link_config *config);

/* A packet of so many bytes, 1 to LINK_PACKET_MAX_BYTES, is offered at now_us (never earlier than
 * the call before). true: *arrives_us is when the other end has it, rounded up, never earlier than
 * for the packet before. false: the queue is full, it is lost. */
bool link_offer(struct link *l, int64_t now_us, int64_t bytes, int64_t *arrives_us);

/* What waits or is still to be sent of the packet in service at now_us, rounded up. */
int64_t link_backlog_bytes(const struct link *l, int64_t now_us);

#endif
