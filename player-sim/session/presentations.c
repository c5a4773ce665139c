/* What a channel's manifest lists: one Presentation after another, and the rungs of each. */
#include "manifests/check.h"
#include "player-sim/session/channel.h"

#include <string.h>

__extension__ typedef __int128 wide;

static const int64_t us_most = (int64_t)1 << 60;

int64_t session_time_us(int64_t value, int64_t scale)
{
    wide a = (wide)value * 1000000, b = hesp_scale(scale);
    wide us = a / b - (a % b < 0);
    return (int64_t)(us > us_most ? us_most : us < -us_most ? -us_most : us);
}

const struct hesp_presentation *session_channel_presentation(const struct session_channel *c,
                                                             const char *id)
{
    const struct hesp_manifest *m = &c->manifest;
    for (size_t i = 0; i < m->presentation_count; i++)
        if (strcmp(m->presentations[i].id, id) == 0)
            return &m->presentations[i];
    return NULL;
}

int64_t session_presentation_start_us(const struct hesp_presentation *p)
{
    return session_time_us(p->bounds.start, p->bounds.scale);
}

int64_t session_presentation_end_us(const struct hesp_presentation *p)
{
    return p->bounds.has_end ? session_time_us(p->bounds.end, p->bounds.scale) : INT64_MAX;
}

struct session_channel *session_channel_view(struct session_channel *c,
                                             const struct hesp_presentation *p)
{
    struct session_channel *whole = c->whole ? c->whole : c;
    if (whole->presentation == p)
        return whole;
    for (size_t i = 0; i < whole->view_count; i++)
        if (whole->views[i].presentation == p)
            return &whole->views[i];
    return NULL;
}

static bool comes_after(const struct session_channel *c, const struct hesp_presentation *p)
{
    const struct hesp_bounds *next = &c->presentation->bounds, *old = &p->bounds;
    return c->presentation != p &&
           hesp_compare(next->start, next->scale, old->end, old->scale) >= 0;
}

struct session_channel *session_channel_after(struct session_channel *c,
                                              const struct hesp_presentation *p)
{
    struct session_channel *whole = c->whole ? c->whole : c;
    if (!p->bounds.has_end)
        return NULL;
    if (comes_after(whole, p))
        return whole;
    for (size_t i = 0; i < whole->view_count; i++)
        if (comes_after(&whole->views[i], p))
            return &whole->views[i];
    return NULL;
}

size_t session_channel_rung(const struct session_channel *c, int64_t bps)
{
    size_t rung = 0;
    for (size_t i = 1; i < c->rung_count; i++)
        if (c->rungs[i].bandwidth_bps <= bps)
            rung = i;
    return rung;
}
