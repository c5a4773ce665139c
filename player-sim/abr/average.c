#include "player-sim/abr/average.h"

#include <math.h>

static double kept(double half_life, double weight)
{
    return pow(0.5, weight / half_life);
}

void abr_average_add(struct abr_average *a, double half_life, double weight, double value)
{
    double old = kept(half_life, weight);
    a->sum = old * a->sum + (1 - old) * value;
    a->weight += weight;
}

double abr_average_tell(const struct abr_average *a, double half_life)
{
    return a->weight > 0 ? a->sum / (1 - kept(half_life, a->weight)) : 0;
}
