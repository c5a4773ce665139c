#include "packager/origin/respond.h"

#include "media/core/clock.h"
#include "media/core/err.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METHODS   "GET, HEAD, OPTIONS"
#define IMMUTABLE "public, max-age=31536000, immutable"
#define TEXT      "text/plain; charset=utf-8"

enum MHD_Result origin_respond(struct origin_request *r, unsigned status,
                               struct MHD_Response *response, const char *content_type,
                               const char *caching)
{
    enum MHD_Result queued;

    if (response == NULL)
        return MHD_NO;
    if (content_type != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    if (caching != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, caching);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_EXPOSE_HEADERS,
                            "Content-Length, Content-Range, Date");
    MHD_add_response_header(response, "Timing-Allow-Origin", "*");
    if (r->client->standing != ORIGIN_WELCOME &&
        MHD_get_response_header(response, MHD_HTTP_HEADER_CONNECTION) == NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    queued = MHD_queue_response(r->connection, status, response);
    MHD_destroy_response(response);
    if (queued == MHD_YES)
        atomic_fetch_add(&r->service->counters.responses_by_class[status / 100], 1);
    return queued;
}

/* A response whose size is known is to be taken as a whole, in time. */
static enum MHD_Result respond_sized(struct origin_request *r, unsigned status,
                                     struct MHD_Response *response, size_t size,
                                     const char *content_type, const char *caching)
{
    if (r->method != ORIGIN_HEAD)
        r->body_bytes = (int64_t)size;
    origin_client_reads(r->client, clock_monotonic_us() + r->service->limits.response_us,
                        ORIGIN_CUT_SLOW);
    return origin_respond(r, status, response, content_type, caching);
}

static struct MHD_Response *static_text(const char *text)
{
    return MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result origin_respond_text(struct origin_request *r, unsigned status, const char *text)
{
    return respond_sized(r, status, static_text(text), strlen(text), TEXT, ORIGIN_NO_STORE);
}

/* For an answer that comes before the request has been read: nothing more may be read after it. */
static enum MHD_Result respond_and_close(struct origin_request *r, unsigned status,
                                         const char *text, struct MHD_Response *response)
{
    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    return respond_sized(r, status, response, strlen(text), TEXT, ORIGIN_NO_STORE);
}

enum MHD_Result origin_respond_failure(struct origin_request *r)
{
    return origin_respond_text(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory\n");
}

enum MHD_Result origin_respond_overload(struct origin_request *r)
{
    const char *text = r->client->standing == ORIGIN_TOO_MANY_OF_ADDRESS
                           ? "too many connections from this address\n"
                           : "too many connections\n";
    struct MHD_Response *response = static_text(text);

    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    return respond_and_close(r, MHD_HTTP_SERVICE_UNAVAILABLE, text, response);
}

enum MHD_Result origin_respond_too_fast(struct origin_request *r)
{
    static const char text[] = "too many requests from this address\n";
    struct MHD_Response *response = static_text(text);

    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    return respond_sized(r, MHD_HTTP_TOO_MANY_REQUESTS, response, strlen(text), TEXT,
                         ORIGIN_NO_STORE);
}

enum MHD_Result origin_respond_bad_method(struct origin_request *r)
{
    static const char text[] = "only " METHODS "\n";
    struct MHD_Response *response = static_text(text);

    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, METHODS);
    return respond_sized(r, MHD_HTTP_METHOD_NOT_ALLOWED, response, strlen(text), TEXT,
                         ORIGIN_NO_STORE);
}

enum MHD_Result origin_respond_ambiguous(struct origin_request *r)
{
    static const char text[] = "one Host, one Content-Length, no space before a colon\n";

    return respond_and_close(r, MHD_HTTP_BAD_REQUEST, text, static_text(text));
}

enum MHD_Result origin_respond_too_large(struct origin_request *r)
{
    static const char text[] = "no request here needs a body\n";

    return respond_and_close(r, MHD_HTTP_CONTENT_TOO_LARGE, text, static_text(text));
}

enum MHD_Result origin_respond_forbidden(struct origin_request *r, enum access_verdict verdict)
{
    static const char *const texts[] = {
        [ACCESS_MISSING] = "this URL needs a signature\n",
        [ACCESS_WRONG] = "this URL's signature is wrong\n",
        [ACCESS_EXPIRED] = "this URL's signature has expired\n",
    };

    return origin_respond_text(r, MHD_HTTP_FORBIDDEN, texts[verdict]);
}

enum MHD_Result origin_respond_unauthorized(struct origin_request *r)
{
    static const char text[] = "this page needs a bearer token\n";
    struct MHD_Response *response = static_text(text);

    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                "Bearer realm=\"openhesp\"");
    return respond_sized(r, MHD_HTTP_UNAUTHORIZED, response, strlen(text), TEXT, ORIGIN_NO_STORE);
}

enum MHD_Result origin_respond_target_too_long(struct origin_request *r)
{
    static const char text[] = "no address here is so long\n";

    return respond_and_close(r, MHD_HTTP_URI_TOO_LONG, text, static_text(text));
}

enum MHD_Result origin_respond_head_too_large(struct origin_request *r)
{
    static const char text[] = "too many or too long header fields\n";

    return respond_and_close(r, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, text, static_text(text));
}

enum MHD_Result origin_respond_options(struct origin_request *r)
{
    struct MHD_Response *response = static_text("");

    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, METHODS);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_HEADERS,
                            "Range, CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status");
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_MAX_AGE, "86400");
    return respond_sized(r, MHD_HTTP_NO_CONTENT, response, 0, NULL, NULL);
}

enum MHD_Result origin_respond_busy(struct origin_request *r, const char *text)
{
    struct MHD_Response *response = static_text(text);

    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    return respond_sized(r, MHD_HTTP_SERVICE_UNAVAILABLE, response, strlen(text), TEXT,
                         ORIGIN_NO_STORE);
}

enum MHD_Result origin_respond_unsatisfiable(struct origin_request *r, int64_t length)
{
    static const char text[] = "the segment has no such range\n";
    struct MHD_Response *response = static_text(text);
    char content_range[64];

    if (response != NULL) {
        snprintf(content_range, sizeof content_range, "bytes */%" PRId64, length);
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, content_range);
    }
    return respond_sized(r, MHD_HTTP_RANGE_NOT_SATISFIABLE, response, strlen(text), TEXT,
                         ORIGIN_NO_STORE);
}

enum MHD_Result origin_respond_page(struct origin_request *r, unsigned status,
                                    const char *content_type, struct bytes_writer *body)
{
    size_t size = 0;
    bool failed = body->status != ERR_OK;
    uint8_t *data = bytes_writer_take(body, &size);
    struct MHD_Response *response;

    bytes_writer_finish(body);
    if (failed) {
        free(data);
        return origin_respond_failure(r);
    }
    /* A page may be empty, and then there is nothing to take. */
    response = data != NULL ? MHD_create_response_from_buffer(size, data, MHD_RESPMEM_MUST_FREE)
                            : static_text("");
    if (response == NULL)
        free(data);
    return respond_sized(r, status, response, size, content_type, ORIGIN_NO_STORE);
}

enum MHD_Result origin_respond_file(struct origin_request *r, const struct origin_file *file,
                                    bool known)
{
    /* 304 says how long the file is, and brings none of it (RFC 9110 8.6). */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(file->size, (void *)file->bytes, MHD_RESPMEM_PERSISTENT);

    if (response != NULL) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, file->etag);
        MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
        if (file->policy != NULL)
            MHD_add_response_header(response, "Content-Security-Policy", file->policy);
    }
    return respond_sized(r, known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response,
                         known ? 0 : file->size, file->content_type, "no-cache");
}

static void release_packet(void *context)
{
    blob_unref(context);
}

enum MHD_Result origin_respond_packet(struct origin_request *r, const char *content_type,
                                      struct blob *packet, bool numbered)
{
    size_t size = packet->size;
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        size, (void *)packet->data, release_packet, packet);

    if (response == NULL)
        blob_unref(packet);
    return respond_sized(r, MHD_HTTP_OK, response, size, content_type,
                         numbered ? IMMUTABLE : ORIGIN_NO_STORE);
}
