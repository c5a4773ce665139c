#include "player-sim/report/collect.h"

#include <assert.h>
#include <string.h>

/* The metrics that are not the session model's. */
struct own_metric {
    const char *name;
    double divisor;
    bool is_signed;
};

static const struct own_metric own[REPORT_METRIC_COUNT - SESSION_METRIC_COUNT] = {
    [REPORT_STALL_COUNT - SESSION_METRIC_COUNT] = {"stall_count", 1, false},
    [REPORT_PACKET_BYTES - SESSION_METRIC_COUNT] = {"packet_bytes", 1, false},
    [REPORT_BITRATE - SESSION_METRIC_COUNT] = {"bitrate_kbps", 1000, false},
    [REPORT_RUNG - SESSION_METRIC_COUNT] = {"rung_ms", 1000, false},
    [REPORT_SWITCHES - SESSION_METRIC_COUNT] = {"quality_switches", 1, false},
    [REPORT_SWITCHED - SESSION_METRIC_COUNT] = {"switched_kbps", 1000, false},
    [REPORT_STALL_SHARE - SESSION_METRIC_COUNT] = {"stall_percent", 1000, false},
    [REPORT_SPEED - SESSION_METRIC_COUNT] = {"speed_percent", 1000, false},
    [REPORT_WASTED - SESSION_METRIC_COUNT] = {"wasted_percent", 1000, false},
    [REPORT_QOE_YIN - SESSION_METRIC_COUNT] = {"qoe_yin", 1000, true},
    [REPORT_QOE_MMSYS - SESSION_METRIC_COUNT] = {"qoe_mmsys", 1000, true},
};

static const struct own_metric *own_of(size_t metric)
{
    assert(metric < REPORT_METRIC_COUNT);
    return metric < SESSION_METRIC_COUNT ? NULL : &own[metric - SESSION_METRIC_COUNT];
}

size_t report_metric_at(size_t place)
{
    static const size_t metrics[] = {
        SESSION_STARTUP,      SESSION_ZAP,        SESSION_SWITCH,      SESSION_GAP,
        SESSION_LATENCY,      SESSION_ARRIVAL,    SESSION_STALL,       REPORT_STALL_COUNT,
        REPORT_STALL_SHARE,   REPORT_BITRATE,     REPORT_RUNG,         REPORT_SWITCHES,
        REPORT_SWITCHED,      REPORT_SPEED,       REPORT_WASTED,       REPORT_QOE_YIN,
        REPORT_QOE_MMSYS,     SESSION_CONNECTION, SESSION_FIRST_BYTE,  SESSION_INIT,
        SESSION_CONTINUATION, SESSION_SOUND,      REPORT_PACKET_BYTES,
    };
    _Static_assert(sizeof metrics / sizeof *metrics == REPORT_METRIC_COUNT, "every one is told");
    return metrics[place];
}

const char *report_metric_name(size_t metric)
{
    const struct own_metric *m = own_of(metric);
    return m ? m->name : session_metric_name((enum session_metric)metric);
}

double report_metric_divisor(size_t metric)
{
    const struct own_metric *m = own_of(metric);
    return m ? m->divisor : 1000;
}

bool report_metric_is_signed(size_t metric)
{
    const struct own_metric *m = own_of(metric);
    return m && m->is_signed;
}

bool report_ends_with(const char *name, const char *ending)
{
    size_t size = strlen(name), ending_size = strlen(ending);
    return size > ending_size && strcmp(name + size - ending_size, ending) == 0;
}
