/* What an origin serves: pages by path, tracks by the names in their URLs.
 * Thread-safety: every function but init and finish, any thread. Nothing is taken away before
 * finish, so that what a look-up gives stays. */
#ifndef PACKAGER_ORIGIN_SITE_H
#define PACKAGER_ORIGIN_SITE_H

#include "packager/origin/origin.h"
#include "packager/origin/parking.h"
#include "packager/origin/route.h"
#include "packager/store/store.h"

#include <pthread.h>
#include <stdint.h>

/* A track that somebody has asked for, and the lots for those who wait for it: viewers are not let
 * go for each packet. */
struct origin_track {
    struct store *store;        /* borrowed */
    struct store_track *track;  /* borrowed */
    struct origin_lot segments; /* changes as the track grows, and at its end */
    struct origin_lot packets;  /* changes with everything */
    int64_t reach;              /* newest sequence number, INT64_MAX: ended; the site's lock */
    struct origin_track *next;
};

struct origin_page_entry;
struct origin_presentation;

struct origin_site {
    pthread_mutex_t lock; /* guards the lists, these and the presentations' */
    struct origin_page_entry *pages;
    struct origin_presentation *presentations;
    struct origin_parking *parking; /* borrowed */
};

void origin_site_init(struct origin_site *site, struct origin_parking *parking);
/* Takes the listeners off the stores and frees. No store may call its listener meanwhile. */
void origin_site_finish(struct origin_site *site);

/* ERR_NOMEM, or ERR_EXISTS where the path or the names are taken; ERR_INVALID for names that no
 * URL can have. */
int origin_site_add_page(struct origin_site *site, const struct origin_page *page);
int origin_site_add_store(struct origin_site *site, const char *channel, const char *presentation,
                          struct store *store);

/* NULL where there is none. */
const struct origin_page *origin_site_find_page(struct origin_site *site, const char *path);
/* ERR_OK and *out; ERR_NOT_FOUND, and *missing says in a line what there isn't; ERR_NOMEM. */
int origin_site_find_track(struct origin_site *site, const struct origin_route *route,
                           struct origin_track **out, const char **missing);

#endif
