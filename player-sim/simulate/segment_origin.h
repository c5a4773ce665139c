/* What a server of segments answers, in virtual time: manifests, playlists, initialization
 * segments, and media as segments, chunks of a growing segment, or parts.
 *
 * The frames are those of the channel's Continuation Streams; chunks of more than one frame save
 * boxes (content.h). The sound is in the same segments. What is asked for too early is answered
 * when it is there, as a blocking playlist reload and a preload hint are (RFC 8216bis, 6.2.5.2).
 * Thread-safety: immutable; any thread. */
#ifndef PLAYER_SIM_SIMULATE_SEGMENT_ORIGIN_H
#define PLAYER_SIM_SIMULATE_SEGMENT_ORIGIN_H

#include "player-sim/segmented/segmented.h"
#include "player-sim/simulate/channel.h"
#include "player-sim/transport/virtual/origin.h"

enum {
    /* Sizes in bytes of what real packagers write for three rungs and a minute of window, measured
     * with ffmpeg 5.1 (-f dash, -f hls). */
    SEGMENT_ORIGIN_MANIFEST_BYTES = 2600,
    SEGMENT_ORIGIN_PLAYLIST_BYTES = 1800,
    SEGMENT_ORIGIN_INIT_BYTES = 830,
};

struct segment_origin {
    const struct sim_channel *channels; /* borrowed */
    size_t channel_count;
    enum segmented_unit unit;
    bool live;            /* false: everything is there from the beginning */
    uint32_t part_frames; /* > 0: of a chunk, or a part */
};

/* Kinds of virtual_ask are those of segmented_request_kind; number is the segment, offset the part,
 * or -1. Tags of media are the frames that are there so far. */
struct virtual_origin segment_origin_of(const struct segment_origin *o);

/* What frames from..to-1 weigh within the pieces that they come in: with the sound beside them, and
 * without the boxes that a piece's later frames save. Of parts that are fetched as a whole segment,
 * what a piece saves beyond its parts is not taken off. */
uint64_t segment_origin_bytes(const struct segment_origin *o, size_t channel, size_t rung,
                              int64_t from, int64_t to);

/* What a manifest or playlist of that channel says at now_us. bitrates is borrowed. */
void segment_origin_manifest(const struct segment_origin *o, size_t channel, int64_t now_us,
                             const int64_t *bitrates_bps, struct segmented_manifest *out);

#endif
