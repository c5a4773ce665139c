#include "player-sim/transport/http/events.h"

#include <stdlib.h>

struct http_event *http_event_create(uint32_t request)
{
    struct http_event *e = calloc(1, sizeof *e);
    if (e)
        e->event.request = request;
    return e;
}

void http_event_free(struct http_event *e)
{
    if (!e)
        return;
    session_channel_unref(e->event.channel);
    blob_unref(e->event.sample.payload);
    free(e->text);
    free(e->manifest_url);
    free(e);
}

void http_events_put(struct http_events *q, struct http_event *e)
{
    e->next = NULL;
    e->number = q->count++;
    if (q->last)
        q->last->next = e;
    else
        q->first = e;
    q->last = e;
}

struct http_event *http_events_take(struct http_events *q, uint64_t before)
{
    struct http_event *e = q->first;
    if (!e || e->number >= before)
        return NULL;
    q->first = e->next;
    if (!q->first)
        q->last = NULL;
    return e;
}

void http_events_drop(struct http_events *q, uint32_t request)
{
    struct http_event **at = &q->first;
    q->last = NULL;
    while (*at) {
        struct http_event *e = *at;
        if (e->event.request == request) {
            *at = e->next;
            http_event_free(e);
        } else {
            q->last = e;
            at = &e->next;
        }
    }
}

void http_events_finish(struct http_events *q)
{
    struct http_event *e;
    while ((e = http_events_take(q, UINT64_MAX)))
        http_event_free(e);
}
