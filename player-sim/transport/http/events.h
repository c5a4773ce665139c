/* Events of one client on their way to its handler. libcurl forbids most of its calls inside its
 * callbacks, and a handler may start and cancel requests: so what the callbacks find is queued, and
 * handed out when libcurl has returned. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_EVENTS_H
#define PLAYER_SIM_TRANSPORT_HTTP_EVENTS_H

#include "player-sim/session/session.h"

#include <stdint.h>

struct http_event {
    struct session_event event; /* owns a reference of channel and payload */
    int64_t now_us;             /* when its last byte was read */
    char *text;                 /* owned; event.text where there is one */
    char *manifest_url;         /* owned; event.sample.manifest_url where there is one */
    uint64_t number;            /* in the order of the queue */
    struct http_event *next;
};

struct http_events {
    struct http_event *first, *last;
    uint64_t count; /* ever put */
};

/* NULL where memory is short. */
struct http_event *http_event_create(uint32_t request);
void http_event_free(struct http_event *e); /* NULL is fine */

/* Takes e over. */
void http_events_put(struct http_events *q, struct http_event *e);
/* The oldest one, now the caller's; NULL: none with a number below `before`. */
struct http_event *http_events_take(struct http_events *q, uint64_t before);
/* Drops those of a request. */
void http_events_drop(struct http_events *q, uint32_t request);
void http_events_finish(struct http_events *q);

#endif
