#include "player-sim/transport/virtual/engine.h"

#include <assert.h>

void engine_finish(struct engine *e)
{
    timers_finish(&e->timers);
}

void engine_run(struct engine *e, int64_t until_us)
{
    assert(until_us >= e->now_us);
    int64_t next_us;
    while ((next_us = timers_next_us(&e->timers)) < until_us) {
        if (next_us > e->now_us)
            e->now_us = next_us;
        struct timer *t = timers_take(&e->timers, next_us);
        e->steps++;
        t->due(t->context);
    }
    e->now_us = until_us;
}
