#include "packager/origin/live.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/origin/loop.h"
#include "packager/origin/range.h"
#include "packager/origin/respond.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* H28: the end of a range whose end nobody knows. */
#define UNKNOWN_LAST INT64_C(9007199254740991)

enum { BLOCK_BYTES = 32 * 1024 }; /* for HTTP/1.0; chunks are made in the connection's memory */

/* A response under way; owned by libmicrohttpd's response. */
struct live {
    struct origin_service *service;
    struct origin_client *client;
    struct origin_track *track;
    struct store_reader *reader;
    struct origin_waiter waiter;
    bool waiting;           /* since the last bytes; the waiter's deadline holds */
    int64_t cut_expired_us; /* set once the segment has left the window */
};

void origin_live_prepare(const struct origin_request *r, struct origin_segment_opening *opening)
{
    const char *range = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Range");
    const char *if_range = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "If-Range");

    *opening = (struct origin_segment_opening){.range = {0, INT64_MAX}};
    if (r->method == ORIGIN_GET && range != NULL && if_range == NULL)
        opening->ranged = origin_range_parse(range, &opening->range);
}

int origin_live_open(const struct origin_track *track, int64_t segment_id,
                     struct origin_segment_opening *opening)
{
    struct store_track_state state;
    int status = store_open_reader(track->track, segment_id, opening->range, &opening->reader,
                                   &opening->length);

    opening->wait = ORIGIN_WAIT_SEGMENT;
    if (status == ERR_AGAIN) {
        store_track_state(track->track, &state);
        if (segment_id <= state.newest_segment ||
            store_is_late(track->track, state.newest_sequence + 1))
            opening->wait = ORIGIN_WAIT_RANGE;
    }
    return status;
}

static ssize_t give_up(struct live *l)
{
    origin_client_cut(&l->service->clients, l->client, ORIGIN_CUT_OUTDATED);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Whether the reader has gone on for too long in a segment that has left the window. */
static bool is_outdated(struct live *l, int64_t now_us)
{
    if (!store_reader_expired(l->reader))
        return false;
    if (l->cut_expired_us == 0)
        l->cut_expired_us = now_us + l->service->limits.expired_grace_us;
    return now_us >= l->cut_expired_us;
}

static ssize_t deliver(struct live *l, int64_t size, int64_t now_us)
{
    l->waiting = false;
    origin_client_reads(l->client, now_us + l->service->limits.stall_us, ORIGIN_CUT_STALLED);
    atomic_fetch_add(&l->service->counters.bytes_sent, size);
    return (ssize_t)size;
}

/* Suspends the response until the track changes, but not for ever. */
static ssize_t wait_for_more(struct live *l, int64_t now_us)
{
    if (!l->waiting)
        l->waiter.deadline_us = now_us + l->service->limits.live_wait_us;
    else if (now_us >= l->waiter.deadline_us)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    l->waiting = true;
    origin_client_waits(l->client);
    origin_suspend(&l->track->segments, &l->waiter);
    return 0;
}

/* Called when everything given before is with the kernel. 0 with the connection suspended: called
 * again after it is resumed. */
static ssize_t read_body(void *context, uint64_t position, char *buffer, size_t capacity)
{
    struct live *l = context;
    int64_t now_us = clock_monotonic_us();
    int64_t size;

    (void)position;
    if (l->track->removed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (is_outdated(l, now_us))
        return give_up(l);
    size = store_read(l->reader, buffer, capacity);
    if (size > 0)
        return deliver(l, size, now_us);
    if (size == ERR_AGAIN)
        return wait_for_more(l, now_us);
    origin_client_reads(l->client, now_us + l->service->limits.stall_us, ORIGIN_CUT_STALLED);
    return MHD_CONTENT_READER_END_OF_STREAM;
}

static void release(void *context)
{
    struct live *l = context;

    store_close_reader(l->reader);
    l->track->users--;
    atomic_fetch_sub(&l->service->counters.live_responses, 1);
    free(l);
}

/* Takes over the reader. NULL where memory is short. */
static struct MHD_Response *create_response(struct origin_request *r, struct origin_track *track,
                                            struct store_reader *reader)
{
    struct live *l = calloc(1, sizeof *l);
    struct MHD_Response *response;

    if (l == NULL) {
        store_close_reader(reader);
        return NULL;
    }
    l->service = r->service;
    l->client = r->client;
    l->track = track;
    l->reader = reader;
    l->waiter.connection = r->connection;
    track->users++;
    r->client->track = track;
    atomic_fetch_add(&l->service->counters.live_responses, 1);
    response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_body, l, release);
    if (response == NULL)
        release(l);
    return response;
}

static ssize_t no_body(void *context, uint64_t position, char *buffer, size_t capacity)
{
    (void)context;
    (void)position;
    (void)buffer;
    (void)capacity;
    return MHD_CONTENT_READER_END_OF_STREAM;
}

/* The answer to a HEAD. libmicrohttpd 0.9.75 sends the last chunk of the body that isn't there,
 * where the next answer belongs. So there is no chunked coding here: the length once it is known,
 * and until then neither, which RFC 9110 9.3.2 allows, at the cost of the connection. */
static struct MHD_Response *create_head(int64_t length)
{
    uint64_t size = length < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)length;
    struct MHD_Response *response =
        MHD_create_response_from_callback(size, BLOCK_BYTES, no_body, NULL, NULL);

    if (response != NULL && length < 0)
        MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return response;
}

/* RFC 8673: what a growing segment's range ends at is what was asked for; H29. */
static void add_content_range(struct MHD_Response *response, struct store_range range,
                              int64_t length)
{
    char text[80];

    if (length < 0) {
        int64_t last = range.last == INT64_MAX ? UNKNOWN_LAST : range.last;
        snprintf(text, sizeof text, "bytes %" PRId64 "-%" PRId64 "/*", range.first, last);
    } else {
        int64_t last = range.last < length ? range.last : length - 1;
        snprintf(text, sizeof text, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, range.first, last,
                 length);
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, text);
}

enum MHD_Result origin_live_respond(struct origin_request *r, struct origin_track *track,
                                    const struct origin_segment_opening *opening)
{
    int64_t length = store_reader_length(opening->reader);
    struct MHD_Response *response;
    char caching[48];

    if (r->method == ORIGIN_HEAD) {
        store_close_reader(opening->reader);
        response = create_head(length);
    } else {
        response = create_response(r, track, opening->reader);
    }
    if (response == NULL)
        return MHD_NO;
    if (opening->ranged)
        add_content_range(response, opening->range, length);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    snprintf(caching, sizeof caching, "public, max-age=%" PRId64,
             store_available_us(track->store) / 1000000);
    origin_client_reads(r->client, clock_monotonic_us() + r->service->limits.stall_us,
                        ORIGIN_CUT_STALLED);
    return origin_respond(r, opening->ranged ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response,
                          store_track_info(track->track)->mime, caching);
}
