/* Sound that is made later than the picture, as on a busy machine: whoever asks for what is due
 * waits longer than for what is to come, and is told to try again where it takes too long. */
#include "fixture.h"

static struct world world;

#define SOUND "/one/p1/aac/"

/* What is to come is given up at once, what is late after late_us. */
static void start(int64_t late_us)
{
    struct origin_limits limits = world_limits();

    limits.packet_wait_us = 1000;
    limits.making_wait_us = limits.range_wait_us = late_us;
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, 40);
}

static void append_sound(int64_t from, int64_t to)
{
    struct store_place next;

    for (int64_t n = from; n <= to; n++)
        assert_int_equal(store_append(world.audio, n, blob_create("sound", 5), &next), ERR_OK);
}

static void test_a_late_packet_is_waited_for(void **state)
{
    (void)state;
    start(60000000);
    append_sound(0, 4);
    world_ask(&world, "GET", SOUND "init-20.mp4", "");
    world_await(&world, parked_requests, 1);
    clock_sleep_until_us(clock_monotonic_us() + 200000); /* beyond the other patience */
    append_sound(5, 20);
    assert_int_equal(store_put_packet(world.audio, 20, blob_create("packet", 6)), ERR_OK);
    assert_int_equal(http_raw_head(&world.http), 200);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_a_late_segment_is_waited_for(void **state)
{
    (void)state;
    start(60000000);
    append_sound(0, 4);
    world_ask(&world, "GET", SOUND "content-1.mp4", "");
    world_await(&world, parked_requests, 1);
    clock_sleep_until_us(clock_monotonic_us() + 200000);
    append_sound(5, 30);
    assert_int_equal(http_raw_head(&world.http), 200);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_patience_has_an_end(void **state)
{
    (void)state;
    start(1000);
    append_sound(0, 4);
    world_expect(&world, "GET", SOUND "init-20.mp4", "", 503);
    world_expect_header(&world, "Retry-After", "1");
    http_raw_close(&world.http);
    world_expect(&world, "GET", SOUND "content-1.mp4", "", 503);
    world_expect_header(&world, "Retry-After", "1");
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_what_is_to_come_is_not_there(void **state)
{
    (void)state;
    start(60000000);
    append_sound(0, 39);
    world_expect(&world, "GET", SOUND "init-41.mp4", "", 404);
    http_raw_close(&world.http);
    world_expect(&world, "GET", SOUND "init-90.mp4", "", 404);
    http_raw_close(&world.http);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_late_packet_is_waited_for),
        cmocka_unit_test(test_a_late_segment_is_waited_for),
        cmocka_unit_test(test_patience_has_an_end),
        cmocka_unit_test(test_what_is_to_come_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
