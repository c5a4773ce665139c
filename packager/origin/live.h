/* Responses that follow a segment of the Continuation Stream while it grows (H28 to H30).
 * Thread-safety: from the request's own callbacks. */
#ifndef PACKAGER_ORIGIN_LIVE_H
#define PACKAGER_ORIGIN_LIVE_H

#include "packager/origin/request.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/* A segment that a request is about to read. */
struct origin_segment_opening {
    bool ranged; /* a Range that is honoured */
    struct store_range range;
    struct store_reader *reader; /* after ERR_OK */
    int64_t length;              /* after ERR_RANGE */
    enum origin_wait wait;       /* after ERR_AGAIN */
};

/* What the request asks for. A HEAD has no Range (RFC 9110 14.2), and where there is an If-Range no
 * validator of ours can match it, as there is none (13.1.5). */
void origin_live_prepare(const struct origin_request *r, struct origin_segment_opening *opening);

/* Looks into the store: its statuses, as store_open_reader gives them. */
int origin_live_open(const struct origin_track *track, int64_t segment_id,
                     struct origin_segment_opening *opening);

/* Answers with 200 or 206; takes over the reader. */
enum MHD_Result origin_live_respond(struct origin_request *r, struct origin_track *track,
                                    const struct origin_segment_opening *opening);

#endif
