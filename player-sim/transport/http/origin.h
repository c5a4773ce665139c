/* The origins that a client talks to (scheme, host and port), and what its spare connections need
 * to know of each. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_ORIGIN_H
#define PLAYER_SIM_TRANSPORT_HTTP_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

struct http_origin {
    char *name;          /* scheme://authority */
    char *url;           /* something small to ask for, by HEAD; NULL: not known yet */
    char *time_url;      /* its time source; NULL: none that we know of */
    bool answered;       /* a session's request has been answered */
    unsigned asking;     /* requests under way, all kinds */
    unsigned warming;    /* of these, small ones of our own */
    int64_t used_us;     /* when a session's request began or ended last */
    int64_t retry_us;    /* no small request before */
    int64_t back_off_us; /* 0: the last one did what it should */
    bool reset_unsent;   /* HTTP/2: a stream was given up, and nothing was asked for since */
    struct http_origin *next;
};

/* The one that url belongs to, added to the list where it is new. NULL: no memory, or url has no
 * authority. */
struct http_origin *http_origin_of(struct http_origin **list, const char *url);
/* The same without adding. NULL: it is not in the list. */
struct http_origin *http_origin_find(struct http_origin *list, const char *url);
/* Frees those that nothing uses (what holds says) and that were not used since before_us. */
void http_origins_trim(struct http_origin **list, int64_t before_us,
                       bool (*holds)(void *context, const struct http_origin *o), void *context);
void http_origins_finish(struct http_origin **list);

/* Takes a copy of url as what is small, unless one is known; as the time source. Without memory
 * nothing changes. */
void http_origin_learn(struct http_origin *o, const char *url);
void http_origin_learn_time(struct http_origin *o, const char *url);

/* A small request was in vain: the next one has to wait, each time longer, 1 to 32 s. */
void http_origin_back_off(struct http_origin *o, int64_t now_us);

#endif
