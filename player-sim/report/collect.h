/* What a report holds: series of samples, faults and counts. For the forms of the report alone.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_COLLECT_H
#define PLAYER_SIM_REPORT_COLLECT_H

#include "player-sim/report/names.h"
#include "player-sim/report/report.h"
#include "player-sim/report/series.h"
#include "player-sim/report/timeline.h"
#include "player-sim/report/zaps.h"

/* The session model's metrics, and our own. From BITRATE on they are told at a session's end; RUNG
 * is for how long one rendition was on screen. Values are in bit/s, us, thousandths of a percent,
 * and of a score. */
enum {
    REPORT_STALL_COUNT = SESSION_METRIC_COUNT,
    REPORT_PACKET_BYTES,
    REPORT_BITRATE,
    REPORT_RUNG,
    REPORT_SWITCHES,
    REPORT_SWITCHED,
    REPORT_STALL_SHARE,
    REPORT_SPEED,
    REPORT_WASTED,
    REPORT_QOE_YIN,
    REPORT_QOE_MMSYS,
    REPORT_METRIC_COUNT
};

enum { REPORT_RTT_CLASSES = 4, REPORT_FAULT_TEXTS = 3 };

/* What was told of a fault. */
struct report_fault_text {
    char *text; /* owned; NULL: none */
    int64_t at_us;
    size_t session;
};

struct report {
    struct report_config config;
    char *command;
    struct names channels, renditions;
    uint16_t *channel_keys; /* of each channel, its name's index: equal names are one key */
    struct report_series series[REPORT_METRIC_COUNT];
    uint64_t missed[SESSION_METRIC_COUNT];
    uint64_t faults[SESSION_FAULT_COUNT];
    /* the first ones by time and session; then none */
    struct report_fault_text fault_texts[SESSION_FAULT_COUNT][REPORT_FAULT_TEXTS];
    struct zaps zaps;
    struct timelines timelines;
    uint64_t repeated_pictures, fresh_connections, latencies_below_zero;
    char *held; /* csv_held: the lines so far, once flushed */
    size_t held_bytes;
    int csv_status; /* of the first line that could not be written */
};

/* So many samples of one metric. ERR_INVALID: no such place; ERR_NOMEM. */
int report_keep(struct report *r, const struct report_place *place, size_t metric, int64_t value,
                uint32_t count);

/* In virtual time there are no clocks to differ, and nothing is decoded. */
bool report_is_simulated(const struct report *r);

/* Keeps a text that is fit to be told already, where it is one of the first; takes it in any case.
 */
void report_keep_text(struct report *r, enum session_fault fault, struct report_fault_text text);

/* Whether both have the same channels. */
bool report_same_channels(const struct report *a, const struct report *b);

/* The metrics in the order in which reports have them; place < REPORT_METRIC_COUNT. */
size_t report_metric_at(size_t place);
/* "zap_ms", "stall_count", "packet_bytes". */
const char *report_metric_name(size_t metric);
/* What a value is divided by to be told: 1000 for durations (ms), 1 for counts. */
double report_metric_divisor(size_t metric);
/* Whether a name ends so: "_ms" and the like are a metric's unit. */
bool report_ends_with(const char *name, const char *ending);
/* Its values may be below 0. */
bool report_metric_is_signed(size_t metric);
/* "<=20" and so on. */
const char *report_rtt_name(size_t rtt_class);

#endif
