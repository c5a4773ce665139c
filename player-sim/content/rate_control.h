/* Inside the synthesizer: a rung's encoder. What frames weigh after its rate control, and what
 * their Initialization Packets weigh.
 *
 * The rate control is what x264 does with a VBV as large as the bit rate allows in 0.25 s, no
 * look-ahead and no B-frames (its ratecontrol.c, ABR with VBV): the quantizer follows the
 * complexity of the last second, overspending is paid back over two seconds; a P picture is made
 * coarser, down to half of its bits, as far as the buffer is less than half full; no picture is
 * planned to take more than half of what is in the buffer (all of it where it holds less than five
 * frames), nor to be made coarser than fivefold for that; and what then comes differs from the
 * plan, but never empties the buffer.
 *
 * Thread-safety: an object belongs to one thread. */
#ifndef PLAYER_SIM_CONTENT_RATE_CONTROL_H
#define PLAYER_SIM_CONTENT_RATE_CONTROL_H

#include "player-sim/content/programme.h"

struct rate_control {
    int64_t bitrate_bps;
    int64_t buffer_bits; /* the VBV's size: 0.25 s, at least one frame's share */
    int64_t fill_bits;   /* what it holds: the most that the next frame may take */
    int64_t frame_bits;  /* what flows in for each frame */
    int64_t spent_bits;  /* what is meant to be spent for each: a little less */
    int64_t complexity;  /* of late, 65536 for what the average frame costs */
    int64_t coarse;      /* octaves that a packet of the last frame is smaller: see below */
    int64_t over_bits;   /* spent beyond what is meant so far; negative: less */
};

void rate_control_init(struct rate_control *rc, int64_t bitrate_bps, struct rational rate);

/* The next frame, without boxes, > 0. */
uint32_t rate_control_frame_bytes(struct rate_control *rc, const struct programme_frame *f,
                                  uint64_t *random);

/* A packet of the frame that came last, whole, unless that begins a segment: QP 22 whatever the
 * frame has (docs/packets.md), of a picture that is coarse, and so costs less, in the frames behind
 * a keyframe. */
uint32_t rate_control_packet_bytes(const struct rate_control *rc, const struct programme_frame *f);

/* From a frame's capture until its chunk stands at the origin, microseconds. */
int64_t rate_control_made_us(int width, int height);

#endif
