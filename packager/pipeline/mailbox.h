/* Between the output clock and a rung: the newest few pictures, each under its frame number.
 * Putting never waits and nothing piles up: a rung that falls too far behind finds its picture gone
 * and repeats the one it has, so that its latency stays bounded while its frame numbers stay
 * gapless. Thread-safety: put and close from any thread, take from one. */
#ifndef PACKAGER_PIPELINE_MAILBOX_H
#define PACKAGER_PIPELINE_MAILBOX_H

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAILBOX_DEPTH = 4 }; /* frames that a rung may be late before it repeats */

struct mailbox;

int mailbox_create(struct mailbox **out);
void mailbox_destroy(struct mailbox *m); /* NULL is fine */

/* Frame `sequence` (consecutive), whose time is slot_utc_us, shows picture, of which the mailbox
 * takes its own reference; NULL: the rung is to repeat the one it has. ERR_NOMEM: the frame will be
 * a repeat. */
int mailbox_put(struct mailbox *m, int64_t sequence, const AVFrame *picture, int64_t capture_utc_us,
                int64_t slot_utc_us);

/* No frame from end_sequence on. */
void mailbox_close(struct mailbox *m, int64_t end_sequence);

struct mailbox_item {
    int64_t sequence;
    AVFrame *picture;       /* the taker's, or NULL: repeat; */
    bool gone;              /* ... for there was one, and the taker is late */
    int64_t capture_utc_us; /* where picture */
    int64_t late_frames;    /* how many frames newer than this one are there */
    int64_t newest_utc_us;  /* the time of the newest of them */
};

/* How many frames are there that have not been taken. Thread-safety: any thread. */
int64_t mailbox_waiting(struct mailbox *m);

/* The next frame number in turn, from 0 on; waits at most until deadline_us (monotonic). ERR_AGAIN:
 * nothing yet; ERR_END: closed, and all is taken. */
int mailbox_take(struct mailbox *m, int64_t deadline_us, struct mailbox_item *item);

#endif
