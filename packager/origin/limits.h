/* The origin's patience and bounds. Tests use short ones. */
#ifndef PACKAGER_ORIGIN_LIMITS_H
#define PACKAGER_ORIGIN_LIMITS_H

#include "packager/origin/origin.h"

#include <stdint.h>

struct origin_limits {
    /* How long a request waits for what doesn't exist yet, before its status is known. */
    int64_t packet_wait_us; /* 250 ms: a packet or the next segment, and at least four frame times;
                               then 404 */
    int64_t making_wait_us; /* 10 s: a packet of a frame that is there, but older ones have to be
                               decoded first, or that is late; then 503 */
    int64_t range_wait_us;  /* 10 s: the first byte of a range of a growing segment, or a segment
                               that is late; then 503 */
    int64_t live_wait_us;   /* 30 s: a live response whose track brings nothing more; then cut */
    /* How long a client may take. */
    int64_t stall_us;         /* 10 s: without taking a byte of a segment that is there for it */
    int64_t expired_grace_us; /* 10 s: reading on in a segment that has left the window */
    int64_t response_us;      /* 60 s: for the whole of a packet or page */
    int64_t request_us; /* 40 s: to bring a whole request, since it connected or since its last
                           response; above idle_s, so that only dribbled ones meet it */
    int64_t spare_request_us; /* 3 s: the same for a connection too many */
    int64_t penalty_us; /* 250 ms: a request too many is answered after this and before twice this,
                           so that a connection gets no more than a few such answers a second */
    int64_t handshake_us; /* 10 s: to be through with TLS since it connected */
    unsigned idle_s;      /* 30 s: of silence on a connection between requests */
    int64_t scan_us;      /* 250 ms between two looks at who takes too long */
};

extern const struct origin_limits origin_limits_default;

/* origin_create with other limits, which are copied. */
int origin_create_with(const struct origin_config *config, const struct origin_limits *limits,
                       struct origin **out);

#endif
