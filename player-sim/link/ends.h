/* The two ends of a link: a TUN device for the host, and one inside a new network namespace in
 * which a command will run. Nothing is forwarded between them here: that is the driver's.
 * Thread-safety: one thread. */
#ifndef PLAYER_SIM_LINK_ENDS_H
#define PLAYER_SIM_LINK_ENDS_H

#include "player-sim/link/tun.h"

#define ENDS_HOST_ADDRESS "10.77.0.1"
#define ENDS_SELF_ADDRESS "10.77.0.2"

struct ends {
    int netns; /* the command's namespace */
    struct tun host, self;
};

/* host_netns: where the host's end is to be, a name of "ip netns"; NULL: where the caller is.
 * Gives 0, or a negative status and one line that names the remedy; then nothing is left behind. */
int ends_open(const char *host_netns, struct ends *out, char *error, size_t error_bytes);
/* Closes what is open; both devices vanish. */
void ends_close(struct ends *e);

#endif
