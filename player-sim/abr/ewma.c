/* Estimator "ewma": two exponentially weighted averages, one that forgets quickly and one that does
 * slowly; the smaller throughput and the longer round trip are believed. A throughput weighs as
 * much as it took time, a round trip as much as one unit. Averages begin at 0, which is taken out
 * again. Reference: Sabre, class Ewma, which follows hls.js. */
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#include <math.h>

enum { SPEEDS = 2 };

static const double half_life_us[SPEEDS] = {3e6, 8e6}; /* Sabre: --half-life */

/* Less than this of the beginning counts as none, before numbers get so small that they are slow.
 */
#define NEGLIGIBLE 1e-30

struct average {
    double value;
    double beginning; /* what part of value is still the 0 that it began with */
};

struct ewma {
    double rtt_kept[SPEEDS]; /* what part of an average one further round trip leaves */
    struct average throughput_bps[SPEEDS], rtt_us[SPEEDS];
};

static void init(void *state, const struct abr_setup *setup)
{
    struct ewma *e = state;
    for (int i = 0; i < SPEEDS; i++) {
        e->rtt_kept[i] = exp2(-(double)setup->segment_us / half_life_us[i]);
        e->throughput_bps[i] = e->rtt_us[i] = (struct average){.beginning = 1};
    }
}

static void take(struct average *a, double kept, double value)
{
    a->value = kept * a->value + (1 - kept) * value;
    a->beginning *= kept;
    if (a->beginning < NEGLIGIBLE)
        a->beginning = 0;
}

static double told(const struct average *a)
{
    return a->beginning < 1 ? a->value / (1 - a->beginning) : 0;
}

static struct abr_estimate tell(const void *state)
{
    const struct ewma *e = state;
    return (struct abr_estimate){
        .throughput_bps = fmin(told(&e->throughput_bps[0]), told(&e->throughput_bps[1])),
        .rtt_us = fmax(told(&e->rtt_us[0]), told(&e->rtt_us[1])),
    };
}

static void add(void *state, const struct abr_download *d)
{
    struct ewma *e = state;
    for (int i = 0; i < SPEEDS && !d->held; i++)
        take(&e->rtt_us[i], e->rtt_kept[i], (double)(d->first_byte_us - d->request_us));
    if (!abr_sample_counts(d, tell(e).throughput_bps))
        return;
    double bps = abr_sample_bps(d);
    for (int i = 0; i < SPEEDS; i++)
        take(&e->throughput_bps[i], exp2(-(double)d->transfer_us / half_life_us[i]), bps);
}

const struct abr_estimator abr_estimator_ewma = {
    .name = "ewma",
    .summary = "the smaller of two weighted averages, with half-lives of 3 and 8 s",
    .state_bytes = sizeof(struct ewma),
    .init = init,
    .add = add,
    .tell = tell,
};
