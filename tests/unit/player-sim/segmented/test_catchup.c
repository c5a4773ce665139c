/* The catch-up policies and the deliveries' table. */
#include "player-sim/segmented/catchup.h"
#include "player-sim/segmented/delivery.h"

#include "support/cmocka_all.h"

/* Behind the target by so much, with plenty of buffer. */
static int64_t rate(const char *policy, int64_t behind_ms)
{
    struct segmented_drift d = {.latency_us = 3000000 + behind_ms * 1000,
                                .target_us = 3000000,
                                .buffer_us = 2500000,
                                .segment_us = 2000000,
                                .rate_ppm = 1000000};
    return segmented_catchup_find(policy)->rate_ppm(&d);
}

/* 0.5 + 1 / (1 + exp(-5 x seconds)) */
static void dash_js_follows_a_sigmoid(void **state)
{
    (void)state;
    assert_int_equal(rate("dash.js", 0), 1000000);
    assert_in_range(rate("dash.js", 200), 1231058, 1231059);
    assert_in_range(rate("dash.js", -200), 768941, 768942);
    assert_in_range(rate("dash.js", 60000), 1499999, 1500000);
    assert_int_equal(rate("dash.js", 10), 1000000); /* 1.0125: too slight a change */
    struct segmented_drift d = {.latency_us = 5000000,
                                .target_us = 3000000,
                                .buffer_us = 1000000,
                                .rate_ppm = 1000000,
                                .recovering = true};
    assert_int_equal(segmented_catchup_find("dash.js")->rate_ppm(&d), 1000000);
}

static void lol_plus_slows_down_for_a_low_buffer(void **state)
{
    (void)state;
    assert_in_range(rate("lol+", 200), 1231058, 1231059);
    assert_int_equal(rate("lol+", 50), 1000000); /* within 2 % of the target */
    struct segmented_drift d = {
        .latency_us = 5000000, .target_us = 3000000, .buffer_us = 300000, .rate_ppm = 1000000};
    assert_in_range(segmented_catchup_find("lol+")->rate_ppm(&d), 768941, 768942);
}

/* 2 / (1 + exp(-0.75 x seconds)), to the next 20th; never slower than 1. */
static void hls_js_goes_in_steps(void **state)
{
    (void)state;
    assert_int_equal(rate("hls.js", 50), 1000000);
    assert_int_equal(rate("hls.js", 500), 1200000);  /* 1.1853 */
    assert_int_equal(rate("hls.js", 1000), 1350000); /* 1.3584 */
    assert_int_equal(rate("hls.js", 4000), 1500000); /* no more */
    assert_int_equal(rate("hls.js", 5000), 1000000); /* that far behind is no accident */
    assert_int_equal(rate("hls.js", -500), 1000000);
}

static void tables_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(segmented_catchup_find("none"), &segmented_catchups[0]);
    assert_null(segmented_catchups[0].rate_ppm);
    assert_null(segmented_catchup_find("hls"));
    for (size_t i = 0; segmented_deliveries[i].name; i++)
        assert_ptr_equal(segmented_delivery_find(segmented_deliveries[i].name),
                         &segmented_deliveries[i]);
    assert_null(segmented_delivery_find("hesp"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dash_js_follows_a_sigmoid),
        cmocka_unit_test(lol_plus_slows_down_for_a_low_buffer),
        cmocka_unit_test(hls_js_goes_in_steps),
        cmocka_unit_test(tables_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
