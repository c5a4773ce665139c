/* Integers against libm. */
#include "player-sim/content/logarithm.h"
#include "support/cmocka_all.h"

#include <math.h>

static void test_logarithm(void **state)
{
    (void)state;
    for (uint64_t x = 1; x < (uint64_t)1 << 62; x += 1 + x / 7) {
        double exact = log2((double)x) * LOGARITHM_ONE;
        assert_true(fabs((double)logarithm_of(x) - exact) < 2);
    }
}

static void test_power(void **state)
{
    (void)state;
    for (int64_t e = -20 * LOGARITHM_ONE; e < 12 * LOGARITHM_ONE; e += 4099) {
        double exact = 1e9 * exp2((double)e / LOGARITHM_ONE);
        assert_true(fabs((double)logarithm_power(1000000000, e) - exact) < 1 + exact / (1 << 20));
    }
    assert_int_equal(logarithm_power(7, 0), 7);
    assert_int_equal(logarithm_power(1, 100 * LOGARITHM_ONE), (int64_t)1 << 46);
    assert_int_equal(logarithm_power((int64_t)1 << 40, -101 * LOGARITHM_ONE), 0);
    assert_int_equal(logarithm_power(0, 100 * LOGARITHM_ONE), 0);
}

static void test_normal(void **state)
{
    (void)state;
    enum { N = 200000 };
    uint64_t random = 5;
    double sum = 0, squares = 0, within = 0;
    for (int i = 0; i < N; i++) {
        double x = (double)logarithm_normal(&random) / LOGARITHM_ONE;
        sum += x;
        squares += x * x;
        within += fabs(x) < 1;
    }
    assert_true(fabs(sum / N) < 0.01);
    assert_true(fabs(squares / N - 1) < 0.01);
    assert_true(fabs(within / N - 0.683) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logarithm),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
