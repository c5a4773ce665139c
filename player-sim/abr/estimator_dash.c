/* Estimator "dash.js": as "ewma", with what dash.js makes otherwise: throughputs are whole kbit/s,
 * each weighs one and a half times as much as it took, round trips are forgotten after one or two
 * requests, and a response that comes within 10 ms is taken for a cache's and passed over.
 * Reference: dash.js, ThroughputModel, ThroughputController and Settings. With low latency dash.js
 * finds the time of a response from its moof and mdat boxes, so that the pauses between chunks are
 * left out: the plain mean of the chunks' throughputs, the last left out. Here the whole response
 * is divided by the time in which bytes were coming in, which weighs chunks by their duration. */
#include "player-sim/abr/average.h"
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#include <math.h>

#define FAST_S        3.0    /* throughputFastHalfLifeSeconds */
#define SLOW_S        8.0    /* throughputSlowHalfLifeSeconds */
#define FAST_REQUESTS 1.0    /* latencyFastHalfLifeCount */
#define SLOW_REQUESTS 2.0    /* latencySlowHalfLifeCount */
#define S_PER_MS      0.0015 /* weightDownloadTimeMultiplicationFactor */

enum { CACHED_US = 10000 }; /* cacheLoadThresholds, video */

struct dash {
    struct abr_average fast_kbps, slow_kbps, fast_rtt_ms, slow_rtt_ms;
};

static void init(void *state, const struct abr_setup *setup)
{
    (void)setup;
    struct dash *s = state;
    s->fast_kbps = s->slow_kbps = s->fast_rtt_ms = s->slow_rtt_ms = ABR_AVERAGE_EMPTY;
}

static double whole(double x)
{
    return floor(x + 0.5);
}

static struct abr_estimate tell(const void *state)
{
    const struct dash *s = state;
    double kbps = fmin(abr_average_tell(&s->fast_kbps), abr_average_tell(&s->slow_kbps));
    double rtt_ms = fmax(abr_average_tell(&s->fast_rtt_ms), abr_average_tell(&s->slow_rtt_ms));
    return (struct abr_estimate){whole(kbps) * ABR_BPS_PER_KBPS, whole(rtt_ms) * ABR_US_PER_MS};
}

static void add(void *state, const struct abr_download *d)
{
    struct dash *s = state;
    if (d->end_us - d->request_us < CACHED_US)
        return;
    if (!d->held) {
        double ms = (double)(d->first_byte_us - d->request_us) / ABR_US_PER_MS;
        double rtt_ms = ms > 0 ? ms : 1;
        abr_average_add(&s->fast_rtt_ms, exp2(-1 / FAST_REQUESTS), rtt_ms);
        abr_average_add(&s->slow_rtt_ms, exp2(-1 / SLOW_REQUESTS), rtt_ms);
    }
    if (!abr_sample_counts(d, tell(s).throughput_bps))
        return;
    double weight = S_PER_MS * (double)d->transfer_us / ABR_US_PER_MS;
    double kbps = abr_sample_kbps(d);
    abr_average_add(&s->fast_kbps, exp2(-weight / FAST_S), kbps);
    abr_average_add(&s->slow_kbps, exp2(-weight / SLOW_S), kbps);
}

const struct abr_estimator abr_estimator_dash = {
    .name = "dash.js",
    .summary = "dash.js: as ewma, in whole kbit/s, quicker",
    .state_bytes = sizeof(struct dash),
    .init = init,
    .add = add,
    .tell = tell,
};
