#include "player-sim/simulate/sampler.h"

static const int64_t every_us = 500000;

static void sample(void *context)
{
    struct sampler *s = context;
    int64_t now_us = s->engine->now_us, bps = link_rate_bps(s->link, now_us);
    timers_set(&s->engine->timers, &s->timer, now_us + every_us);
    if (bps == s->told_bps || bps >= LINK_RATE_MAX_BPS) /* without a limit there is no line */
        return;
    s->told_bps = bps;
    int status = report_timeline_point(s->report, s->session, REPORT_BANDWIDTH_BPS,
                                       now_us - s->run_start_us, bps);
    if (status && !s->status)
        s->status = status;
}

int sampler_start(struct sampler *s)
{
    s->timer = (struct timer){.due = sample, .context = s};
    s->told_bps = -1;
    int status = timers_add(&s->engine->timers, &s->timer);
    if (!status)
        timers_set(&s->engine->timers, &s->timer, s->engine->now_us);
    return status;
}

void sampler_finish(struct sampler *s)
{
    if (s->engine)
        timers_remove(&s->engine->timers, &s->timer);
}
