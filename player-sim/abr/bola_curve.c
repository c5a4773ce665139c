#include "player-sim/abr/bola_curve.h"

#include <math.h>

void bola_curve_init(struct bola_curve *c, const struct abr_setup *setup, double lowest)
{
    double offset = lowest - log((double)setup->bitrates_bps[0]);
    c->count = setup->rung_count;
    for (size_t r = 0; r < c->count; r++) {
        c->bitrates[r] = (double)setup->bitrates_bps[r];
        c->utilities[r] = log(c->bitrates[r]) + offset;
    }
}

double bola_curve_vp(const struct bola_curve *c, double level_us)
{
    return level_us / (c->utilities[c->count - 1] + c->gp);
}

size_t bola_curve_rung(const struct bola_curve *c, double level_us)
{
    size_t best = 0;
    double best_score = 0;
    for (size_t r = 0; r < c->count; r++) {
        double score = (bola_curve_most_us(c, r) - level_us) / c->bitrates[r];
        if (r == 0 || score > best_score) {
            best = r;
            best_score = score;
        }
    }
    return best;
}

double bola_curve_least_us(const struct bola_curve *c, size_t rung)
{
    double rate = c->bitrates[rung], utility = c->utilities[rung], least = 0;
    for (size_t r = 0; r < rung; r++) {
        if (c->utilities[r] >= utility)
            continue;
        double cross =
            (rate * c->utilities[r] - c->bitrates[r] * utility) / (rate - c->bitrates[r]);
        double level = c->vp * (c->gp + cross);
        if (level > least)
            least = level;
    }
    return least;
}

double bola_curve_most_us(const struct bola_curve *c, size_t rung)
{
    return c->vp * (c->utilities[rung] + c->gp);
}
