/* The JSON form of a report, as an object: the page carries it too.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_JSON_H
#define PLAYER_SIM_REPORT_JSON_H

#include "player-sim/report/report.h"

#include <jansson.h>

/* For json_dumps and its like: microseconds of a duration in ms come out as they are. */
#define REPORT_JSON_FLAGS JSON_REAL_PRECISION(15)

/* out: a new reference. ERR_NOMEM. */
int report_json(struct report *r, const struct report_facts *facts, json_t **out);

#endif
