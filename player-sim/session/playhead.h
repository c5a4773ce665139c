/* Inside the session: when a frame is due on the screen. The playhead counts in manifest time, so
 * that it goes on over rungs of other frame rates and over Presentations.
 *
 * The first picture of a join is shown when it is decoded, and stands buffer_us besides its own
 * time. A frame that comes on after it was due is a stall, and all that follow are due later by as
 * much.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_PLAYHEAD_H
#define PLAYER_SIM_SESSION_PLAYHEAD_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-filled stands still. */
struct session_playhead {
    bool runs;
    int64_t offset_us; /* when a frame is due minus its manifest time */
    int64_t time_us;   /* manifest time of the picture that is shown */
    int64_t shown_us;  /* since when */
};

/* The first picture of a join comes on at at_us. */
void session_playhead_start(struct session_playhead *p, int64_t time_us, int64_t at_us,
                            int64_t buffer_us);

/* When the frame of that manifest time is due. */
int64_t session_playhead_due(const struct session_playhead *p, int64_t time_us);

/* The frame of that manifest time, due at due_us, comes on at at_us. Gives how long the picture
 * stood still for it: 0 where it was in time. */
int64_t session_playhead_show(struct session_playhead *p, int64_t time_us, int64_t due_us,
                              int64_t at_us);

#endif
