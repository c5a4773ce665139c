/* What transports without windows ask of a link: to the nanosecond, and with a round trip that is
 * spent piece by piece of the trace. */
#include "player-sim/link/link.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

enum { MBIT = 1000000, MS = 1000 };

static struct trace *trace_of(const struct trace_piece *pieces, size_t count)
{
    struct trace *t = NULL;
    assert_int_equal(trace_create(pieces, count, &t), ERR_OK);
    return t;
}

static struct link linked(struct link_config config)
{
    struct link l;
    config.queue_bytes = 100000;
    link_init(&l, &config);
    return l;
}

static int64_t push(struct link *l, int64_t now_us, int64_t bytes)
{
    int64_t sent_us = -1;
    assert_true(link_push(l, now_us, bytes, &sent_us));
    assert_int_equal(sent_us, link_sent_us(l));
    return sent_us;
}

/* 1000 bytes at 7 Mbit/s take 1142.857142... us: one pushed when the one before is over, rounded
 * up, begins when that was really over. */
static void rounding_never_adds_up(void **state)
{
    (void)state;
    static const struct trace_piece even[] = {{900 * MS, 7 * MBIT, 10}, {100 * MS, 7 * MBIT, 20}};
    struct trace *t = trace_of(even, 2);
    struct link links[] = {linked((struct link_config){.rate_bps = 7 * MBIT}),
                           linked((struct link_config){.trace = t})};
    for (size_t i = 0; i < 2; i++) {
        int64_t now_us = 0;
        for (int64_t n = 1; n <= 5000; n++) {
            now_us = push(&links[i], now_us, 1000);
            assert_int_equal(now_us, (n * 8000 + 6) / 7);
            assert_int_equal(link_backlog_bytes(&links[i], now_us), 0);
        }
        now_us = push(&links[i], now_us + 10, 7); /* after a pause, from a whole microsecond */
        assert_int_equal(now_us, (5000 * 8000 + 6) / 7 + 10 + 8);
    }
    trace_destroy(t);
}

/* 8750 bytes fit before the outage, also in two pieces. */
static void what_fits_before_an_outage_does(void **state)
{
    (void)state;
    static const struct trace_piece outage[] = {{10 * MS, 7 * MBIT, 0}, {10 * MS, 0, 0}};
    struct trace *t = trace_of(outage, 2);
    struct link l = linked((struct link_config){.trace = t});
    int64_t at_us = push(&l, 0, 8749);
    assert_int_equal(at_us, 9999);
    assert_int_equal(push(&l, at_us, 1), 10 * MS);
    assert_int_equal(push(&l, 10 * MS, 7), 20 * MS + 8);
    trace_destroy(t);
}

/* Sabre: of 75 ms half is spent when the piece ends, and half of 150 ms is left. */
static void a_round_trip_goes_over_pieces(void **state)
{
    (void)state;
    static const struct trace_piece pieces[] = {
        {100 * MS, MBIT, 75 * MS}, {100 * MS, 0, 150 * MS}, {50 * MS, MBIT, 0}};
    struct trace *t = trace_of(pieces, 3);
    struct link l = linked((struct link_config){.trace = t, .delay_us = 1});
    assert_int_equal(link_pause(&l, 0), 75 * MS);
    assert_int_equal(link_pause(&l, 25 * MS), 100 * MS);
    assert_int_equal(link_pause(&l, 62 * MS + 500), 175 * MS);
    assert_int_equal(link_pause(&l, 170 * MS), 200 * MS); /* 0.2 of it done, the rest takes none */
    assert_int_equal(link_pause(&l, 210 * MS), 210 * MS);
    assert_int_equal(link_pause(&l, 1000 * MS + 62 * MS + 500), 1175 * MS);
    trace_destroy(t);
}

/* A trace that says none, and one that is not asked. */
static void a_round_trip_of_the_link(void **state)
{
    (void)state;
    static const struct trace_piece silent[] = {{10 * MS, MBIT, -1}};
    static const struct trace_piece telling[] = {{10 * MS, MBIT, 3 * MS}};
    struct trace *a = trace_of(silent, 1), *b = trace_of(telling, 1);
    struct link links[] = {
        linked((struct link_config){.trace = a, .delay_us = 20 * MS}),
        linked((struct link_config){.trace = b, .delay_us = 20 * MS, .constant_delay = true}),
        linked((struct link_config){.rate_bps = MBIT, .delay_us = 20 * MS}),
    };
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(link_pause(&links[i], 5), 40 * MS + 5);
    trace_destroy(a);
    trace_destroy(b);
}

/* A third of a microsecond is kept through a pause. */
static void a_pause_begins_and_ends_within_a_microsecond(void **state)
{
    (void)state;
    static const struct trace_piece even[] = {{1000 * MS, 24 * MBIT, 2 * MS}};
    struct trace *t = trace_of(even, 1);
    struct link l = linked((struct link_config){.trace = t});
    int64_t at_us = push(&l, 0, 1); /* until 0.333 us */
    assert_int_equal(at_us, 1);
    at_us = link_pause(&l, at_us); /* until 2000.333 us */
    assert_int_equal(at_us, 2 * MS + 1);
    assert_int_equal(push(&l, at_us, 2), 2 * MS + 1); /* 2000.999 as nanoseconds are cut */
    trace_destroy(t);
}

static void what_is_taken_back_was_never_sent(void **state)
{
    (void)state;
    static const struct trace_piece hilly[] = {
        {10 * MS, 8 * MBIT, -1}, {10 * MS, 0, -1}, {20 * MS, 2 * MBIT, -1}};
    struct trace *t = trace_of(hilly, 3);
    struct link links[] = {linked((struct link_config){.rate_bps = 8 * MBIT}),
                           linked((struct link_config){.trace = t})};
    for (size_t i = 0; i < 2; i++) {
        struct link *l = &links[i];
        assert_int_equal(link_take_back(l, 0), 0);
        push(l, 0, 12000);
        assert_int_equal(link_take_back(l, 4 * MS), 8000);
        assert_int_equal(l->bytes, 4000);
        assert_int_equal(link_backlog_bytes(l, 4 * MS), 0);
        assert_int_equal(push(l, 5 * MS, 1000), 6 * MS);
        assert_int_equal(link_take_back(l, 7 * MS), 0);
        assert_int_equal(l->bytes, 5000);
    }
    assert_int_equal(push(&links[1], 8 * MS, 2001), 20 * MS + 4);
    assert_int_equal(link_take_back(&links[1], 15 * MS), 1); /* in the outage */
    assert_int_equal(push(&links[1], 15 * MS, 250), 21 * MS);
    trace_destroy(t);
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    struct link l = linked((struct link_config){.rate_bps = 8 * MBIT});
    int64_t sent_us = -1;
    push(&l, 0, 100000);
    push(&l, 0, 1);
    assert_false(link_push(&l, 0, 1, &sent_us));
    assert_int_equal(sent_us, -1);
    assert_int_equal(l.dropped, 1);
    push(&l, 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_never_adds_up),
        cmocka_unit_test(what_fits_before_an_outage_does),
        cmocka_unit_test(a_round_trip_goes_over_pieces),
        cmocka_unit_test(a_round_trip_of_the_link),
        cmocka_unit_test(a_pause_begins_and_ends_within_a_microsecond),
        cmocka_unit_test(what_is_taken_back_was_never_sent),
        cmocka_unit_test(a_full_queue_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
