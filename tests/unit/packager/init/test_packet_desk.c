/* Which packet is made next, by hand-written lists of what happens. */
#include "support/cmocka_all.h"

#include "media/core/err.h"
#include "packager/init/packet_desk.h"

#include <string.h>

enum { NOTHING = -1, CLIENT = 7, HOG = 13, OTHER = 1000 };

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

static void want_as(struct packet_desk *d, uint64_t client, int64_t n)
{
    assert_int_equal(packet_desk_want(d, n, client, false), ERR_OK);
}

static void want(struct packet_desk *d, int64_t n)
{
    want_as(d, CLIENT, n);
}

static void take_and_make(struct packet_desk *d, int64_t at_hand, int64_t expected)
{
    int64_t n = NOTHING;
    assert_true(packet_desk_take(d, at_hand, &n));
    assert_int_equal(n, expected);
    packet_desk_done(d, n);
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
    assert_int_equal(packet_desk_want(&d, 42, CLIENT, true), ERR_OK);
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

/* ---- shares ---- */

enum { OLDER_MAX = PACKET_DESK_MAX - PACKET_DESK_LIVE };

static void test_the_queue_is_bounded(void **state)
{
    struct packet_desk d = running(1000);
    (void)state;
    for (int64_t n = 0; n < OLDER_MAX; n++)
        want_as(&d, OTHER + (uint64_t)n, 10 + n);
    assert_int_equal(packet_desk_want(&d, 500, CLIENT, false), ERR_FULL);
    assert_int_equal(packet_desk_want(&d, 501, CLIENT, true), ERR_OK); /* it is there */
    assert_int_equal(d.refused, 1);
    want(&d, 12); /* on order already */
    for (int64_t n = 0; n < PACKET_DESK_EDGE; n++)
        want(&d, 1000 - n); /* the live edge has places of its own */
    take_and_make(&d, 0, 1000);
    for (int64_t n = 1; n < PACKET_DESK_EDGE; n++)
        take_and_make(&d, 0, 1000 - n);
    take_and_make(&d, 0, 10);
    want(&d, 500);
}

static void test_a_client_has_so_many_orders_of_its_own(void **state)
{
    struct packet_desk d = running(1000);
    (void)state;
    for (int64_t n = 0; n < PACKET_DESK_SHARE; n++)
        want_as(&d, HOG, 10 + n);
    assert_int_equal(packet_desk_want(&d, 500, HOG, false), ERR_FULL);
    want_as(&d, HOG, 1000);
    want_as(&d, HOG, 1003);
    want(&d, 500);         /* another client's */
    want_as(&d, HOG, 500); /* costs nothing further */
    assert_int_equal(packet_desk_want(&d, 501, HOG, false), ERR_FULL);
    packet_desk_unwant(&d, 11);
    want_as(&d, HOG, 501);
    assert_int_equal(packet_desk_want(&d, 502, HOG, false), ERR_FULL);
}

/* One asks for all that is at hand, and again as soon as there is room: everybody else is served
 * after at most one of his. */
static void test_the_hog_waits_for_its_turn(void **state)
{
    struct packet_desk d = running(1000);
    int64_t next = 800;
    (void)state;
    while (packet_desk_want(&d, next, HOG, false) == ERR_OK)
        next++;
    take_and_make(&d, 700, 800);
    want_as(&d, HOG, next++);
    want_as(&d, OTHER, 750);
    want_as(&d, OTHER, 751);
    want_as(&d, OTHER + 1, 760);
    take_and_make(&d, 700, 750); /* who has had nothing goes first, in the order of coming */
    take_and_make(&d, 700, 760);
    want_as(&d, HOG, 999); /* the live edge goes before all that */
    take_and_make(&d, 700, 999);
    want_as(&d, HOG, 998);
    want_as(&d, HOG, 997);
    want_as(&d, OTHER + 2, 997); /* whose it is then */
    take_and_make(&d, 700, 997);
    take_and_make(&d, 700, 998);
    take_and_make(&d, 700, 751); /* the others' before the hog's, who was served later */
    take_and_make(&d, 700, 801);
    take_and_make(&d, 700, 802);
}

/* Those who look back take turns as well, one replay after the other. */
static void test_replays_go_in_turn(void **state)
{
    struct packet_desk d = running(1000);
    (void)state;
    for (int64_t n = 0; n < PACKET_DESK_SHARE; n++)
        want_as(&d, HOG, 10 + n);
    take_and_make(&d, 700, 10);
    want_as(&d, OTHER, 600);
    want_as(&d, OTHER, 601);
    take_and_make(&d, 700, 600);
    take_and_make(&d, 700, 11);
    take_and_make(&d, 700, 601);
    take_and_make(&d, 700, 12);
}

/* However the hog asks, in whatever order the others do: whoever asks for one packet that is at
 * hand gets it after one of each client's at most, and of the live edge at once. */
static void test_nobody_waits_for_more_than_his_turn(void **state)
{
    enum { VIEWERS = 5, AT_HAND = 900 };
    struct packet_desk d = running(1000);
    unsigned seed = 3, passed[VIEWERS] = {0}, served = 0;
    int64_t wanted[VIEWERS];
    (void)state;
    memset(wanted, -1, sizeof wanted);
    for (int step = 0; step < 4000; step++) {
        int64_t n = NOTHING;
        for (int i = 0; i < PACKET_DESK_SHARE; i++, seed = seed * 1103515245 + 12345)
            (void)packet_desk_want(&d, AT_HAND + (seed >> 16 & 0x7fff) % 90, HOG, false);
        size_t v = (seed >> 20) % VIEWERS;
        if (wanted[v] < 0) {
            wanted[v] = AT_HAND + 91 + (int64_t)v; /* which the hog doesn't ask for */
            passed[v] = 0;
            want_as(&d, OTHER + v, wanted[v]);
        }
        assert_true(packet_desk_take(&d, AT_HAND, &n));
        packet_desk_done(&d, n);
        for (v = 0; v < VIEWERS; v++) {
            served += wanted[v] == n;
            wanted[v] = wanted[v] == n ? NOTHING : wanted[v];
            passed[v]++;
            assert_true(wanted[v] < 0 || passed[v] <= VIEWERS + 1);
        }
    }
    assert_true(served > 1000);
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
        packet_desk_want(&d, n, CLIENT, true);
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
        cmocka_unit_test(test_a_client_has_so_many_orders_of_its_own),
        cmocka_unit_test(test_the_hog_waits_for_its_turn),
        cmocka_unit_test(test_replays_go_in_turn),
        cmocka_unit_test(test_nobody_waits_for_more_than_his_turn),
        cmocka_unit_test(test_eager_makes_every_packet_and_gives_up_late_ones),
        cmocka_unit_test(test_a_busy_edge_is_made_ahead),
        cmocka_unit_test(test_what_failed_is_tried_again_but_not_for_ever),
        cmocka_unit_test(test_what_failed_and_nobody_wants_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
