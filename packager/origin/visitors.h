/* Who is connected, by address: how many connections each address has, and how fast it asks. An
 * address of IPv6 counts by its first 64 bits, as that is what one household has.
 *
 * Bounded: there is a place for every connection and some for addresses that have gone, so that
 * going and coming back does not begin anew; of these the one that has been away longest gives way.
 *
 * Invariant: a visitor with connections keeps its place; the sum of all connections is what entered
 * and has not left.
 * Thread-safety: pure; an object belongs to one thread at a time. */
#ifndef PACKAGER_ORIGIN_VISITORS_H
#define PACKAGER_ORIGIN_VISITORS_H

#include "media/core/networks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct origin_visitors_config {
    unsigned connections;     /* > 0; that many at a time in all */
    unsigned gone;            /* addresses without any that are remembered */
    unsigned connections_max; /* of one address; 0: as many as it likes */
    unsigned requests_max;    /* of one address in a second, 1..1000000; 0: as many as it likes.
                                 After a pause it may ask for two seconds' worth at once. */
    const struct networks *exempt; /* have no such limits; copied */
    uint64_t seed;                 /* so that nobody can choose addresses that meet in the table */
};

struct origin_visitor {
    struct network_address address;
    unsigned connections;
    bool exempt;
    int64_t free_at_us; /* when all that it has asked for is paid, at the rate it may have */
    int64_t told_at_us; /* INT64_MIN: never */
    struct origin_visitor *next;          /* in its bucket, or free */
    struct origin_visitor *older, *newer; /* among those that have gone */
};

struct origin_visitors {
    struct origin_visitors_config config;
    struct networks exempt;
    struct origin_visitor *places, *free;
    struct origin_visitor **buckets;
    size_t bucket_count;                    /* a power of two */
    struct origin_visitor *oldest, *newest; /* that have gone */
    int64_t told_at_us;
};

/* ERR_NOMEM. */
int origin_visitors_init(struct origin_visitors *v, const struct origin_visitors_config *config);
void origin_visitors_finish(struct origin_visitors *v);

/* A connection from there begins; NULL where there are as many as the table is for. */
struct origin_visitor *origin_visitors_enter(struct origin_visitors *v,
                                             const struct network_address *from);
/* It ends. */
void origin_visitors_leave(struct origin_visitors *v, struct origin_visitor *visitor);

/* Whether it has more connections than it may. */
bool origin_visitors_crowd(const struct origin_visitors *v, const struct origin_visitor *visitor);

/* It makes a request. false: too many of late; that one is not counted. */
bool origin_visitors_ask(struct origin_visitors *v, struct origin_visitor *visitor, int64_t now_us);

/* Whether it is time for a line in the log about it: once a minute for each, once a second in all.
 */
bool origin_visitors_tell(struct origin_visitors *v, struct origin_visitor *visitor,
                          int64_t now_us);

/* The address, or the network that counts as one. */
void origin_visitor_text(const struct origin_visitor *visitor, char out[NETWORK_TEXT_BYTES]);

#endif
