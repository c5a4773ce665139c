/* When a rung's packets are made ahead of their requests. */
#include "support/cmocka_all.h"

#include "packager/init/demand.h"

static const struct rational thirty = {30, 1};

/* Frames from the next one on, of which those are asked for that the pattern says, again and again.
 */
static void run(struct demand *d, int frames, const char *pattern)
{
    const char *at = pattern;
    for (int i = 0; i < frames; i++) {
        int64_t n = d->current + 1;
        demand_frame(d, n);
        if (*at == 'x')
            demand_request(d, n);
        if (!*++at)
            at = pattern;
    }
}

static void test_a_busy_edge_is_told_from_a_quiet_one(void **state)
{
    struct demand d;
    (void)state;
    demand_init(&d, thirty);
    assert_false(d.busy);
    run(&d, 300, ".........x"); /* three requests a second */
    assert_false(d.busy);
    run(&d, 90, "x");
    assert_true(d.busy);
    run(&d, 300, "x."); /* half of the frames: between the two bounds */
    assert_true(d.busy);
    run(&d, 90, ".");
    assert_false(d.busy);
    run(&d, 300, "x.");
    assert_false(d.busy);
}

static void test_many_requests_of_one_frame_are_one(void **state)
{
    struct demand d;
    (void)state;
    demand_init(&d, thirty);
    for (int64_t n = 0; n < 300; n++) {
        demand_frame(&d, n);
        for (int i = 0; n % 5 == 0 && i < 100; i++)
            demand_request(&d, n);
        assert_false(d.busy);
        assert_true(d.asked >= 0 && d.asked < 0.4);
    }
}

/* Who looks back says nothing of the newest packets; who switches asks a little ahead. */
static void test_only_the_edge_counts(void **state)
{
    struct demand d;
    (void)state;
    demand_init(&d, thirty);
    for (int64_t n = 0; n < 300; n++) {
        demand_frame(&d, n);
        demand_request(&d, n - 2);
    }
    assert_true(d.asked == 0);
    for (int64_t n = 300; n < 600; n++) {
        demand_frame(&d, n);
        demand_request(&d, n % 2 ? n - 1 : n + 3);
    }
    assert_true(d.busy);
}

/* It takes about as long at any frame rate. */
static void test_it_goes_by_seconds(void **state)
{
    static const struct rational rates[] = {{1, 1}, {24000, 1001}, {60, 1}, {120, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct demand d;
        demand_init(&d, rates[i]);
        run(&d, (int)(rates[i].num / rates[i].den / 2), "x");
        assert_false(d.busy);
        run(&d, (int)(rates[i].num / rates[i].den) + 3, "x");
        assert_true(d.busy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_busy_edge_is_told_from_a_quiet_one),
        cmocka_unit_test(test_many_requests_of_one_frame_are_one),
        cmocka_unit_test(test_only_the_edge_counts),
        cmocka_unit_test(test_it_goes_by_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
