/* Inside the synthesizer: what happens in a made-up programme frame by frame, before anybody
 * encodes it. All rungs show the same.
 *
 * Scenes have geometrically distributed lengths, and each a motion and a detail of its own, normal
 * in the logarithm; within a scene both wander (first order autoregressive, again in the
 * logarithm). That frame sizes are lognormal and follow the scenes, whose lengths are geometric, is
 * the finding of M. Krunz and S. K. Tripathi, "On the characterization of VBR MPEG streams",
 * SIGMETRICS 1997; RFC 8593 has a synthetic source that varies around a target rate likewise. The
 * deviations are fitted to this project's own encoder (docs/content.md).
 *
 * Numbers are logarithms to base 2, fixed-point as logarithm.h has them.
 * Thread-safety: immutable once made. */
#ifndef PLAYER_SIM_CONTENT_PROGRAMME_H
#define PLAYER_SIM_CONTENT_PROGRAMME_H

#include "player-sim/content/content.h"

struct programme_frame {
    int32_t motion; /* what predicting it from the last one costs, against the average */
    int32_t detail; /* what it costs without that, against the average */
    bool cut;       /* a scene begins: nothing can be predicted */
    bool keyframe;  /* a segment begins */
};

struct programme {
    struct programme_frame *frames; /* owned */
};

/* As many frames as c has, in its segments. Zero-filled before. ERR_NOMEM. */
int programme_make(struct programme *p, const struct content *c, uint64_t *random);
void programme_finish(struct programme *p);

#endif
