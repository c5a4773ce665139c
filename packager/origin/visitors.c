#include "packager/origin/visitors.h"

#include "media/core/err.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HOUSEHOLD_BYTES = 8, SECOND_US = 1000000, BURST_US = 2 * SECOND_US };

static const int64_t told_each_us = 60 * (int64_t)SECOND_US;

int origin_visitors_init(struct origin_visitors *v, const struct origin_visitors_config *config)
{
    size_t places = (size_t)config->connections + config->gone;
    size_t buckets = 1;

    assert(config->connections > 0 && config->requests_max <= SECOND_US);
    while (buckets < places)
        buckets *= 2;
    *v = (struct origin_visitors){.config = *config,
                                  .exempt = *config->exempt,
                                  .bucket_count = buckets,
                                  .told_at_us = INT64_MIN};
    v->places = calloc(places, sizeof *v->places);
    v->buckets = calloc(buckets, sizeof(struct origin_visitor *));
    if (v->places == NULL || v->buckets == NULL) {
        origin_visitors_finish(v);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < places; i++) {
        v->places[i].next = v->free;
        v->free = &v->places[i];
    }
    return ERR_OK;
}

void origin_visitors_finish(struct origin_visitors *v)
{
    free(v->places);
    free(v->buckets);
    *v = (struct origin_visitors){.places = NULL};
}

static void narrow_to_household(struct network_address *a)
{
    if (!network_address_is_v4(a))
        memset(a->bytes + HOUSEHOLD_BYTES, 0, sizeof a->bytes - HOUSEHOLD_BYTES);
}

static struct origin_visitor **bucket_of(struct origin_visitors *v, const struct network_address *a)
{
    uint64_t hash = v->config.seed;

    for (size_t i = 0; i < sizeof a->bytes; i++)
        hash = (hash ^ a->bytes[i]) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29;
    return &v->buckets[(hash ^ hash >> 32) & (v->bucket_count - 1)];
}

/* ---- those that have gone, the longest away first ---- */

static void add_gone(struct origin_visitors *v, struct origin_visitor *visitor)
{
    visitor->older = v->newest;
    visitor->newer = NULL;
    if (v->newest != NULL)
        v->newest->newer = visitor;
    else
        v->oldest = visitor;
    v->newest = visitor;
}

static void remove_gone(struct origin_visitors *v, struct origin_visitor *visitor)
{
    if (visitor->older != NULL)
        visitor->older->newer = visitor->newer;
    else
        v->oldest = visitor->newer;
    if (visitor->newer != NULL)
        visitor->newer->older = visitor->older;
    else
        v->newest = visitor->older;
}

static void forget_oldest(struct origin_visitors *v)
{
    struct origin_visitor *visitor = v->oldest;
    struct origin_visitor **at = bucket_of(v, &visitor->address);

    remove_gone(v, visitor);
    while (*at != visitor)
        at = &(*at)->next;
    *at = visitor->next;
    visitor->next = v->free;
    v->free = visitor;
}

/* ---- coming and going ---- */

/* A place for somebody who isn't known; NULL where all are taken. */
static struct origin_visitor *add(struct origin_visitors *v, struct origin_visitor **bucket,
                                  const struct network_address *address, bool exempt)
{
    struct origin_visitor *visitor;

    if (v->free == NULL && v->oldest != NULL)
        forget_oldest(v);
    visitor = v->free;
    if (visitor == NULL)
        return NULL;
    v->free = visitor->next;
    *visitor = (struct origin_visitor){.address = *address,
                                       .exempt = exempt,
                                       .free_at_us = INT64_MIN,
                                       .told_at_us = INT64_MIN,
                                       .next = *bucket};
    *bucket = visitor;
    return visitor;
}

static bool is_same(const struct origin_visitor *visitor, const struct network_address *address,
                    bool exempt)
{
    return visitor->exempt == exempt && memcmp(&visitor->address, address, sizeof *address) == 0;
}

struct origin_visitor *origin_visitors_enter(struct origin_visitors *v,
                                             const struct network_address *from)
{
    struct network_address address = *from;
    bool exempt = networks_contain(&v->exempt, from);
    struct origin_visitor **bucket;
    struct origin_visitor *visitor;

    if (!exempt)
        narrow_to_household(&address);
    bucket = bucket_of(v, &address);
    visitor = *bucket;
    while (visitor != NULL && !is_same(visitor, &address, exempt))
        visitor = visitor->next;
    if (visitor == NULL)
        visitor = add(v, bucket, &address, exempt);
    else if (visitor->connections == 0)
        remove_gone(v, visitor);
    if (visitor != NULL)
        visitor->connections++;
    return visitor;
}

void origin_visitors_leave(struct origin_visitors *v, struct origin_visitor *visitor)
{
    assert(visitor->connections > 0);
    if (--visitor->connections == 0)
        add_gone(v, visitor);
}

/* ---- limits ---- */

bool origin_visitors_crowd(const struct origin_visitors *v, const struct origin_visitor *visitor)
{
    unsigned most = v->config.connections_max;

    return most > 0 && !visitor->exempt && visitor->connections > most;
}

bool origin_visitors_ask(struct origin_visitors *v, struct origin_visitor *visitor, int64_t now_us)
{
    int64_t cost_us;

    if (v->config.requests_max == 0 || visitor->exempt)
        return true;
    cost_us = SECOND_US / v->config.requests_max;
    if (visitor->free_at_us < now_us)
        visitor->free_at_us = now_us;
    if (visitor->free_at_us + cost_us > now_us + BURST_US)
        return false;
    visitor->free_at_us += cost_us;
    return true;
}

bool origin_visitors_tell(struct origin_visitors *v, struct origin_visitor *visitor, int64_t now_us)
{
    if (visitor->told_at_us != INT64_MIN && now_us - visitor->told_at_us < told_each_us)
        return false;
    if (v->told_at_us != INT64_MIN && now_us - v->told_at_us < SECOND_US)
        return false;
    visitor->told_at_us = v->told_at_us = now_us;
    return true;
}

void origin_visitor_text(const struct origin_visitor *visitor, char out[NETWORK_TEXT_BYTES])
{
    unsigned household = network_address_is_v4(&visitor->address) ? 128 : 8 * HOUSEHOLD_BYTES;

    network_text(&visitor->address, household, out);
}
