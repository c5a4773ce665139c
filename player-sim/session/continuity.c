#include "player-sim/session/continuity.h"

#include <inttypes.h>

/* A frame's duration is exact in a timescale that fits the rate; in others either neighbour will
 * do. */
static bool duration_fits(const struct session_track *t, uint32_t timescale, uint32_t duration)
{
    int64_t floor = timebase_muldiv_floor(timescale, t->rate.den, t->rate.num);
    int64_t ceil = timebase_muldiv_ceil(timescale, t->rate.den, t->rate.num);
    return duration == floor || duration == ceil;
}

int64_t session_continuity_number(struct session_actions *a, const struct session_rendition *of,
                                  const struct session_sample *sample, uint32_t timescale)
{
    int64_t n = -1;
    if (sample->timescale)
        timescale = sample->timescale;
    if (!session_track_sequence(of->track, sample->time, timescale, &n))
        session_actions_fault(a, of, SESSION_FAULT_TIMESTAMP,
                              "%s: no frame starts at media time %" PRId64 "/%" PRIu32,
                              of->track->name, sample->time, timescale);
    else if (!duration_fits(of->track, timescale, sample->duration))
        session_actions_fault(a, of, SESSION_FAULT_TIMESTAMP,
                              "%s: frame %" PRId64 " lasts %" PRIu32 "/%" PRIu32 " s",
                              of->track->name, n, sample->duration, timescale);
    return n;
}

bool session_continuity_holds(struct session_actions *a, const struct session_rendition *of,
                              int64_t n, int64_t expected)
{
    if (n != expected)
        session_actions_fault(
            a, of, n > expected ? SESSION_FAULT_SEQUENCE_GAP : SESSION_FAULT_SEQUENCE_REPEAT,
            "%s: frame %" PRId64 " came where %" PRId64 " was due", of->track->name, n, expected);
    return n == expected;
}
