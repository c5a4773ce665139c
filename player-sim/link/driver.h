/* The driver of a link: carries packets between two descriptors that give and take one packet a
 * call (TUN devices), each way by the pure model. It is an event loop, and the place of the clock.
 *
 * A packet is offered to the model when it is read, and never written before the model lets it
 * arrive. How much later it is written depends on the machine; that is counted. The thread that
 * forwards gets a better niceness and no timer slack for good, so children are started before.
 * Packets other than IPv4 (the system's own IPv6 neighbour chatter) are swallowed, uncounted.
 *
 * Memory: a ring each way, made once: what the queue may hold and what the longest delay keeps in
 * flight at the highest rate, twice over, for the records of small packets; 64 MB where the rate is
 * infinite, and never more than 512 MB. A packet that finds it full is lost and counted as such.
 * Thread-safety: one thread a driver. */
#ifndef PLAYER_SIM_LINK_DRIVER_H
#define PLAYER_SIM_LINK_DRIVER_H

#include "player-sim/link/link.h"
#include "player-sim/link/packet_ring.h"

enum {
    DRIVER_LATE_US = 500, /* a packet written later than this after its time counts as late */
    DRIVER_PACKET_BYTES = 65536,
};

struct driver_way {
    struct link link;
    struct packet_ring ring;
    int from, to;  /* the descriptors, non-blocking; not owned */
    uint64_t lost; /* packets: no room, or not taken at the other end */
    uint64_t late;
    int64_t late_max_us;
};

struct driver {
    struct driver_way ways[2]; /* from ends[0] to ends[1], and back */
    unsigned char *packet;
};

/* From now on a trace runs: now its time is trace_from_us. ERR_NOMEM. The descriptors stay the
 * caller's, and must be open while it runs; so must the traces. */
int driver_init(struct driver *d, const struct link_config configs[2], const int ends[2]);
void driver_finish(struct driver *d);

/* Forwards until wake_fd can be read (ERR_OK) or an end is gone (ERR_IO). What is in flight then
 * stays, for the next call. */
int driver_forward(struct driver *d, int wake_fd);

/* Lets what is left behind end in order: forwards for two round trips, in which connections close,
 * and then until nothing is in flight, but at most a second more. Sooner where wake_fd can be read.
 * ERR_OK, ERR_IO. */
int driver_settle(struct driver *d, int wake_fd);

#endif
