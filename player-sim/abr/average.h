/* Inside abr: an exponentially weighted average that begins with nothing: at 0, of which it knows
 * how much is left in it, so that this is taken out again.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_AVERAGE_H
#define PLAYER_SIM_ABR_AVERAGE_H

/* Less than this of the beginning counts as none, before numbers get so small that they are slow.
 */
#define ABR_NEGLIGIBLE 1e-30

struct abr_average {
    double value;
    double beginning; /* what part of value is still the 0 that it began with */
};

#define ABR_AVERAGE_EMPTY ((struct abr_average){.beginning = 1})

/* kept: how much of all before remains beside value, 0..1; 2 to the power of -(weight / half-life).
 */
static inline void abr_average_add(struct abr_average *a, double kept, double value)
{
    a->value = kept * a->value + (1 - kept) * value;
    a->beginning *= kept;
    if (a->beginning < ABR_NEGLIGIBLE)
        a->beginning = 0;
}

/* 0: empty. */
static inline double abr_average_tell(const struct abr_average *a)
{
    return a->beginning < 1 ? a->value / (1 - a->beginning) : 0;
}

#endif
