/* Estimator "ewma": two exponentially weighted averages, one that forgets quickly and one that does
 * slowly; the smaller throughput and the longer round trip are believed. A throughput weighs as
 * much as it took time, a round trip as much as one unit. Averages begin at 0, which is taken out
 * again. Reference: Sabre, class Ewma, which follows hls.js. */
#include "player-sim/abr/average.h"
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#include <math.h>

enum { SPEEDS = 2 };

static const double half_life_us[SPEEDS] = {3e6, 8e6}; /* Sabre: --half-life */

struct ewma {
    double rtt_kept[SPEEDS]; /* what part of an average one further round trip leaves */
    struct abr_average throughput_bps[SPEEDS], rtt_us[SPEEDS];
};

static void init(void *state, const struct abr_setup *setup)
{
    struct ewma *e = state;
    for (int i = 0; i < SPEEDS; i++) {
        e->rtt_kept[i] = exp2(-(double)setup->segment_us / half_life_us[i]);
        e->throughput_bps[i] = e->rtt_us[i] = ABR_AVERAGE_EMPTY;
    }
}

static struct abr_estimate tell(const void *state)
{
    const struct ewma *e = state;
    return (struct abr_estimate){
        .throughput_bps =
            fmin(abr_average_tell(&e->throughput_bps[0]), abr_average_tell(&e->throughput_bps[1])),
        .rtt_us = fmax(abr_average_tell(&e->rtt_us[0]), abr_average_tell(&e->rtt_us[1])),
    };
}

static void add(void *state, const struct abr_download *d)
{
    struct ewma *e = state;
    for (int i = 0; i < SPEEDS && !d->held; i++)
        abr_average_add(&e->rtt_us[i], e->rtt_kept[i], (double)(d->first_byte_us - d->request_us));
    if (!abr_sample_counts(d, tell(e).throughput_bps))
        return;
    double bps = abr_sample_bps(d);
    for (int i = 0; i < SPEEDS; i++)
        abr_average_add(&e->throughput_bps[i], exp2(-(double)d->transfer_us / half_life_us[i]),
                        bps);
}

const struct abr_estimator abr_estimator_ewma = {
    .name = "ewma",
    .summary = "the smaller of two weighted averages, with half-lives of 3 and 8 s",
    .state_bytes = sizeof(struct ewma),
    .init = init,
    .add = add,
    .tell = tell,
};
