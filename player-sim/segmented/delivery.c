#include "player-sim/segmented/delivery.h"

#include <stddef.h>
#include <string.h>

/* RFC 8216, 6.3.3: a client starts no less than three target durations before the playlist's end;
 * hls.js: liveSyncDurationCount. (dash.js takes four fragments where neither MPD nor
 * liveDelayFragmentCount says otherwise: FRAGMENT_DURATION_FACTOR in computeAndSetLiveDelay.) */
enum { HOLD_BACK_PERMILLE = 3000 };

/* draft-pantos-hls-rfc8216bis, 4.4.3.8: PART-HOLD-BACK should be three part target durations, and
 * must be two. hls.js takes what the playlist says. */
enum { PART_HOLD_BACK_PERMILLE = 3000 };

/* DASH-IF IOP, "Low-latency Modes for DASH", demands a ServiceDescription with a target latency,
 * and has this one in its examples; dash.js: applyServiceDescription. */
enum { DASH_TARGET_US = 3500000 };

enum {
    HLS_BUFFER_US = 30000000,  /* hls.js: maxBufferLength */
    DASH_BUFFER_US = 18000000, /* dash.js 5: streaming.buffer.bufferTimeDefault */
};

/* Neither player waits for more than can be played, at the start (dash.js: initialBufferLevel is
 * not set) or after a stall: start_us and resume_us are 0. A channel that is changed to is a new
 * source, whose manifests are fetched. */
const struct segmented_delivery segmented_deliveries[] = {
    {
        .name = "segment",
        .summary = "DASH or HLS, each segment whole",
        .unit = SEGMENTED_WHOLE,
        .live = true,
        .headers = true,
        .anew = true,
        .buffer_max_us = HLS_BUFFER_US,
        .target_segments_permille = HOLD_BACK_PERMILLE,
    },
    {
        .name = "ll-dash",
        .summary = "low-latency DASH: segments are sent while they are made, in CMAF chunks",
        .unit = SEGMENTED_CHUNKED,
        .live = true,
        .headers = true,
        .anew = true,
        .buffer_max_us = DASH_BUFFER_US,
        .target_us = DASH_TARGET_US,
    },
    {
        .name = "ll-hls",
        .summary = "low-latency HLS: parts, blocking playlist reload, preload hints",
        .unit = SEGMENTED_PARTS,
        .live = true,
        .headers = true,
        .playlists = true,
        .hints = true,
        .anew = true,
        .buffer_max_us = HLS_BUFFER_US,
        .target_parts_permille = PART_HOLD_BACK_PERMILLE,
    },
    {.name = NULL},
};

const struct segmented_delivery *segmented_delivery_find(const char *name)
{
    for (size_t i = 0; segmented_deliveries[i].name; i++)
        if (!strcmp(segmented_deliveries[i].name, name))
            return &segmented_deliveries[i];
    return NULL;
}
