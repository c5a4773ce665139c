/* A packager with one channel of one small rung and segments of a second, and two connections to
 * it, for tests that look at answers byte by byte. What isn't as expected fails the test.
 * Thread-safety: one thread. */
#ifndef TESTS_E2E_SEGMENT_STAGE_H
#define TESTS_E2E_SEGMENT_STAGE_H

#include "e2e/packager.h"
#include "e2e/viewer.h"
#include "support/http_raw.h"

/* A second at 100 kbit/s fits into one HTTP chunk, so that HTTP chunks end where samples do. */
enum { SEGMENT_STAGE_FRAMES = 30, SEGMENT_STAGE_BODY_BYTES = 4 << 20 };

struct segment_body {
    uint8_t *data;
    size_t size;
};

struct segment_stage {
    struct packager packager;
    struct viewer viewer;
    struct viewer_track track;
    struct http_raw live, other;     /* stay open from test to test */
    struct segment_body body, again; /* room for what is read */
};

/* cmocka's group set-up and tear-down. */
int segment_stage_open(void **state);
int segment_stage_close(void **state);

/* Asks for a segment, with header lines that end in CRLF; returns the status. */
int segment_stage_ask(struct segment_stage *s, struct http_raw *h, const char *method,
                      int64_t segment, const char *lines);

/* The header has exactly this value; NULL: it isn't there. */
void segment_stage_header(const struct http_raw *h, const char *name, const char *value);
/* All that every segment's answer says, live or not. */
void segment_stage_is_chunked(const struct http_raw *h);

/* Reads a chunked body to its proper end. */
void segment_stage_read(struct http_raw *h, struct segment_body *body);
/* Reads an answer that comes with a Content-Length: those that aren't media. */
void segment_stage_read_text(struct http_raw *h);

#endif
