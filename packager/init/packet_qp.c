#include "packager/init/packet_qp.h"

static const double finest_qp = 22;
static const double finer_by = 3;

void packet_qp_init(struct packet_qp *q, struct rational frame_rate)
{
    double frames = (double)frame_rate.num / (double)frame_rate.den; /* of a second */
    *q = (struct packet_qp){
        .average = finest_qp + finer_by,
        .weight = frames > 1 ? 1 / frames : 1,
    };
}

int packet_qp_next(struct packet_qp *q, int continuation_qp_plus1)
{
    double qp = continuation_qp_plus1 - 1;
    if (qp < 0)
        return 0;
    q->average += q->weight * (qp - q->average);
    double wanted = q->average - finer_by;
    return (int)((wanted > finest_qp ? wanted : finest_qp) + 0.5) + 1;
}
