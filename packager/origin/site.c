#include "packager/origin/site.h"

#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>

struct origin_page_entry {
    struct origin_page page;
    bool removed; /* the site's lock */
    struct origin_page_entry *next;
};

struct origin_presentation {
    struct origin_site *site;
    char channel[ORIGIN_NAME_BYTES];
    char name[ORIGIN_NAME_BYTES];
    struct store *store;
    struct origin_track *tracks; /* the site's lock */
    bool removed;                /* likewise */
    bool let_go;                 /* its users have been told; the loop's */
    struct origin_presentation *next;
};

void origin_site_init(struct origin_site *site, struct origin_parking *parking)
{
    *site = (struct origin_site){.parking = parking};
    pthread_mutex_init(&site->lock, NULL);
}

static void presentation_free(struct origin_presentation *p)
{
    while (p->tracks != NULL) {
        struct origin_track *track = p->tracks;
        p->tracks = track->next;
        free(track);
    }
    free(p);
}

void origin_site_finish(struct origin_site *site)
{
    while (site->pages != NULL) {
        struct origin_page_entry *entry = site->pages;
        site->pages = entry->next;
        free(entry);
    }
    while (site->presentations != NULL) {
        struct origin_presentation *p = site->presentations;
        site->presentations = p->next;
        store_set_listener(p->store, NULL, NULL);
        presentation_free(p);
    }
    pthread_mutex_destroy(&site->lock);
}

static struct origin_page_entry *find_entry(const struct origin_site *site, const char *path)
{
    struct origin_page_entry *e = site->pages;

    while (e != NULL && strcmp(e->page.path, path) != 0)
        e = e->next;
    return e;
}

static const struct origin_page *find_page(const struct origin_site *site, const char *path)
{
    const struct origin_page_entry *e = find_entry(site, path);

    return e != NULL && !e->removed ? &e->page : NULL;
}

int origin_site_add_page(struct origin_site *site, const struct origin_page *page)
{
    struct origin_page_entry *entry = calloc(1, sizeof *entry);
    int status = ERR_OK;

    if (entry == NULL)
        return ERR_NOMEM;
    entry->page = *page;
    pthread_mutex_lock(&site->lock);
    if (find_entry(site, page->path) != NULL) {
        status = ERR_EXISTS;
    } else {
        entry->next = site->pages;
        site->pages = entry;
    }
    pthread_mutex_unlock(&site->lock);
    if (status != ERR_OK)
        free(entry);
    return status;
}

static struct origin_track *known_track(const struct origin_presentation *p,
                                        const struct store_track *track)
{
    struct origin_track *known = p->tracks;

    while (known != NULL && known->track != track)
        known = known->next;
    return known;
}

/* A track that nobody has asked for yet has nobody waiting for it either. Producers may pass each
 * other between the two looks here: whoever knows of the further reach says so. */
static void track_changed(void *context, struct store_track *track)
{
    struct origin_presentation *p = context;
    struct origin_track *known;
    struct store_track_state state;
    int64_t reach;
    bool grown;

    store_track_state(track, &state);
    reach = state.ended ? INT64_MAX : state.newest_sequence;
    pthread_mutex_lock(&p->site->lock);
    known = known_track(p, track);
    grown = known != NULL && reach > known->reach;
    if (grown)
        known->reach = reach;
    pthread_mutex_unlock(&p->site->lock);
    if (grown)
        origin_lot_changed(&known->segments);
    if (known != NULL)
        origin_lot_changed(&known->packets);
}

static struct origin_presentation *find_presentation(const struct origin_site *site,
                                                     const char *channel, const char *name)
{
    struct origin_presentation *p = site->presentations;

    while (p != NULL && (strcmp(p->channel, channel) != 0 || strcmp(p->name, name) != 0))
        p = p->next;
    return p;
}

int origin_site_add_store(struct origin_site *site, const char *channel, const char *presentation,
                          struct store *store)
{
    struct origin_presentation *p;
    int status = ERR_OK;

    if (!origin_route_name_is_valid(channel) || !origin_route_name_is_valid(presentation))
        return ERR_INVALID;
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return ERR_NOMEM;
    p->site = site;
    p->store = store;
    strcpy(p->channel, channel);
    strcpy(p->name, presentation);
    pthread_mutex_lock(&site->lock);
    if (find_presentation(site, channel, presentation) != NULL) {
        status = ERR_EXISTS;
    } else {
        p->next = site->presentations;
        site->presentations = p;
    }
    pthread_mutex_unlock(&site->lock);
    if (status == ERR_OK)
        store_set_listener(store, track_changed, p);
    else
        free(p);
    return status;
}

const struct origin_page *origin_site_find_page(struct origin_site *site, const char *path)
{
    const struct origin_page *page;

    pthread_mutex_lock(&site->lock);
    page = find_page(site, path);
    pthread_mutex_unlock(&site->lock);
    return page;
}

/* The lot is there before the request looks into the store: a change that finds no lot was made
 * before that look. */
static int find_or_add_track(struct origin_presentation *p, struct store_track *track,
                             struct origin_track **out)
{
    struct origin_track *known = known_track(p, track);

    if (known == NULL) {
        known = calloc(1, sizeof *known);
        if (known == NULL)
            return ERR_NOMEM;
        known->store = p->store;
        known->track = track;
        known->reach = -1;
        origin_lot_init(&known->segments, p->site->parking);
        origin_lot_init(&known->packets, p->site->parking);
        known->next = p->tracks;
        p->tracks = known;
    }
    *out = known;
    return ERR_OK;
}

int origin_site_find_track(struct origin_site *site, const struct origin_route *route,
                           struct origin_track **out, const char **missing)
{
    struct origin_presentation *p;
    struct store_track *track = NULL;
    int status = ERR_NOT_FOUND;

    pthread_mutex_lock(&site->lock);
    p = find_presentation(site, route->channel, route->presentation);
    if (p != NULL && p->removed)
        p = NULL;
    pthread_mutex_unlock(&site->lock);
    *missing = "no such channel or presentation\n";
    if (p == NULL)
        return ERR_NOT_FOUND;
    track = store_find_track(p->store, STORE_VIDEO, route->track);
    if (track == NULL)
        track = store_find_track(p->store, STORE_AUDIO, route->track);
    *missing = "no such track\n";
    if (track != NULL) {
        pthread_mutex_lock(&site->lock);
        status = find_or_add_track(p, track, out);
        pthread_mutex_unlock(&site->lock);
    }
    return status;
}

/* Something is to be swept where found is there and was not removed before. The lock is held. */
static int begin_removal(struct origin_site *site, bool found, bool *removed)
{
    if (!found)
        return ERR_OK;
    if (!*removed) {
        *removed = true;
        atomic_store(&site->removing, true);
        origin_parking_wake(site->parking);
    }
    return ERR_AGAIN;
}

int origin_site_remove_page(struct origin_site *site, const char *path)
{
    pthread_mutex_lock(&site->lock);
    struct origin_page_entry *entry = find_entry(site, path);
    int status = begin_removal(site, entry != NULL, entry != NULL ? &entry->removed : NULL);
    pthread_mutex_unlock(&site->lock);
    return status;
}

int origin_site_remove_store(struct origin_site *site, const char *channel,
                             const char *presentation)
{
    pthread_mutex_lock(&site->lock);
    struct origin_presentation *p = find_presentation(site, channel, presentation);
    int status = begin_removal(site, p != NULL, p != NULL ? &p->removed : NULL);
    pthread_mutex_unlock(&site->lock);
    return status;
}

static void sweep_pages(struct origin_site *site)
{
    pthread_mutex_lock(&site->lock);
    for (struct origin_page_entry **at = &site->pages; *at != NULL;) {
        struct origin_page_entry *entry = *at;
        if (!entry->removed) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        free(entry);
    }
    pthread_mutex_unlock(&site->lock);
}

/* The next one after p that is removed; NULL: none. Only the loop takes any out of the list. */
static struct origin_presentation *next_removed(struct origin_site *site,
                                                struct origin_presentation *p)
{
    pthread_mutex_lock(&site->lock);
    p = p != NULL ? p->next : site->presentations;
    while (p != NULL && !p->removed)
        p = p->next;
    pthread_mutex_unlock(&site->lock);
    return p;
}

/* Once the listener is off, nobody but the loop knows of the tracks. */
static void let_go(struct origin_presentation *p, struct origin_clients *clients)
{
    if (p->let_go)
        return;
    p->let_go = true;
    store_set_listener(p->store, NULL, NULL);
    for (struct origin_track *track = p->tracks; track != NULL; track = track->next) {
        track->removed = true;
        origin_lot_changed(&track->segments);
        origin_lot_changed(&track->packets);
        origin_clients_cut_track(clients, track);
    }
}

static bool is_free(const struct origin_presentation *p)
{
    for (const struct origin_track *track = p->tracks; track != NULL; track = track->next)
        if (track->users > 0 || track->segments.waiting != NULL || track->packets.waiting != NULL)
            return false;
    return true;
}

static void take_away(struct origin_site *site, struct origin_presentation *gone)
{
    struct origin_presentation **at = &site->presentations;

    for (struct origin_track *track = gone->tracks; track != NULL; track = track->next) {
        origin_lot_finish(&track->segments);
        origin_lot_finish(&track->packets);
    }
    pthread_mutex_lock(&site->lock);
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    pthread_mutex_unlock(&site->lock);
    presentation_free(gone);
}

void origin_site_sweep(struct origin_site *site, struct origin_clients *clients)
{
    struct origin_presentation *p;

    if (!atomic_exchange(&site->removing, false))
        return;
    sweep_pages(site);
    for (p = next_removed(site, NULL); p != NULL;) {
        struct origin_presentation *next = next_removed(site, p);
        let_go(p, clients);
        if (is_free(p))
            take_away(site, p);
        else
            atomic_store(&site->removing, true);
        p = next;
    }
}
