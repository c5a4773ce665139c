/* The link model: against numbers worked out by hand, and against a model that keeps a list of
 * packets and exact fractions. */
#include "player-sim/link/link.h"
#include "support/cmocka_all.h"

#include <stdlib.h>

static struct link made(int64_t delay_us, int64_t rate_bps, int64_t queue_bytes)
{
    struct link l;
    link_init(&l, &(struct link_config){
                      .delay_us = delay_us, .rate_bps = rate_bps, .queue_bytes = queue_bytes});
    return l;
}

static void expect_arrival(struct link *l, int64_t now_us, int64_t bytes, int64_t arrives_us)
{
    int64_t at_us = -1;
    assert_true(link_offer(l, now_us, bytes, &at_us));
    assert_int_equal(at_us, arrives_us);
}

static void expect_drop(struct link *l, int64_t now_us, int64_t bytes)
{
    int64_t at_us = -1;
    uint64_t dropped = l->dropped;
    assert_false(link_offer(l, now_us, bytes, &at_us));
    assert_int_equal(at_us, -1);
    assert_int_equal(l->dropped, dropped + 1);
}

/* 8 Mbit/s is a byte a microsecond. */
static void a_packet_takes_its_serialization_and_the_delay(void **state)
{
    (void)state;
    struct link l = made(20000, 8000000, 65536);
    expect_arrival(&l, 5000000, 1000, 5021000);
    expect_arrival(&l, 5000000, 500, 5021500); /* behind the first */
    expect_arrival(&l, 5000500, 1000, 5022500);
    expect_arrival(&l, 5002500, 40, 5022540); /* just when the link is free */
    expect_arrival(&l, 5002541, 40, 5022581); /* a microsecond after */
    assert_int_equal(l.taken, 5);
    assert_int_equal(l.bytes, 2580);
    assert_int_equal(l.dropped, 0);
}

static void without_a_rate_only_the_delay_is_left(void **state)
{
    (void)state;
    struct link l = made(7, 0, 1);
    for (int i = 0; i < 1000; i++)
        expect_arrival(&l, i / 10, LINK_PACKET_MAX_BYTES, i / 10 + 7);
    assert_int_equal(link_backlog_bytes(&l, 0), 0);
    assert_int_equal(l.backlog_max_bytes, 0);
}

static void idle_time_is_no_credit(void **state)
{
    (void)state;
    struct link l = made(0, 8000000, 65536);
    expect_arrival(&l, 0, 1000, 1000);
    expect_arrival(&l, INT64_C(86400000000), 1000, INT64_C(86400001000));
    expect_arrival(&l, INT64_C(86400000000), 1000, INT64_C(86400002000));
}

/* A packet is taken where at most queue_bytes are ahead of it. */
static void the_queue_overflows_exactly_at_its_size(void **state)
{
    (void)state;
    struct link l = made(0, 8000000, 3000);
    expect_arrival(&l, 0, 1000, 1000);
    expect_arrival(&l, 0, 1000, 2000);
    expect_arrival(&l, 0, 1000, 3000);
    expect_arrival(&l, 0, 1000, 4000); /* exactly 3000 bytes ahead */
    assert_int_equal(link_backlog_bytes(&l, 0), 4000);
    expect_drop(&l, 0, 1);
    assert_int_equal(link_backlog_bytes(&l, 999), 3001);
    expect_drop(&l, 999, 1000);
    assert_int_equal(link_backlog_bytes(&l, 1000), 3000);
    expect_arrival(&l, 1000, 1500, 5500);
    assert_int_equal(l.backlog_max_bytes, 4500);
    assert_int_equal(link_backlog_bytes(&l, 5499), 1);
    assert_int_equal(link_backlog_bytes(&l, 5500), 0);
    assert_int_equal(link_backlog_bytes(&l, 6000), 0);
    assert_int_equal(l.taken, 5);
    assert_int_equal(l.dropped, 2);
    assert_int_equal(l.bytes, 5500);
}

/* 65 packets of 1000 bytes wait in 65536, and one is in service. */
static void a_burst_fills_the_default_queue(void **state)
{
    int64_t at_us;
    (void)state;
    struct link l = made(0, 1000000, LINK_QUEUE_MIN_BYTES);
    for (int i = 0; i < 200; i++)
        assert_int_equal(link_offer(&l, 0, 1000, &at_us), i < 66);
    assert_int_equal(at_us, 66 * 8000);
    assert_int_equal(l.dropped, 134);
}

/* 1000 bytes at 3 Mbit/s are 2666 2/3 us; three of them 8000. */
static void rates_that_do_not_divide_never_drift(void **state)
{
    int64_t at_us = 0;
    (void)state;
    struct link l = made(0, 3000000, LINK_QUEUE_MAX_BYTES);
    expect_arrival(&l, 0, 1000, 2667);
    expect_arrival(&l, 0, 1000, 5334);
    expect_arrival(&l, 0, 1000, 8000);
    assert_int_equal(link_backlog_bytes(&l, 1), 3000); /* 2999.6, rounded up */
    for (int i = 3; i < 30000; i++)
        assert_true(link_offer(&l, 0, 1000, &at_us));
    assert_int_equal(at_us, 80000000);
}

/* 64 bytes at 10 Gbit/s are 51.2 ns, 1500 are 1.2 us. */
static void packets_shorter_than_a_clock_tick_keep_the_rate(void **state)
{
    static const int64_t arrivals_us[] = {2, 3, 4, 5, 6};
    int64_t at_us = 0;
    (void)state;
    struct link l = made(0, INT64_C(10000000000), LINK_QUEUE_MAX_BYTES);
    for (int i = 0; i < 5; i++)
        expect_arrival(&l, 0, 1500, arrivals_us[i]);
    l = made(0, INT64_C(10000000000), LINK_QUEUE_MAX_BYTES);
    for (int i = 0; i < 1000000; i++)
        assert_true(link_offer(&l, 0, 64, &at_us));
    assert_int_equal(at_us, 51200);
}

static void the_bounds_of_the_header_hold(void **state)
{
    (void)state;
    struct link fast = made(0, LINK_RATE_MAX_BPS, LINK_QUEUE_MAX_BYTES);
    expect_arrival(&fast, 0, LINK_PACKET_MAX_BYTES, 4295);
    expect_arrival(&fast, 0, LINK_PACKET_MAX_BYTES, 8590);
    assert_int_equal(link_backlog_bytes(&fast, 0), INT64_C(1) << 30);
    expect_drop(&fast, 0, 1);
    struct link slow = made(0, 1, LINK_QUEUE_MAX_BYTES);
    expect_arrival(&slow, 0, LINK_PACKET_MAX_BYTES, INT64_C(4294967296000000));
    expect_arrival(&slow, 0, LINK_PACKET_MAX_BYTES, INT64_C(8589934592000000));
    assert_int_equal(link_backlog_bytes(&slow, 0), INT64_C(1) << 30);
    expect_drop(&slow, 0, 1);
}

static void the_default_queue_is_what_a_round_trip_carries(void **state)
{
    (void)state;
    assert_int_equal(link_default_queue_bytes(20000000, 60000), 150000);
    assert_int_equal(link_default_queue_bytes(INT64_C(10000000000), 120000), 150000000);
    assert_int_equal(link_default_queue_bytes(20000001, 60000), 150000);
    assert_int_equal(link_default_queue_bytes(1000000, 20000), 65536);
    assert_int_equal(link_default_queue_bytes(0, 20000), 65536);
    assert_int_equal(link_default_queue_bytes(LINK_RATE_MAX_BPS, 60000000), LINK_QUEUE_MAX_BYTES);
    assert_int_equal(link_default_queue_bytes(LINK_RATE_MAX_BPS, INT64_MAX / 8000000),
                     LINK_QUEUE_MAX_BYTES);
}

/* ---- against a list of packets ---- */

enum { OFFERS = 20000 };

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Times in units of 1 us / rate_bps, in which a byte takes 8e6. */
struct listed {
    __int128 end;
    int64_t bytes, arrives_us;
};

/* What of the packets that were taken is still to be sent, in 1/8e6 bytes: whole ones, and of the
 * one in service what is left. */
static __int128 listed_ahead(const struct listed *list, int count, __int128 now)
{
    __int128 ahead = 0;
    for (int i = count - 1; i >= 0 && list[i].end > now; i--) {
        __int128 whole = (__int128)list[i].bytes * 8000000, left = list[i].end - now;
        ahead += left < whole ? left : whole;
    }
    return ahead;
}

static void list_packet(struct listed *list, int count, __int128 now, int64_t bytes)
{
    __int128 start = count && list[count - 1].end > now ? list[count - 1].end : now;
    list[count].end = start + (__int128)bytes * 8000000;
    list[count].bytes = bytes;
}

/* No stretch of arrivals carries more than the rate allows; a microsecond for their rounding. */
static void expect_rate_kept(const struct listed *list, int count, int64_t rate_bps)
{
    for (int i = 0; i < count; i++) {
        int64_t bytes = 0;
        for (int j = i + 1; j < count && j < i + 40; j++) {
            int64_t apart_us = list[j].arrives_us - list[i].arrives_us;
            assert_true(apart_us >= 0);
            bytes += list[j].bytes;
            assert_true((__int128)bytes * 8000000 <= (__int128)(apart_us + 1) * rate_bps);
        }
    }
}

static void offer_at_random(int64_t rate_bps, int64_t queue_bytes, uint32_t seed)
{
    static const int64_t delay_us = 12345;
    struct listed *list = calloc(OFFERS, sizeof *list);
    struct link l = made(delay_us, rate_bps, queue_bytes);
    int64_t now_us = INT64_C(1234567890123), bytes_taken = 0, packet_us = 6000000000 / rate_bps;
    int count = 0;
    assert_non_null(list);
    for (int i = 0; i < OFFERS; i++) {
        int64_t bytes = next_random(&seed) % 1480 + 20, arrives_us;
        if (next_random(&seed) % 3 == 0)
            now_us += next_random(&seed) % (4 * packet_us + 2);
        if (next_random(&seed) % 1000 == 0)
            now_us += 200 * packet_us;
        __int128 now = (__int128)now_us * rate_bps;
        bool fits = listed_ahead(list, count, now) <= (__int128)queue_bytes * 8000000;
        assert_int_equal(link_offer(&l, now_us, bytes, &arrives_us), fits);
        if (!fits)
            continue;
        list_packet(list, count, now, bytes);
        list[count].arrives_us = arrives_us;
        bytes_taken += bytes;
        /* exact, up to the rounding: never early, less than two microseconds late */
        __int128 late = (__int128)(arrives_us - delay_us) * rate_bps - list[count].end;
        assert_true(late >= 0 && late < 2 * (__int128)rate_bps);
        count++;
    }
    assert_int_equal(l.taken, count);
    assert_int_equal(l.taken + l.dropped, OFFERS);
    assert_int_equal(l.bytes, bytes_taken);
    assert_true(l.dropped > 0 && l.taken > OFFERS / 10); /* both were tried */
    expect_rate_kept(list, count, rate_bps);
    free(list);
}

static void random_offers_agree_with_a_list_of_packets(void **state)
{
    (void)state;
    offer_at_random(8000000, 10000, 1);
    offer_at_random(7777777, 3000, 2);
    offer_at_random(33333, 20000, 3);
    offer_at_random(INT64_C(1000000007), 65536, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_takes_its_serialization_and_the_delay),
        cmocka_unit_test(without_a_rate_only_the_delay_is_left),
        cmocka_unit_test(idle_time_is_no_credit),
        cmocka_unit_test(the_queue_overflows_exactly_at_its_size),
        cmocka_unit_test(a_burst_fills_the_default_queue),
        cmocka_unit_test(rates_that_do_not_divide_never_drift),
        cmocka_unit_test(packets_shorter_than_a_clock_tick_keep_the_rate),
        cmocka_unit_test(the_bounds_of_the_header_hold),
        cmocka_unit_test(the_default_queue_is_what_a_round_trip_carries),
        cmocka_unit_test(random_offers_agree_with_a_list_of_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
