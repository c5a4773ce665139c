/* What a report holds: series of samples, faults and counts. For the forms of the report alone.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_COLLECT_H
#define PLAYER_SIM_REPORT_COLLECT_H

#include "player-sim/report/names.h"
#include "player-sim/report/report.h"
#include "player-sim/report/summary.h"

/* The session model's metrics, and two of our own that are no durations. */
enum { REPORT_STALL_COUNT = SESSION_METRIC_COUNT, REPORT_PACKET_BYTES, REPORT_METRIC_COUNT };

enum { REPORT_RTT_CLASSES = 4, REPORT_FAULT_TEXTS = 3 };

/* Not known: such a sample is in no split of that kind. */
enum { REPORT_NO_NAME = UINT16_MAX, REPORT_NO_RTT = UINT8_MAX };

struct report_sample {
    int64_t value; /* us, or as the metric says */
    uint32_t session;
    uint32_t at_ms; /* since the run's start */
    uint16_t channel, rendition;
    uint8_t rtt; /* class */
};

struct report_series {
    struct report_sample *samples;
    size_t count, capacity;
    double sum;
    struct report_summary summary;
};

struct report {
    struct report_config config;
    char *command;
    struct names channels, renditions;
    uint16_t *channel_keys; /* of each channel, its name's index: equal names are one key */
    struct report_series series[REPORT_METRIC_COUNT];
    uint64_t missed[SESSION_METRIC_COUNT];
    uint64_t faults[SESSION_FAULT_COUNT];
    char *fault_texts[SESSION_FAULT_COUNT][REPORT_FAULT_TEXTS]; /* the first ones; then NULL */
    uint64_t repeated_pictures, fresh_connections, latencies_below_zero;
    int csv_status; /* of the first line that could not be written */
};

/* The metrics in the order in which reports have them; place < REPORT_METRIC_COUNT. */
size_t report_metric_at(size_t place);
/* "zap_ms", "stall_count", "packet_bytes". */
const char *report_metric_name(size_t metric);
/* What a value is divided by to be told: 1000 for durations (ms), else 1. */
double report_metric_divisor(size_t metric);
/* "<=20" and so on. */
const char *report_rtt_name(size_t rtt_class);

#endif
