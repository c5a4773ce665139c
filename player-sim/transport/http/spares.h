/* Idle HTTP/1.1 connections, so that the next request of a viewer finds one that is open: opened
 * when there are fewer than asked for, kept warm by a small request each 20 s (the origin closes
 * what is idle for 30 s), and left alone where the origin is used no more. The small request is the
 * manifest's time source where there is one: its answers also tell how far the origin's clock is
 * from ours. With HTTP/2, which needs no spares, only that is asked. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_SPARES_H
#define PLAYER_SIM_TRANSPORT_HTTP_SPARES_H

#include "player-sim/transport/http/fetch.h"

/* An older idle connection is not used any more. */
enum { SPARES_MAX_AGE_S = 28 };

/* A manifest has come: learns what it has to offer for small requests. */
void http_spares_learn(struct http_client *c, const struct session_channel *channel);

/* Starts what is due, and sets c->spares_us. */
void http_spares_look(struct http_client *c, int64_t now_us);

/* A small request has ended. */
void http_spares_ended(struct http_fetch *f, CURLcode result);

#endif
