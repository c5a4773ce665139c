/* The link model along a trace: against numbers worked out by hand, against a constant link, and
 * against a reference that sends nanosecond by nanosecond. */
#include "player-sim/link/link.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

#include <stdlib.h>

enum { MBIT = 1000000, MS = 1000 };

static const int64_t nanobits_per_byte = INT64_C(8000000000);

static struct trace *trace_of(const struct trace_piece *pieces, size_t count)
{
    struct trace *t = NULL;
    assert_int_equal(trace_create(pieces, count, &t), ERR_OK);
    return t;
}

static struct link linked(struct link_config config)
{
    struct link l;
    if (!config.queue_bytes)
        config.queue_bytes = LINK_QUEUE_MIN_BYTES;
    link_init(&l, &config);
    return l;
}

static void expect_arrival(struct link *l, int64_t now_us, int64_t bytes, int64_t arrives_us)
{
    int64_t at_us = -1;
    assert_true(link_offer(l, now_us, bytes, &at_us));
    assert_int_equal(at_us, arrives_us);
}

/* 8 Mbit/s is a byte a microsecond: 10,000 bytes, 10 ms of nothing, 5,000 bytes at a quarter. */
static const struct trace_piece hilly[] = {
    {10 * MS, 8 * MBIT, -1}, {10 * MS, 0, -1}, {20 * MS, 2 * MBIT, -1}};

static void a_packet_is_sent_at_each_pieces_rate(void **state)
{
    (void)state;
    struct trace *t = trace_of(hilly, 3);
    struct link l = linked((struct link_config){.trace = t, .delay_us = 100});
    expect_arrival(&l, 8 * MS, 1000, 9 * MS + 100);
    expect_arrival(&l, 8 * MS, 1000, 10 * MS + 100); /* just before the outage */
    expect_arrival(&l, 8 * MS, 1000, 24 * MS + 100); /* waits for its end */
    assert_int_equal(link_backlog_bytes(&l, 8 * MS), 3000);
    assert_int_equal(link_backlog_bytes(&l, 15 * MS), 1000);
    assert_int_equal(link_backlog_bytes(&l, 22 * MS), 500);
    assert_int_equal(link_sent_us(&l), 24 * MS);
    expect_arrival(&l, 38 * MS, 1500, 41 * MS + 100); /* 500 in this loop, 1000 in the next */
    assert_int_equal(link_backlog_bytes(&l, 40 * MS), 1000);
    assert_int_equal(link_backlog_bytes(&l, 41 * MS), 0);
    assert_int_equal(l.backlog_max_bytes, 3000);
    trace_destroy(t);
}

static void a_packet_that_comes_in_an_outage_waits(void **state)
{
    (void)state;
    struct trace *t = trace_of(hilly, 3);
    struct link l = linked((struct link_config){.trace = t});
    expect_arrival(&l, 400 * MS + 12 * MS, 250, 400 * MS + 21 * MS);
    assert_int_equal(link_backlog_bytes(&l, 400 * MS + 12 * MS), 250);
    assert_int_equal(link_backlog_bytes(&l, 400 * MS + 20 * MS), 250);
    assert_int_equal(link_backlog_bytes(&l, 400 * MS + 20 * MS + 4), 249);
    trace_destroy(t);
}

static void expect_drop(struct link *l, int64_t now_us)
{
    int64_t at_us = -1;
    uint64_t dropped = l->dropped;
    assert_false(link_offer(l, now_us, 1, &at_us));
    assert_int_equal(at_us, -1);
    assert_int_equal(l->dropped, dropped + 1);
}

/* 2000 bytes may be ahead. */
static void the_queue_empties_as_the_trace_says(void **state)
{
    (void)state;
    struct trace *t = trace_of(hilly, 3);
    struct link l = linked((struct link_config){.trace = t, .queue_bytes = 2000});
    expect_arrival(&l, 9 * MS, 2001, 24 * MS + 4); /* 1000 before the outage */
    expect_drop(&l, 9 * MS);
    expect_arrival(&l, 9 * MS + 1, 500, 26 * MS + 4);
    expect_arrival(&l, 10 * MS, 500, 28 * MS + 4); /* 1501 are ahead */
    expect_drop(&l, 10 * MS);
    expect_drop(&l, 20 * MS);
    expect_drop(&l, 20 * MS + 3);
    expect_arrival(&l, 20 * MS + 4, 1, 28 * MS + 8);
    assert_int_equal(l.taken, 4);
    assert_int_equal(l.lost, 0);
    assert_int_equal(l.backlog_max_bytes, 2500);
    trace_destroy(t);
}

static void the_link_may_start_anywhere_in_the_trace(void **state)
{
    (void)state;
    struct trace *t = trace_of(hilly, 3);
    for (int64_t from_us = -400 * MS; from_us <= 400 * MS; from_us += 40 * MS) {
        struct link l = linked((struct link_config){.trace = t, .trace_from_us = from_us + 9 * MS});
        expect_arrival(&l, 0, 2000, 15 * MS);
    }
    trace_destroy(t);
}

/* 15,000 bytes a loop: what is offered at once takes thousands of them. */
static void a_large_offer_is_exact_over_many_loops(void **state)
{
    (void)state;
    struct trace *t = trace_of(hilly, 3);
    struct link l = linked((struct link_config){.trace = t, .queue_bytes = LINK_QUEUE_MAX_BYTES});
    expect_arrival(&l, 0, 30000 * 15000 + 4, INT64_C(30000) * 40 * MS + 4);
    assert_int_equal(link_backlog_bytes(&l, 30 * MS), 30000 * 15000 + 4 - 12500);
    assert_int_equal(link_backlog_bytes(&l, INT64_C(29999) * 40 * MS + 40 * MS - 4), 5);
    expect_arrival(&l, INT64_C(20000) * 40 * MS, 9996, INT64_C(30000) * 40 * MS + 10 * MS);
    expect_arrival(&l, INT64_C(20000) * 40 * MS, 5000, INT64_C(30001) * 40 * MS);
    trace_destroy(t);
}

static void the_bounds_of_the_header_hold(void **state)
{
    static const struct trace_piece slow[] = {{1, TRACE_MEAN_MIN_BPS * 1000, -1}, {999, 0, -1}};
    static const struct trace_piece fast = {TRACE_TOTAL_MAX_US, TRACE_RATE_MAX_BPS, -1};
    (void)state;
    struct trace *t = trace_of(slow, 2);
    struct link l = linked((struct link_config){.trace = t, .queue_bytes = LINK_QUEUE_MAX_BYTES});
    /* a bit a millisecond, in its first microsecond */
    expect_arrival(&l, 0, LINK_PACKET_MAX_BYTES, (INT64_C(4294967296) - 1) * MS + 1);
    expect_arrival(&l, 0, LINK_PACKET_MAX_BYTES, (INT64_C(8589934592) - 1) * MS + 1);
    assert_int_equal(link_backlog_bytes(&l, INT64_C(4294967296) * MS), INT64_C(1) << 29);
    trace_destroy(t);
    t = trace_of(&fast, 1);
    l = linked((struct link_config){.trace = t, .queue_bytes = LINK_QUEUE_MAX_BYTES});
    expect_arrival(&l, 7, LINK_PACKET_MAX_BYTES, 7 + 4295);
    expect_arrival(&l, 7, LINK_PACKET_MAX_BYTES, 7 + 8590);
    assert_int_equal(link_backlog_bytes(&l, 7), INT64_C(1) << 30);
    trace_destroy(t);
}

/* ---- delays ---- */

static void half_the_traces_round_trip_is_the_delay(void **state)
{
    static const struct trace_piece pieces[] = {
        {10 * MS, 8 * MBIT, 60 * MS}, {10 * MS, 8 * MBIT, -1}, {10 * MS, 8 * MBIT, 7}};
    (void)state;
    struct trace *t = trace_of(pieces, 3);
    struct link l = linked((struct link_config){.trace = t, .delay_us = 25 * MS});
    expect_arrival(&l, 0, 1000, 31 * MS);
    expect_arrival(&l, 9 * MS, 999, 40 * MS - 1);
    expect_arrival(&l, 10 * MS, 1000, 40 * MS - 1); /* 11 + 25 would overtake */
    expect_arrival(&l, 18 * MS, 1000, 44 * MS);
    expect_arrival(&l, 24 * MS, 1000, 44 * MS);
    expect_arrival(&l, 60 * MS, 1000, 91 * MS);
    expect_arrival(&l, 99 * MS, 1000, 125 * MS); /* sent when the next piece begins: its delay */
    l = linked((struct link_config){.trace = t});
    assert_int_equal(link_delay_us(&l, 9999), 30 * MS);
    assert_int_equal(link_delay_us(&l, 10 * MS), 0);
    assert_int_equal(link_delay_us(&l, 29 * MS), 3);
    assert_int_equal(link_delay_us(&l, 30 * MS), 30 * MS);
    assert_int_equal(link_delay_us(&l, 0), 30 * MS); /* back as well */
    trace_destroy(t);
}

static void what_the_caller_says_may_stand_against_the_trace(void **state)
{
    static const struct trace_piece pieces[] = {{10 * MS, 8 * MBIT, 60 * MS},
                                                {10 * MS, 4 * MBIT, 20 * MS}};
    (void)state;
    struct trace *t = trace_of(pieces, 2);
    struct link l = linked((struct link_config){.trace = t, .delay_us = 5, .constant_delay = true});
    expect_arrival(&l, 10 * MS, 1000, 12 * MS + 5);
    assert_int_equal(link_delay_us(&l, 0), 5);
    assert_int_equal(link_longest_delay_us(&l.config), 5);
    assert_int_equal(link_highest_rate_bps(&l.config), 8 * MBIT);
    l = linked((struct link_config){.trace = t, .rate_bps = MBIT, .constant_rate = true});
    expect_arrival(&l, 0, 1000, 38 * MS);
    expect_arrival(&l, 8 * MS, 1000, 38 * MS); /* sent at 16 */
    expect_arrival(&l, 16 * MS, 1000, 54 * MS);
    assert_int_equal(link_rate_bps(&l, 16 * MS), MBIT);
    assert_int_equal(link_longest_delay_us(&l.config), 30 * MS);
    assert_int_equal(link_highest_rate_bps(&l.config), MBIT);
    l = linked((struct link_config){.trace = t, .constant_rate = true});
    expect_arrival(&l, 12 * MS, 1000, 22 * MS);
    assert_int_equal(link_rate_bps(&l, 12 * MS), LINK_RATE_MAX_BPS);
    trace_destroy(t);
}

static void the_rate_of_a_time_can_be_asked_for(void **state)
{
    (void)state;
    struct trace *t = trace_of(hilly, 3);
    struct link l = linked((struct link_config){.trace = t, .trace_from_us = 5 * MS});
    assert_int_equal(link_rate_bps(&l, 0), 8 * MBIT);
    assert_int_equal(link_rate_bps(&l, 5 * MS), 0);
    assert_int_equal(link_rate_bps(&l, 15 * MS), 2 * MBIT);
    assert_int_equal(link_rate_bps(&l, 4000 * MS + 34 * MS), 2 * MBIT);
    assert_int_equal(link_rate_bps(&l, 4000 * MS + 35 * MS), 8 * MBIT);
    assert_int_equal(link_sent_us(&l), 0);
    trace_destroy(t);
}

/* ---- against a constant link ---- */

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Round trips that differ keep the pieces apart. */
static void pieces_of_one_rate_are_a_constant_link(void **state)
{
    static const struct trace_piece pieces[] = {{7, 7777777, 1}, {11, 7777777, 2}, {3, 7777777, 3}};
    uint32_t seed = 5;
    int64_t now_us = 0;
    (void)state;
    struct trace *t = trace_of(pieces, 3);
    struct link_config config = {.rate_bps = 7777777, .queue_bytes = 10000};
    struct link constant = linked(config);
    config.trace = t;
    config.constant_delay = true;
    struct link traced = linked(config);
    for (int i = 0; i < 20000; i++) {
        int64_t bytes = next_random(&seed) % 1480 + 20, expected_us = -1, at_us = -1;
        now_us += next_random(&seed) % 1500;
        assert_int_equal(link_offer(&constant, now_us, bytes, &expected_us),
                         link_offer(&traced, now_us, bytes, &at_us));
        assert_int_equal(at_us, expected_us);
        assert_int_equal(link_backlog_bytes(&traced, now_us + 100),
                         link_backlog_bytes(&constant, now_us + 100));
    }
    assert_int_equal(traced.dropped, constant.dropped);
    assert_true(traced.dropped > 100 && traced.taken > 10000);
    assert_int_equal(traced.backlog_max_bytes, constant.backlog_max_bytes);
    trace_destroy(t);
}

/* ---- against a reference that sends nanosecond by nanosecond ---- */

enum { OFFERS = 1500, PIECES = 12 };

struct naive {
    const struct trace *trace;
    int64_t left[OFFERS], arrives_us[OFFERS]; /* nanobits of each packet taken; as promised */
    int first, count;                         /* of those not sent yet; of all */
    int64_t now_ns, piece_left_ns;
    size_t piece;
};

static void naive_send(struct naive *n)
{
    int64_t room = n->trace->pieces[n->piece].rate_bps;
    for (; n->first < n->count && n->left[n->first] <= room; n->first++) {
        room -= n->left[n->first];
        n->left[n->first] = 0;
        assert_int_equal(n->arrives_us[n->first], (n->now_ns + 1 + 999) / 1000);
    }
    if (n->first < n->count)
        n->left[n->first] -= room;
}

static void naive_run(struct naive *n, int64_t until_us)
{
    for (; n->now_ns < until_us * 1000; n->now_ns++) {
        if (n->piece_left_ns == 0) {
            n->piece = (n->piece + 1) % n->trace->count;
            n->piece_left_ns = n->trace->pieces[n->piece].duration_us * 1000;
        }
        n->piece_left_ns--;
        naive_send(n);
    }
}

static int64_t naive_ahead(const struct naive *n)
{
    int64_t ahead = 0;
    for (int i = n->first; i < n->count; i++)
        ahead += n->left[i];
    return ahead;
}

static struct trace *random_trace(int64_t rate_max_bps, uint32_t *seed)
{
    struct trace_piece pieces[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        int64_t rate_bps = next_random(seed) % 4 ? next_random(seed) % rate_max_bps : 0;
        pieces[i] = (struct trace_piece){1 + next_random(seed) % 20, rate_bps, -1};
    }
    pieces[0].rate_bps = rate_max_bps;
    return trace_of(pieces, PIECES);
}

static void agree_with_naive(int64_t rate_max_bps, int64_t queue_bytes, uint32_t seed)
{
    struct trace *t = random_trace(rate_max_bps, &seed);
    struct naive *n = calloc(1, sizeof *n);
    struct link l = linked((struct link_config){.trace = t, .queue_bytes = queue_bytes});
    uint32_t mean_us = (uint32_t)(6000000000 / t->rate_mean_bps);
    int64_t now_us = 0;
    assert_non_null(n);
    n->trace = t;
    n->piece_left_ns = t->pieces[0].duration_us * 1000;
    for (int i = 0; i < OFFERS; i++) {
        int64_t bytes = next_random(&seed) % 1480 + 20, at_us = -1;
        if (next_random(&seed) % 3 == 0)
            now_us += next_random(&seed) % (5 * mean_us + 2);
        naive_run(n, now_us);
        int64_t ahead = naive_ahead(n);
        assert_int_equal(link_backlog_bytes(&l, now_us),
                         (ahead + nanobits_per_byte - 1) / nanobits_per_byte);
        bool fits = ahead <= queue_bytes * nanobits_per_byte;
        assert_int_equal(link_offer(&l, now_us, bytes, &at_us), fits);
        if (fits) {
            n->left[n->count] = bytes * nanobits_per_byte;
            n->arrives_us[n->count++] = at_us;
        }
    }
    naive_run(n, link_sent_us(&l));
    assert_int_equal(n->first, n->count); /* all is sent, and when was checked on the way */
    assert_int_equal(l.taken, n->count);
    assert_true(l.dropped > OFFERS / 100 && l.taken > OFFERS / 10); /* both were tried */
    free(n);
    trace_destroy(t);
}

static void random_offers_agree_with_sending_bit_by_bit(void **state)
{
    (void)state;
    agree_with_naive(3000000007, 6000, 1);
    agree_with_naive(999999937, 3000, 2);
    agree_with_naive(INT64_C(40000000003), 9000, 3);
    agree_with_naive(300000007, 1, 4);
    for (uint32_t seed = 5; seed < 12; seed++)
        agree_with_naive(2000000000 + seed * 123456789, 4000, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_is_sent_at_each_pieces_rate),
        cmocka_unit_test(a_packet_that_comes_in_an_outage_waits),
        cmocka_unit_test(the_queue_empties_as_the_trace_says),
        cmocka_unit_test(the_link_may_start_anywhere_in_the_trace),
        cmocka_unit_test(a_large_offer_is_exact_over_many_loops),
        cmocka_unit_test(the_bounds_of_the_header_hold),
        cmocka_unit_test(half_the_traces_round_trip_is_the_delay),
        cmocka_unit_test(what_the_caller_says_may_stand_against_the_trace),
        cmocka_unit_test(the_rate_of_a_time_can_be_asked_for),
        cmocka_unit_test(pieces_of_one_rate_are_a_constant_link),
        cmocka_unit_test(random_offers_agree_with_sending_bit_by_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
