/* Responses: their statuses and headers. Everything carries the CORS headers that let a page of any
 * origin read it, Content-Range and Date included.
 * Thread-safety: from the request's own callbacks. */
#ifndef PACKAGER_ORIGIN_RESPOND_H
#define PACKAGER_ORIGIN_RESPOND_H

#include "media/core/blob.h"
#include "media/core/bytes.h"
#include "packager/origin/request.h"

#include <microhttpd.h>
#include <stdbool.h>

#define ORIGIN_NO_STORE "no-store"

/* Adds what every response carries, queues the response, counts it, and gives up the caller's
 * reference. content_type and caching may be NULL. response may be NULL: memory was short, the
 * connection is cut. */
enum MHD_Result origin_respond(struct origin_request *r, unsigned status,
                               struct MHD_Response *response, const char *content_type,
                               const char *caching);

/* A short text that is not to be stored; borrowed, static. */
enum MHD_Result origin_respond_text(struct origin_request *r, unsigned status, const char *text);
/* 503 where memory is short. */
enum MHD_Result origin_respond_failure(struct origin_request *r);
/* 503 before the request is read whole: too many connections, in all or of its address. */
enum MHD_Result origin_respond_overload(struct origin_request *r);
/* 429: too many requests of its address. */
enum MHD_Result origin_respond_too_fast(struct origin_request *r);
/* 405 with the methods that there are. */
enum MHD_Result origin_respond_bad_method(struct origin_request *r);
/* 400, before the request is read whole: it could be read in two ways. */
enum MHD_Result origin_respond_ambiguous(struct origin_request *r);
/* 413, likewise. */
enum MHD_Result origin_respond_too_large(struct origin_request *r);
/* 403, and in a line why; the verdict is not ACCESS_GRANTED. */
enum MHD_Result origin_respond_forbidden(struct origin_request *r, enum access_verdict verdict);
/* 401: a bearer token is wanted (RFC 6750 3). */
enum MHD_Result origin_respond_unauthorized(struct origin_request *r);
/* 414 and 431, likewise. */
enum MHD_Result origin_respond_target_too_long(struct origin_request *r);
enum MHD_Result origin_respond_head_too_large(struct origin_request *r);
/* 204 with what a CORS preflight asks for. */
enum MHD_Result origin_respond_options(struct origin_request *r);
/* 503 with Retry-After: what is asked for will be there, but is not yet; a range beyond what a
 * growing segment holds is one of these, and no 416 (H30). text as in origin_respond_text. */
enum MHD_Result origin_respond_busy(struct origin_request *r, const char *text);
/* 416; length is the finished segment's (H30). */
enum MHD_Result origin_respond_unsatisfiable(struct origin_request *r, int64_t length);
/* A file, or 304 where the asker has it as it is; each browser asks every time whether it has. */
enum MHD_Result origin_respond_file(struct origin_request *r, const struct origin_file *file,
                                    bool known);
/* Takes body's bytes. */
enum MHD_Result origin_respond_page(struct origin_request *r, unsigned status,
                                    const char *content_type, struct bytes_writer *body);
/* Takes over the reference to packet; its bytes are not copied. numbered: it will always be the
 * same, as init-now is not. */
enum MHD_Result origin_respond_packet(struct origin_request *r, const char *content_type,
                                      struct blob *packet, bool numbered);

#endif
