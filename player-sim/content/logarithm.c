#include "player-sim/content/logarithm.h"
#include "media/core/lots.h"

#include <assert.h>

enum { FRACTION = 16, FINE = 30 };

int64_t logarithm_of(uint64_t x)
{
    assert(x);
    int whole = 63 - __builtin_clzll(x);
    uint64_t mantissa = x << (63 - whole) >> 32; /* 1 to 2, of 2^31 */
    int64_t log = (int64_t)whole << FRACTION;
    for (int64_t bit = LOGARITHM_ONE / 2; bit; bit /= 2) {
        mantissa = mantissa * mantissa >> 31; /* the logarithm doubles */
        if (mantissa >> 32) {
            mantissa >>= 1;
            log += bit;
        }
    }
    return log;
}

/* 2^(fraction / 65536), 0 <= fraction < 65536, of 2^30: its Taylor series, ln 2^k / k!. */
static int64_t power_of_fraction(int64_t fraction)
{
    static const int64_t terms[] = {1419,     16377,     165394,    1431680,  10327387,
                                    59597083, 257941248, 744261118, 1 << FINE};
    int64_t sum = 0;
    for (unsigned i = 0; i < sizeof terms / sizeof *terms; i++)
        sum = (sum * fraction >> FRACTION) + terms[i];
    return sum;
}

int64_t logarithm_power(int64_t value, int64_t exponent)
{
    static const int64_t most = (int64_t)1 << 46, least_exponent = -60;
    assert(value >= 0 && value <= (int64_t)1 << 40);
    int64_t whole = exponent >> FRACTION; /* rounds down */
    if (whole < least_exponent)
        return 0;
    if (whole > 45)
        return value ? most : 0;
    __extension__ __int128 product = (__int128)value * power_of_fraction(exponent & 0xffff);
    int shift = FINE - (int)whole;
    if (shift > 0)
        product = (product + ((__int128)1 << (shift - 1))) >> shift;
    else
        product <<= -shift;
    return product > most ? most : (int64_t)product;
}

int64_t logarithm_normal(uint64_t *state)
{
    int64_t sum = 0;
    for (int i = 0; i < 12; i += 4) {
        uint64_t four = lots_draw(state);
        for (int part = 0; part < 64; part += 16)
            sum += (int64_t)(four >> part & 0xffff);
    }
    return sum - 6 * (LOGARITHM_ONE - 1);
}
