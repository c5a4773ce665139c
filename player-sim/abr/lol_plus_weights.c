#include "player-sim/abr/lol_plus_weights.h"

#include <math.h>

enum { VALUES = 5 };

static const double values[VALUES] = {0.2, 0.4, 0.6, 0.8, 1};

#define STALL_LEAST_S 1e-5
#define NEAR_S        1.1  /* up to this latency costs little: */
#define NEAR_COSTS    0.05 /* of the lowest bit rate a second, */
#define FAR_COSTS     0.1  /* beyond it of the highest */
#define BPS_PER_KBPS  1e3

double lol_plus_download_s(const struct lol_plus_map *m, const struct lol_plus_view *v, size_t rung)
{
    return m->bitrates[rung] * v->segment_s / v->throughput_bps;
}

/* One that takes longer than it lasts costs a segment, however long it takes: as the reference. */
double lol_plus_next_buffer_s(const struct lol_plus_map *m, const struct lol_plus_view *v,
                              size_t rung)
{
    double download_s = lol_plus_download_s(m, v, rung);
    if (download_s > v->segment_s)
        return v->buffer_s - v->segment_s;
    return v->buffer_s + v->segment_s - download_s;
}

/* Of one segment. The rung's bit rate comes in as bits per second and all that is set against it as
 * kbit/s, as the reference has it, so that little but the bit rate counts. */
static double qoe(const struct lol_plus_map *m, const struct lol_plus_view *v, size_t rung,
                  double stall_s, double latency_s)
{
    double least = m->bitrates[0] / BPS_PER_KBPS, most = m->bitrates[m->count - 1] / BPS_PER_KBPS;
    double late =
        latency_s <= NEAR_S ? least * NEAR_COSTS * latency_s : most * FAR_COSTS * latency_s;
    return v->segment_s * m->bitrates[rung] - most * stall_s - late -
           least * fabs(1 - v->playback_rate);
}

/* The reference tries all values of all four weights, but throughput's and change's are in no term
 * of the QoE: the first that it tries of them are kept. It also has a limit on latency, which never
 * binds: it is the target plus the change of latency since the decision before, for which it always
 * takes 0, so that no latency is above it. */
void lol_plus_weigh(const struct lol_plus_map *m, const struct lol_plus_view *v,
                    double weights[LOL_AXES])
{
    double most = -INFINITY;
    weights[LOL_THROUGHPUT] = weights[LOL_CHANGE] = values[0];
    weights[LOL_LATENCY] = weights[LOL_STALL] = values[0];
    for (size_t rung = 0; rung < m->count; rung++) {
        double left_s = lol_plus_next_buffer_s(m, v, rung);
        if (left_s < LOL_BUFFER_LEAST_S)
            continue;
        double stall_s = fmax(STALL_LEAST_S, lol_plus_download_s(m, v, rung) - left_s);
        double latency_s = m->neurons[rung].at[LOL_LATENCY];
        for (int i = 0; i < VALUES * VALUES; i++) {
            double late = values[i / VALUES], stall = values[i % VALUES];
            double q = qoe(m, v, rung, 1 / stall * stall_s, 1 / late * latency_s);
            if (q <= most)
                continue;
            most = q;
            weights[LOL_LATENCY] = late;
            weights[LOL_STALL] = stall;
        }
    }
}
