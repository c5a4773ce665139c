/* Inside segmented: what is buffered, and where in it the picture is. Media time is counted in
 * microseconds from frame 0; at rate 1 it goes on as the clock does, to the microsecond.
 *
 * It tells of the pictures that it showed in runs, by SHOWED actions, and keeps no memory of them.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SEGMENTED_PLAYHEAD_H
#define PLAYER_SIM_SEGMENTED_PLAYHEAD_H

#include "player-sim/segmented/actions.h"

enum { SEGMENTED_NORMAL_PPM = 1000000 };

enum segmented_screen {
    SEGMENTED_WAITS, /* for its first picture, or with it for more media */
    SEGMENTED_PLAYS,
    SEGMENTED_STALLS,
    SEGMENTED_IS_OVER
};

/* Frames of one rung, from the end of the piece before. */
struct segmented_piece {
    int64_t end_frame;
    size_t rung;
};

struct segmented_playhead {
    enum segmented_screen screen;
    struct rational rate; /* frames per second */
    bool live;            /* pictures have a latency */
    int64_t capture0_us;
    int64_t media_us; /* where it was at at_us; where it stands unless it plays */
    int64_t at_us;
    int64_t rate_ppm;
    int64_t start_frame; /* the first one to be shown */
    int64_t end_frame;   /* all before it are there, from start_frame's segment on */
    int64_t told_frame;  /* the first one that no SHOWED told of */
    int64_t stalled_us;  /* of stalls that are over */
    int64_t stalls_since_us;
    struct segmented_piece *pieces; /* owned; what is not told yet */
    size_t piece_count, piece_capacity;
};

void segmented_playhead_finish(struct segmented_playhead *p);

/* A join: nothing is there yet; start_frame is to be shown first, first_frame fetched first. */
void segmented_playhead_place(struct segmented_playhead *p, const struct segmented_manifest *told,
                              bool live, int64_t first_frame, int64_t start_frame);

/* Lets go of all media and goes on elsewhere; a picture that was there stalls from now on. */
void segmented_playhead_jump(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us, int64_t first_frame, int64_t start_frame);

/* Frames up to end_frame are there. */
void segmented_playhead_add(struct segmented_playhead *p, int64_t end_frame, size_t rung);

/* The first picture is on screen, and stands. */
void segmented_playhead_first(struct segmented_playhead *p, struct segmented_actions *out,
                              int64_t now_us);

/* Plays from where it stands. Gives how long it stalled, 0 if it did not. */
int64_t segmented_playhead_play(struct segmented_playhead *p, int64_t now_us);

/* When it comes to the end of what is there; INT64_MAX: it does not play. */
int64_t segmented_playhead_runs_out_us(const struct segmented_playhead *p);

/* It has run out: stalls, or is over. */
void segmented_playhead_stop(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us, bool over);

void segmented_playhead_rate(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us, int64_t rate_ppm);

/* Tells of all pictures that came on up to now. */
void segmented_playhead_tell(struct segmented_playhead *p, struct segmented_actions *out,
                             int64_t now_us);

int64_t segmented_playhead_media_us(const struct segmented_playhead *p, int64_t now_us);
int64_t segmented_playhead_buffer_us(const struct segmented_playhead *p, int64_t now_us);

/* When the buffer will have fallen to level_us; 0: it has, or does not fall. */
int64_t segmented_playhead_falls_us(const struct segmented_playhead *p, int64_t level_us);

/* Behind the capture; -1: on demand, or nothing was shown yet. */
int64_t segmented_playhead_latency_us(const struct segmented_playhead *p, int64_t now_us);

/* With the stall that goes on. */
int64_t segmented_playhead_stalled_us(const struct segmented_playhead *p, int64_t now_us);

/* Of the picture that is shown. */
size_t segmented_playhead_rung(const struct segmented_playhead *p, int64_t now_us);

#endif
