/* The sockets of a client: those that libcurl opens, watched for it as it asks, and while they are
 * idle watched for their end, so that a spare connection which the origin has closed does not pass
 * for one. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_SOCKETS_H
#define PLAYER_SIM_TRANSPORT_HTTP_SOCKETS_H

#include "player-sim/transport/http/state.h"

struct http_socket {
    struct http_client *client;
    curl_socket_t fd;
    struct http_origin *origin; /* NULL: no connection (libcurl's resolver wakes itself by one) */
    struct loop_watch *watch;
    uint32_t wanted;  /* epoll's events for libcurl; 0: idle */
    int64_t quiet_us; /* since when it is idle */
    bool ended;       /* the origin has closed it while it was idle */
    bool in_vain;     /* opened for a request that counted on another one (fetch.h) */
    struct http_socket *next;
};

/* Sets libcurl's callbacks. false: it refuses. */
bool http_sockets_set_multi(struct http_client *c);
bool http_sockets_set_easy(struct http_fetch *f, CURL *easy);
/* After curl_multi_cleanup: what libcurl has forgotten. */
void http_sockets_finish(struct http_client *c);

/* Connections to o that are up or coming up, for use; of these, those that have been idle since
 * since_us or later. */
unsigned http_sockets_open(const struct http_client *c, const struct http_origin *o);
unsigned http_sockets_idle_since(const struct http_client *c, const struct http_origin *o,
                                 int64_t since_us);
/* When the first of the idle ones after since_us became so; INT64_MAX: there are none. */
int64_t http_sockets_first_quiet(const struct http_client *c, const struct http_origin *o,
                                 int64_t since_us);

/* What the kernel says of a connection: the round trip of its handshake (-1: nothing yet), and the
 * congestion control. Leaves name alone where fd is none of ours. */
void http_socket_facts(const struct http_client *c, curl_socket_t fd, int64_t *rtt_us,
                       char name[16]);

#endif
