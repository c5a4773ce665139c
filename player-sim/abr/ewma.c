/* Estimator "ewma": two exponentially weighted averages, one that forgets quickly and one that does
 * slowly; the smaller throughput and the longer round trip are believed. A throughput weighs as
 * much as it took time, a round trip as much as one unit.
 * Reference: Sabre, class Ewma, which follows hls.js. */
#include "player-sim/abr/average.h"
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#include <math.h>

enum { SPEEDS = 2 };

static const double half_life_us[SPEEDS] = {3e6, 8e6}; /* Sabre: --half-life */

struct ewma {
    double unit_us;
    struct abr_average throughput[SPEEDS], rtt[SPEEDS]; /* bits per second; microseconds */
};

static void init(void *state, const struct abr_setup *setup)
{
    *(struct ewma *)state = (struct ewma){.unit_us = (double)setup->segment_us};
}

static struct abr_estimate tell(const void *state)
{
    const struct ewma *e = state;
    struct abr_estimate out = {0};
    for (int i = 0; i < SPEEDS; i++) {
        double bps = abr_average_tell(&e->throughput[i], half_life_us[i]);
        out.throughput_bps = i ? fmin(out.throughput_bps, bps) : bps;
        double rtt_us = abr_average_tell(&e->rtt[i], half_life_us[i] / e->unit_us);
        out.rtt_us = fmax(out.rtt_us, rtt_us);
    }
    return out;
}

static void add(void *state, const struct abr_download *d)
{
    struct ewma *e = state;
    double rtt_us = (double)(d->first_byte_us - d->request_us);
    for (int i = 0; i < SPEEDS && !d->held; i++)
        abr_average_add(&e->rtt[i], half_life_us[i] / e->unit_us, 1, rtt_us);
    if (!abr_sample_counts(d, tell(e).throughput_bps))
        return;
    for (int i = 0; i < SPEEDS; i++)
        abr_average_add(&e->throughput[i], half_life_us[i], (double)d->transfer_us,
                        abr_sample_bps(d));
}

const struct abr_estimator abr_estimator_ewma = {
    .name = "ewma",
    .summary = "the smaller of two weighted averages, with half-lives of 3 and 8 s",
    .state_bytes = sizeof(struct ewma),
    .init = init,
    .add = add,
    .tell = tell,
};
