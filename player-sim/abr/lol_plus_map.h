/* Inside abr: the self-organising map of LoL+. Each rung has a neuron, a point of four coordinates:
 * what throughput, latency, stall and change of bit rate go with it. A decision looks for the
 * neuron nearest to what would be ideal; then the neurons near the winner, and those near the
 * rung played so far, are drawn to what was seen.
 * Reference: Bentaleb, Akcay, Lim, Begen, Zimmermann, "Catching the Moment with LoL+ in Twitch-Like
 * Low-Latency Live Streaming Platforms" (IEEE Transactions on Multimedia, 2022);
 * NUStreaming/LoL-plus, LoLp_BitrateSelection.js; dash.js, LearningAbrController.js. Thread-safety:
 * an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_LOL_PLUS_MAP_H
#define PLAYER_SIM_ABR_LOL_PLUS_MAP_H

#include "player-sim/abr/abr.h"

enum lol_plus_axis { LOL_THROUGHPUT, LOL_LATENCY, LOL_STALL, LOL_CHANGE, LOL_AXES };

struct lol_plus_point {
    double at[LOL_AXES];
};

struct lol_plus_map {
    size_t count;
    double bitrates[ABR_RUNGS_MAX]; /* bits per second */
    double unit_bps; /* what throughputs and changes are measured in: the ladder's length as a
                        vector */
    struct lol_plus_point neurons[ABR_RUNGS_MAX];
};

void lol_plus_map_init(struct lol_plus_map *m, const struct abr_setup *setup);

/* Where a throughput lies; above 1 it counts as that of the neuron with the highest. */
double lol_plus_map_throughput(const struct lol_plus_map *m, double throughput_bps);

/* weights: one for each axis, >= 0. */
double lol_plus_distance(const struct lol_plus_point *a, const struct lol_plus_point *b,
                         const double weights[LOL_AXES]);

/* Draws all neurons towards seen, the more the nearer they are to that rung's. */
void lol_plus_map_draw(struct lol_plus_map *m, size_t rung, const struct lol_plus_point *seen);

#endif
