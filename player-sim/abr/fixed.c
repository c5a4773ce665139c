/* Rule "fixed": always the rung of the bit rate that is wanted. */
#include "player-sim/abr/rules.h"

static void init(void *state, const struct abr_setup *setup)
{
    size_t rung = 0;
    while (rung + 1 < setup->rung_count && setup->bitrates_bps[rung + 1] <= setup->wanted_bps)
        rung++;
    *(size_t *)state = rung;
}

static size_t first(void *state, const struct abr_moment *m)
{
    (void)m;
    return *(size_t *)state;
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    (void)m;
    return (struct abr_choice){.rung = *(size_t *)state};
}

const struct abr_rule abr_rule_fixed = {
    .name = "fixed",
    .summary = "one rung, whatever the link does",
    .state_bytes = sizeof(size_t),
    .init = init,
    .first = first,
    .choose = choose,
};
