/* TLS handshakes under way. 0.9.75 of libmicrohttpd asks to be run again at once, and so on, as
 * long as a client who has begun his handshake does not go on with it: a core for whoever stops
 * half-way. So such a connection is suspended and watched here, and resumed when its socket has
 * something. Each has a deadline of its own.
 *
 * Thread-safety: from the origin's loop only. */
#ifndef PACKAGER_ORIGIN_HANDSHAKES_H
#define PACKAGER_ORIGIN_HANDSHAKES_H

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/* One; embedded in its client. All 0: it is none, or over. */
struct origin_handshake {
    struct MHD_Connection *connection; /* borrowed */
    gnutls_session_t session;          /* borrowed */
    int fd;                            /* borrowed */
    int64_t cut_at_us;
    bool parked;
    bool watched; /* its fd is in the epoll set */
    struct origin_handshake *previous, *next;
};

struct origin_handshakes {
    int epoll_fd; /* readable once a parked one can go on */
    struct origin_handshake *running;
    struct origin_handshake *parked;
};

/* ERR_IO. */
int origin_handshakes_init(struct origin_handshakes *h);
void origin_handshakes_finish(struct origin_handshakes *h);

/* A connection has been accepted. */
void origin_handshakes_begin(struct origin_handshakes *h, struct origin_handshake *hs,
                             struct MHD_Connection *connection, gnutls_session_t session, int fd,
                             int64_t cut_at_us);
/* The connection is being closed; the session may be gone already. */
void origin_handshakes_end(struct origin_handshakes *h, struct origin_handshake *hs);

/* To be called after each run of libmicrohttpd: parks those that wait for their clients, and
 * forgets those that are through. */
void origin_handshakes_park(struct origin_handshakes *h);
/* Before each run: resumes those that can go on. */
void origin_handshakes_resume(struct origin_handshakes *h);
/* Cuts whoever is overdue; gives how many. */
int origin_handshakes_cut_overdue(struct origin_handshakes *h, int64_t now_us);
/* Resumes all: libmicrohttpd must not be stopped while a connection is suspended. */
void origin_handshakes_resume_all(struct origin_handshakes *h);

#endif
