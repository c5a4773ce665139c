#include "packager/init/demand.h"

/* Requests that come at random, as many as there are frames, meet 63 % of the frames. The gap keeps
 * a rung that is at the edge from going to and fro. */
static const double busy_from = 0.6;
static const double busy_until = 0.4;

void demand_init(struct demand *d, struct rational frame_rate)
{
    double frames = (double)frame_rate.num / (double)frame_rate.den; /* of a second */
    *d = (struct demand){.weight = frames > 1 ? 1 / frames : 1, .current = -1};
}

void demand_request(struct demand *d, int64_t sequence)
{
    if (sequence >= d->current - 1)
        d->asking = true;
}

void demand_frame(struct demand *d, int64_t sequence)
{
    d->current = sequence;
    d->asked += d->weight * ((d->asking ? 1.0 : 0.0) - d->asked);
    d->asking = false;
    if (d->asked >= busy_from)
        d->busy = true;
    else if (d->asked < busy_until)
        d->busy = false;
}
