#include "player-sim/abr/abr.h"

#include "player-sim/abr/rules.h"

#include <string.h>

/* What a first rung keeps in reserve, as the throughput rule does later (Sabre, safety_factor). */
#define FIRST_SAFETY 0.9

const struct abr_rule *const abr_rules[] = {
    &abr_rule_throughput, &abr_rule_bola, &abr_rule_bola_e, &abr_rule_dynamic, &abr_rule_l2a_ll,
    &abr_rule_lol_plus,   &abr_rule_hls,  &abr_rule_burst,  &abr_rule_fixed,   NULL,
};

const struct abr_estimator *const abr_estimators[] = {
    &abr_estimator_ewma, &abr_estimator_sliding, &abr_estimator_dash, &abr_estimator_hls, NULL,
};

const struct abr_rule *abr_rule_find(const char *name)
{
    for (size_t i = 0; abr_rules[i]; i++)
        if (!strcmp(abr_rules[i]->name, name))
            return abr_rules[i];
    return NULL;
}

const struct abr_estimator *abr_estimator_find(const char *name)
{
    for (size_t i = 0; abr_estimators[i]; i++)
        if (!strcmp(abr_estimators[i]->name, name))
            return abr_estimators[i];
    return NULL;
}

size_t abr_first_rung(const struct abr_rule *rule, void *state, const struct abr_setup *setup,
                      const struct abr_moment *m)
{
    if (rule->first)
        return rule->first(state, m);
    return abr_sustainable_rung(setup, m->estimate.throughput_bps * FIRST_SAFETY,
                                m->estimate.rtt_us);
}

size_t abr_sustainable_rung(const struct abr_setup *setup, double throughput_bps, double rtt_us)
{
    double unit_us = (double)setup->segment_us;
    size_t rung = 0;
    while (rung + 1 < setup->rung_count &&
           rtt_us + unit_us * (double)setup->bitrates_bps[rung + 1] / throughput_bps <= unit_us)
        rung++;
    return rung;
}
