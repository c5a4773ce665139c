/* The rule "burst", told stretches of frames and estimates. Packets are taken to weigh 18 kB at
 * 400 kbit/s, 33.6 kB at 800 and 93.7 kB at 2500. */
#include "unit/player-sim/abr/deciding.h"

#define S  1000000
#define MS 1000

static const int64_t ladder[] = {400000, 800000, 2500000};

enum { RUNGS = sizeof ladder / sizeof *ladder, STRETCH_US = 500 * MS };

static void begin(struct deciding *d)
{
    deciding_init(d, "burst", ladder, RUNGS);
}

static size_t join(struct deciding *d, double bps)
{
    d->m.estimate = (struct abr_estimate){.throughput_bps = bps, .rtt_us = 40000};
    return d->m.rung = abr_first_rung(d->rule, d->state, &d->setup, &d->m);
}

/* Half a second of frames; slow: they took that long and were a fifth less media, and queued. */
static size_t stretch(struct deciding *d, bool slow)
{
    struct abr_download x = {.rung = d->m.rung,
                             .media_us = slow ? STRETCH_US * 4 / 5 : STRETCH_US,
                             .bytes = (uint64_t)(ladder[d->m.rung] / 16),
                             .request_us = d->m.now_us,
                             .first_byte_us = d->m.now_us,
                             .end_us = d->m.now_us + STRETCH_US,
                             .transfer_us = STRETCH_US,
                             .app_limited = !slow,
                             .held = true};
    d->m.now_us += STRETCH_US;
    d->rule->note_download(d->state, &d->m, &x);
    return deciding_choose(d);
}

/* 93.7 kB less 18 kB are 30 ms at 20.2 Mbit/s; 33.6 kB less 18 kB at 4.2 Mbit/s. */
static void joins_where_the_packet_hardly_comes_later(void **state)
{
    struct deciding d;
    (void)state;
    begin(&d);
    assert_int_equal(join(&d, 0), 0);
    assert_int_equal(join(&d, 4e6), 0);
    assert_int_equal(join(&d, 4.4e6), 1);
    assert_int_equal(join(&d, 20e6), 1);
    assert_int_equal(join(&d, 21e6), 2);
}

/* What was joined low for the packet's sake climbs at once, as far as the estimate carries. */
static void the_first_step_up_needs_no_calm(void **state)
{
    struct deciding d;
    (void)state;
    begin(&d);
    assert_int_equal(join(&d, 10e6), 1);
    assert_int_equal(stretch(&d, false), 2);
}

/* One stretch is a keyframe that takes its time; two are too much: 2 Mbit/s came in, four fifths of
 * it carry 800 kbit/s. */
static void two_slow_stretches_step_down(void **state)
{
    struct deciding d;
    (void)state;
    begin(&d);
    assert_int_equal(join(&d, 30e6), 2);
    assert_int_equal(stretch(&d, true), 2);
    assert_int_equal(stretch(&d, false), 2);
    assert_int_equal(stretch(&d, true), 2);
    d.m.estimate.throughput_bps = 2e6;
    assert_int_equal(stretch(&d, true), 1);
}

static int64_t calm_until_a_step_up(struct deciding *d)
{
    int64_t from_us = d->m.now_us;
    size_t rung = d->m.rung;
    for (int i = 0; i < 200; i++)
        if (stretch(d, false) > rung)
            return d->m.now_us - from_us;
    return INT64_MAX;
}

/* The estimate carries rung 1 and no more. A packet of 93.7 kB at 3 Mbit/s takes 250 ms: twenty
 * times that is waited before it is tried; after that has failed, once and again, longer. */
static void a_probe_that_fails_is_repeated_later(void **state)
{
    struct deciding d;
    (void)state;
    begin(&d);
    join(&d, 3e6);
    assert_int_equal(stretch(&d, false), 1);
    int64_t first_us = calm_until_a_step_up(&d), last_us = first_us;
    assert_in_range(first_us, 5 * S, 6 * S);
    for (int tries = 0; tries < 5; tries++) {
        assert_int_equal(stretch(&d, true), 2);
        assert_int_equal(stretch(&d, true), 1);
        int64_t next_us = calm_until_a_step_up(&d);
        assert_true(next_us >= last_us);
        last_us = next_us;
    }
    assert_in_range(last_us, 31 * S, 34 * S);
}

/* Zaps do not make it forget that the link does not carry more. */
static void a_seek_keeps_what_was_learnt(void **state)
{
    struct deciding d;
    (void)state;
    begin(&d);
    join(&d, 3e6);
    stretch(&d, false);
    for (int tries = 0; tries < 4; tries++) {
        calm_until_a_step_up(&d);
        stretch(&d, true);
        stretch(&d, true);
    }
    d.rule->note_seek(d.state, &d.m);
    assert_int_equal(join(&d, 3e6), 0);
    stretch(&d, false);
    assert_true(calm_until_a_step_up(&d) >= 8 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_where_the_packet_hardly_comes_later),
        cmocka_unit_test(the_first_step_up_needs_no_calm),
        cmocka_unit_test(two_slow_stretches_step_down),
        cmocka_unit_test(a_probe_that_fails_is_repeated_later),
        cmocka_unit_test(a_seek_keeps_what_was_learnt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
