#include "player-sim/abr/buffer_guard.h"

/* Sabre: low_buffer_safety_factor_init, which is also what it falls by, and
 * low_buffer_safety_factor. */
#define SAFETY_FIRST 0.9
#define SAFETY_LEAST 0.5
#define US_PER_S     1e6

void buffer_guard_init(struct buffer_guard *g)
{
    g->safety = SAFETY_FIRST;
}

size_t buffer_guard_rung(struct buffer_guard *g, const struct abr_setup *setup,
                         const struct abr_moment *m, size_t rung)
{
    double spare_us = (double)m->buffer_us - m->estimate.rtt_us;
    double safe_bits = g->safety * spare_us * m->estimate.throughput_bps / US_PER_S;
    g->safety *= SAFETY_FIRST;
    if (g->safety < SAFETY_LEAST)
        g->safety = SAFETY_LEAST;

    double unit_s = (double)setup->segment_us / US_PER_S;
    for (size_t r = 0; r < rung; r++)
        if ((double)setup->bitrates_bps[r + 1] * unit_s > safe_bits)
            return r;
    return rung;
}
