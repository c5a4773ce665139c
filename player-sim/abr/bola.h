/* Inside abr: the state of rule "bola", for "dynamic" to hold one.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_BOLA_H
#define PLAYER_SIM_ABR_BOLA_H

#include "player-sim/abr/abr.h"
#include "player-sim/abr/bola_curve.h"

struct bola {
    struct abr_setup setup;
    struct bola_curve curve;
    size_t last;           /* the rung chosen last */
    int64_t first_segment; /* from which on units are counted: after a seek, its own */
};

void bola_init(struct bola *b, const struct abr_setup *setup);
size_t bola_rung(struct bola *b, const struct abr_moment *m);
void bola_seek(struct bola *b, const struct abr_moment *m);

#endif
