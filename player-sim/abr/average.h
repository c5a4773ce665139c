/* Inside abr: an exponentially weighted average that begins with nothing. It is kept as a sum that
 * starts at 0, and what the 0 takes away is given back when it is asked for.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_AVERAGE_H
#define PLAYER_SIM_ABR_AVERAGE_H

/* Zero-filled is empty. */
struct abr_average {
    double sum, weight;
};

/* half_life > 0: what weight takes half of the influence from all that was before; the same one in
 * each call. weight > 0. */
void abr_average_add(struct abr_average *a, double half_life, double weight, double value);

/* 0: empty. */
double abr_average_tell(const struct abr_average *a, double half_life);

#endif
