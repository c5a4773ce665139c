/* What a HESP packager's origin answers, in virtual time: packets, `now`, segments from any offset,
 * what is waited for and what is not found, as packager/origin does it for real.
 *
 * The window is counted in frames back from the newest; a segment stays until its last frame has
 * left it. A packet up to three frames ahead of the newest, of sound up to twelve, is waited for,
 * and so is the segment that comes next and begins within as many; for 250 ms or four frames, then
 * it is 404 after all. What is further ahead, or older than the window, is 404 at once. A range
 * that starts where nothing is yet waits for it, at most 10 s, then 503; one that starts at the end
 * of a finished segment or beyond is 416. An offset within a frame gives all of that frame.
 * Thread-safety: immutable; any thread. */
#ifndef PLAYER_SIM_SIMULATE_HESP_ORIGIN_H
#define PLAYER_SIM_SIMULATE_HESP_ORIGIN_H

#include "player-sim/simulate/channel.h"
#include "player-sim/transport/virtual/origin.h"

struct hesp_origin {
    const struct sim_channel *channels; /* borrowed */
    size_t channel_count;
    int64_t packet_us;       /* >= 0: a packet is made on request, and takes that long */
    int64_t window_us;       /* > 0 */
    uint32_t manifest_bytes; /* > 0 */
};

/* Kinds of virtual_ask are those of session_request_kind; tags are sequence numbers. */
struct virtual_origin hesp_origin_of(const struct hesp_origin *o);

#endif
