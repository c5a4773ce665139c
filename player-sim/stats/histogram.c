#include "player-sim/stats/histogram.h"

int64_t histogram_value(int64_t value)
{
    if (value < 0)
        return -histogram_value(-value);
    uint64_t v = (uint64_t)value;
    if (v < UINT64_C(2) << HISTOGRAM_BITS)
        return value;
    int shift = 63 - __builtin_clzll(v) - HISTOGRAM_BITS;
    return (int64_t)((v >> shift << shift) + (UINT64_C(1) << (shift - 1)));
}

/* A line x -> a * x + b with an odd a meets every group once; a and b are by lot, and 1 and 0 for
 * the first sessions. */
uint32_t histogram_group(uint32_t session)
{
    uint64_t lot = session / HISTOGRAM_GROUPS * UINT64_C(0x9e3779b97f4a7c15);
    lot = (lot ^ (lot >> 30)) * 0xbf58476d1ce4e5b9;
    lot ^= lot >> 27;
    uint32_t a = 2 * (uint32_t)(lot >> 40) + 1, b = (uint32_t)lot;
    return (a * session + b) % HISTOGRAM_GROUPS;
}
