/* Inside abr: BOLA's choice by buffer level. Each rung has a utility, the logarithm of its bit
 * rate; the rung is chosen that has the highest score (Vp * (utility + gp) - level) / bit rate, and
 * Vp and gp say between which levels the choice climbs from the lowest rung to the highest.
 * Reference: Spiteri, Urgaonkar, Sitaraman, "BOLA: Near-Optimal Bitrate Adaptation for Online
 * Videos" (INFOCOM 2016), and Sabre, classes Bola and BolaEnh.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_BOLA_CURVE_H
#define PLAYER_SIM_ABR_BOLA_CURVE_H

#include "player-sim/abr/abr.h"

struct bola_curve {
    size_t count;
    double bitrates[ABR_RUNGS_MAX]; /* bits per second */
    double utilities[ABR_RUNGS_MAX];
    double gp;
    double vp; /* microseconds per utility */
};

/* Bit rates, and utilities that begin with `lowest` (0 or 1). gp and vp are the caller's to set. */
void bola_curve_init(struct bola_curve *c, const struct abr_setup *setup, double lowest);

/* Vp with which the highest rung's score comes to 0 at that level: above it nothing is asked for.
 */
double bola_curve_vp(const struct bola_curve *c, double level_us);

/* The rung of the highest score. */
size_t bola_curve_rung(const struct bola_curve *c, double level_us);

/* From which level on the rung is preferred to all below it, and at which level its score is 0. */
double bola_curve_least_us(const struct bola_curve *c, size_t rung);
double bola_curve_most_us(const struct bola_curve *c, size_t rung);

#endif
