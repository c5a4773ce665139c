/* Estimator "sliding": the plain mean of the last three downloads' throughputs and round trips.
 * Reference: Sabre, class SlidingWindow. */
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

enum { WINDOW = 3 }; /* Sabre: --window-size */

struct window {
    double values[WINDOW]; /* the oldest first */
    int count;
};

struct sliding {
    struct window throughput_bps, rtt_us;
};

static void init(void *state, const struct abr_setup *setup)
{
    (void)setup;
    *(struct sliding *)state = (struct sliding){0};
}

static void push(struct window *w, double value)
{
    if (w->count == WINDOW)
        for (int i = 1; i < WINDOW; i++)
            w->values[i - 1] = w->values[i];
    else
        w->count++;
    w->values[w->count - 1] = value;
}

static double mean(const struct window *w)
{
    double sum = 0;
    for (int i = 0; i < w->count; i++)
        sum += w->values[i];
    return w->count ? sum / w->count : 0;
}

static void add(void *state, const struct abr_download *d)
{
    struct sliding *s = state;
    if (!d->held)
        push(&s->rtt_us, (double)(d->first_byte_us - d->request_us));
    if (abr_sample_counts(d, mean(&s->throughput_bps)))
        push(&s->throughput_bps, abr_sample_bps(d));
}

static struct abr_estimate tell(const void *state)
{
    const struct sliding *s = state;
    return (struct abr_estimate){.throughput_bps = mean(&s->throughput_bps),
                                 .rtt_us = mean(&s->rtt_us)};
}

const struct abr_estimator abr_estimator_sliding = {
    .name = "sliding",
    .summary = "the mean of the last three downloads",
    .state_bytes = sizeof(struct sliding),
    .init = init,
    .add = add,
    .tell = tell,
};
