/* What a channel weighs: for each rung the bytes of every frame, as a Continuation Stream carries
 * it, and of every Initialization Packet; the sound; how frames make segments. It is recorded from
 * a live channel, read from a file, or made up from a ladder (synthetic.h), and says nothing of
 * when it is sent: a channel shows it from frame 0 on, and again from frame 0 when it is over.
 *
 * A content that knows segments only (a movie of the ABR literature) has one frame a segment and no
 * packets; deliveries that need frames refuse it.
 *
 * Thread-safety: immutable once made; any number of threads may read it. */
#ifndef PLAYER_SIM_CONTENT_CONTENT_H
#define PLAYER_SIM_CONTENT_CONTENT_H

#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONTENT_RUNGS_MAX = 64,
    CONTENT_FRAMES_MAX = 1 << 20, /* nearly ten hours at 30 a second */
    CONTENT_NAME_BYTES = 64,
    CONTENT_FRAME_BYTES_MAX = 1 << 28,
};

struct content_rung {
    char name[CONTENT_NAME_BYTES]; /* a track's id: "1280x720"; unique */
    int width, height;             /* 0: not known */
    int64_t bandwidth_bps;         /* as a manifest promises it, > 0 */
    uint64_t *ends;         /* owned: [frame_count], bytes of frames 0..n, boxes included; rises */
    uint32_t *packet_bytes; /* owned: [frame_count], of frame n's Initialization Packet, or NULL */
    int64_t made_us;        /* from a frame's capture until its chunk stands at the origin, >= 0 */
};

/* All frames of the sound are alike; rate num 0: there is none. */
struct content_sound {
    struct rational rate; /* frames per second: 48000/1024 */
    int64_t bandwidth_bps;
    uint32_t frame_bytes, packet_bytes;
    int64_t made_us;
};

struct content {
    char name[CONTENT_NAME_BYTES]; /* for reports */
    struct rational rate;          /* frames per second, num > 0 */
    uint32_t segment_frames;       /* > 0; each segment begins with a keyframe */
    size_t frame_count;            /* a whole number of segments, 1..CONTENT_FRAMES_MAX */
    struct content_rung *rungs;    /* owned; lowest bandwidth first */
    size_t rung_count;             /* 1..CONTENT_RUNGS_MAX */
    struct content_sound sound;
    uint32_t box_bytes; /* of each frame's bytes, what prft, moof and mdat's head take: chunks of
                           more frames save it */
};

/* Checks what the comments above demand. ERR_INVALID: error is one line that names what is wrong.
 */
enum { CONTENT_ERROR_BYTES = 320 };
int content_check(const struct content *c, char error[CONTENT_ERROR_BYTES]);

void content_finish(struct content *c); /* zero-filled is fine */

/* Bytes of frames from..to-1 of a channel that shows c again and again, 0 <= from <= to. */
uint64_t content_bytes(const struct content *c, size_t rung, int64_t from, int64_t to);

/* Bytes of frame n >= 0. */
uint32_t content_frame_bytes(const struct content *c, size_t rung, int64_t n);

/* Of frame n's Initialization Packet; 0: the content knows none. */
uint32_t content_packet_bytes(const struct content *c, size_t rung, int64_t n);

/* How many whole frames, from frame `from` on, stand in so many bytes; at most `most`. */
int64_t content_whole_frames(const struct content *c, size_t rung, int64_t from, uint64_t bytes,
                             int64_t most);

static inline bool content_has_packets(const struct content *c)
{
    return c->rungs[0].packet_bytes;
}

#endif
