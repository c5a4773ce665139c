#include "media/core/timebase.h"

#include <assert.h>

__extension__ typedef __int128 wide;

/* b > 0. Most fit into 64 bits, and are divided ten times as fast there: simulations live of it. */
static wide divide_floor(wide a, wide b)
{
    if (a == (int64_t)a && b == (int64_t)b) {
        int64_t quotient = (int64_t)a / (int64_t)b;
        return (int64_t)a % (int64_t)b < 0 ? quotient - 1 : quotient;
    }
    wide q = a / b;
    return a % b < 0 ? q - 1 : q;
}

/* Most figures fit, and dividing 128 bits takes long. */
static int64_t divide_floor_narrow(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

static int64_t narrow(wide value)
{
    assert(value >= INT64_MIN && value <= INT64_MAX);
    return (int64_t)value;
}

int64_t timebase_muldiv_floor(int64_t a, int64_t b, int64_t c)
{
    assert(c > 0);
    int64_t product;
    if (!__builtin_mul_overflow(a, b, &product))
        return divide_floor_narrow(product, c);
    return narrow(divide_floor((wide)a * b, c));
}

int64_t timebase_muldiv_ceil(int64_t a, int64_t b, int64_t c)
{
    assert(c > 0);
    int64_t product;
    if (!__builtin_mul_overflow(a, b, &product) && product > INT64_MIN)
        return -divide_floor_narrow(-product, c);
    return narrow(-divide_floor(-((wide)a * b), c));
}

struct rational timebase_reduce(struct rational r)
{
    int64_t a = r.num < 0 ? -r.num : r.num;
    int64_t b = r.den;
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    if (a > 1) {
        r.num /= a;
        r.den /= a;
    }
    return r;
}

int64_t timebase_frame_us(int64_t n, struct rational rate)
{
    int64_t product;
    if (!__builtin_mul_overflow(n, rate.den * 1000000, &product))
        return divide_floor_narrow(product, rate.num);
    return narrow(divide_floor((wide)n * rate.den * 1000000, rate.num));
}

int64_t timebase_frame_at_us(int64_t elapsed_us, struct rational rate)
{
    int64_t product;
    if (!__builtin_mul_overflow(elapsed_us, rate.num, &product))
        return divide_floor_narrow(product, rate.den * 1000000);
    return narrow(divide_floor((wide)elapsed_us * rate.num, (wide)rate.den * 1000000));
}

int64_t timebase_sequence(int64_t t_ticks, int64_t start_ticks, int64_t scale, struct rational rate,
                          int64_t start_sequence)
{
    return narrow(divide_floor((wide)(t_ticks - start_ticks) * rate.num, (wide)scale * rate.den)) +
           start_sequence;
}

int64_t timebase_segment_first_frame(int64_t k, struct rational duration, struct rational rate)
{
    return narrow(
        -divide_floor(-((wide)k * duration.num * rate.num), (wide)duration.den * rate.den));
}

int64_t timebase_segment_of_frame(int64_t n, struct rational duration, struct rational rate)
{
    return narrow(divide_floor((wide)n * rate.den * duration.den, (wide)rate.num * duration.num));
}
