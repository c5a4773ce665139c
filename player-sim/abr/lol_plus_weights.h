/* Inside abr: how LoL+ weighs the four axes of its map for one decision. Out of all combinations of
 * five values those are taken with which some rung promises the highest QoE.
 * Reference: NUStreaming/LoL-plus, LoLp_WeightSelection.js and LoLp_QoEEvaluation.js; dash.js,
 * LoLpWeightSelector.js and LoLpQoEEvaluator.js.
 * Thread-safety: pure functions. */
#ifndef PLAYER_SIM_ABR_LOL_PLUS_WEIGHTS_H
#define PLAYER_SIM_ABR_LOL_PLUS_WEIGHTS_H

#include "player-sim/abr/lol_plus_map.h"

#define LOL_BUFFER_LEAST_S 0.3 /* DWS_BUFFER_MIN */

/* What a decision is made from. */
struct lol_plus_view {
    double throughput_bps; /* what of it is trusted, > 0 */
    double segment_s, buffer_s, playback_rate;
};

/* How long that rung's segment takes, and what would be buffered after it. */
double lol_plus_download_s(const struct lol_plus_map *m, const struct lol_plus_view *v,
                           size_t rung);
double lol_plus_next_buffer_s(const struct lol_plus_map *m, const struct lol_plus_view *v,
                              size_t rung);

/* One rung at least leaves LOL_BUFFER_LEAST_S. */
void lol_plus_weigh(const struct lol_plus_map *m, const struct lol_plus_view *v,
                    double weights[LOL_AXES]);

#endif
