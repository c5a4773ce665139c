/* Random numbers that every machine draws alike: Sebastiano Vigna's splitmix64, good enough to draw
 * lots, not for secrets. A stream is one 64-bit state, which may start as any seed.
 * Thread-safety: pure functions on the caller's state. */
#ifndef MEDIA_CORE_LOTS_H
#define MEDIA_CORE_LOTS_H

#include <stdint.h>

#define LOTS_GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 divided by the golden ratio */

static inline uint64_t lots_draw(uint64_t *state)
{
    uint64_t z = *state += LOTS_GOLDEN;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* value * draw / 2^64, rounded down: of a draw a number from 0 to value - 1, each as likely. value
 * >= 0. */
static inline int64_t lots_share(int64_t value, uint64_t draw)
{
    __extension__ typedef unsigned __int128 wide;
    return (int64_t)(((wide)(uint64_t)value * draw) >> 64);
}

#endif
