/* A histogram of durations with fixed bounds, as Prometheus wants it.
 * Thread-safety: every function, any thread. */
#ifndef PACKAGER_PIPELINE_HISTOGRAM_H
#define PACKAGER_PIPELINE_HISTOGRAM_H

#include "media/core/bytes.h"

#include <stdatomic.h>
#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 14 };

struct histogram {
    _Atomic int64_t counts[HISTOGRAM_BUCKETS + 1]; /* the last: above all bounds */
    _Atomic int64_t sum_us;
};

void histogram_init(struct histogram *h);
void histogram_add(struct histogram *h, int64_t duration_us); /* negative counts as 0 */

/* Appends the _bucket, _sum and _count lines of metric `name` (in seconds); labels is
 * `key="value",...` without braces, or "". */
void histogram_write(const struct histogram *h, struct bytes_writer *out, const char *name,
                     const char *labels);

#endif
