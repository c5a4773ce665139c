/* Packets that are made when they are asked for: what the maker is told, and what viewers get. */
#include "fixture.h"

static struct world world;

#define PACKET(n) WORLD_TRACK "init-" #n ".mp4"

static void start(const struct origin_limits *limits)
{
    world_start_with(&world, limits, 60000000, true);
}

static void start_patient(void)
{
    struct origin_limits limits = world_limits();

    start(&limits);
}

/* The packet comes, and the maker learns that its request is over. */
static void expect_packet(int64_t sequence)
{
    uint8_t packet[WORLD_PACKET_BYTES];

    assert_int_equal(http_raw_head(&world.http), 200);
    world_packet_bytes(sequence, packet);
    world_expect_body(&world, packet, sizeof packet);
    http_raw_close(&world.http);
}

static void test_a_request_waits_for_its_packet(void **state)
{
    (void)state;
    start_patient();
    world_append(&world, 9);
    world_ask(&world, "GET", PACKET(4), "");
    world_await(&world, parked_requests, 1);
    world_append(&world, 20); /* what comes meanwhile asks nobody again */
    assert_int_equal(world.wants, 1);
    assert_int_equal(world.wanted_packet, 4);
    assert_int_equal(world.unwants, 0);
    world_put_packet(&world, 4);
    expect_packet(4);
    world_await_count(&world.unwants, 1);
    assert_int_equal(world_state(&world).parked_requests, 0);
    world_stop(&world);
}

/* H22: the frame that was the newest when it was asked for, however slow its maker is. */
static void test_now_is_pinned(void **state)
{
    (void)state;
    start_patient();
    world_append(&world, 9);
    world_ask(&world, "GET", WORLD_TRACK "init-now.mp4", "");
    world_await(&world, parked_requests, 1);
    assert_int_equal(world.wanted_packet, 8);
    world_append(&world, 30);
    clock_sleep_until_us(clock_monotonic_us() + 30000);
    assert_int_equal(world.wants, 1);
    world_put_packet(&world, 8);
    expect_packet(8);
    world_await_count(&world.unwants, 1);
    world_stop(&world);
}

/* A packet that is there is told of, too: it says how busy the track is. */
static void test_demand_is_told(void **state)
{
    (void)state;
    start_patient();
    world_append(&world, 9);
    world_put_packet(&world, 7);
    world_ask(&world, "GET", WORLD_TRACK "init-now.mp4", "");
    expect_packet(7); /* a frame old at most: no wait */
    world_await_count(&world.unwants, 1);
    assert_int_equal(world.wants, 1);
    world_stop(&world);
}

/* Who switches asks for a frame to come. */
static void test_a_frame_to_come(void **state)
{
    (void)state;
    start_patient();
    world_append(&world, 9);
    world_ask(&world, "GET", PACKET(11), "");
    world_await(&world, parked_requests, 1);
    assert_int_equal(world.wanted_packet, 11);
    world_append(&world, 3);
    world_put_packet(&world, 11);
    expect_packet(11);
    world_await_count(&world.unwants, 1);
    assert_int_equal(world.wants, 1);
    world_stop(&world);
}

/* Nothing is made for the sake of somebody who is gone. */
static void test_whoever_hangs_up_takes_the_order_back(void **state)
{
    (void)state;
    start_patient();
    world_append(&world, 9);
    world_ask(&world, "GET", PACKET(4), "");
    world_await(&world, parked_requests, 1);
    http_raw_close(&world.http);
    world_await_count(&world.unwants, 1);
    world_await(&world, parked_requests, 0);
    world_await(&world, connections, 0);
    assert_int_equal(world_state(&world).responses_by_class[4], 0);
    assert_int_equal(world_state(&world).responses_by_class[5], 0);
    world_stop(&world);
}

static void expect_busy(const char *path)
{
    world_expect(&world, "GET", path, "", 503);
    world_expect_header(&world, "Retry-After", "1");
    world_expect_header(&world, "Cache-Control", "no-store");
    http_raw_close(&world.http);
}

static void test_too_many_at_once(void **state)
{
    (void)state;
    start_patient();
    world.want_status = ERR_FULL;
    world_append(&world, 9);
    world_put_packet(&world, 5);
    expect_busy(PACKET(4));
    expect_busy(WORLD_TRACK "init-now.mp4");
    world_ask(&world, "GET", PACKET(5), "");
    expect_packet(5);                   /* it is there: nothing to be made */
    assert_int_equal(world.unwants, 0); /* no order, nothing to take back */
    world_stop(&world);
}

/* What could be made is no 404; what can't is one. */
static void test_a_maker_who_is_too_slow(void **state)
{
    struct origin_limits limits = world_limits();

    (void)state;
    limits.making_wait_us = 50000;
    limits.packet_wait_us = 50000;
    start(&limits);
    world_append(&world, 9);
    expect_busy(PACKET(4));
    world_await_count(&world.unwants, 1);
    world_expect(&world, "GET", PACKET(11), "", 404);
    http_raw_close(&world.http);
    world_await_count(&world.unwants, 2);
    world_expect(&world, "GET", PACKET(12), "", 404);
    assert_int_equal(world.wants, 2); /* nobody is bothered with what will not be */
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_waits_for_its_packet),
        cmocka_unit_test(test_now_is_pinned),
        cmocka_unit_test(test_demand_is_told),
        cmocka_unit_test(test_a_frame_to_come),
        cmocka_unit_test(test_whoever_hangs_up_takes_the_order_back),
        cmocka_unit_test(test_too_many_at_once),
        cmocka_unit_test(test_a_maker_who_is_too_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
