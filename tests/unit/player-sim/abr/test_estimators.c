/* What the estimators make of downloads. */
#include "player-sim/abr/abr.h"

#include "support/cmocka_all.h"

#include <math.h>
#include <stdlib.h>

static const int64_t rates[] = {1000000};
static const struct abr_setup setup = {
    .bitrates_bps = rates, .rung_count = 1, .segment_us = 2000000, .buffer_max_us = 20000000};

struct estimating {
    const struct abr_estimator *estimator;
    void *state;
};

static struct estimating begin(const char *name)
{
    struct estimating e = {.estimator = abr_estimator_find(name)};
    assert_non_null(e.estimator);
    e.state = calloc(1, e.estimator->state_bytes);
    assert_non_null(e.state);
    e.estimator->init(e.state, &setup);
    return e;
}

/* kbit in ms, rtt_ms after it was asked for. */
static struct abr_download download(int64_t kbit, int64_t ms, int64_t rtt_ms)
{
    return (struct abr_download){.bytes = (uint64_t)kbit * 125,
                                 .first_byte_us = rtt_ms * 1000,
                                 .end_us = (rtt_ms + ms) * 1000,
                                 .transfer_us = ms * 1000};
}

static void expect(const struct estimating *e, double throughput_bps, double rtt_us)
{
    struct abr_estimate told = e->estimator->tell(e->state);
    if (fabs(told.throughput_bps - throughput_bps) > 1e-6 * throughput_bps ||
        fabs(told.rtt_us - rtt_us) > 1e-6 * rtt_us)
        fail_msg("%f bit/s, %f us instead of %f, %f", told.throughput_bps, told.rtt_us,
                 throughput_bps, rtt_us);
}

static void add(const struct estimating *e, struct abr_download d)
{
    e->estimator->add(e->state, &d);
}

static void first_sample_is_believed(void **state)
{
    (void)state;
    for (size_t i = 0; abr_estimators[i]; i++) {
        struct estimating e = begin(abr_estimators[i]->name);
        expect(&e, 0, 0);
        add(&e, download(3000, 1000, 80));
        expect(&e, 3000000, 80000);
        free(e.state);
    }
}

/* After 3 s of 8 Mbit/s and 3 s of 2 Mbit/s, the average with a half-life of 3 s is
 * (8 / 4 + 2 / 2) / (1 - 1/4) = 4, and smaller than the other. The round trips, of 40 and 100 ms,
 * weigh a unit of 2 s each: the longer is the quick one's, 2^(-2/3) = 0.63 of 40 against 100. */
static void ewma_takes_the_careful_average(void **state)
{
    (void)state;
    struct estimating e = begin("ewma");
    add(&e, download(24000, 3000, 40));
    add(&e, download(6000, 3000, 100));
    double kept = pow(0.5, 2.0 / 3);
    expect(&e, 4000000, (kept * 40000 + 100000) / (kept + 1));
    free(e.state);

    /* The other way round the slow one is the careful one: (2k + 8) / (1 + k), k = 2^(-3/8). */
    e = begin("ewma");
    add(&e, download(6000, 3000, 50));
    add(&e, download(24000, 3000, 50));
    kept = pow(0.5, 3.0 / 8);
    expect(&e, (2e6 * kept + 8e6) / (1 + kept), 50000);
    free(e.state);
}

static void sliding_is_the_mean_of_three(void **state)
{
    (void)state;
    struct estimating e = begin("sliding");
    add(&e, download(100000, 1000, 500));
    for (int i = 1; i <= 3; i++)
        add(&e, download(1000 * i, 1000, 10 * i));
    expect(&e, 2000000, 20000);
    free(e.state);
}

/* Where the origin had no more to send, a sample can only say that the link is better. */
static void app_limited_samples_bound_from_below(void **state)
{
    (void)state;
    for (size_t i = 0; abr_estimators[i]; i++) {
        struct estimating e = begin(abr_estimators[i]->name);
        add(&e, download(3000, 1000, 80));
        struct abr_download d = download(500, 1000, 80);
        d.app_limited = true;
        add(&e, d);
        expect(&e, 3000000, 80000);
        d = download(9000, 1000, 80);
        d.app_limited = true;
        add(&e, d);
        assert_true(e.estimator->tell(e.state).throughput_bps > 3000000);
        free(e.state);
    }
}

/* A request that was held back, and one that came in no time, say nothing of what they hide. */
static void held_and_instant_samples_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; abr_estimators[i]; i++) {
        struct estimating e = begin(abr_estimators[i]->name);
        struct abr_download d = download(3000, 1000, 700);
        d.held = true;
        add(&e, d);
        expect(&e, 3000000, 0);
        d = download(5000, 0, 80);
        add(&e, d);
        expect(&e, 3000000, 80000);
        free(e.state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_sample_is_believed),
        cmocka_unit_test(ewma_takes_the_careful_average),
        cmocka_unit_test(sliding_is_the_mean_of_three),
        cmocka_unit_test(app_limited_samples_bound_from_below),
        cmocka_unit_test(held_and_instant_samples_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
