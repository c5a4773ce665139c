#include "player-sim/session/plan.h"

#include "media/core/random.h"
#include "media/core/values.h"

#include <assert.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

static const double seconds_max = 86400;
static const uint64_t golden = 0x9e3779b97f4a7c15; /* 2^64 divided by the golden ratio */

/* value * part / 2^64. */
static int64_t share(int64_t value, uint64_t part)
{
    return (int64_t)(((wide)(uint64_t)value * part) >> 64);
}

/* An exponentially distributed time, by John von Neumann's method of 1951: it needs comparisons
 * only, so that all machines and languages draw the same. */
static int64_t draw_interval(uint64_t *state, int64_t mean_us)
{
    for (int64_t whole_us = 0;; whole_us += mean_us) {
        uint64_t first = random_next(state), last = first, next;
        unsigned falls = 1;
        for (; (next = random_next(state)) < last; last = next)
            falls++;
        if (falls % 2)
            return whole_us + share(mean_us, first);
    }
}

bool plan_interval_read(const char *text, struct plan_interval *out)
{
    static const char prefix[] = "random:";
    double s;
    bool random = strncmp(text, prefix, sizeof prefix - 1) == 0;
    if (!value_decimal(text + (random ? sizeof prefix - 1 : 0), &s) || s > seconds_max)
        return false;
    int64_t mean_us = (int64_t)(s * 1e6 + 0.5);
    if (s > 0 && mean_us == 0)
        return false;
    *out = (struct plan_interval){.mean_us = mean_us, .random = random};
    return true;
}

/* Multiples of the golden ratio spread evenly however many viewers there are. phase keeps zaps and
 * switches of one interval apart. */
static int64_t first_us(struct plan_interval interval, uint64_t *state, size_t viewer,
                        uint64_t phase, int64_t start_us)
{
    if (!interval.mean_us)
        return INT64_MAX;
    if (interval.random)
        return start_us + draw_interval(state, interval.mean_us);
    return start_us + interval.mean_us - share(interval.mean_us, (uint64_t)viewer * golden + phase);
}

void plan_init(struct plan *p, struct plan_interval zap, struct plan_interval change, uint64_t seed,
               size_t viewer, int64_t start_us)
{
    uint64_t state = seed;
    state = random_next(&state) + (uint64_t)viewer;
    *p = (struct plan){.zap = zap, .change = change};
    p->zap_state = random_next(&state);
    p->switch_state = random_next(&state);
    p->next_zap_us = first_us(zap, &p->zap_state, viewer, 0, start_us);
    p->next_switch_us = first_us(change, &p->switch_state, viewer, (uint64_t)1 << 63, start_us);
}

static bool is_due(struct plan_interval interval, uint64_t *state, int64_t *next_us, int64_t now_us)
{
    if (now_us < *next_us)
        return false;
    int64_t late_us = now_us - *next_us;
    if (!interval.random)
        *next_us += (late_us / interval.mean_us + 1) * interval.mean_us;
    else
        *next_us = (late_us > interval.mean_us ? now_us : *next_us) +
                   draw_interval(state, interval.mean_us);
    return true;
}

bool plan_zap_due(struct plan *p, int64_t now_us)
{
    return is_due(p->zap, &p->zap_state, &p->next_zap_us, now_us);
}

bool plan_switch_due(struct plan *p, int64_t now_us)
{
    return is_due(p->change, &p->switch_state, &p->next_switch_us, now_us);
}

int64_t plan_next_us(const struct plan *p)
{
    return p->next_zap_us < p->next_switch_us ? p->next_zap_us : p->next_switch_us;
}

static size_t pick(uint64_t *state, size_t now, size_t count)
{
    assert(count > 0);
    if (count == 1)
        return 0;
    size_t others = now < count ? count - 1 : count;
    size_t picked = (size_t)(((wide)random_next(state) * others) >> 64);
    return picked < now ? picked : picked + 1;
}

size_t plan_pick_channel(struct plan *p, size_t now, size_t count)
{
    return pick(&p->zap_state, now, count);
}

size_t plan_pick_rung(struct plan *p, size_t now, size_t count)
{
    return pick(&p->switch_state, now, count);
}
