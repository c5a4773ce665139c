/* What was seen of one track of a live channel so far, frame by frame from the start of a segment
 * on, and what follows from it for a content.
 * Thread-safety: an object belongs to one thread. */
#ifndef PLAYER_SIM_RECORD_RECORDING_H
#define PLAYER_SIM_RECORD_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-filled is empty. */
struct recording {
    uint32_t *frame_bytes;  /* owned; of chunks */
    uint32_t *packet_bytes; /* owned; 0: that frame's was not fetched */
    size_t frames, capacity;
    struct trim_run *waits_us; /* owned: capture to arrival of the frames that came live; in any
                                  order, each a run by itself */
    size_t waits, waits_capacity;
    size_t packets; /* how many frames' packets were fetched */
};

void recording_finish(struct recording *r);

/* Of a frame that was there already when it was asked for, which tells nothing. */
#define RECORDING_NO_WAIT INT64_MIN

/* The next frame. wait_us is below 0 where the clocks differ. ERR_FULL: CONTENT_FRAMES_MAX;
 * ERR_NOMEM. */
int recording_frame(struct recording *r, uint32_t bytes, int64_t wait_us);

/* Frame `at` of those above has a packet of so many bytes, > 0. */
void recording_packet(struct recording *r, size_t at, uint32_t bytes);

/* From capture until the frame stands at the origin: the mean of the waits between their 10th and
 * 90th percentiles, minus half a round trip; never below 0; 0 where nothing came live. Sorts the
 * waits. rtt_us < 0: not known. */
int64_t recording_made_us(struct recording *r, int64_t rtt_us);

/* Bytes of a frame on the mean, rounded; 0: there is none. */
uint32_t recording_mean_bytes(const struct recording *r);

/* Fills out[0..count-1] with the packets of the first count frames: those that were fetched, and
 * between them straight lines. What begins a segment is its own packet and far smaller than its
 * neighbours: it is no end of a line, and where it was not fetched, it is taken to be larger than
 * its frame by what the others of its kind are, or by nothing. false: no other frame's packet was
 * fetched, out is untouched. */
bool recording_packets(const struct recording *r, size_t count, uint32_t segment_frames,
                       uint32_t *out);

#endif
