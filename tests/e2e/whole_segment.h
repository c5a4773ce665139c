/* A finished segment as one plain HTTP answer, taken apart.
 * Thread-safety: as of the viewer. */
#ifndef TESTS_E2E_WHOLE_SEGMENT_H
#define TESTS_E2E_WHOLE_SEGMENT_H

#include "e2e/viewer.h"

struct whole_segment {
    uint8_t *bytes; /* owned; what the chunks point into */
    size_t size;
    struct cmaf_chunk *chunks; /* owned */
    size_t count;
    int64_t arrived_utc_us; /* of the last byte */
};

/* Reads the answer to a request without a range to its end, waiting while the segment grows. false:
 * v->error says why; also where it doesn't consist of chunks from its first byte to its last. The
 * segment is to be finished in any case. */
bool whole_segment_get(struct viewer *v, const struct viewer_track *track, int64_t segment_id,
                       struct whole_segment *segment);
void whole_segment_finish(struct whole_segment *segment);

#endif
