/* Viewers' HTTP: each viewer has connections of its own, all of them live in one event loop (epoll,
 * libcurl's multi interface by its socket callbacks). Requests of a session go in, parsed events
 * come out; the session never sees a byte.
 *
 * HTTP/1.1: a live response occupies its connection, and giving it up closes that connection. So
 * that a zap finds a warm one, a viewer keeps `spares` idle connections to each origin that it
 * uses: whenever there are fewer, a small request (the channel's time source, or its manifest)
 * opens one. HTTP/2: one connection carries everything; giving a response up resets its stream.
 *
 * Thread-safety: a loop and all of its clients belong to one thread. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_CLIENT_H
#define PLAYER_SIM_TRANSPORT_HTTP_CLIENT_H

#include "player-sim/session/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_version {
    HTTP_VERSION_1_1,
    HTTP_VERSION_2, /* over TLS by ALPN, over cleartext with prior knowledge */
};

struct http_loop;

/* ERR_IO, ERR_NOMEM. */
int http_loop_create(struct http_loop **out);
void http_loop_destroy(struct http_loop *l); /* after its clients; NULL is fine */

/* Waits for sockets until deadline_us (clock_monotonic_us) at the latest, and hands out all events
 * that have come. Returns after a batch of events. ERR_IO. */
int http_loop_run(struct http_loop *l, int64_t deadline_us);

/* Calls ready(context) in the loop's thread whenever fd can be read (an eventfd of a decoder).
 * ERR_IO, ERR_NOMEM. */
int http_loop_watch(struct http_loop *l, int fd, void (*ready)(void *context), void *context);
void http_loop_unwatch(struct http_loop *l, int fd);

struct http_config {
    enum http_version version;
    bool insecure;       /* take any certificate */
    const char *ca_file; /* NULL: the system's; borrowed */
    unsigned spares;     /* 0..8, default 1: idle HTTP/1.1 connections */
    bool payloads;       /* events carry the bytes (a session that decodes) */
    int64_t connect_us;  /* > 0: to open a connection */
    int64_t answer_us;   /* > 0: manifests and packets: whole; segments: to the response's head */
    int64_t silence_us;  /* > 0: between two bytes of a segment */
};

/* 1.1, one spare, no payloads; 5 s, 10 s, 10 s. */
extern const struct http_config http_config_default;

/* event is borrowed for the call. now_us is clock_monotonic_us when its last byte was read. The
 * handler may start and cancel requests. */
typedef void http_handler(void *context, int64_t now_us, const struct session_event *event);

struct http_client;

/* Copies config. ERR_NOMEM, ERR_STATE. */
int http_client_create(struct http_loop *l, const struct http_config *config, http_handler *handler,
                       void *context, struct http_client **out);
void http_client_destroy(struct http_client *c); /* cancels everything; NULL is fine */

/* Starts a request; whatever becomes of it, even what fails at once, is told by an event, never
 * from within this call. */
void http_client_start(struct http_client *c, const struct session_request *request);

/* No event of this request comes any more. Unknown ids are passed over. */
void http_client_cancel(struct http_client *c, uint32_t request);

struct http_facts {
    int64_t rtt_us;          /* the shortest TCP handshake so far; -1: none */
    int64_t clock_offset_us; /* the origin's UTC minus ours, by its time source; 0 unless told */
    int64_t clock_error_us;  /* +- that; -1: not told */
    uint64_t bytes;          /* of response bodies, with what was given up */
    uint64_t connections;    /* opened */
    uint64_t requests;
    char congestion_control[16]; /* of our side (TCP_CONGESTION); the sender's is not to be seen */
    char version[8];             /* as negotiated: "1.1", "2"; "" before */
};
void http_client_facts(const struct http_client *c, struct http_facts *out);

#endif
