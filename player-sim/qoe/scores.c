#include "player-sim/qoe/qoe.h"

static const int64_t segment_us = 1000000; /* of NQoE */

const struct qoe_yin_weights qoe_yin_balanced = {
    .lambda = 1, .mu = 3000, .mu_s = 3000, .unit_us = 4000000};

const struct qoe_nqoe_weights qoe_nqoe_code = {
    .near_gamma_of_lowest = 0.05, .far_gamma_of_highest = 0.1, .mu = 1};

const struct qoe_nqoe_weights qoe_nqoe_paper = {.near_gamma = 0.005, .far_gamma = 0.01, .mu = 0.02};

static double units_of(const struct qoe *q, int64_t unit_us)
{
    double units = (double)q->media_ns / ((double)unit_us * 1000);
    return units > 1 ? units : 1;
}

double qoe_yin(const struct qoe *q, const struct qoe_yin_weights *w)
{
    double quality = q->kilobits / ((double)w->unit_us / 1e6);
    double switched = (double)q->switched_bps / 1000;
    double lost = w->lambda * switched + w->mu * (double)q->stalled_us / 1e6 +
                  w->mu_s * (double)q->joined_us / 1e6;
    return (quality - lost) / units_of(q, w->unit_us);
}

/* Segments of a second: what is summed over seconds of media is summed over segments. */
double qoe_nqoe(const struct qoe *q, const struct qoe_nqoe_weights *w)
{
    double late = w->near_gamma * q->near_s2 + w->near_gamma_of_lowest * q->near_min_kbit_s +
                  w->far_gamma * q->far_s2 + w->far_gamma_of_highest * q->far_max_kbit_s;
    double switched = w->mu * (double)q->switched_bps / 1000;
    double sum = q->kilobits - q->stall_max_kbit - late - q->speed_min_kbit - switched;
    return sum / units_of(q, segment_us);
}
