/* The origin: serves stores and a few pages over HTTP/1.1 (libmicrohttpd, behind this header only).
 *
 *   /CHANNEL/manifest.json                                      the manifest page of a channel
 *   /CHANNEL/PRESENTATION/TRACK/init-{initId}.mp4               Initialization Packets (HESP 4.3)
 *   /CHANNEL/PRESENTATION/TRACK/content-{segmentId}.mp4         Continuation Segments (HESP 5.3)
 *   any path of a page                                          that page
 *
 * Thread-safety: origin_create and origin_destroy from one thread; the rest from any. */
#ifndef PACKAGER_ORIGIN_ORIGIN_H
#define PACKAGER_ORIGIN_ORIGIN_H

#include "media/core/bytes.h"
#include "packager/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct origin;

struct origin_config {
    char address[64]; /* numeric IPv4 or IPv6 */
    uint16_t port;    /* 0: the system picks one */
};

/* A page whose text is made when it is asked for. */
struct origin_page {
    const char *path;         /* borrowed, until the page is removed, or for the origin's life */
    const char *content_type; /* likewise */
    void *context;
    /* Appends the body; returns the status (200, 404, 503). Any thread, several at once. */
    int (*render)(void *context, struct bytes_writer *body);
};

/* Listens and serves. ERR_IO where the address can't be had; the reason is in the log. */
int origin_create(const struct origin_config *config, struct origin **out);
/* Stops: waits for nobody, cuts every response, frees. Its stores may be appended to meanwhile.
 * NULL is fine. */
void origin_destroy(struct origin *o);
uint16_t origin_port(const struct origin *o);

/* Adds a page, or a Presentation's store under /channel/presentation/. The origin becomes the
 * store's listener. A store outlives the origin, unless it is removed. Names are copied. */
int origin_add_page(struct origin *o, const struct origin_page *page);
int origin_add_store(struct origin *o, const char *channel, const char *presentation,
                     struct store *store);

/* Takes a page or a store away: from the first call on it is not found, who waits for it gets a
 * 404, and who is sent a segment of it is cut off. 0: nobody holds on to it any more, and what the
 * origin borrowed may be freed (also where there never was one); ERR_AGAIN: call again, which is
 * due for no longer than the origin's loop takes to come round. Never blocks. */
int origin_remove_page(struct origin *o, const char *path);
int origin_remove_store(struct origin *o, const char *channel, const char *presentation);

/* Counters since the start, for /metrics and the status line. */
struct origin_state {
    int64_t connections;           /* open now */
    int64_t live_responses;        /* segment responses under way */
    int64_t parked_requests;       /* requests that wait for something to exist */
    int64_t requests;              /* ever */
    int64_t responses_by_class[6]; /* [2]: 2xx, ... */
    int64_t bytes_sent;            /* bodies */
    int64_t cut_readers;           /* too slow: cut off by age */
    int64_t cpu_us;                /* CPU of the origin's thread */
};
void origin_state(const struct origin *o, struct origin_state *state);

#endif
