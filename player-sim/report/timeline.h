/* What chosen sessions went through, moment by moment, for the page: bandwidth of the link,
 * quality, buffer and latency as lines, and what happened as marks. Bounded whatever happens: of a
 * line that grows too long the least and the greatest of each few points stay. Thread-safety: one
 * thread at a time. */
#ifndef PLAYER_SIM_REPORT_TIMELINE_H
#define PLAYER_SIM_REPORT_TIMELINE_H

#include "player-sim/report/report.h"

#include <jansson.h>

enum {
    TIMELINE_POINTS_MAX = 1024, /* a line; at least half of them are left when it was thinned */
    TIMELINE_MARKS_MAX = 500,
};

struct timeline_line {
    int64_t *at_us, *values; /* owned, one block: TIMELINE_POINTS_MAX each; NULL: none yet */
    size_t count;
};

struct timeline_mark {
    enum report_mark kind;
    int64_t from_us, to_us;
};

struct timeline {
    size_t session;
    struct timeline_line lines[REPORT_LINES];
    struct timeline_mark *marks; /* owned */
    size_t mark_count;
    uint64_t marks_left_out;
};

/* Zeroed memory is none. */
struct timelines {
    struct timeline *list; /* owned; in the order of sessions */
    size_t count;
};

/* The one of a session, or NULL. */
struct timeline *timelines_find(const struct timelines *t, size_t session);
/* ERR_NOMEM; ERR_EXISTS; ERR_FULL: there are REPORT_TIMELINES_MAX of lower sessions. Of more than
 * those the highest session's is given up. */
int timelines_open(struct timelines *t, size_t session);
/* from is empty then. A session that both have keeps into's. ERR_NOMEM. */
int timelines_absorb(struct timelines *into, struct timelines *from);
void timelines_finish(struct timelines *t);

/* A moment from which the value holds; at_us must not fall. ERR_NOMEM, ERR_INVALID. */
int timeline_point(struct timeline *t, enum report_line line, int64_t at_us, int64_t value);
int timeline_mark(struct timeline *t, enum report_mark mark, int64_t from_us, int64_t to_us);

/* [{"session", "lines": {NAME: {"at_us": [...], "values": [...]}}, "marks": [[NAME, from_us,
 * to_us]], "marks_left_out"}]: a new reference, or NULL. */
json_t *timelines_json(const struct timelines *t);
/* Reads such a list; what it finds is checked. ERR_INVALID, ERR_NOMEM; then t is to be finished. */
int timelines_read(json_t *list, struct timelines *t);

#endif
