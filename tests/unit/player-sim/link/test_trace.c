/* Traces in memory: what is taken, what they sum up to, and cursors that walk and jump. */
#include "player-sim/link/trace.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

#include <stdlib.h>

enum { MBIT = 1000000, MS = 1000 };

static struct trace *made(const struct trace_piece *pieces, size_t count)
{
    struct trace *t = NULL;
    assert_int_equal(trace_create(pieces, count, &t), ERR_OK);
    return t;
}

static void a_trace_sums_up(void **state)
{
    static const struct trace_piece pieces[] = {
        {10 * MS, 8 * MBIT, 40 * MS}, {20 * MS, 0, -1}, {30 * MS, 5 * MBIT, 50 * MS}};
    (void)state;
    struct trace *t = made(pieces, 3);
    assert_int_equal(t->count, 3);
    assert_int_equal(t->total_us, 60 * MS);
    assert_int_equal(t->ends_us[1], 30 * MS);
    assert_int_equal(t->ends_us[2], 60 * MS);
    assert_int_equal(t->rate_max_bps, 8 * MBIT);
    assert_int_equal(t->rate_mean_bps, 3833333); /* 230 kbit in 60 ms */
    assert_int_equal(t->rtt_max_us, 50 * MS);
    assert_int_equal(t->loop_nanobits, INT64_C(230000000000000));
    trace_destroy(t);
}

static void equal_neighbours_become_one(void **state)
{
    static const struct trace_piece pieces[] = {{1, MBIT, -1}, {2, MBIT, -1}, {3, MBIT, 7},
                                                {4, 0, 7},     {5, 0, 7},     {6, MBIT, -1}};
    (void)state;
    struct trace *t = made(pieces, 6);
    assert_int_equal(t->count, 4);
    assert_int_equal(t->pieces[0].duration_us, 3);
    assert_int_equal(t->pieces[2].duration_us, 9);
    assert_int_equal(t->total_us, 21);
    assert_int_equal(t->ends_us[3], 21);
    trace_destroy(t);
}

static void a_loop_that_carries_too_much_to_count_says_so(void **state)
{
    static const struct trace_piece piece = {TRACE_TOTAL_MAX_US, TRACE_RATE_MAX_BPS, -1};
    (void)state;
    struct trace *t = made(&piece, 1);
    assert_int_equal(t->loop_nanobits, INT64_MAX);
    assert_int_equal(t->rate_mean_bps, TRACE_RATE_MAX_BPS);
    assert_int_equal(t->rtt_max_us, -1);
    trace_destroy(t);
}

static void what_breaks_the_ranges_is_refused(void **state)
{
    static const struct trace_piece good = {MS, MBIT, 0};
    static const struct trace_piece bad[] = {
        {0, MBIT, -1},
        {-1, MBIT, -1},
        {TRACE_TOTAL_MAX_US, MBIT, -1}, /* together too long */
        {MS, -1, -1},
        {MS, TRACE_RATE_MAX_BPS + 1, -1},
        {MS, MBIT, -2},
        {MS, MBIT, TRACE_RTT_MAX_US + 1},
        {1000 * MS, 0, -1}, /* together less than 1000 bit/s, by one */
    };
    struct trace *t = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct trace_piece pieces[] = {good, bad[i]};
        assert_int_equal(trace_create(pieces, 2, &t), ERR_INVALID);
    }
    assert_int_equal(trace_create(&good, 0, &t), ERR_INVALID);
    assert_int_equal(trace_create(&good, TRACE_PIECES_MAX + 1, &t), ERR_FULL);
    assert_null(t);
    trace_destroy(NULL);
    trace_destroy(made((const struct trace_piece[]){good, {999 * MS, 0, -1}}, 2));
}

/* ---- cursors ---- */

static void expect_at(const struct trace_cursor *c, size_t piece, int64_t ends_us)
{
    assert_int_equal(c->piece, piece);
    assert_int_equal(c->ends_us, ends_us);
}

/* Pieces end at 10, 30 and 60. */
static void a_cursor_knows_its_piece(void **state)
{
    static const struct trace_piece pieces[] = {{10, MBIT, -1}, {20, 0, -1}, {30, MBIT, 3}};
    static const struct {
        int64_t from_us, now_us;
        size_t piece;
        int64_t ends_us;
    } cases[] = {
        {0, 0, 0, 10},      {0, 9, 0, 10},    {0, 10, 1, 30},  {0, 59, 2, 60},      {0, 60, 0, 70},
        {0, 6031, 2, 6060}, {15, 0, 1, 15},   {15, 15, 2, 45}, {-1, 0, 2, 1},       {-1, 1, 0, 11},
        {-60, 100, 2, 120}, {6000, 0, 0, 10}, {-61, 5, 0, 11}, {70, 1000, 2, 1010},
    };
    (void)state;
    struct trace *t = made(pieces, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace_cursor c = trace_cursor_at(t, cases[i].from_us, cases[i].now_us);
        expect_at(&c, cases[i].piece, cases[i].ends_us);
        c = trace_cursor_at(t, cases[i].from_us, 0);
        trace_cursor_seek(&c, t, cases[i].now_us); /* goes there as well */
        expect_at(&c, cases[i].piece, cases[i].ends_us);
    }
    struct trace_cursor c = trace_cursor_at(t, 15, 0);
    trace_cursor_next(&c, t);
    expect_at(&c, 2, 45);
    trace_cursor_next(&c, t);
    expect_at(&c, 0, 55);
    trace_destroy(t);
}

/* Steps from one microsecond to a dozen loops, which is beyond what is walked. */
static void seeking_ends_where_walking_does(void **state)
{
    enum { PIECES = 97 };
    struct trace_piece pieces[PIECES];
    uint32_t seed = 1;
    (void)state;
    for (size_t i = 0; i < PIECES; i++)
        pieces[i] = (struct trace_piece){1 + (int64_t)(i * 37 % 11), MBIT + (int64_t)i, -1};
    struct trace *t = made(pieces, PIECES);
    struct trace_cursor walked = trace_cursor_at(t, 5, 0), sought = walked;
    int64_t now_us = 0;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1664525 + 1013904223;
        now_us += seed >> (31 - seed % 13);
        while (walked.ends_us <= now_us)
            trace_cursor_next(&walked, t);
        trace_cursor_seek(&sought, t, now_us);
        expect_at(&sought, walked.piece, walked.ends_us);
    }
    trace_destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_sums_up),
        cmocka_unit_test(equal_neighbours_become_one),
        cmocka_unit_test(a_loop_that_carries_too_much_to_count_says_so),
        cmocka_unit_test(what_breaks_the_ranges_is_refused),
        cmocka_unit_test(a_cursor_knows_its_piece),
        cmocka_unit_test(seeking_ends_where_walking_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
