/* A client's inside. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_STATE_H
#define PLAYER_SIM_TRANSPORT_HTTP_STATE_H

#include "player-sim/transport/http/client.h"
#include "player-sim/transport/http/events.h"
#include "player-sim/transport/http/loop.h"
#include "player-sim/transport/http/origin.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct http_fetch;
struct http_socket;

struct http_client {
    struct http_loop *loop;
    struct http_config config;
    http_handler *handler;
    void *context;
    CURLM *multi;
    CURLSH *sessions; /* of TLS, which later connections resume */
    struct timer timer;
    int64_t curl_us;   /* when libcurl wants to be called; INT64_MAX: never */
    int64_t spares_us; /* when the spares want to be looked at */
    int64_t turn_us;   /* when libcurl was called last: no event is older than that */
    int64_t told_us;   /* the time of the last event queued */
    bool in_turn;
    struct http_fetch *fetches;
    struct http_socket *sockets;
    struct http_origin *origins;
    struct http_events events;
    struct http_facts facts;
};

/* Lets libcurl do what it can with fd (CURL_SOCKET_TIMEOUT: with its timers), and hands out what
 * came of it. Not to be called from a handler or from libcurl's callbacks. */
void http_client_turn(struct http_client *c, curl_socket_t fd, int readiness);

/* Has the client's timer come at at_us at the latest. */
void http_client_wake(struct http_client *c, int64_t at_us);

#endif
