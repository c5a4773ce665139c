#include "packager/pipeline/overload.h"

#include <assert.h>

void overload_init(struct overload *o, size_t rungs, struct rational rate)
{
    assert(rungs > 0 && rate.num > 0 && rate.den > 0);
    *o = (struct overload){.rungs = rungs,
                           .rate = rate,
                           .most = (int)(rungs - 1) * OVERLOAD_STEPS + 1,
                           .calm_s = OVERLOAD_CALM_S};
}

/* The rung that one level more would relieve. */
static size_t next_rung(const struct overload *o)
{
    return (size_t)(o->level / OVERLOAD_STEPS);
}

static bool rise(struct overload *o)
{
    o->pressed = 0;
    if (o->level == o->most)
        return false;
    if (o->fell && o->calm_s < OVERLOAD_CALM_MAX_S)
        o->calm_s *= 2;
    o->fell = false;
    o->level++;
    return true;
}

static bool fall(struct overload *o)
{
    o->calm = 0;
    if (o->level == 0) {
        o->calm_s = OVERLOAD_CALM_S;
        return false;
    }
    o->fell = true;
    o->level--;
    return true;
}

bool overload_step(struct overload *o, const int64_t waiting[])
{
    bool any = false, presses = false;
    for (size_t i = 0; i < o->rungs; i++) {
        bool late = waiting[i] >= OVERLOAD_LATE_FRAMES;
        any |= late;
        presses |= late && i >= next_rung(o);
    }
    o->calm = any ? 0 : o->calm + 1;
    o->pressed = presses ? o->pressed + 1 : 0;
    if (o->pressed * 4 * o->rate.den >= o->rate.num)
        return rise(o);
    if (o->calm * o->rate.den >= o->calm_s * o->rate.num)
        return fall(o);
    return false;
}

bool overload_gives(const struct overload *o, size_t rung, int64_t frame)
{
    assert(rung < o->rungs);
    int steps = o->level - (int)rung * OVERLOAD_STEPS;
    if (rung + 1 == o->rungs || steps <= 0)
        return true;
    return frame % (steps == 1 ? 2 : 4) == 0;
}
