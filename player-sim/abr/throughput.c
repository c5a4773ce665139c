/* Rule "throughput": the highest rung that nine tenths of the estimate carry, and that the buffer
 * can wait for. Reference: Sabre, class ThroughputRule. */
#include "player-sim/abr/throughput.h"

#include "player-sim/abr/rules.h"

#define SAFETY 0.9 /* Sabre: safety_factor; dash.js: bandwidthSafetyFactor */

void throughput_init(struct throughput *t, const struct abr_setup *setup)
{
    t->setup = *setup;
    buffer_guard_init(&t->guard);
}

size_t throughput_rung(struct throughput *t, const struct abr_moment *m)
{
    size_t rung =
        abr_sustainable_rung(&t->setup, m->estimate.throughput_bps * SAFETY, m->estimate.rtt_us);
    return buffer_guard_rung(&t->guard, &t->setup, m, rung);
}

static void init(void *state, const struct abr_setup *setup)
{
    throughput_init(state, setup);
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    return (struct abr_choice){.rung = throughput_rung(state, m)};
}

const struct abr_rule abr_rule_throughput = {
    .name = "throughput",
    .summary = "the highest rung that nine tenths of the estimated bandwidth carry",
    .state_bytes = sizeof(struct throughput),
    .init = init,
    .choose = choose,
};
