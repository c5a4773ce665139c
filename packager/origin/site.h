/* What an origin serves: pages by path, tracks by the names in their URLs.
 *
 * What is removed is not found any more, but goes only once nobody holds on to it: the origin's
 * loop, which alone answers requests, sees to that between two of them (origin_site_sweep). So what
 * a look-up gives stays for the rest of the callback, and longer for who counts as a user.
 *
 * Thread-safety: adding and removing, any thread; look-ups and sweep, the origin's loop; init and
 * finish, neither meanwhile. */
#ifndef PACKAGER_ORIGIN_SITE_H
#define PACKAGER_ORIGIN_SITE_H

#include "packager/origin/clients.h"
#include "packager/origin/origin.h"
#include "packager/origin/parking.h"
#include "packager/origin/route.h"
#include "packager/store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A track that somebody has asked for, and the lots for those who wait for it: viewers are not let
 * go for each packet. */
struct origin_track {
    struct store *store;        /* borrowed */
    struct store_track *track;  /* borrowed */
    struct origin_lot segments; /* changes as the track grows, and at its end */
    struct origin_lot packets;  /* changes with everything */
    int64_t reach;              /* newest sequence number, INT64_MAX: ended; the site's lock */
    int users;                  /* responses and requests that hold on to it; the loop's */
    bool removed;               /* they are to end; the loop's */
    struct origin_track *next;
};

struct origin_page_entry;
struct origin_presentation;

struct origin_site {
    pthread_mutex_t lock; /* guards the lists, these and the presentations' */
    struct origin_page_entry *pages;
    struct origin_presentation *presentations;
    struct origin_parking *parking; /* borrowed */
    atomic_bool removing;           /* something may be left to sweep */
};

void origin_site_init(struct origin_site *site, struct origin_parking *parking);
/* Takes the listeners off the stores and frees. No store may call its listener meanwhile. */
void origin_site_finish(struct origin_site *site);

/* ERR_NOMEM, or ERR_EXISTS where the path or the names are taken; ERR_INVALID for names that no
 * URL can have. */
int origin_site_add_page(struct origin_site *site, const struct origin_page *page);
int origin_site_add_store(struct origin_site *site, const char *channel, const char *presentation,
                          struct store *store);

/* 0 once it is gone, and what it borrowed is free; ERR_AGAIN: it is not found any more, but not yet
 * gone; call again. */
int origin_site_remove_page(struct origin_site *site, const char *path);
int origin_site_remove_store(struct origin_site *site, const char *channel,
                             const char *presentation);

/* Lets go of those who wait for what is removed, cuts those who are sent it, and takes away what
 * nobody holds on to any more. */
void origin_site_sweep(struct origin_site *site, struct origin_clients *clients);

/* NULL where there is none. */
const struct origin_page *origin_site_find_page(struct origin_site *site, const char *path);
/* ERR_OK and *out; ERR_NOT_FOUND, and *missing says in a line what there isn't; ERR_NOMEM. */
int origin_site_find_track(struct origin_site *site, const struct origin_route *route,
                           struct origin_track **out, const char **missing);

#endif
