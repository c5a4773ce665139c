/* One request of a client, from its start to its end: what libcurl tells of it becomes events. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_FETCH_H
#define PLAYER_SIM_TRANSPORT_HTTP_FETCH_H

#include "player-sim/transport/http/intake.h"
#include "player-sim/transport/http/state.h"

enum { FETCH_ASIDE_BYTES = 64 };

struct http_fetch {
    struct http_client *client;
    struct http_origin *origin;
    CURL *easy;
    char *url;
    uint32_t request;        /* 0: a small one of our own */
    struct http_event *last; /* kept ready for the event that ends the request; NULL: it is told */
    int64_t offset;          /* of a segment */
    bool small, head_only, asks_time;
    bool joins;     /* HTTP/2 without TLS: it counts on a connection that is there or coming */
    bool held;      /* until that one is there: libcurl doesn't have it meanwhile */
    unsigned tries; /* how often that was in vain */
    curl_socket_t opened_fd; /* the last one opened for it; CURL_SOCKET_BAD: none */

    bool connected, fresh; /* on an open connection; which was opened for it */
    int64_t started_us, connected_us, first_byte_us;
    int64_t heard_us; /* the last byte of the body, or the head's end; 0: none */
    int http_status;  /* 0: none yet */
    char version[8];  /* "1.1", "2"; "" before the head */
    size_t head_bytes, body_bytes;
    int64_t range_start; /* of Content-Range; -1: none */
    char *location;      /* of Location; NULL: none */
    unsigned redirects;  /* followed so far */
    bool headed;         /* the head is complete */
    bool taken;          /* and what follows is what was asked for */
    int64_t overdue_us;  /* its time is over, unless something comes until then; 0: it is not */
    struct intake intake;
    char aside[FETCH_ASIDE_BYTES]; /* the start of a small answer, or of a refusal */
    char error[CURL_ERROR_SIZE];
    struct http_fetch *next;
};

/* Starts what the session asks for. Whatever fails is queued. ERR_NOMEM: not even that can be told.
 */
int http_fetch_start(struct http_client *c, const struct session_request *request, int64_t now_us);

/* Starts a small request of our own to o: on a connection that it opens, or on any (anew false).
 * false: it could not be started. */
bool http_fetch_start_small(struct http_client *c, struct http_origin *o, bool anew,
                            int64_t now_us);

/* Begins anew at url, as the same request, whose time goes on. false: it can't. */
bool http_fetch_go_to(struct http_fetch *f, const char *url);

/* Hands those that are held for a connection to libcurl, where nobody is opening one any more. */
void http_fetch_release(struct http_client *c);

/* libcurl is through with it: queues what is left to tell, and frees it. */
void http_fetch_end(struct http_fetch *f, CURLcode result);

/* Gives it up. */
void http_fetch_cancel(struct http_fetch *f);

/* When the patience with it ends. */
int64_t http_fetch_deadline_us(const struct http_fetch *f);
/* Where it has ended: queues the failure, and frees. */
void http_fetch_check(struct http_fetch *f, int64_t now_us);

/* Ends it with a failure. */
void http_fetch_fail(struct http_fetch *f, const char *what);

#endif
