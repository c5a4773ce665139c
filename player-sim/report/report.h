/* What a run has measured: collected sample by sample, then told as a table, JSON, CSV or a page.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_REPORT_H
#define PLAYER_SIM_REPORT_REPORT_H

#include "player-sim/qoe/qoe.h"
#include "player-sim/session/session.h"
#include "player-sim/stats/stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { REPORT_ERROR_BYTES = 320, REPORT_EXACT_MAX = 10000000 };

struct report_config {
    const char *mode; /* "live" */
    uint64_t seed;
    size_t sessions;
    const char *const *channels; /* their names in the order of session_config's urls; borrowed */
    size_t channel_count;
    const struct trim *trims; /* borrowed */
    size_t trim_count;
    const char *command; /* how the run was asked for: one line for the page; borrowed */
    FILE *csv;           /* one line an event as it comes, or NULL; borrowed */
    bool csv_held;       /* csv is NULL: lines are kept until another report absorbs this one */
    size_t exact_max;    /* runs of equal samples a metric (stats/histogram.h for more); 0 is
                            REPORT_EXACT_MAX */
};

struct report;

/* Copies config. ERR_NOMEM, ERR_IO (the csv's head can't be written). */
int report_create(const struct report_config *config, struct report **out);
void report_destroy(struct report *r); /* NULL is fine */

/* Where and when something happened. */
struct report_place {
    size_t session;
    int64_t at_us; /* since the run's start */
    size_t channel;
    const char *rendition;  /* a track's name; NULL: not known yet; copied */
    int64_t rtt_us;         /* -1: not known */
    uint32_t rendition_key; /* of report_rendition_key; rendition is not looked at then. 0: none */
};

/* A short name for a rendition's, valid for this report for good: for who tells many samples. > 0,
 * or ERR_NOMEM. */
int report_rendition_key(struct report *r, const char *rendition);

/* A measurement of the session model (SESSION_SAW). A latency below 0 is counted apart (the clocks
 * differ) and is no sample. */
int report_saw(struct report *r, const struct report_place *place, enum session_metric metric,
               int64_t value_us);
/* The same for so many equal ones (> 0) of one session, told in one go; the CSV has a line for
 * each. */
int report_saw_many(struct report *r, const struct report_place *place, enum session_metric metric,
                    int64_t value_us, uint32_t count);
/* The size of the packet that a zap fetched, bytes. */
int report_packet(struct report *r, const struct report_place *place, size_t bytes,
                  bool fresh_connection);
void report_missed(struct report *r, const struct report_place *place, enum session_metric metric);
/* text is kept of the first few of each kind. */
void report_fault(struct report *r, const struct report_place *place, enum session_fault fault,
                  const char *text);
/* stall_count: once for each session, at its end. */
int report_stalls(struct report *r, const struct report_place *place, unsigned count);
/* What a session was worth: once for each, at its end. Of one that showed nothing only what it
 * received in vain is told, and of one that received nothing not that either. */
int report_worth(struct report *r, const struct report_place *place, const struct qoe_figures *f);
/* Both of these: of all rungs in q, which are report_rendition_key's of this report. */
int report_session(struct report *r, const struct report_place *place, const struct qoe *q);
/* For how long the place's rendition was on screen, >= 0: once for each session and rendition. */
int report_rung(struct report *r, const struct report_place *place, int64_t us);
/* The viewer, or his rule, has decided for the place's rendition with so much media ahead of the
 * playhead (>= 0): a line of the CSV and nothing else. */
int report_decided(struct report *r, const struct report_place *place, int64_t buffer_us);
void report_repeated_picture(struct report *r);

/* ---- timelines of chosen sessions, for the page ---- */

enum { REPORT_TIMELINES_MAX = 16 };
/* Of the link at its narrowest; the rendition's that is on screen; media ahead of the playhead; of
 * the picture on screen. */
enum report_line {
    REPORT_BANDWIDTH_BPS,
    REPORT_QUALITY_BPS,
    REPORT_BUFFER_US,
    REPORT_LATENCY_US,
    REPORT_LINES
};
enum report_mark {
    REPORT_MARK_STARTUP,
    REPORT_MARK_ZAP,
    REPORT_MARK_SWITCH,
    REPORT_MARK_STALL,
    REPORT_MARKS
};

/* Chooses a session; what is told of others is passed over. ERR_NOMEM; ERR_EXISTS; ERR_FULL: there
 * are REPORT_TIMELINES_MAX of lower numbers (else the highest one's is given up). */
int report_timeline_open(struct report *r, size_t session);
/* From at_us (since the run's start, not falling from point to point of a line) on the value holds.
 * About a thousand points of each line are kept, those that stand out most. ERR_NOMEM;
 * ERR_INVALID: below 0, or at a time before the last. */
int report_timeline_point(struct report *r, size_t session, enum report_line line, int64_t at_us,
                          int64_t value);
/* Something that took from from_us to to_us. Of many the first are kept, the rest counted.
 * ERR_NOMEM, ERR_INVALID. */
int report_timeline_mark(struct report *r, size_t session, enum report_mark mark, int64_t from_us,
                         int64_t to_us);

/* ---- parts of a run ---- */

/* An empty one for a part of the same run: a thread's, or some sessions'. Its CSV lines are held
 * where whole has a CSV. ERR_NOMEM. */
int report_create_part(const struct report *whole, struct report **out);

/* Takes all that from has measured, which is empty then and can go on measuring; its CSV's held
 * lines come next in into's. Figures, texts and page don't depend on how a run was dealt out to
 * reports nor on the order in which they are absorbed; the CSV's lines do. ERR_INVALID: from has
 * other channels, or is into, and nothing was taken; ERR_NOMEM, ERR_IO: part of it was. */
int report_absorb(struct report *into, struct report *from);

/* What is known of the run at its end, for all forms of the report. */
struct report_facts {
    double duration_s;
    const char *http_version; /* "1.1" */
    const char *congestion_control;
    size_t decoding; /* sessions that decoded */
    uint64_t bytes, connections, requests;
    double cpu_s;            /* of this process */
    int64_t clock_offset_us; /* the origin's clock minus ours, as best known */
    int64_t clock_error_us;  /* +- that; -1: not known */
};

/* Sum of all faults so far. */
uint64_t report_faults(const struct report *r);
/* Numbers for a progress line: how many samples of a metric, and their plain mean so far (ms). */
size_t report_count(const struct report *r, enum session_metric metric, double *mean_ms);

/* The table: n, tm90, its interval, p50, p99, max for each metric that has samples, the
 * anatomy of a zap, the faults. */
int report_write_table(struct report *r, const struct report_facts *facts, FILE *out);
/* The contract is docs/report.md. */
int report_write_json(struct report *r, const struct report_facts *facts, FILE *out);
/* One self-contained page with the distributions; ERR_UNSUPPORTED: built without charts. */
int report_write_html(struct report *r, const struct report_facts *facts, FILE *out);
/* The figures as Prometheus' text format has them: openhesp_player_*, durations in seconds. */
int report_write_prometheus(struct report *r, const struct report_facts *facts, FILE *out);
/* The figures as one line in CloudWatch's embedded metric format; now_ms: since 1970. */
int report_write_cloudwatch(struct report *r, const struct report_facts *facts, int64_t now_ms,
                            FILE *out);
/* Why there is no such page: one line, to be told before a run rather than after it; NULL: there is
 * one. Static storage. */
const char *report_html_missing(void);

#endif
