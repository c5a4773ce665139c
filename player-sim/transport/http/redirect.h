/* Redirects of a manifest (RFC 9110 15.4: 301, 302, 303, 307, 308) are followed, a bounded number
 * of them, to http and https only; what stands in the manifest is then relative to where it came
 * from at last (RFC 3986 5.1.3). Packets and segments are asked for where the manifest says, and
 * nowhere else. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_REDIRECT_H
#define PLAYER_SIM_TRANSPORT_HTTP_REDIRECT_H

#include "player-sim/transport/http/fetch.h"

enum { HTTP_REDIRECTS_MAX = 5 };

/* A head begins; its Location header, without the name. */
void http_redirect_forget(struct http_fetch *f);
void http_redirect_learn(struct http_fetch *f, const char *value, size_t size);

/* f's answer is whole. true: it was a redirect, and f goes on elsewhere. Where it was one that
 * can't be followed, the failure is queued. */
bool http_redirect_follow(struct http_fetch *f);

#endif
