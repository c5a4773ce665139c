#include "e2e/whole_segment.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "support/http_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_MS = 60000 };

static bool take_apart(struct viewer *v, const char *url, struct whole_segment *segment)
{
    for (size_t at = 0; at < segment->size;) {
        struct cmaf_chunk *chunks =
            realloc(segment->chunks, (segment->count + 1) * sizeof *segment->chunks);
        int status = chunks ? 0 : ERR_NOMEM;
        if (chunks) {
            segment->chunks = chunks;
            status =
                cmaf_chunk_read(segment->bytes + at, segment->size - at, &chunks[segment->count]);
        }
        if (status) {
            snprintf(v->error, sizeof v->error, "%.400s: no chunk at byte %zu of %zu: %s", url, at,
                     segment->size, err_text(status));
            return false;
        }
        at += chunks[segment->count++].total_bytes;
    }
    return true;
}

bool whole_segment_get(struct viewer *v, const struct viewer_track *track, int64_t segment_id,
                       struct whole_segment *segment)
{
    char url[HESP_URL_BYTES];
    struct http_answer answer;
    struct http_request request = {.url = url, .timeout_ms = TIMEOUT_MS};
    *segment = (struct whole_segment){0};
    if (hesp_continuation_url(v->url, &track->place, segment_id, url)) {
        snprintf(v->error, sizeof v->error, "no address for segment %" PRId64, segment_id);
        return false;
    }
    http_fetch(&request, &answer);
    bool good = answer.status == 200 && !answer.timed_out;
    if (!good)
        snprintf(v->error, sizeof v->error, "%.400s: status %ld%s", url, answer.status,
                 answer.timed_out ? ", cut off" : "");
    segment->bytes = answer.body;
    segment->size = answer.size;
    segment->arrived_utc_us = clock_utc_us();
    answer.body = NULL;
    http_answer_finish(&answer);
    return good && take_apart(v, url, segment);
}

void whole_segment_finish(struct whole_segment *segment)
{
    free(segment->bytes);
    free(segment->chunks);
    *segment = (struct whole_segment){0};
}
