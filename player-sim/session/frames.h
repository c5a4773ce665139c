/* Inside the session: the frames of a stream that wait for their time on the screen, a bounded ring
 * in order of their sequence numbers.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_FRAMES_H
#define PLAYER_SIM_SESSION_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum { SESSION_FRAMES_MAX = 4096 };

/* What a frame's decoded_us says while there is no picture, and where there never will be. */
#define SESSION_UNDECODED ((int64_t)-1)
#define SESSION_BROKEN    ((int64_t)-2)

struct session_frame {
    int64_t sequence;
    int64_t time_us;    /* manifest time */
    int64_t capture_us; /* UTC; -1: not told */
    int64_t decoded_us; /* or one of the two above */
    size_t bytes;       /* that came with it: its chunk, or packet */
};

/* Zero-filled is empty. Invariant: count <= capacity <= SESSION_FRAMES_MAX; sequence numbers
 * rise. */
struct session_frames {
    struct session_frame *ring; /* owned */
    size_t capacity, first, count;
};

void session_frames_finish(struct session_frames *f);

/* Adds a frame, whose number is above all others (asserted). ERR_FULL, ERR_NOMEM. */
int session_frames_push(struct session_frames *f, const struct session_frame *frame);

/* The first frame, NULL: there is none. Borrowed until the next push. */
struct session_frame *session_frames_head(const struct session_frames *f);

/* The first frame that has, or may still get, a picture: broken ones before it are dropped. */
struct session_frame *session_frames_whole_head(struct session_frames *f);

/* The frame of that number, NULL: there is none. */
struct session_frame *session_frames_find(const struct session_frames *f, int64_t sequence);

/* Drops the first frame; there must be one (asserted). */
void session_frames_pop(struct session_frames *f);

#endif
