/* Rule "lol+": a self-organising map of the rungs (lol_plus_map.h) whose axes are weighted anew for
 * each decision (lol_plus_weights.h); where the buffer would fall below 0.3 s it goes down at once.
 * References: see the headers; dash.js, LoLpRule.js. Nothing of it is random: the reference's
 * random weights are for a case in which no rung leaves enough buffer, and then it does not come so
 * far, as the rung played so far was found to leave it. */
#include "player-sim/abr/lol_plus_map.h"
#include "player-sim/abr/lol_plus_weights.h"
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#define SAFETY         0.9 /* dash.js: bandwidthSafetyFactor */
#define HEADROOM_BPS   1e4 /* throughputDelta */
#define DISCOURAGES    100 /* the weight of throughput for a rung that is not carried */
#define LATENCY_UNIT_S 100 /* latencyNormalizationFactor */

struct lol_plus {
    struct abr_setup setup;
    struct lol_plus_map map;
};

static void init(void *state, const struct abr_setup *setup)
{
    struct lol_plus *l = state;
    l->setup = *setup;
    lol_plus_map_init(&l->map, setup);
}

/* The highest rung below that the throughput carries; where there is none it stays, as in the
 * reference. */
static size_t below(const struct lol_plus_map *m, size_t rung, double throughput_bps)
{
    for (size_t r = rung; r-- > 0;)
        if (throughput_bps > m->bitrates[r])
            return r;
    return rung;
}

static size_t nearest(const struct lol_plus_map *m, const struct lol_plus_view *v,
                      const struct lol_plus_point *ideal, const double weights[LOL_AXES])
{
    size_t best = 0;
    double least = INFINITY;
    for (size_t r = 0; r < m->count; r++) {
        double w[LOL_AXES] = {weights[LOL_THROUGHPUT], weights[LOL_LATENCY], weights[LOL_STALL],
                              weights[LOL_CHANGE]};
        bool carried = m->bitrates[r] <= v->throughput_bps - HEADROOM_BPS &&
                       lol_plus_next_buffer_s(m, v, r) >= LOL_BUFFER_LEAST_S;
        if (r > 0 && !carried)
            w[LOL_THROUGHPUT] = DISCOURAGES;
        double apart = lol_plus_distance(&m->neurons[r], ideal, w);
        if (apart < least) {
            least = apart;
            best = r;
        }
    }
    return best;
}

static size_t decide(struct lol_plus *l, const struct abr_moment *m, const struct lol_plus_view *v)
{
    struct lol_plus_map *map = &l->map;
    if (v->buffer_s - lol_plus_download_s(map, v, m->rung) < LOL_BUFFER_LEAST_S)
        return below(map, m->rung, v->throughput_bps);
    double weights[LOL_AXES];
    lol_plus_weigh(map, v, weights);

    double throughput = lol_plus_map_throughput(map, v->throughput_bps);
    struct lol_plus_point ideal = {.at[LOL_THROUGHPUT] = throughput};
    size_t rung = nearest(map, v, &ideal, weights);

    /* No stall is seen: what would stall did not come so far. */
    struct lol_plus_point seen = ideal;
    seen.at[LOL_CHANGE] = fabs(map->bitrates[m->rung] - map->bitrates[rung]) / map->unit_bps;
    ideal.at[LOL_CHANGE] = seen.at[LOL_CHANGE];
    double latency_s = m->latency_us > 0 ? (double)m->latency_us / ABR_US_PER_S : 0;
    seen.at[LOL_LATENCY] = latency_s / LATENCY_UNIT_S;
    lol_plus_map_draw(map, m->rung, &seen);
    lol_plus_map_draw(map, rung, &ideal);
    return rung;
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    struct lol_plus *l = state;
    if (!(m->estimate.throughput_bps > 0))
        return (struct abr_choice){.rung = m->rung};
    struct lol_plus_view v = {
        .throughput_bps = m->estimate.throughput_bps * SAFETY,
        .segment_s = (double)l->setup.segment_us / ABR_US_PER_S,
        .buffer_s = (double)m->buffer_us / ABR_US_PER_S,
        .playback_rate = m->playback_rate,
    };
    return (struct abr_choice){.rung = decide(l, m, &v)};
}

const struct abr_rule abr_rule_lol_plus = {
    .name = "lol+",
    .summary = "LoL+: a self-organising map of throughput, latency, stalls and changes",
    .state_bytes = sizeof(struct lol_plus),
    .init = init,
    .choose = choose,
};
