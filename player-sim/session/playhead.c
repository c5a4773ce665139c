#include "player-sim/session/playhead.h"

void session_playhead_start(struct session_playhead *p, int64_t time_us, int64_t at_us,
                            int64_t buffer_us)
{
    *p = (struct session_playhead){.runs = true,
                                   .offset_us = at_us + buffer_us - time_us,
                                   .time_us = time_us,
                                   .shown_us = at_us};
}

int64_t session_playhead_due(const struct session_playhead *p, int64_t time_us)
{
    return time_us + p->offset_us;
}

int64_t session_playhead_show(struct session_playhead *p, int64_t time_us, int64_t due_us,
                              int64_t at_us)
{
    int64_t stall_us = at_us > due_us ? at_us - due_us : 0;
    p->offset_us += stall_us;
    p->time_us = time_us;
    p->shown_us = at_us;
    return stall_us;
}
