/* Estimator "hls.js": two weighted averages of throughput, the smaller of which is believed, and
 * one of the time to the first byte, in which long waits weigh less.
 * Reference: hls.js, src/utils/ewma-bandwidth-estimator.ts, and what abr-controller.ts feeds it. Of
 * a request the whole time counts but the time to the first byte that was expected; here waits that
 * are known to be the origin's are left out as well, and where only the origin's pace could be
 * seen, a sample counts as elsewhere in this folder. The 500 kbit/s that hls.js begins with are
 * left to its rule, so that other rules see that nothing is known. What came in no time says
 * nothing here. */
#include "player-sim/abr/average.h"
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#include <math.h>

/* hls.js: abrEwmaFastLive and abrEwmaSlowLive; those on demand are the same. The second is that of
 * the first byte as well, in units of weight. */
#define FAST_S 3.0
#define SLOW_S 9.0

#define KNOWN             1e-3 /* minWeight_ */
#define LEAST_RTT_MS      5.0
#define LEAST_MS          50.0 /* minDelayMs_, or less where few bytes came: */
#define BYTES_PER_LEAST   1e5
#define FIRST_BYTE_MS     100.0 /* defaultTTFB_, what is expected before one was seen */
#define FIRST_BYTE_WEIGHT 1.4142135623730951

struct hls {
    struct abr_average fast_bps, slow_bps, first_byte_ms;
};

static void init(void *state, const struct abr_setup *setup)
{
    struct hls *h = state;
    (void)setup;
    h->fast_bps = h->slow_bps = h->first_byte_ms = ABR_AVERAGE_EMPTY;
}

/* Whether it has weight enough to go by. */
static bool known(const struct abr_average *a, double half_life)
{
    return a->beginning <= exp2(-KNOWN / half_life);
}

static struct abr_estimate tell(const void *state)
{
    const struct hls *h = state;
    struct abr_estimate out = {0};
    if (known(&h->first_byte_ms, SLOW_S))
        out.rtt_us = abr_average_tell(&h->first_byte_ms) * ABR_US_PER_MS;
    if (known(&h->fast_bps, FAST_S))
        out.throughput_bps = fmin(abr_average_tell(&h->fast_bps), abr_average_tell(&h->slow_bps));
    return out;
}

/* How much of a wait for the first byte was not to be expected. */
static double late_ms(struct hls *h, double waited_ms)
{
    double s = waited_ms / 1000, weight = FIRST_BYTE_WEIGHT * exp(-(s * s) / 2);
    abr_average_add(&h->first_byte_ms, exp2(-weight / SLOW_S), fmax(waited_ms, LEAST_RTT_MS));
    double expected_ms = FIRST_BYTE_MS;
    if (known(&h->first_byte_ms, SLOW_S))
        expected_ms = abr_average_tell(&h->first_byte_ms);
    return waited_ms - fmin(waited_ms, expected_ms);
}

static void add(void *state, const struct abr_download *d)
{
    struct hls *h = state;
    double waited_ms = (double)(d->first_byte_us - d->request_us) / ABR_US_PER_MS;
    double late = d->held ? 0 : late_ms(h, waited_ms);
    if (d->transfer_us <= 0)
        return;
    double bytes = (double)d->bytes;
    double took_ms = late + (double)d->transfer_us / ABR_US_PER_MS;
    double took_s = fmax(took_ms, fmin(LEAST_MS, bytes / BYTES_PER_LEAST)) / 1000;
    double bps = bytes * 8 / took_s;
    if (d->app_limited && bps <= tell(h).throughput_bps)
        return;
    abr_average_add(&h->fast_bps, exp2(-took_s / FAST_S), bps);
    abr_average_add(&h->slow_bps, exp2(-took_s / SLOW_S), bps);
}

const struct abr_estimator abr_estimator_hls = {
    .name = "hls.js",
    .summary = "hls.js: the smaller of two weighted averages, with half-lives of 3 and 9 s",
    .state_bytes = sizeof(struct hls),
    .init = init,
    .add = add,
    .tell = tell,
};
