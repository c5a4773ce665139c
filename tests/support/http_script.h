/* An HTTP/1.1 server on 127.0.0.1 that does what a test's script says, well or badly: whole
 * answers, single bytes, stalls, cuts. It counts connections and notes requests. Each connection
 * has a thread. Every wait gives up after 20 s.
 * Thread-safety: the answer function runs in the connections' threads; all else any thread. */
#ifndef TESTS_SUPPORT_HTTP_SCRIPT_H
#define TESTS_SUPPORT_HTTP_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_SCRIPT_PATH_BYTES = 128, HTTP_SCRIPT_CONNECTIONS_MAX = 256 };

struct http_script;

struct http_script_talk {
    struct http_script *server;
    int fd;
    int connection; /* from 0, in the order in which they were accepted */
    char method[8];
    char path[HTTP_SCRIPT_PATH_BYTES];
    char range[64]; /* value of the Range header, "" without */
    bool close;     /* set it: the connection ends after this answer */
};

typedef void http_script_answer(void *context, struct http_script_talk *t);

/* Asserts that it can. */
struct http_script *http_script_start(http_script_answer *answer, void *context);
/* Ends all connections, and waits for their threads. */
void http_script_stop(struct http_script *s);

uint16_t http_script_port(const struct http_script *s);
int http_script_connections(struct http_script *s); /* accepted so far */
int http_script_open(struct http_script *s);        /* of these, not ended yet */
int http_script_requests(struct http_script *s);    /* whose head was read */
/* Of these, how many asked for path. */
int http_script_count(struct http_script *s, const char *path);
/* The connection on which path was asked for last; -1: never. */
int http_script_connection_of(struct http_script *s, const char *path);
/* Cuts a connection from outside. */
void http_script_cut(struct http_script *s, int connection);
/* No more connections are taken: the port refuses. */
void http_script_close_door(struct http_script *s);

/* ---- for answers ---- */

/* false: the peer is gone. */
bool http_script_send(struct http_script_talk *t, const void *data, size_t size);
bool http_script_text(struct http_script_talk *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Status line, Content-Length and body (none for HEAD). */
bool http_script_whole(struct http_script_talk *t, const char *status, const void *body,
                       size_t size);
/* One chunk of the chunked coding; size 0 ends it. */
bool http_script_chunk(struct http_script_talk *t, const void *data, size_t size);
/* Waits until the test has passed the gate that often in all. false: the server stops. */
bool http_script_wait(struct http_script_talk *t, int gate);
void http_script_pass(struct http_script *s);
/* Waits until the peer ends the connection, or the server stops. */
void http_script_linger(struct http_script_talk *t);

#endif
