/* A small HTTP client on libcurl for tests: whole answers, or the start of an endless one.
 * Thread-safety: a call uses nothing shared; call curl_global_init first where there are threads.
 */
#ifndef TESTS_SUPPORT_HTTP_CLIENT_H
#define TESTS_SUPPORT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_request {
    const char *url;
    const char *method; /* NULL: GET */
    const char *range;  /* "100-200" for a Range header, or NULL */
    size_t max_bytes;   /* stop after that many bytes of body, 0: read to the end */
    /* Asked after each piece of body whether it is enough; NULL: read to the end. */
    bool (*enough)(void *context, const uint8_t *body, size_t size);
    void *context;
    long timeout_ms; /* 0: 20 s */
    bool http_1_0;
};

struct http_answer {
    long status;   /* 0: no answer (refused, timed out before the headers) */
    char *headers; /* all header lines, as received */
    uint8_t *body; /* NUL-terminated beyond size */
    size_t size;
    bool timed_out; /* cut off by timeout_ms: what came until then is here */
    bool stopped;   /* cut off by max_bytes or enough */
    bool broken;    /* the connection ended before the answer did */
    double first_byte_s, total_s;
};

/* Asserts that memory suffices; every other failure shows in the answer. */
void http_fetch(const struct http_request *request, struct http_answer *answer);
void http_answer_finish(struct http_answer *answer);

/* GET url and whole body, in one call. */
void http_get(const char *url, struct http_answer *answer);

/* The value of header `name`, copied to out; false where there is none. Case-insensitive. */
bool http_header(const struct http_answer *answer, const char *name, char *out, size_t capacity);

#endif
