/* What comes back for a request: head, body, end. Turns libcurl's callbacks into queued events. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_RESPONSE_H
#define PLAYER_SIM_TRANSPORT_HTTP_RESPONSE_H

#include "player-sim/transport/http/fetch.h"

/* Sets libcurl's callbacks. false: it refuses. */
bool http_response_set(struct http_fetch *f, CURL *easy);

/* libcurl is through: queues the events that are still owed. */
void http_response_end(struct http_fetch *f, CURLcode result);

/* Queues the failure "GET URL: what", unless an end is queued already. */
void http_response_fail(struct http_fetch *f, enum session_fault fault, const char *what);

/* The same for one whose time is over. */
void http_response_expire(struct http_fetch *f);

#endif
