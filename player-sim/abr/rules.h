/* Inside abr: the rows of the two tables, one file each. */
#ifndef PLAYER_SIM_ABR_RULES_H
#define PLAYER_SIM_ABR_RULES_H

#include "player-sim/abr/abr.h"

extern const struct abr_rule abr_rule_throughput;
extern const struct abr_rule abr_rule_bola;
extern const struct abr_rule abr_rule_bola_e;
extern const struct abr_rule abr_rule_dynamic;
extern const struct abr_rule abr_rule_l2a_ll;
extern const struct abr_rule abr_rule_lol_plus;
extern const struct abr_rule abr_rule_hls;
extern const struct abr_rule abr_rule_fixed;
extern const struct abr_rule abr_rule_burst;

extern const struct abr_estimator abr_estimator_ewma;
extern const struct abr_estimator abr_estimator_sliding;
extern const struct abr_estimator abr_estimator_dash;
extern const struct abr_estimator abr_estimator_hls;

#endif
