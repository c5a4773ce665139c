/* A TUN device: a point-to-point network interface whose other side is a file descriptor. Each read
 * gives one IP packet that the system sends through it, each write hands the system one.
 * Thread-safety: one thread a device. */
#ifndef PLAYER_SIM_LINK_TUN_H
#define PLAYER_SIM_LINK_TUN_H

#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>

enum {
    TUN_MTU_BYTES = 1500,
    /* What the system keeps for a reader that is late: so much that the queue that overflows is
       the model's. Half a second of full packets at 400 Mbit/s. */
    TUN_QUEUE_PACKETS = 16384,
};

struct tun_config {
    struct in_addr address, peer;
};

struct tun {
    int fd; /* non-blocking, closed on exec */
    char name[IFNAMSIZ];
};

/* Makes a device, up, in the calling thread's network namespace; there must be no interface there
 * that has one of the two addresses already. It vanishes with the descriptor. ERR_EXISTS: an
 * address is taken. ERR_IO: the system refuses. Both with one line that names the remedy. */
int tun_open(const struct tun_config *config, struct tun *out, char *error, size_t error_bytes);
void tun_close(struct tun *t);

#endif
