/* The estimators of dash.js and hls.js, against figures worked out by hand. Agreement with them
 * over whole sessions: test_references.c. */
#include "player-sim/abr/abr.h"
#include "support/cmocka_all.h"

#include <math.h>
#include <stdalign.h>

static const int64_t ladder[] = {1000000};
static const struct abr_setup setup = {
    .bitrates_bps = ladder, .rung_count = 1, .segment_us = 1000000, .target_latency_us = 3000000};

struct estimating {
    alignas(max_align_t) unsigned char state[1024];
    const struct abr_estimator *estimator;
};

static void init(struct estimating *e, const char *name)
{
    e->estimator = abr_estimator_find(name);
    assert_non_null(e->estimator);
    assert_true(e->estimator->state_bytes <= sizeof e->state);
    e->estimator->init(e->state, &setup);
}

/* So many bits in so long, after a wait for the first byte. */
static struct abr_download download(int64_t rtt_ms, int64_t transfer_ms, uint64_t bits)
{
    return (struct abr_download){.media_us = 1000000,
                                 .bytes = bits / 8,
                                 .first_byte_us = rtt_ms * 1000,
                                 .end_us = (rtt_ms + transfer_ms) * 1000,
                                 .transfer_us = transfer_ms * 1000};
}

static struct abr_estimate add(struct estimating *e, struct abr_download d)
{
    e->estimator->add(e->state, &d);
    return e->estimator->tell(e->state);
}

#define assert_near(a, b) assert_true(fabs((a) - (b)) <= 1e-6 * fabs(b))

/* After 3 s at 1 Mbit/s and 3 s at 4, the quick average has forgotten half of the first: of what
 * it holds, 0.25 and 0.5, it makes 3 Mbit/s; the slow one, 0.5^(1/3) being 0.7937, 2.6725. */
static void hls_believes_the_smaller_average(void **state)
{
    (void)state;
    struct estimating e;
    init(&e, "hls.js");
    assert_near(add(&e, download(0, 3000, 3000000)).throughput_bps, 1e6);
    double kept = cbrt(0.5);
    double slow = (kept * (1 - kept) * 1e6 + (1 - kept) * 4e6) / (1 - kept * kept);
    assert_near(add(&e, download(0, 3000, 12000000)).throughput_bps, slow);
    assert_near(add(&e, download(0, 3000, 8)).throughput_bps,
                (0.125 * 1e6 + 0.25 * 4e6 + 0.5 * 8 / 3.0) / 0.875); /* now the quick one */
}

static void hls_knows_nothing_at_first(void **state)
{
    (void)state;
    struct estimating e;
    init(&e, "hls.js");
    struct abr_estimate first = e.estimator->tell(e.state);
    assert_true(first.throughput_bps == 0);
    assert_true(first.rtt_us == 0);
    /* 8000 bytes count as 0.08 ms at least, and that is less than the millisecond that is needed.
     */
    struct abr_download few = download(5, 0, 64000);
    few.transfer_us = 1;
    assert_true(add(&e, few).throughput_bps == 0);
    double old = pow(0.5, 8e-5 / 3), kept = pow(0.5, 0.04 / 3);
    assert_near(add(&e, download(5, 40, 40000)).throughput_bps,
                (kept * (1 - old) * 8e8 + (1 - kept) * 1e6) / (1 - kept * old));
}

/* A wait for the first byte that is longer than the usual one is part of the sample's time. */
static void hls_counts_late_first_bytes(void **state)
{
    (void)state;
    struct estimating e;
    init(&e, "hls.js");
    struct abr_estimate first = add(&e, download(100, 1000, 1000000));
    assert_near(first.throughput_bps, 1e6);
    assert_near(first.rtt_us, 100000.0);

    init(&e, "hls.js");
    struct abr_download held = download(900, 1000, 1000000);
    held.held = true;
    assert_near(add(&e, held).throughput_bps, 1e6);
    assert_true(e.estimator->tell(e.state).rtt_us == 0);

    init(&e, "hls.js");
    add(&e, download(100, 1000, 1000000));
    struct abr_estimate late = add(&e, download(900, 1000, 1000000));
    assert_true(late.rtt_us > 100000 && late.rtt_us < 500000); /* and weighs less than the first */
    assert_true(late.throughput_bps < 0.85e6);
}

/* Throughputs weigh one and a half times their time, so 2 s are the quick half-life of 3 s. */
static void dash_believes_the_smaller_average_in_whole_kbps(void **state)
{
    (void)state;
    struct estimating e;
    init(&e, "dash.js");
    assert_true(e.estimator->tell(e.state).throughput_bps == 0);
    assert_near(add(&e, download(40, 2000, 2000700)).throughput_bps, 1e6);
    add(&e, download(40, 2000, 2 * 4000000));
    double slow_kept = pow(0.5, 3.0 / 8);
    double slow = (slow_kept * 1000 + 4000) / (1 + slow_kept);
    assert_near(e.estimator->tell(e.state).throughput_bps, floor(slow + 0.5) * 1000);
    assert_near(add(&e, download(40, 2000, 2 * 100000)).throughput_bps,
                floor((0.125 * 1000 + 0.25 * 4000 + 0.5 * 100) / 0.875 + 0.5) * 1000);
}

/* Round trips are forgotten after one request or two; the longer average is told. */
static void dash_believes_the_longer_round_trip(void **state)
{
    (void)state;
    struct estimating e;
    init(&e, "dash.js");
    assert_near(add(&e, download(40, 1000, 1000000)).rtt_us, 40000.0);
    assert_near(add(&e, download(100, 1000, 1000000)).rtt_us, 80000.0);
    double kept = sqrt(0.5), slow = (kept * kept * 40 + kept * 100 + 10) / (kept * kept + kept + 1);
    assert_near(add(&e, download(10, 1000, 1000000)).rtt_us, floor(slow + 0.5) * 1000);
}

static void dash_passes_over_caches(void **state)
{
    (void)state;
    struct estimating e;
    init(&e, "dash.js");
    assert_true(add(&e, download(4, 5, 1000000)).throughput_bps == 0);
    assert_near(add(&e, download(4, 6, 1000200)).throughput_bps, 166700e3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hls_believes_the_smaller_average),
        cmocka_unit_test(hls_knows_nothing_at_first),
        cmocka_unit_test(hls_counts_late_first_bytes),
        cmocka_unit_test(dash_believes_the_smaller_average_in_whole_kbps),
        cmocka_unit_test(dash_believes_the_longer_round_trip),
        cmocka_unit_test(dash_passes_over_caches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
