/* What a part of a run (a shard) measured, as a file, from which a report is put together
 * elsewhere.
 *
 * The first line is "openhesp-samples 1"; the second a JSON object that says what run it is, which
 * shard, and all that is counted; then come the samples of each metric in the order of "series", a
 * run of equal ones after the other, sorted: value (what it is above the one before, the first one
 * above 0 or, of a score, above REPORT_SIGNED_MIN), session,
 * count, channel, rendition + 1 (0: not known), and class of round trip, each as LEB128, seven bits
 * a byte, the lowest first; then "end\n".
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_SAMPLES_H
#define PLAYER_SIM_REPORT_SAMPLES_H

#include "player-sim/report/report.h"

#include <jansson.h>

enum { REPORT_SHARDS_MAX = 100000 };

/* What the first value of a metric that may be below 0 is told from. */
#define REPORT_SIGNED_MIN (-INT64_MAX)

struct report_shard {
    uint32_t index, count; /* 0..count - 1, count <= REPORT_SHARDS_MAX */
    const char *study;     /* how the run was asked for, but for which shard: one line, equal in all
                              shards of a run; borrowed */
};

/* ERR_IO, ERR_NOMEM, ERR_INVALID: the shard. */
int report_write_samples(struct report *r, const struct report_facts *facts,
                         const struct report_shard *shard, FILE *out);

/* A file as it was read; its texts are its own. */
struct report_samples {
    struct report *report;
    struct report_facts facts;
    struct report_shard shard;
    json_t *head; /* owned: what texts point into */
};

/* Reads one to its end and checks all of it. trims: what is to be told of it (borrowed by the
 * report); command: as in report_config. ERR_INVALID, ERR_TRUNCATED, ERR_UNSUPPORTED, ERR_IO,
 * ERR_NOMEM: error is one line about the file, without its name, and there is nothing to finish. */
int report_read_samples(FILE *in, const struct trim *trims, size_t trim_count, const char *command,
                        struct report_samples *out, char error[REPORT_ERROR_BYTES]);
void report_samples_finish(struct report_samples *s);

/* Whether b is another shard of the run that a is of. false: error is one line that says what of it
 * isn't a's. */
bool report_samples_belong(const struct report_samples *a, const struct report_samples *b,
                           char error[REPORT_ERROR_BYTES]);

/* Takes b's samples and facts; b is to be finished all the same. As report_absorb. */
int report_samples_absorb(struct report_samples *a, struct report_samples *b);

#endif
