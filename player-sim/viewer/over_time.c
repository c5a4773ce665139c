#include "player-sim/viewer/over_time.h"

bool over_time_mark(enum session_metric metric, enum report_mark *out)
{
    static const struct {
        enum session_metric metric;
        enum report_mark mark;
    } marks[] = {{SESSION_STARTUP, REPORT_MARK_STARTUP},
                 {SESSION_ZAP, REPORT_MARK_ZAP},
                 {SESSION_SWITCH, REPORT_MARK_SWITCH},
                 {SESSION_STALL, REPORT_MARK_STALL}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].metric == metric) {
            *out = marks[i].mark;
            return true;
        }
    return false;
}

static int saw(struct over_time *t, const struct session_action *a, int64_t at_us)
{
    enum report_mark mark;
    if (over_time_mark(a->metric, &mark)) {
        int64_t from_us = at_us - a->value_us;
        return report_timeline_mark(t->report, t->session, mark, from_us < 0 ? 0 : from_us, at_us);
    }
    if (a->metric != SESSION_LATENCY || a->value_us == t->latency_us || a->value_us < 0)
        return 0;
    t->latency_us = a->value_us;
    return report_timeline_point(t->report, t->session, REPORT_LATENCY_US, at_us, a->value_us);
}

static int showed(struct over_time *t, const struct session_action *a, int64_t at_us,
                  int64_t ahead_us)
{
    int status = report_timeline_point(t->report, t->session, REPORT_BUFFER_US, at_us, ahead_us);
    if (status || !a->track || a->track->bandwidth_bps == t->shown_bps)
        return status;
    t->shown_bps = a->track->bandwidth_bps;
    return report_timeline_point(t->report, t->session, REPORT_QUALITY_BPS, at_us, t->shown_bps);
}

int over_time_note(struct over_time *t, const struct session_action *a, int64_t ahead_us)
{
    int64_t at_us = a->at_us - t->run_start_us;
    if (a->kind == SESSION_SAW)
        return saw(t, a, at_us);
    return a->kind == SESSION_SHOWED ? showed(t, a, at_us, ahead_us) : 0;
}
