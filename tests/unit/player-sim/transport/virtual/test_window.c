/* The congestion window against what the RFCs that it names work out. */
#include "player-sim/transport/virtual/window.h"
#include "player-sim/transport/virtual/path.h"
#include "support/cmocka_all.h"

enum { PACKET = PATH_PAYLOAD_BYTES };

static const int64_t rtt_us = 100000, timeout_us = 300000;

static void acknowledge(struct window *w, int64_t now_us, int64_t sent_us)
{
    window_acknowledged(
        w, now_us, &(struct window_sample){.sent_us = sent_us, .bytes = PACKET, .whole = true});
}

/* So many packets go out at now_us, and are acknowledged a round trip later, gap_us apart. */
static void go_round(struct window *w, int64_t now_us, int packets, int64_t trip_us, int64_t gap_us)
{
    for (int i = 0; i < packets; i++)
        window_sent(w, now_us, PACKET);
    for (int i = 0; i < packets; i++)
        acknowledge(w, now_us + trip_us + i * gap_us, now_us);
}

static struct window fresh(void)
{
    struct window w;
    window_init(&w, 0, rtt_us);
    return w;
}

/* In slow start, with everything acknowledged at `now_us`. */
static struct window grown(int packets, int64_t now_us)
{
    struct window w = fresh();
    w.bytes = (int64_t)packets * PACKET;
    w.sent_us = w.used_since_us = now_us;
    return w;
}

static void it_starts_with_ten_packets(void **state)
{
    (void)state;
    struct window w = fresh();
    assert_int_equal(window_room(&w), 10 * PACKET);
    window_sent(&w, 0, 3 * PACKET);
    assert_int_equal(window_room(&w), 7 * PACKET);
}

static void slow_start_doubles_it_each_round_trip(void **state)
{
    (void)state;
    struct window w = fresh();
    for (int round = 0; round < 5; round++) {
        assert_int_equal(w.bytes, (10 << round) * PACKET);
        go_round(&w, round * rtt_us, 10 << round, rtt_us, 0);
    }
    assert_int_equal(w.bytes, 320 * PACKET);
    assert_int_equal(w.flight_bytes, 0);
}

static void what_is_not_used_does_not_grow(void **state)
{
    (void)state;
    struct window w = fresh();
    for (int round = 0; round < 20; round++)
        go_round(&w, round * rtt_us, 4, rtt_us, 0);
    assert_int_equal(w.bytes, 10 * PACKET);
    go_round(&w, 20 * rtt_us, 6, rtt_us, 0); /* more than half of it is */
    assert_int_equal(w.bytes, 12 * PACKET);
}

/* RFC 9406, 4.2: an eighth of the shortest round trip, 4 to 16 ms. */
static void a_round_trip_that_rises_by_an_eighth_ends_slow_start(void **state)
{
    (void)state;
    struct window w = fresh();
    go_round(&w, 0, 10, rtt_us, 0);
    go_round(&w, rtt_us, 20, rtt_us + 12500, 0);
    assert_int_equal(w.bytes, 40 * PACKET); /* just an eighth */
    go_round(&w, 3 * rtt_us, 40, rtt_us + 12501, 0);
    assert_int_equal(w.threshold_bytes, 51 * PACKET); /* at the twelfth packet of the round */
    assert_in_range(w.bytes, 51 * PACKET, 52 * PACKET);
}

static void four_milliseconds_are_the_least_that_counts(void **state)
{
    (void)state;
    struct window w = fresh();
    go_round(&w, 0, 10, 8000, 0);
    go_round(&w, 20000, 20, 12000, 0);
    assert_int_equal(w.bytes, 40 * PACKET);
    go_round(&w, 40000, 40, 12001, 0);
    assert_int_equal(w.threshold_bytes, 51 * PACKET);
}

/* Acknowledgements that come at the link's rate for longer than half a round trip. */
static void a_train_of_half_a_round_trip_ends_slow_start(void **state)
{
    (void)state;
    struct window w = fresh();
    go_round(&w, 0, 10, 20000, 0);
    go_round(&w, 20000, 20, 20000, 500); /* 9.5 ms */
    assert_int_equal(w.threshold_bytes, INT64_MAX);
    go_round(&w, 60000, 40, 20000, 500); /* the 22nd is 10.5 ms after the first */
    assert_int_equal(w.threshold_bytes, (40 + 21) * PACKET);
}

static void what_comes_slower_is_no_train(void **state)
{
    (void)state;
    struct window w = fresh();
    go_round(&w, 0, 10, 20000, 0);
    go_round(&w, 20000, 20, 20000, 1001);
    go_round(&w, 80000, 40, 20000, 1001);
    assert_int_equal(w.threshold_bytes, INT64_MAX);
}

/* RFC 9438, 4.6 and 4.3: to 0.7; then 3 * 0.3 / 1.7 = 0.53 packets a round trip. */
static void a_loss_costs_three_tenths_once_a_round_trip(void **state)
{
    (void)state;
    struct window w = grown(100, 0);
    for (int i = 0; i < 100; i++)
        window_sent(&w, 0, PACKET);
    window_lost(&w, rtt_us, 0, PACKET, false);
    assert_int_equal(w.bytes, 70 * PACKET);
    window_lost(&w, rtt_us + 1, 0, PACKET, false);
    assert_int_equal(w.bytes, 70 * PACKET); /* of the same loss */
    for (int i = 0; i < 97; i++)
        acknowledge(&w, rtt_us + 2, 0);
    assert_int_equal(w.bytes, 70 * PACKET);
    acknowledge(&w, rtt_us + 3, 0); /* the last one in flight */
    w.bytes = 70 * PACKET;
    go_round(&w, 2 * rtt_us, 70, rtt_us, 0);
    assert_in_range(w.bytes, 70 * PACKET + 52 * PACKET / 100, 70 * PACKET + 53 * PACKET / 100);
    window_sent(&w, 4 * rtt_us, PACKET);
    window_lost(&w, 5 * rtt_us, 4 * rtt_us, PACKET, false);
    assert_in_range(w.bytes, 49 * PACKET, 50 * PACKET);
}

static void two_packets_are_left_of_it_at_least(void **state)
{
    (void)state;
    struct window w = fresh();
    for (int i = 1; i < 20; i++) {
        window_sent(&w, i * rtt_us, PACKET);
        window_lost(&w, i * rtt_us + rtt_us / 2, i * rtt_us, PACKET, true);
    }
    assert_int_equal(w.bytes, 2 * PACKET);
    assert_true(window_room(&w) >= PACKET);
}

/* Sends what the window lets go, whole packets; returns how many. */
static int send_all(struct window *w, int64_t now_us)
{
    int sent = 0;
    for (; window_room(w) >= PACKET; sent++)
        window_sent(w, now_us, PACKET);
    return sent;
}

/* RFC 9937: 20 in flight, one of them lost: it comes again at once, and of what arrives of the
 * others seven tenths go out, so that 14 are in flight when all is acknowledged. */
static void losses_are_made_up_for_at_the_rate_of_what_arrives(void **state)
{
    (void)state;
    struct window w = grown(20, 0);
    assert_int_equal(send_all(&w, 0), 20);
    window_lost(&w, rtt_us, 0, PACKET, false);
    assert_int_equal(send_all(&w, rtt_us), 1);
    int sent = 1;
    for (int i = 0; i < 19; i++) {
        acknowledge(&w, rtt_us + i, 0);
        sent += send_all(&w, rtt_us + i);
        assert_true(sent <= 1 + (i + 1) * 7 / 10);
    }
    assert_int_equal(sent, 14);
    assert_int_equal(w.flight_bytes, 14 * PACKET);
    acknowledge(&w, 2 * rtt_us, rtt_us); /* the repetition: it is over */
    assert_int_equal(send_all(&w, 2 * rtt_us), 1);
}

/* Where nearly everything is lost, it starts slowly: 1, 2, 4 ... */
static void a_lost_tail_comes_again_slowly(void **state)
{
    (void)state;
    struct window w = grown(40, 0);
    assert_int_equal(send_all(&w, 0), 40);
    for (int i = 0; i < 4; i++)
        acknowledge(&w, rtt_us, 0);
    window_lost(&w, 3 * rtt_us, 0, 40 * PACKET, true);
    w.flight_bytes = 0; /* all of them */
    int64_t now_us = 3 * rtt_us;
    static const int expected[] = {1, 2, 4, 8};
    for (int round = 0; round < 4; round++, now_us += rtt_us) {
        int sent = 0;
        if (round == 0)
            sent = send_all(&w, now_us);
        for (int i = 0; round && i < expected[round - 1]; i++) {
            window_acknowledged(
                &w, now_us, &(struct window_sample){.sent_us = now_us - rtt_us, .bytes = PACKET});
            sent += send_all(&w, now_us);
        }
        assert_int_equal(sent, expected[round]);
    }
}

/* RFC 5681, 4.1; halved for each timeout, as Linux does. */
static void idleness_halves_it_for_each_timeout(void **state)
{
    static const struct {
        int64_t idle_us;
        int packets;
    } cases[] = {{timeout_us, 80},         {timeout_us + 1, 40},     {2 * timeout_us, 40},
                 {2 * timeout_us + 1, 20}, {3 * timeout_us + 1, 10}, {4 * timeout_us + 1, 10},
                 {INT64_C(1) << 50, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct window w = grown(80, 1000);
        w.used_since_us = 1000 + cases[i].idle_us; /* that is another rule's */
        window_wake(&w, 1000 + cases[i].idle_us);
        assert_int_equal(w.bytes, cases[i].packets * PACKET);
    }
}

static void what_is_small_is_not_made_larger_by_idleness(void **state)
{
    (void)state;
    struct window w = grown(4, 0);
    window_wake(&w, 100 * timeout_us);
    assert_int_equal(w.bytes, 4 * PACKET);
}

/* RFC 2861, 3.2: half way down to what was used. */
static void what_is_unused_for_a_timeout_decays(void **state)
{
    (void)state;
    struct window w = grown(40, 0);
    for (int i = 0; i < 4; i++) {
        window_wake(&w, i * 90000);
        go_round(&w, i * 90000, 12, 80000, 0);
        if (i < 3)
            assert_int_equal(w.bytes, 40 * PACKET);
    }
    window_wake(&w, 360000);
    assert_int_equal(w.bytes, 26 * PACKET);
}

/* Not while losses are made up for, nor by what was not used meanwhile. */
static void it_does_not_decay_in_recovery(void **state)
{
    (void)state;
    struct window w = grown(40, 0);
    for (int i = 0; i < 40; i++)
        window_sent(&w, 0, PACKET);
    window_lost(&w, rtt_us, 0, 39 * PACKET, false);
    int64_t now_us = rtt_us;
    for (int i = 0; i < 3; i++)
        window_wake(&w, now_us += timeout_us);
    assert_int_equal(w.bytes, 28 * PACKET);
    window_sent(&w, now_us, PACKET);
    acknowledge(&w, now_us + rtt_us, now_us);
    assert_false(w.recovering);
    window_wake(&w, now_us + rtt_us);
    assert_in_range(w.bytes, 28 * PACKET, 29 * PACKET);
}

/* RFC 6298, 2.2 and 2.3. */
static void the_round_trip_is_smoothed_by_an_eighth(void **state)
{
    (void)state;
    struct window w;
    window_init(&w, 0, 0);
    go_round(&w, 0, 1, 40000, 0);
    assert_int_equal(w.rtt_us, 40000);
    go_round(&w, 100000, 1, 120000, 0);
    assert_int_equal(w.rtt_us, 50000);
}

/* RFC 8985, 7.2; RFC 6298, 5.5. */
static void probes_wait_twice_as_long_each_time_in_a_row(void **state)
{
    (void)state;
    struct window w = fresh();
    assert_int_equal(window_probe_us(&w), 2 * rtt_us);
    window_sent(&w, 0, 2 * PACKET);
    window_lost(&w, 200000, 0, PACKET, true);
    window_lost(&w, 200000, 0, PACKET, true); /* found by the same */
    assert_int_equal(window_probe_us(&w), 4 * rtt_us);
    window_sent(&w, 200000, PACKET);
    window_lost(&w, 600000, 200000, PACKET, true);
    assert_int_equal(window_probe_us(&w), 8 * rtt_us);
    window_sent(&w, 600000, PACKET);
    acknowledge(&w, 700000, 600000);
    assert_int_equal(window_probe_us(&w), 2 * rtt_us);
    window_init(&w, 0, 100);
    assert_int_equal(window_probe_us(&w), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_with_ten_packets),
        cmocka_unit_test(slow_start_doubles_it_each_round_trip),
        cmocka_unit_test(what_is_not_used_does_not_grow),
        cmocka_unit_test(a_round_trip_that_rises_by_an_eighth_ends_slow_start),
        cmocka_unit_test(four_milliseconds_are_the_least_that_counts),
        cmocka_unit_test(a_train_of_half_a_round_trip_ends_slow_start),
        cmocka_unit_test(what_comes_slower_is_no_train),
        cmocka_unit_test(a_loss_costs_three_tenths_once_a_round_trip),
        cmocka_unit_test(two_packets_are_left_of_it_at_least),
        cmocka_unit_test(losses_are_made_up_for_at_the_rate_of_what_arrives),
        cmocka_unit_test(a_lost_tail_comes_again_slowly),
        cmocka_unit_test(idleness_halves_it_for_each_timeout),
        cmocka_unit_test(what_is_small_is_not_made_larger_by_idleness),
        cmocka_unit_test(what_is_unused_for_a_timeout_decays),
        cmocka_unit_test(it_does_not_decay_in_recovery),
        cmocka_unit_test(the_round_trip_is_smoothed_by_an_eighth),
        cmocka_unit_test(probes_wait_twice_as_long_each_time_in_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
