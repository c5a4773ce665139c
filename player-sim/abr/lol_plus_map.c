#include "player-sim/abr/lol_plus_map.h"

#include <math.h>

#define LEARNS 0.01
#define SIGMA  0.1 /* of the neighbourhood */

static const double even[LOL_AXES] = {1, 1, 1, 1};

void lol_plus_map_init(struct lol_plus_map *m, const struct abr_setup *setup)
{
    *m = (struct lol_plus_map){.count = setup->rung_count};
    double squares = 0;
    for (size_t i = 0; i < m->count; i++) {
        m->bitrates[i] = (double)setup->bitrates_bps[i];
        squares += m->bitrates[i] * m->bitrates[i];
    }
    m->unit_bps = sqrt(squares);
    for (size_t i = 0; i < m->count; i++)
        m->neurons[i].at[LOL_THROUGHPUT] = m->bitrates[i] / m->unit_bps;
}

double lol_plus_map_throughput(const struct lol_plus_map *m, double throughput_bps)
{
    double at = throughput_bps / m->unit_bps;
    if (at <= 1)
        return at;
    at = 0;
    for (size_t i = 0; i < m->count; i++)
        at = fmax(at, m->neurons[i].at[LOL_THROUGHPUT]);
    return at;
}

double lol_plus_distance(const struct lol_plus_point *a, const struct lol_plus_point *b,
                         const double weights[LOL_AXES])
{
    double sum = 0;
    for (int i = 0; i < LOL_AXES; i++) {
        double apart = a->at[i] - b->at[i];
        sum += weights[i] * (apart * apart);
    }
    return sqrt(sum);
}

/* One after the other, as the reference does: the winner itself moves among them. */
void lol_plus_map_draw(struct lol_plus_map *m, size_t rung, const struct lol_plus_point *seen)
{
    for (size_t i = 0; i < m->count; i++) {
        struct lol_plus_point *n = &m->neurons[i];
        double apart = lol_plus_distance(n, &m->neurons[rung], even);
        double near = exp(-(apart * apart) / (2 * (SIGMA * SIGMA)));
        for (int k = 0; k < LOL_AXES; k++)
            n->at[k] += (seen->at[k] - n->at[k]) * LEARNS * near;
    }
}
