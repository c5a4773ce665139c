/* Inside abr: what a download says of the link.
 * Thread-safety: pure functions. */
#ifndef PLAYER_SIM_ABR_SAMPLE_H
#define PLAYER_SIM_ABR_SAMPLE_H

#include "player-sim/abr/abr.h"

#include <math.h>

#define ABR_US_PER_S     1e6
#define ABR_US_PER_MS    1e3
#define ABR_BPS_PER_KBPS 1e3

/* Bits per second; 0: it came in no time, which says nothing. */
static inline double abr_sample_bps(const struct abr_download *d)
{
    return d->transfer_us > 0 ? (double)d->bytes * 8 * ABR_US_PER_S / (double)d->transfer_us : 0;
}

/* The same in whole kbit/s, as dash.js rounds it. */
static inline double abr_sample_kbps(const struct abr_download *d)
{
    if (d->transfer_us <= 0)
        return 0;
    return floor((double)d->bytes * 8 / ((double)d->transfer_us / ABR_US_PER_MS) + 0.5);
}

/* Whether to take it: where the origin had no more to send it bounds the link from below only, and
 * says nothing unless it is above what is believed. */
static inline bool abr_sample_counts(const struct abr_download *d, double believed_bps)
{
    double bps = abr_sample_bps(d);
    return bps > 0 && (!d->app_limited || bps > believed_bps);
}

#endif
