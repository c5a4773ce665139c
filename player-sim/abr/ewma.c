/* Estimator "ewma": two exponentially weighted averages, one that forgets quickly and one that does
 * slowly; the smaller throughput and the longer round trip are believed. A throughput weighs as
 * much as it took time, a round trip as much as one unit. Averages begin at 0, which is taken out
 * again. Reference: Sabre, class Ewma, which follows hls.js. */
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#include <math.h>

enum { SPEEDS = 2 };

static const double half_life_us[SPEEDS] = {3e6, 8e6}; /* Sabre: --half-life */

struct ewma {
    double unit_us;
    double throughput[SPEEDS], weight_us; /* bits per second */
    double rtt[SPEEDS], rtt_count;        /* microseconds */
};

static void init(void *state, const struct abr_setup *setup)
{
    *(struct ewma *)state = (struct ewma){.unit_us = (double)setup->segment_us};
}

static double kept(double weight, double half_life)
{
    return pow(0.5, weight / half_life);
}

static struct abr_estimate tell(const void *state)
{
    const struct ewma *e = state;
    struct abr_estimate out = {0};
    for (int i = 0; i < SPEEDS && e->weight_us > 0; i++) {
        double bps = e->throughput[i] / (1 - kept(e->weight_us, half_life_us[i]));
        out.throughput_bps = i && out.throughput_bps < bps ? out.throughput_bps : bps;
    }
    for (int i = 0; i < SPEEDS && e->rtt_count > 0; i++) {
        double rtt_us = e->rtt[i] / (1 - kept(e->rtt_count, half_life_us[i] / e->unit_us));
        out.rtt_us = out.rtt_us > rtt_us ? out.rtt_us : rtt_us;
    }
    return out;
}

static void add(void *state, const struct abr_download *d)
{
    struct ewma *e = state;
    if (!d->held) {
        double rtt_us = (double)(d->first_byte_us - d->request_us);
        for (int i = 0; i < SPEEDS; i++) {
            double alpha = kept(1, half_life_us[i] / e->unit_us);
            e->rtt[i] = alpha * e->rtt[i] + (1 - alpha) * rtt_us;
        }
        e->rtt_count += 1;
    }
    if (!abr_sample_counts(d, d->app_limited ? tell(e).throughput_bps : 0))
        return;
    double bps = abr_sample_bps(d);
    for (int i = 0; i < SPEEDS; i++) {
        double alpha = kept((double)d->transfer_us, half_life_us[i]);
        e->throughput[i] = alpha * e->throughput[i] + (1 - alpha) * bps;
    }
    e->weight_us += (double)d->transfer_us;
}

const struct abr_estimator abr_estimator_ewma = {
    .name = "ewma",
    .summary = "the smaller of two weighted averages, with half-lives of 3 and 8 s",
    .state_bytes = sizeof(struct ewma),
    .init = init,
    .add = add,
    .tell = tell,
};
