/* The open connections, each with the moment at which it is cut off unless something happens
 * before. That is how a reader who has stopped reading, or a request that never gets whole, comes
 * to an end: libmicrohttpd's own time-out starts anew with every byte.
 *
 * Thread-safety: from the origin's loop only. */
#ifndef PACKAGER_ORIGIN_CLIENTS_H
#define PACKAGER_ORIGIN_CLIENTS_H

#include "packager/origin/counters.h"

#include <stdbool.h>
#include <stdint.h>

struct origin_track;

struct origin_client {
    int fd; /* borrowed; open as long as the client is listed */
    int64_t cut_at_us;
    bool uploads; /* the head of a request is there, its body may not be whole */
    bool reads;   /* a response is under way: being cut counts as a cut reader */
    const struct origin_track *track; /* whose segment it is sent; NULL: none */
    struct origin_client *previous, *next;
};

/* Empty with first NULL. */
struct origin_clients {
    struct origin_client *first;
    struct origin_counters *counters; /* borrowed */
};

/* Sets fd up for live delivery and lists it. NULL where memory is short. */
struct origin_client *origin_clients_open(struct origin_clients *c, int fd, int64_t cut_at_us);
/* Before fd is closed. NULL is fine. */
void origin_clients_close(struct origin_clients *c, struct origin_client *client);
/* Cuts whoever is overdue. */
void origin_clients_cut_overdue(struct origin_clients *c, int64_t now_us);
/* Cuts whoever is sent a segment of that track, which goes away: that counts as no cut reader. */
void origin_clients_cut_track(struct origin_clients *c, const struct origin_track *track);
/* Cuts whoever is in the middle of a request's body. */
void origin_clients_cut_uploads(struct origin_clients *c);

/* The client owes us a request until then. */
void origin_client_asks(struct origin_client *client, int64_t until_us);
/* The request's head is there, the rest of it may not be. */
void origin_client_uploads(struct origin_client *client);
/* It has bytes to take until then. */
void origin_client_reads(struct origin_client *client, int64_t until_us);
/* It is we who owe something. */
void origin_client_waits(struct origin_client *client);
/* Cuts a client that reads: what the kernel still holds for it is dropped. Counts it once. */
void origin_client_cut(struct origin_clients *c, struct origin_client *client);

#endif
