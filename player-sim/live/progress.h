/* What a waiting person sees while viewers watch: one line on standard error. */
#ifndef PLAYER_SIM_LIVE_PROGRESS_H
#define PLAYER_SIM_LIVE_PROGRESS_H

#include "player-sim/report/report.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool terminal;
    bool shown;
    int64_t next_us;
};

void progress_init(struct progress *p, int64_t now_us);

/* Whether it is time for a line: twice a second on a terminal, else every ten seconds. */
bool progress_is_due(struct progress *p, int64_t now_us);

/* Shows a line, cut to the terminal's width. */
void progress_line(struct progress *p, char *line);

/* Shows how far a run of viewers is, when it is time. */
void progress_show(struct progress *p, int64_t now_us, int64_t elapsed_us, int64_t whole_us,
                   size_t sessions, const struct report *report);

/* Clears the status line. */
void progress_finish(struct progress *p);

#endif
