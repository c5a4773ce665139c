/* One direction of a link, as a pure model: what is offered at a time departs at a time, or is
 * dropped, or lost. Packets are served in order at the link's rate, which a trace may change, wait
 * for it in a drop-tail queue, and arrive a delay after the last of their bits was sent; the delay
 * may vary, but nothing overtakes.
 *
 * Invariant: the time when the last accepted bit is sent, free_ns and free_part, is exact and never
 * goes back; ahead of a packet offered now is what the rate carries from now until then. The queue
 * is one of bytes, not of packets: what is sent of a packet has left it.
 *
 * What is to be sent is counted in nanobits, 1e9 a bit: a rate of r bit/s sends r of them each
 * nanosecond. The bounds below keep a full queue and one packet within 64 bits.
 *
 * A call costs the same whatever the rate; along a trace its pieces are walked once, those of idle
 * times jumped over.
 *
 * Thread-safety: pure functions on the caller's data; any number of links may share a trace. Times
 * are microseconds, 0 or more, of any one clock. */
#ifndef PLAYER_SIM_LINK_LINK_H
#define PLAYER_SIM_LINK_LINK_H

#include "player-sim/link/trace.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LINK_QUEUE_MIN_BYTES = 65536, /* of a default */
    LINK_QUEUE_MAX_BYTES = 1 << 29,
    LINK_PACKET_MAX_BYTES = 1 << 29,
};

#define LINK_RATE_MAX_BPS  TRACE_RATE_MAX_BPS
#define LINK_DELAY_MAX_US  TRACE_RTT_MAX_US
#define LINK_JITTER_MAX_US LINK_DELAY_MAX_US

/* Zero is a link that only takes a trace's rates and delays, or is infinitely fast; but for the
 * queue, which needs a size. */
struct link_config {
    int64_t delay_us;    /* one way, 0 to LINK_DELAY_MAX_US */
    int64_t rate_bps;    /* up to LINK_RATE_MAX_BPS; 0: infinite */
    int64_t queue_bytes; /* 1 to LINK_QUEUE_MAX_BYTES; a packet is taken where at most this is ahead
                            of it, so that this and one packet is all that can wait */

    /* Borrowed; NULL: the three above hold all the time. Where given, its rates are in force
     * instead of rate_bps; and where it says a round trip at the time when a packet's last bit has
     * been sent, half of that, rounded down, instead of delay_us. But for what these say: */
    const struct trace *trace;
    bool constant_rate, constant_delay; /* what is above holds all the same */
    int64_t trace_from_us;              /* where in the trace time 0 is; any loop, also negative */

    int64_t jitter_us; /* 0 to LINK_JITTER_MAX_US: each packet's delay is up to this longer, evenly
                          drawn in whole microseconds; but it waits for the packet before */
    double loss;       /* 0 to 1: so likely is a packet lost once it is sent, each by itself */
    uint64_t seed;     /* of both; the same seed loses the same packets whatever the jitter */
};

struct link {
    struct link_config config;
    bool follows_rate, follows_delay; /* the trace's */
    bool draws;                       /* jitter or loss */
    bool varies;                      /* what comes after sending is more than a constant delay */
    int64_t free_ns;   /* when the link has sent all that it took; nanoseconds, as a packet at a
                          high rate takes less than a microsecond */
    int64_t free_part; /* and that many times 1 / rate ns, so that rounding never adds up */
    /* Along a trace's rates: */
    struct trace_cursor sending, offering; /* at free_ns, and at offered_us */
    int64_t offered_us, ahead;             /* the last offer, and the nanobits unsent then */
    /* Where arrivals vary: */
    struct trace_cursor delays; /* at the last packet's sending time */
    int64_t last_arrives_us;
    uint64_t lots;

    int64_t resume_ns; /* when the last pause was over, see link_pause */

    uint64_t taken, dropped; /* packets: by the queue, or refused by it */
    uint64_t lost;           /* packets taken and sent, but lost then */
    uint64_t bytes;          /* taken */
    int64_t backlog_max_bytes;
};

/* One bandwidth-delay product of rate and the whole round trip, at least LINK_QUEUE_MIN_BYTES, at
 * most LINK_QUEUE_MAX_BYTES. */
int64_t link_default_queue_bytes(int64_t rate_bps, int64_t rtt_us);

/* The trace must outlive the link. */
void link_init(struct link *l, const struct link_config *config);

/* A packet of so many bytes, 1 to LINK_PACKET_MAX_BYTES, is offered at now_us (never earlier than
 * the call before). true: *arrives_us is when the other end has it, rounded up, never earlier than
 * for the packet before. false: the queue is full, or it is lost on the way; which one, dropped and
 * lost tell. A burst that is offered as one packet is lost as one. */
bool link_offer(struct link *l, int64_t now_us, int64_t bytes, int64_t *arrives_us);

/* ---- for transports without windows ----
 * What follows goes on from the very nanosecond at which something was over, where that was in the
 * microsecond before now_us: in a trace's outages, what rounding carries into them takes long. */

/* A round trip that begins at now_us, in which its sender sends nothing; gives when it is over,
 * rounded up. Of a round trip that goes beyond its piece of the trace, the share that is left is
 * one of the next piece's round trip (as Sabre has it, do_latency_delay). */
int64_t link_pause(struct link *l, int64_t now_us);

/* As link_offer, but nothing is lost on the way, and *sent_us is when the last bit has been sent,
 * rounded up. false: the queue is full. */
bool link_push(struct link *l, int64_t now_us, int64_t bytes, int64_t *sent_us);

/* Takes back what is not sent yet at now_us; gives how many bytes, rounded up. */
int64_t link_take_back(struct link *l, int64_t now_us);

/* When the link has sent all that it took, rounded up. In the past where it is idle; 0 at first. */
int64_t link_sent_us(const struct link *l);

/* What waits or is still to be sent of the packet in service at now_us, which is not before the
 * last offer; rounded up. */
int64_t link_backlog_bytes(const struct link *l, int64_t now_us);

/* The rate at now_us, which is not before the last offer: 0 in an outage, LINK_RATE_MAX_BPS where
 * it is infinite. */
int64_t link_rate_bps(const struct link *l, int64_t now_us);

/* How long after its last bit a packet arrives that is sent at now_us, without jitter. */
int64_t link_delay_us(const struct link *l, int64_t now_us);

/* The most that rate and delay, jitter included, can ever be; 0 for an infinite rate. */
int64_t link_highest_rate_bps(const struct link_config *config);
int64_t link_longest_delay_us(const struct link_config *config);

#endif
