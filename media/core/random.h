/* Random numbers that are the same on every machine and for every library of mathematics: integers
 * only. For models and samples, never for secrets.
 * Thread-safety: pure functions on the caller's state. */
#ifndef MEDIA_CORE_RANDOM_H
#define MEDIA_CORE_RANDOM_H

#include <stdint.h>

/* The next 64 bits, all equally likely: Sebastiano Vigna's splitmix64. Any state will do as a seed.
 */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15; /* 2^64 divided by the golden ratio */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

#endif
