/* One direction of a link, as a pure model: what is offered at a time departs at a time, or is
 * dropped. Packets are served in order at the link's rate, wait for it in a drop-tail queue, and
 * arrive a constant delay after the last of their bits was sent.
 *
 * Invariant: free_ns, when the last accepted bit is sent, never goes back; the queue then holds
 * (free_ns - now) * rate bytes.
 * Thread-safety: pure functions on the caller's data; times are microseconds of any one clock. */
#ifndef PLAYER_SIM_LINK_LINK_H
#define PLAYER_SIM_LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

enum { LINK_QUEUE_MIN_BYTES = 65536 };

struct link_config {
    int64_t delay_us;    /* one way, >= 0 */
    int64_t rate_bps;    /* 0: infinite */
    int64_t queue_bytes; /* > 0; what may wait besides the packet in service */
};

struct link {
    struct link_config config;
    int64_t free_ns; /* when the link has sent all that it took; nanoseconds, as a packet at a
                        high rate takes less than a microsecond */
    uint64_t taken, dropped; /* packets */
    uint64_t bytes;          /* taken */
    int64_t backlog_max_bytes;
};

/* One bandwidth-delay product of rate and the whole round trip, at least LINK_QUEUE_MIN_BYTES. */
int64_t link_default_queue_bytes(int64_t rate_bps, int64_t rtt_us);

void link_init(struct link *l, const struct link_config *config);

/* A packet of so many bytes is offered at now_us (never earlier than the call before). true:
 * *arrives_us is when the other end has it. false: the queue is full, it is lost. */
bool link_offer(struct link *l, int64_t now_us, int64_t bytes, int64_t *arrives_us);

/* What waits or is being sent at now_us. */
int64_t link_backlog_bytes(const struct link *l, int64_t now_us);

#endif
