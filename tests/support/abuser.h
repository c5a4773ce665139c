/* Viewers who mean no good, many at once in a thread of their own: each connection does its kind of
 * abuse over and over, and connects anew when it is cut. The same for a seed, but for time.
 * Thread-safety: start and stop from one thread. */
#ifndef TESTS_SUPPORT_ABUSER_H
#define TESTS_SUPPORT_ABUSER_H

#include "support/abuse_request.h"

struct abuser;

struct abuser_config {
    struct abuse_target target;
    uint64_t seed;
    unsigned connections[ABUSE_KINDS]; /* of each kind, at once */
    const char *from[ABUSE_KINDS];     /* their address on this machine; NULL: 127.0.0.1 */
    int64_t pause_us;                  /* between two requests of a connection; 0: 5 ms */
    int64_t leave_us;                  /* leavers leave that often; 0: 3 s */
};

enum { ABUSE_STATUSES = 600 };

struct abuser_tally {
    unsigned long opened, ended; /* connections; of these, by the peer */
    unsigned long requests;      /* begun */
    unsigned long statuses[ABUSE_STATUSES];
    unsigned long strange; /* answers that nobody should give */
    int strange_status;    /* the last of them */
};

/* Asserts that memory suffices; copies config, borrows its texts. */
struct abuser *abuser_start(const struct abuser_config *config);
/* Everybody leaves at once. tallies: one for each kind, or NULL. */
void abuser_stop(struct abuser *a, struct abuser_tally tallies[ABUSE_KINDS]);

/* One line for each kind that did something: "scan: 12 connections, ...", to standard output. */
void abuser_print(const struct abuser_tally tallies[ABUSE_KINDS]);

#endif
