/* What the origin counts.
 * Thread-safety: every field, any thread; fields are not read in one moment together. */
#ifndef PACKAGER_ORIGIN_COUNTERS_H
#define PACKAGER_ORIGIN_COUNTERS_H

#include "packager/origin/origin.h"

#include <stdatomic.h>
#include <stdint.h>

/* Meanings as in struct origin_state. */
struct origin_counters {
    _Atomic int64_t connections;
    _Atomic int64_t live_responses;
    _Atomic int64_t parked_requests;
    _Atomic int64_t requests;
    _Atomic int64_t responses_by_class[6];
    _Atomic int64_t bytes_sent;
    _Atomic int64_t cut[ORIGIN_CUT_REASONS];
    _Atomic int64_t refused_connections, refused_connections_of_address;
    _Atomic int64_t refused_requests;
};

#endif
