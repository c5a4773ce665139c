#include "player-sim/transport/http/origin.h"
#include "manifests/uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const int64_t first_back_off_us = 1000000, last_back_off_us = 32000000;

static void free_origin(struct http_origin *o)
{
    free(o->name);
    free(o->url);
    free(o->time_url);
    free(o);
}

/* Whether url begins with an origin, and its name: scheme://authority. */
static bool name_of(const char *url, char name[HESP_URL_BYTES])
{
    struct hesp_uri uri;
    hesp_uri_split(url, &uri);
    if (!uri.scheme.text || !uri.authority.text || strlen(url) >= HESP_URL_BYTES)
        return false;
    snprintf(name, HESP_URL_BYTES, "%.*s://%.*s", (int)uri.scheme.size, uri.scheme.text,
             (int)uri.authority.size, uri.authority.text);
    return true;
}

static struct http_origin *find(struct http_origin *list, const char *name)
{
    while (list && strcasecmp(list->name, name) != 0)
        list = list->next;
    return list;
}

struct http_origin *http_origin_find(struct http_origin *list, const char *url)
{
    char name[HESP_URL_BYTES];
    return name_of(url, name) ? find(list, name) : NULL;
}

struct http_origin *http_origin_of(struct http_origin **list, const char *url)
{
    char name[HESP_URL_BYTES];
    if (!name_of(url, name))
        return NULL;
    struct http_origin *o = find(*list, name);
    if (o)
        return o;
    if (!(o = calloc(1, sizeof *o)) || !(o->name = strdup(name))) {
        free(o);
        return NULL;
    }
    o->next = *list;
    *list = o;
    return o;
}

void http_origins_trim(struct http_origin **list, int64_t before_us,
                       bool (*holds)(void *context, const struct http_origin *o), void *context)
{
    while (*list) {
        struct http_origin *o = *list;
        if (o->asking || o->used_us >= before_us || holds(context, o)) {
            list = &o->next;
            continue;
        }
        *list = o->next;
        free_origin(o);
    }
}

void http_origins_finish(struct http_origin **list)
{
    while (*list) {
        struct http_origin *o = *list;
        *list = o->next;
        free_origin(o);
    }
}

void http_origin_learn(struct http_origin *o, const char *url)
{
    if (!o->url)
        o->url = strdup(url);
}

void http_origin_learn_time(struct http_origin *o, const char *url)
{
    if (o->time_url && !strcmp(o->time_url, url))
        return;
    char *copy = strdup(url);
    if (!copy)
        return;
    free(o->time_url);
    o->time_url = copy;
}

void http_origin_back_off(struct http_origin *o, int64_t now_us)
{
    o->back_off_us = o->back_off_us ? 2 * o->back_off_us : first_back_off_us;
    if (o->back_off_us > last_back_off_us)
        o->back_off_us = last_back_off_us;
    o->retry_us = now_us + o->back_off_us;
}
