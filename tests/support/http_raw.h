/* HTTP/1.x over a bare socket, for tests that look at the bytes on the wire: exact headers, chunk
 * boundaries, connections that stay open or don't. Every read gives up after 20 s.
 * Thread-safety: a connection belongs to one thread. */
#ifndef TESTS_SUPPORT_HTTP_RAW_H
#define TESTS_SUPPORT_HTTP_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_RAW_HEAD_BYTES = 4096, HTTP_RAW_BUFFER_BYTES = 65536 };

struct http_raw {
    int fd;
    size_t at, end; /* what was received and not yet taken */
    uint8_t buffer[HTTP_RAW_BUFFER_BYTES];
    char head[HTTP_RAW_HEAD_BYTES]; /* status line and headers, from the last http_raw_head */
};

/* Connects to 127.0.0.1; asserts that it can. */
void http_raw_open(struct http_raw *h, uint16_t port);
/* The same with a receive buffer of that many bytes: the peer soon has to wait. */
void http_raw_open_narrow(struct http_raw *h, uint16_t port, int receive_bytes);
/* The same, as a client of another address of this machine ("127.0.0.2"). */
void http_raw_open_from(struct http_raw *h, uint16_t port, const char *address);
void http_raw_close(struct http_raw *h);

/* Sends text as it is, or "METHOD PATH HTTP/1.1", Host, and lines (each ending in CRLF; may be "").
 */
void http_raw_send(struct http_raw *h, const char *text);
void http_raw_request(struct http_raw *h, const char *method, const char *path, const char *lines);

/* Reads a status line and headers; returns the status, 0 where none comes. */
int http_raw_head(struct http_raw *h);
/* The value of a header of the last head, or NULL; static storage of this thread. */
const char *http_raw_header(const struct http_raw *h, const char *name);

/* Up to capacity bytes as they are on the wire; 0 at the end, -1 on an error or after 20 s. */
int64_t http_raw_read(struct http_raw *h, uint8_t *out, size_t capacity);
/* One whole chunk of the chunked coding: its size; 0 for the last one (its CRLF is taken too);
 * -1 where the connection ends before, the coding is broken or the chunk exceeds capacity. */
int64_t http_raw_chunk(struct http_raw *h, uint8_t *out, size_t capacity);
/* Chunks until the last one or an end without it. Returns the bytes; *complete says which. */
size_t http_raw_chunks(struct http_raw *h, uint8_t *out, size_t capacity, bool *complete);
/* Whether the peer has ended the connection, in order or not; waits for it up to 20 s. */
bool http_raw_ended(struct http_raw *h);

#endif
