/* Which packet is made next, by hand-written lists of what happens. */
#include "support/cmocka_all.h"

#include "media/core/err.h"
#include "packager/init/packet_desk.h"

enum { NOTHING = -1 };

static struct packet_desk desk(bool eager, unsigned replays)
{
    struct packet_desk d;
    packet_desk_init(&d, &(struct packet_desk_config){
                             .eager = eager, .frame_rate = {30, 1}, .replays_max = replays});
    return d;
}

static void frames(struct packet_desk *d, int64_t last)
{
    for (int64_t n = d->newest + 1; n <= last; n++)
        packet_desk_frame(d, n);
}

static void want(struct packet_desk *d, int64_t n)
{
    assert_int_equal(packet_desk_want(d, n, false), ERR_OK);
}

static bool is_replay(const struct packet_desk *d, int64_t n)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->orders[i].sequence == n)
            return d->orders[i].replay;
    return false;
}

static void take(struct packet_desk *d, int64_t at_hand, int64_t expected, bool replayed)
{
    int64_t n = NOTHING;
    assert_int_equal(packet_desk_take(d, at_hand, &n), expected != NOTHING);
    assert_int_equal(n, expected);
    assert_int_equal(is_replay(d, n), replayed);
}

/* On demand, frames up to `last` there, and the first packet made. */
static struct packet_desk running(int64_t last)
{
    struct packet_desk d = desk(false, 1);
    frames(&d, last);
    take(&d, 0, 0, false);
    packet_desk_done(&d, 0);
    return d;
}

static void test_the_first_packet_shows_that_the_rung_works(void **state)
{
    struct packet_desk d = desk(false, 1);
    (void)state;
    take(&d, INT64_MAX, NOTHING, false);
    assert_true(packet_desk_frame(&d, 0));
    take(&d, 0, 0, false);
    packet_desk_done(&d, 0);
    for (int64_t n = 1; n < 1000; n++)
        assert_false(packet_desk_frame(&d, n));
    take(&d, 900, NOTHING, false);
    assert_int_equal(d.count, 0);
}

static void test_a_thousand_requests_are_one_order(void **state)
{
    struct packet_desk d = running(50);
    (void)state;
    for (int i = 0; i < 500; i++)
        want(&d, 42);
    take(&d, 0, 42, false);
    for (int i = 0; i < 500; i++)
        want(&d, 42); /* while it is in the making */
    take(&d, 0, NOTHING, false);
    packet_desk_done(&d, 42);
    for (int i = 0; i < 1000; i++)
        packet_desk_unwant(&d, 42);
    assert_int_equal(packet_desk_want(&d, 42, true), ERR_OK);
    take(&d, 0, NOTHING, false);
    assert_int_equal(d.count, 0);
}

static void test_whoever_hangs_up_costs_nothing_further(void **state)
{
    struct packet_desk d = running(50);
    (void)state;
    want(&d, 10);
    want(&d, 11);
    want(&d, 11);
    packet_desk_unwant(&d, 10);
    packet_desk_unwant(&d, 11);
    packet_desk_unwant(&d, 30); /* never asked for */
    assert_int_equal(d.count, 1);
    take(&d, 0, 11, false);
    assert_true(packet_desk_is_wanted(&d, 11));
    packet_desk_unwant(&d, 11);
    assert_false(packet_desk_is_wanted(&d, 11));
    packet_desk_done(&d, 11);
    assert_int_equal(d.count, 0);
}

/* Who switches asks for a frame that is still to come. */
static void test_a_frame_to_come_is_made_when_it_is_there(void **state)
{
    struct packet_desk d = running(50);
    (void)state;
    want(&d, 53);
    take(&d, 0, NOTHING, false);
    assert_false(packet_desk_frame(&d, 51));
    assert_false(packet_desk_frame(&d, 52));
    assert_true(packet_desk_frame(&d, 53));
    take(&d, 0, 53, false);
}

/* Live viewers come before those who look back, and these never get all the encoders. */
static void test_what_goes_first(void **state)
{
    struct packet_desk d = running(100);
    (void)state;
    want(&d, 5);
    want(&d, 6);
    want(&d, 98);
    want(&d, 97);
    take(&d, 80, 98, false);
    take(&d, 80, 97, false);
    take(&d, 80, 5, true);
    take(&d, 80, NOTHING, false); /* one replay at a time */
    want(&d, 99);
    take(&d, 80, 99, false);
    packet_desk_done(&d, 5);
    take(&d, 80, 6, true);
}

/* A replay makes what it comes by. */
static void test_passing(void **state)
{
    struct packet_desk d = running(100);
    (void)state;
    want(&d, 20);
    want(&d, 10);
    take(&d, 80, 20, true);
    assert_false(packet_desk_take_passing(&d, 9));
    assert_true(packet_desk_take_passing(&d, 10));
    assert_false(packet_desk_take_passing(&d, 10));
    packet_desk_done(&d, 10);
    assert_false(packet_desk_take_passing(&d, 20)); /* it is what the replay is for */
    packet_desk_done(&d, 20);
    want(&d, 30);
    take(&d, 80, 30, true); /* the passing one was not counted as a replay of its own */
}

static void test_the_queue_is_bounded(void **state)
{
    struct packet_desk d = running(1000);
    (void)state;
    for (int64_t n = 0; n < PACKET_DESK_MAX; n++)
        want(&d, 10 + n);
    assert_int_equal(packet_desk_want(&d, 500, false), ERR_FULL);
    assert_int_equal(packet_desk_want(&d, 501, true), ERR_OK); /* it is there */
    assert_int_equal(d.refused, 1);
    want(&d, 12); /* on order already */
    take(&d, 0, 10, false);
    packet_desk_done(&d, 10);
    want(&d, 500);
}

static void test_eager_makes_every_packet_and_gives_up_late_ones(void **state)
{
    struct packet_desk d = desk(true, 1);
    (void)state;
    for (int64_t n = 0; n < 10; n++) {
        assert_true(packet_desk_frame(&d, n));
        take(&d, 0, n, false);
        packet_desk_done(&d, n);
    }
    want(&d, 12);
    frames(&d, 29);
    assert_int_equal(d.skipped, 29 - 9 - PACKET_DESK_AHEAD - 1);
    take(&d, 0, 12, false); /* somebody waits for it */
    for (int64_t n = 30 - PACKET_DESK_AHEAD; n < 30; n++)
        take(&d, 0, n, false);
    take(&d, 0, NOTHING, false);
}

static void test_a_busy_edge_is_made_ahead(void **state)
{
    struct packet_desk d = desk(false, 1);
    int made_ahead = 0;
    (void)state;
    for (int64_t n = 0; n < 120; n++) {
        int64_t taken;
        made_ahead += packet_desk_frame(&d, n) && n > 0;
        if (packet_desk_take(&d, 0, &taken))
            packet_desk_done(&d, taken);
        packet_desk_want(&d, n, true);
    }
    assert_in_range(made_ahead, 60, 110); /* after about a second */
}

static void test_what_failed_is_tried_again_but_not_for_ever(void **state)
{
    struct packet_desk d = running(20);
    (void)state;
    want(&d, 3);
    for (int i = 0; i < PACKET_DESK_TRIES; i++) {
        take(&d, 10, 3, true);
        packet_desk_failed(&d, 3);
        assert_int_equal(d.replays, 0);
    }
    take(&d, 10, NOTHING, false);
    assert_int_equal(d.count, 0);
}

static void test_what_failed_and_nobody_wants_is_left(void **state)
{
    struct packet_desk d = running(20);
    (void)state;
    want(&d, 15);
    take(&d, 10, 15, false);
    packet_desk_unwant(&d, 15);
    packet_desk_failed(&d, 15);
    assert_int_equal(d.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_packet_shows_that_the_rung_works),
        cmocka_unit_test(test_a_thousand_requests_are_one_order),
        cmocka_unit_test(test_whoever_hangs_up_costs_nothing_further),
        cmocka_unit_test(test_a_frame_to_come_is_made_when_it_is_there),
        cmocka_unit_test(test_what_goes_first),
        cmocka_unit_test(test_passing),
        cmocka_unit_test(test_the_queue_is_bounded),
        cmocka_unit_test(test_eager_makes_every_packet_and_gives_up_late_ones),
        cmocka_unit_test(test_a_busy_edge_is_made_ahead),
        cmocka_unit_test(test_what_failed_is_tried_again_but_not_for_ever),
        cmocka_unit_test(test_what_failed_and_nobody_wants_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
