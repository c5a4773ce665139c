/* Rule "bola": the rung by the buffer's level alone, with two things of practice: near beginning
 * and end the whole curve lies at lower levels (BOLA-FINITE), and a step up goes at most one rung
 * above what the link carries (BOLA-U). Reference: Sabre, class Bola without its options. */
#include "player-sim/abr/bola.h"

#include "player-sim/abr/rules.h"

#define GAMMA_P 5.0 /* Sabre: --gamma-p */

enum { LEAST_UNITS = 3, FULL_UNITS = 2 };

void bola_init(struct bola *b, const struct abr_setup *setup)
{
    *b = (struct bola){.setup = *setup};
    bola_curve_init(&b->curve, setup, 0);
    b->curve.gp = GAMMA_P;
}

/* The curve reaches its top where no further unit fits into the buffer; into half of what there is
 * from beginning or to the end, where that is less. A live buffer that holds less than two units
 * would leave the curve no room: it counts as two. */
static double top_us(const struct bola *b, const struct abr_moment *m)
{
    int64_t units = m->segment - b->first_segment;
    if (m->segments_left < units)
        units = m->segments_left;
    double half = (double)units / 2;
    if (half < LEAST_UNITS)
        half = LEAST_UNITS;
    double unit_us = (double)b->setup.segment_us;
    double full_us = (double)b->setup.buffer_max_us;
    if (full_us < FULL_UNITS * unit_us)
        full_us = FULL_UNITS * unit_us;
    if (half * unit_us < full_us)
        full_us = half * unit_us;
    return full_us - unit_us;
}

size_t bola_rung(struct bola *b, const struct abr_moment *m)
{
    b->curve.vp = bola_curve_vp(&b->curve, top_us(b, m));
    size_t rung = bola_curve_rung(&b->curve, (double)m->buffer_us);
    if (rung > b->last) {
        size_t carried =
            abr_sustainable_rung(&b->setup, m->estimate.throughput_bps, m->estimate.rtt_us);
        if (b->last > carried)
            rung = b->last;
        else if (rung > carried)
            rung = carried + 1;
    }
    b->last = rung;
    return rung;
}

void bola_seek(struct bola *b, const struct abr_moment *m)
{
    b->first_segment = m->segment;
}

static void init(void *state, const struct abr_setup *setup)
{
    bola_init(state, setup);
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    return (struct abr_choice){.rung = bola_rung(state, m)};
}

static void note_seek(void *state, const struct abr_moment *m)
{
    bola_seek(state, m);
}

const struct abr_rule abr_rule_bola = {
    .name = "bola",
    .summary = "by the buffer's level alone (BOLA-FINITE, BOLA-U)",
    .state_bytes = sizeof(struct bola),
    .init = init,
    .choose = choose,
    .note_seek = note_seek,
};
