/* The open connections, each with the moment at which it is cut off unless something happens
 * before. That is how a reader who has stopped reading, or a request that never gets whole, comes
 * to an end: libmicrohttpd's own time-out starts anew with every byte.
 *
 * Beyond what there may be, in all or of one address, some more are let in to be told so, and to
 * ask for what always answers. They have little time, and of these the oldest gives way to the
 * newest, so that whoever comes is heard, however many come.
 *
 * Thread-safety: from the origin's loop only. */
#ifndef PACKAGER_ORIGIN_CLIENTS_H
#define PACKAGER_ORIGIN_CLIENTS_H

#include "packager/origin/certificate.h"
#include "packager/origin/counters.h"
#include "packager/origin/handshakes.h"
#include "packager/origin/visitors.h"

#include <stdbool.h>
#include <stdint.h>

struct origin_track;
enum origin_standing {
    ORIGIN_WELCOME,
    ORIGIN_TOO_MANY,            /* there are as many as may be */
    ORIGIN_TOO_MANY_OF_ADDRESS, /* there are as many as its address may have */
};

struct origin_client {
    int fd;                         /* borrowed; open as long as the client is listed */
    struct origin_visitor *visitor; /* its address */
    enum origin_standing standing;
    int64_t cut_at_us;
    enum origin_cut cut_for; /* what it has not done until then */
    bool uploads;            /* the head of a request is there, its body may not be whole */
    struct origin_handshake handshake;      /* with TLS, until it is through */
    struct origin_certificate *certificate; /* with TLS: what it was shown; borrowed */
    const struct origin_track *track;       /* whose segment it is sent; NULL: none */
    struct origin_client_list *list;
    struct origin_client *previous, *next;
};

struct origin_client_list {
    struct origin_client *first, *last; /* in the order of their coming */
    unsigned count;
};

struct origin_clients_config {
    unsigned welcome_max, spare_max; /* > 0 */
    int64_t request_us;              /* to bring the first request; see struct origin_limits */
    int64_t spare_request_us;
};

struct origin_clients {
    struct origin_clients_config config;
    struct origin_client_list welcome, spare, cut;
    struct origin_visitors *visitors; /* borrowed */
    struct origin_counters *counters; /* borrowed */
    int64_t told_at_us;               /* of too many, in the log */
};

/* visitors and counters are borrowed. */
void origin_clients_init(struct origin_clients *c, const struct origin_clients_config *config,
                         struct origin_visitors *visitors, struct origin_counters *counters);

/* Sets fd up for live delivery and lists it. NULL where memory is short. */
struct origin_client *origin_clients_open(struct origin_clients *c, int fd,
                                          const struct sockaddr *from, int64_t now_us);
/* Before fd is closed. NULL is fine. */
void origin_clients_close(struct origin_clients *c, struct origin_client *client);
/* Cuts whoever is overdue. */
void origin_clients_cut_overdue(struct origin_clients *c, int64_t now_us);
/* Cuts whoever is sent a segment of that track, which goes away: that counts as no cut reader. */
void origin_clients_cut_track(struct origin_clients *c, const struct origin_track *track);
/* Cuts whoever is in the middle of a request's body. */
void origin_clients_cut_uploads(struct origin_clients *c);

/* Who asks, for those who share something out: an address, or, where it is exempt from the limits
 * of one, a connection. Never 0; others may have the same later. */
uint64_t origin_client_number(const struct origin_client *client);

/* The client makes a request. false: its address has made too many of late. */
bool origin_client_may_ask(struct origin_clients *c, struct origin_client *client, int64_t now_us);

/* The client owes us a request until then. */
void origin_client_asks(struct origin_client *client, int64_t until_us);
/* The request's head is there, the rest of it may not be. */
void origin_client_uploads(struct origin_client *client);
/* It has bytes to take until then: some (ORIGIN_CUT_STALLED) or all (ORIGIN_CUT_SLOW). */
void origin_client_reads(struct origin_client *client, int64_t until_us, enum origin_cut what);
/* It is we who owe something. */
void origin_client_waits(struct origin_client *client);
/* Cuts a client: what the kernel still holds for it is dropped. Counts it once. */
void origin_client_cut(struct origin_clients *c, struct origin_client *client,
                       enum origin_cut reason);

#endif
