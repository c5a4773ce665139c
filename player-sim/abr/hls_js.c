/* Rule "hls.js": the highest rung that 0.95 times the estimate carries, 0.7 times for one above the
 * last; on demand one that arrives before the buffer runs out, or else not much later.
 * Reference: hls.js, src/controller/abr-controller.ts (findBestLevel, nextAutoLevel,
 * firstAutoLevel) and config.ts. That a request under way is given up for a lower rung is not
 * modelled, as for all rules here, nor is the time that another rung's playlist takes. */
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#define STAY 0.95 /* abrBandWidthFactor */
#define UP   0.7  /* abrBandWidthUpFactor */
#define START_BPS                                                                                  \
    5e5 /* abrEwmaDefaultEstimate; the first variant's bit rate where that is more,                \
         */
#define START_MOST   5e6 /* but at most abrEwmaDefaultEstimateMax */
#define LATE_MOST_US 4e6 /* maxStarvationDelay */

enum { NONE = -1 };

struct hls {
    struct abr_setup setup;
};

static void init(void *state, const struct abr_setup *setup)
{
    ((struct hls *)state)->setup = *setup;
}

/* The highest rung that is carried and, on demand, comes sooner than within_us. */
static int best(const struct abr_setup *s, const struct abr_moment *m, double within_us)
{
    double unit_us = (double)(s->part_us ? s->part_us : s->segment_us);
    for (size_t r = s->rung_count; r-- > 0;) {
        double bps = (double)s->bitrates_bps[r];
        double carried_bps = m->estimate.throughput_bps * (r > m->rung ? UP : STAY);
        double fetch_us = m->estimate.rtt_us + bps * unit_us / carried_bps;
        if (carried_bps >= bps && (s->target_latency_us >= 0 || fetch_us < within_us))
            return (int)r;
    }
    return NONE;
}

static size_t first(void *state, const struct abr_moment *m)
{
    const struct abr_setup *s = &((struct hls *)state)->setup;
    double bps = m->estimate.throughput_bps;
    if (!(bps > 0))
        bps = fmax(START_BPS, fmin((double)s->bitrates_bps[0], START_MOST));
    size_t rung = 0;
    while (rung + 1 < s->rung_count && (double)s->bitrates_bps[rung + 1] <= bps)
        rung++;
    return rung;
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    const struct abr_setup *s = &((struct hls *)state)->setup;
    if (!(m->estimate.throughput_bps > 0))
        return (struct abr_choice){.rung = first(state, m)};
    double unit_us = (double)(s->part_us ? s->part_us : s->segment_us);
    double lasts_us = (double)m->buffer_us / m->playback_rate;
    int rung = lasts_us > 0 ? best(s, m, lasts_us) : NONE;
    if (rung == NONE)
        rung = best(s, m, lasts_us + fmin(unit_us, LATE_MOST_US));
    return (struct abr_choice){.rung = rung == NONE ? 0 : (size_t)rung};
}

const struct abr_rule abr_rule_hls = {
    .name = "hls.js",
    .summary = "hls.js: what 0.95 times the bandwidth carries, 0.7 times to go up",
    .state_bytes = sizeof(struct hls),
    .init = init,
    .first = first,
    .choose = choose,
};
