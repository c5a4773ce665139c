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
#include "media/core/networks.h"
#include "packager/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct origin;

struct origin_config {
    char address[64]; /* numeric IPv4 or IPv6 */
    uint16_t port;    /* 0: the system picks one */
    /* More connections are answered with 503, far more are cut before they have asked. */
    unsigned max_connections;             /* 0: 4096 */
    unsigned max_connections_per_address; /* 0: as many as there may be in all */
    unsigned max_request_rate;            /* of one address, a second, up to 1000000; more are
                                             answered with 429; 0: as many as it likes */
    struct networks exempt;               /* has no limits of the address */
};

/* A page whose text is made when it is asked for. */
struct origin_page {
    const char *path;         /* borrowed, for the origin's life */
    const char *content_type; /* likewise */
    void *context;
    /* Appends the body; returns the status (200, 404, 503). Any thread, several at once. */
    int (*render)(void *context, struct bytes_writer *body);
    bool always; /* answers also those who are refused everything else */
};

/* Why a connection was cut. */
enum origin_cut {
    ORIGIN_CUT_STALLED,  /* a reader who took no byte of what was there for it */
    ORIGIN_CUT_OUTDATED, /* one who went on in a segment that has left the window */
    ORIGIN_CUT_SLOW,     /* one who did not take a packet or page in time */
    ORIGIN_CUT_REQUEST,  /* a request did not get whole in time */
    ORIGIN_CUT_REFUSED,  /* it was one too many, and did not ask at once */
    ORIGIN_CUT_REASONS
};

/* Listens and serves. ERR_IO where the address can't be had; the reason is in the log. */
int origin_create(const struct origin_config *config, struct origin **out);
/* Stops: waits for nobody, cuts every response, frees. Its stores may be appended to meanwhile.
 * NULL is fine. */
void origin_destroy(struct origin *o);
uint16_t origin_port(const struct origin *o);

/* Adds a page, or a Presentation's store under /channel/presentation/. The origin becomes the
 * store's listener. Stores outlive the origin. Names are copied. */
int origin_add_page(struct origin *o, const struct origin_page *page);
int origin_add_store(struct origin *o, const char *channel, const char *presentation,
                     struct store *store);

/* Counters since the start, for /metrics and the status line. */
struct origin_state {
    int64_t connections;           /* open now */
    int64_t live_responses;        /* segment responses under way */
    int64_t parked_requests;       /* requests that wait for something to exist */
    int64_t requests;              /* ever */
    int64_t responses_by_class[6]; /* [2]: 2xx, ... */
    int64_t bytes_sent;            /* bodies */
    int64_t cut[ORIGIN_CUT_REASONS];
    int64_t cut_readers;                    /* the first three of these */
    int64_t refused_connections;            /* as there were too many */
    int64_t refused_connections_of_address; /* as its address had too many */
    int64_t refused_requests;               /* as its address asked too fast */
    int64_t cpu_us;                         /* CPU of the origin's thread */
};
void origin_state(const struct origin *o, struct origin_state *state);

#endif
