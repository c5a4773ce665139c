/* A live channel in virtual time: a content that has been on the air since start_us, again and
 * again. Frame n of it is captured n / rate after that, and stands at the origin made_us later.
 * Thread-safety: immutable; any thread. */
#ifndef PLAYER_SIM_SIMULATE_CHANNEL_H
#define PLAYER_SIM_SIMULATE_CHANNEL_H

#include "media/core/bytes.h"
#include "player-sim/content/content.h"
#include "player-sim/transport/virtual/origin.h"

#include <stdint.h>

struct sim_channel {
    const struct content *content;
    int64_t start_us; /* when frame 0 was captured */
};

/* Everything below is for a rung or VIRTUAL_SOUND. */

struct rational sim_channel_rate(const struct sim_channel *c, size_t rung);

/* When frame n >= 0 is captured, and when it is there to be sent. */
int64_t sim_channel_captured_us(const struct sim_channel *c, size_t rung, int64_t n);
int64_t sim_channel_there_us(const struct sim_channel *c, size_t rung, int64_t n);

/* The newest frame that is there; -1: none yet. */
int64_t sim_channel_newest(const struct sim_channel *c, size_t rung, int64_t now_us);

/* The first frame of a segment, and the segment of a frame (both >= 0). */
int64_t sim_channel_segment_start(const struct sim_channel *c, size_t rung, int64_t segment);
int64_t sim_channel_segment_of(const struct sim_channel *c, size_t rung, int64_t n);

/* Bytes of frames from..to-1, of frame n, and of its Initialization Packet. */
uint64_t sim_channel_bytes(const struct sim_channel *c, size_t rung, int64_t from, int64_t to);
uint32_t sim_channel_packet_bytes(const struct sim_channel *c, size_t rung, int64_t n);

/* How many whole frames stand in so many bytes from frame `from` on; at most `most`. */
int64_t sim_channel_whole_frames(const struct sim_channel *c, size_t rung, int64_t from,
                                 uint64_t bytes, int64_t most);

/* Its HESP manifest, appended. ERR_NOMEM; ERR_INVALID: names that are no UTF-8. */
int sim_channel_manifest(const struct sim_channel *c, struct bytes_writer *out);

#endif
