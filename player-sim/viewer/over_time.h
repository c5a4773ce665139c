/* A viewer's course for the report's timelines: what he watches, how far behind, and when he had to
 * wait. Thread-safety: as the report's. */
#ifndef PLAYER_SIM_VIEWER_OVER_TIME_H
#define PLAYER_SIM_VIEWER_OVER_TIME_H

#include "player-sim/report/report.h"
#include "player-sim/session/session.h"

/* Zero-filled but for the first three; report is borrowed. */
struct over_time {
    struct report *report;
    size_t session;
    int64_t run_start_us;
    int64_t shown_bps;  /* of the rendition on screen; 0: none yet */
    int64_t latency_us; /* told last */
};

/* ahead_us: media ahead of the playhead. Of the report whatever it gave. */
int over_time_note(struct over_time *t, const struct session_action *a, int64_t ahead_us);

/* What a metric is on a timeline; false: nothing. */
bool over_time_mark(enum session_metric metric, enum report_mark *out);

#endif
