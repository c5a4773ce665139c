/* Who takes too long is cut off: readers that stand still, that lag behind the window, requests
 * that never get whole. */
#include "unit/packager/origin/fixture.h"

#include <sys/resource.h>

#define SEGMENT_0 WORLD_TRACK "content-0.mp4"

static struct world world;

/* Makes the segment much larger than what the kernel takes for one socket. */
static void append_large(int count)
{
    static uint8_t bytes[400000];

    for (int i = 0; i < count; i++) {
        int64_t sequence = world.next_sequence++;
        world_fill(bytes, sizeof bytes, (uint64_t)sequence);
        assert_int_equal(
            store_append(world.video, sequence, blob_create(bytes, sizeof bytes), &world.next),
            ERR_OK);
    }
}

static void test_reader_that_stands_still_is_cut(void **state)
{
    struct origin_limits limits = world_limits();

    (void)state;
    limits.stall_us = 200000;
    world_start_with(&world, &limits, 60000000, false);
    append_large(WORLD_SEGMENT_FRAMES);
    http_raw_open_narrow(&world.http, origin_port(world.origin), 4096);
    http_raw_request(&world.http, "GET", SEGMENT_0, "Range: bytes=0-\r\n");
    world_await(&world, cut_readers, 1);
    world_await(&world, live_responses, 0);
    world_await(&world, connections, 0);
    assert_true(world_state(&world).bytes_sent < 400000 * WORLD_SEGMENT_FRAMES / 2);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* Having caught up with the live edge is not standing still. */
static void test_reader_at_the_live_edge_is_not_cut(void **state)
{
    struct origin_limits limits = world_limits();
    uint8_t body[2000];

    (void)state;
    limits.stall_us = 600000;
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, 1);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=0-\r\n", 206);
    assert_int_equal(http_raw_chunk(&world.http, body, sizeof body), world.segments[0].size);
    clock_sleep_until_us(clock_monotonic_us() + 1500000);
    world_append(&world, 1);
    assert_true(http_raw_chunk(&world.http, body, sizeof body) > 0);
    assert_int_equal(world_state(&world).cut_readers, 0);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* A segment that has left the window is served on for the grace and no longer. */
static void test_reader_of_an_expired_segment_is_cut(void **state)
{
    struct origin_limits limits = world_limits();
    static uint8_t body[1 << 16];
    int64_t got;

    (void)state;
    limits.expired_grace_us = 100000;
    world_start_with(&world, &limits, 2000000, false);
    append_large(WORLD_SEGMENT_FRAMES);
    http_raw_open_narrow(&world.http, origin_port(world.origin), 4096);
    http_raw_request(&world.http, "GET", SEGMENT_0, "Range: bytes=0-\r\n");
    assert_int_equal(http_raw_head(&world.http), 206);
    world_append(&world, 4 * WORLD_SEGMENT_FRAMES);
    /* It goes on reading, slowly, so that only age can be held against it. */
    do {
        got = http_raw_read(&world.http, body, sizeof body);
        clock_sleep_until_us(clock_monotonic_us() + 5000);
    } while (got > 0 && world_state(&world).cut_readers == 0);
    world_await(&world, cut_readers, 1);
    world_await(&world, live_responses, 0);
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    world_stop(&world);
}

/* A live response whose track brings nothing more does not stay for ever. */
static void test_live_response_has_a_deadline(void **state)
{
    struct origin_limits limits = world_limits();
    static uint8_t body[1 << 16];
    bool complete;

    (void)state;
    limits.live_wait_us = 100000;
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, 2);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=0-\r\n", 206);
    assert_int_equal(http_raw_chunks(&world.http, body, sizeof body, &complete),
                     world.segments[0].size);
    assert_false(complete);
    world_await(&world, live_responses, 0);
    assert_int_equal(world_state(&world).cut_readers, 0);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_request_that_never_gets_whole_is_cut(void **state)
{
    struct origin_limits limits = world_limits();

    (void)state;
    limits.request_us = 200000;
    world_start_with(&world, &limits, 60000000, false);
    http_raw_open(&world.http, origin_port(world.origin));
    http_raw_send(&world.http, "GET /one/p1/v360/init-0.mp4 HTTP/1.1\r\nHost: ");
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    http_raw_open(&world.http, origin_port(world.origin));
    http_raw_send(&world.http, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    world_await(&world, connections, 0);
    assert_int_equal(world_state(&world).cut_readers, 0);
    world_stop(&world);
}

/* What libmicrohttpd has no room for: neither an answer that never comes nor a thread that spins.
 */
static void test_body_without_room_is_cut(void **state)
{
    static char line[100001];

    (void)state;
    memset(line, 'a', sizeof line - 1);
    world_start(&world);
    http_raw_open(&world.http, origin_port(world.origin));
    http_raw_send(&world.http, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;");
    http_raw_send(&world.http, line);
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    world_await(&world, connections, 0);
    world_stop(&world);
}

/* A request that waits for us owes us nothing meanwhile. */
static void test_parked_request_outlives_the_time_for_requests(void **state)
{
    struct origin_limits limits = world_limits();
    uint8_t packet[WORLD_PACKET_BYTES];

    (void)state;
    limits.request_us = 600000;
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, 1);
    world_ask(&world, "GET", WORLD_TRACK "init-0.mp4", "");
    world_await(&world, parked_requests, 1);
    clock_sleep_until_us(clock_monotonic_us() + 1500000);
    world_put_packet(&world, 0);
    world_packet_bytes(0, packet);
    assert_int_equal(http_raw_head(&world.http), 200);
    world_expect_body(&world, packet, sizeof packet);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* Where there are fewer files than connections, clients are told so too, instead of waiting for an
 * accept that cannot come. The last test here: the process's limit stays down. */
static void test_few_files_mean_fewer_connections(void **state)
{
    enum { FILES = 128, CLIENTS_MAX = FILES / 2 };
    const struct rlimit few = {FILES, FILES};
    static struct http_raw clients[CLIENTS_MAX];
    int count = 0;
    int status;

    (void)state;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    world_start(&world);
    do {
        assert_true(count < CLIENTS_MAX);
        http_raw_open(&clients[count], origin_port(world.origin));
        http_raw_request(&clients[count], "OPTIONS", "/", "");
        status = http_raw_head(&clients[count++]);
    } while (status == 204);
    assert_int_equal(status, 503);
    assert_true(count > CLIENTS_MAX / 3);
    while (count > 0)
        http_raw_close(&clients[--count]);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_that_stands_still_is_cut),
        cmocka_unit_test(test_reader_at_the_live_edge_is_not_cut),
        cmocka_unit_test(test_reader_of_an_expired_segment_is_cut),
        cmocka_unit_test(test_live_response_has_a_deadline),
        cmocka_unit_test(test_request_that_never_gets_whole_is_cut),
        cmocka_unit_test(test_body_without_room_is_cut),
        cmocka_unit_test(test_parked_request_outlives_the_time_for_requests),
        cmocka_unit_test(test_few_files_mean_fewer_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
