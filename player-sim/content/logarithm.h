/* Powers, logarithms and the normal distribution in integers, for what has to come out the same on
 * every machine. Numbers are fixed-point: 65536 stands for 1.
 * Thread-safety: pure functions on the caller's state. */
#ifndef PLAYER_SIM_CONTENT_LOGARITHM_H
#define PLAYER_SIM_CONTENT_LOGARITHM_H

#include <stdint.h>

enum { LOGARITHM_ONE = 1 << 16 };

/* The base-2 logarithm of x > 0 (a plain integer), times 65536, rounded down. */
int64_t logarithm_of(uint64_t x);

/* value * 2^(exponent / 65536), value 0..2^40, cut to 0..2^46: with an error of less than 2^-20 of
 * it, and rounded to the nearest integer. */
int64_t logarithm_power(int64_t value, int64_t exponent);

/* A normally distributed number of mean 0 and deviation 65536: the sum of twelve equally
 * distributed ones, so that none is beyond six deviations. */
int64_t logarithm_normal(uint64_t *state);

#endif
