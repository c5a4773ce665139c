/* The origin: serves stores and a few pages over HTTP/1.1 (libmicrohttpd, behind this header only).
 *
 *   /CHANNEL/manifest.json                                      the manifest page of a channel
 *   /CHANNEL/PRESENTATION/TRACK/init-{initId}.mp4               Initialization Packets (HESP 4.3)
 *   /CHANNEL/PRESENTATION/TRACK/content-{segmentId}.mp4         Continuation Segments (HESP 5.3)
 *   any path of a page                                          that page
 *   any path of a file                                          that file
 *   /~EXPIRES-SIGNATURE before any of these                     the same, signed
 * (access/signature.h)
 *
 * Thread-safety: origin_create and origin_destroy from one thread; the rest from any. */
#ifndef PACKAGER_ORIGIN_ORIGIN_H
#define PACKAGER_ORIGIN_ORIGIN_H

#include "media/core/bytes.h"
#include "media/core/networks.h"
#include "packager/access/signature.h"
#include "packager/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct origin;

/* A file that is part of the program: the same as long as it runs, for everybody. Borrowed, for the
 * origin's life; its bytes go out as they are. */
struct origin_file {
    const char *path; /* "/web/page/page.css" */
    const char *content_type;
    const char *etag;   /* with its quotes (RFC 9110 8.8.3) */
    const char *policy; /* Content-Security-Policy; NULL: none */
    const uint8_t *bytes;
    size_t size;
};

struct origin_config {
    char address[64]; /* numeric IPv4 or IPv6 */
    uint16_t port;    /* 0: the system picks one */
    /* More connections are answered with 503, far more are cut before they have asked. */
    unsigned max_connections;             /* 0: 4096 */
    unsigned max_connections_per_address; /* 0: as many as there may be in all */
    unsigned max_request_rate;            /* of one address, a second, up to 1000000; more are
                                             answered with 429; 0: as many as it likes */
    struct networks exempt;               /* has no limits of the address */
    /* PEM files, borrowed until origin_create returns: the certificate with its chain, and its key.
     * Both NULL: plain HTTP. */
    const char *certificate_path, *key_path;
    const struct origin_file *files; /* by path, in the order of strcmp */
    size_t file_count;
};

/* Who may ask for something. Stores are always ORIGIN_SIGNED. */
enum origin_rule {
    ORIGIN_SIGNED,     /* where there are keys: who has a signed URL */
    ORIGIN_OPEN,       /* everybody */
    ORIGIN_WITH_TOKEN, /* where there are tokens: who brings one */
};

/* A page whose text is made when it is asked for. */
struct origin_page {
    const char *path;         /* borrowed, until the page is removed, or for the origin's life */
    const char *content_type; /* likewise */
    void *context;
    /* Appends the body; returns the status (200, 404, 503). Any thread, several at once. */
    int (*render)(void *context, struct bytes_writer *body);
    enum origin_rule rule;
    bool always; /* answers also those who are refused everything else */
};

/* What opens the doors; none at first, and then all are open. */
struct origin_access {
    struct access_secrets keys;   /* of signed URLs */
    struct access_secrets tokens; /* of pages ORIGIN_WITH_TOKEN */
};

/* Why a connection was cut. */
enum origin_cut {
    ORIGIN_CUT_STALLED,  /* a reader who took no byte of what was there for it */
    ORIGIN_CUT_OUTDATED, /* one who went on in a segment that has left the window */
    ORIGIN_CUT_SLOW,     /* one who did not take a packet or page in time */
    ORIGIN_CUT_REQUEST,  /* a request did not get whole in time */
    ORIGIN_CUT_REFUSED,  /* it was one too many, and did not ask at once */
    ORIGIN_CUT_REMOVED,  /* what it was sent is not served any more */
    ORIGIN_CUT_REASONS
};

/* Listens and serves. ERR_IO where the address can't be had; the reason is in the log. */
int origin_create(const struct origin_config *config, struct origin **out);
/* Stops: waits for nobody, cuts every response, frees. Its stores may be appended to meanwhile.
 * NULL is fine. */
void origin_destroy(struct origin *o);
uint16_t origin_port(const struct origin *o);

/* Reads the two files of a certificate, for connections from now on; those that are open keep what
 * they have. Where the pair can't be used, ERR_IO or ERR_INVALID: the current one stays, and the
 * reason is in the log. ERR_STATE where the origin was not created with TLS. */
int origin_set_certificate(struct origin *o, const char *certificate_path, const char *key_path);

/* Replaces the keys and tokens, for requests from now on. Copied. */
void origin_set_access(struct origin *o, const struct origin_access *access);

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
    int64_t cut[ORIGIN_CUT_REASONS];
    int64_t cut_readers;                    /* the first three of these */
    int64_t refused_connections;            /* as there were too many */
    int64_t refused_connections_of_address; /* as its address had too many */
    int64_t refused_requests;               /* as its address asked too fast */
    int64_t cpu_us;                         /* CPU of the origin's thread */
};
void origin_state(const struct origin *o, struct origin_state *state);

#endif
