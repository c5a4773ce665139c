/* What waits and what grows, over real HTTP: H2, H22, H28 to H30 and the corner cases of live
 * delivery. */
#include "unit/packager/origin/fixture.h"

#include <pthread.h>

#define SEGMENT_0 WORLD_TRACK "content-0.mp4"
#define SEGMENT_1 WORLD_TRACK "content-1.mp4"

static struct world world;

static void expect_packet(int64_t sequence)
{
    uint8_t packet[WORLD_PACKET_BYTES];

    world_packet_bytes(sequence, packet);
    assert_int_equal(http_raw_head(&world.http), 200);
    world_expect_body(&world, packet, sizeof packet);
    http_raw_close(&world.http);
}

/* Reads until `size` bytes of the growing response are there. */
static void expect_growth(struct http_raw *http, const uint8_t *expected, size_t size)
{
    static uint8_t body[1 << 16];
    size_t at = 0;

    while (at < size) {
        int64_t got = http_raw_chunk(http, body + at, sizeof body - at);
        assert_true(got > 0);
        at += (size_t)got;
    }
    assert_int_equal(at, size);
    assert_memory_equal(body, expected, size);
}

/* H29: the connection stays open and brings each chunk as it comes, up to the segment's end. */
static void test_h29_growing_segment(void **state)
{
    const struct bytes_writer *segment = &world.segments[0];

    (void)state;
    world_start(&world);
    world_append(&world, 2);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=0-9007199254740991\r\n", 206);
    world_expect_header(&world, "Content-Range", "bytes 0-9007199254740991/*");
    world_expect_header(&world, "Transfer-Encoding", "chunked");
    world_expect_header(&world, "Content-Type", "video/mp4");
    world_expect_header(&world, "Cache-Control", "public, max-age=60");
    expect_growth(&world.http, segment->data, segment->size);
    for (int i = 2; i < WORLD_SEGMENT_FRAMES; i++) {
        size_t before = segment->size;
        world_append(&world, 1);
        expect_growth(&world.http, segment->data + before, segment->size - before);
    }
    /* The segment is at its end with its last sample: the response too, the connection is not. */
    world_expect_chunks(&world.http, segment, segment->size, segment->size - 1);
    world_await(&world, live_responses, 0);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_h28_open_end_of_a_growing_segment(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 2);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=100-\r\n", 206);
    world_expect_header(&world, "Content-Range", "bytes 100-9007199254740991/*");
    expect_growth(&world.http, world.segments[0].data + 100, world.segments[0].size - 100);
    http_raw_close(&world.http);
    world_expect(&world, "GET", SEGMENT_0, "", 200);
    world_expect_header(&world, "Content-Range", NULL);
    expect_growth(&world.http, world.segments[0].data, world.segments[0].size);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* RFC 8673: the last position is the one asked for; the response ends there. */
static void test_h29_finite_range_of_a_growing_segment(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 2);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=10-5000\r\n", 206);
    world_expect_header(&world, "Content-Range", "bytes 10-5000/*");
    world_append(&world, 8);
    assert_true(world.segments[0].size > 5001);
    world_expect_chunks(&world.http, &world.segments[0], 10, 5000);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* The offset in the newest packet is the end of what exists: that waits, it is no 416 (H3). */
static void test_range_at_the_end_waits(void **state)
{
    char range[64];
    size_t end;

    (void)state;
    world_start(&world);
    world_append(&world, 3);
    end = world.segments[0].size;
    assert_int_equal(world.next.offset, end);
    snprintf(range, sizeof range, "Range: bytes=%zu-\r\n", end);
    world_ask(&world, "GET", SEGMENT_0, range);
    world_await(&world, parked_requests, 1);
    world_append(&world, 1);
    assert_int_equal(http_raw_head(&world.http), 206);
    expect_growth(&world.http, world.segments[0].data + end, world.segments[0].size - end);
    assert_int_equal(world_state(&world).parked_requests, 0);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* H30: 416 only once the segment is at its end, and then with its length. */
static void test_h30_range_beyond_the_end_waits_for_it(void **state)
{
    char text[64];

    (void)state;
    world_start(&world);
    world_append(&world, 3);
    world_ask(&world, "GET", SEGMENT_0, "Range: bytes=900000-\r\n");
    world_await(&world, parked_requests, 1);
    world_append(&world, WORLD_SEGMENT_FRAMES - 3);
    assert_int_equal(http_raw_head(&world.http), 416);
    snprintf(text, sizeof text, "bytes */%zu", world.segments[0].size);
    world_expect_header(&world, "Content-Range", text);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* H30: no 416 while the segment grows, however long it takes. */
static void test_h30_range_beyond_the_end_has_a_deadline(void **state)
{
    struct origin_limits limits = world_limits();

    (void)state;
    limits.range_wait_us = 50000;
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, 3);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=900000-\r\n", 503);
    world_expect_header(&world, "Content-Range", NULL);
    world_expect_header(&world, "Retry-After", "1");
    world_expect_header(&world, "Cache-Control", "no-store");
    assert_int_equal(world_state(&world).parked_requests, 0);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* When sample n ends a segment, packet n points to the next one, which isn't there yet. */
static void test_next_segment_waits(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, WORLD_SEGMENT_FRAMES);
    assert_int_equal(world.next.segment_id, 1);
    assert_int_equal(world.next.offset, 0);
    world_ask(&world, "GET", SEGMENT_1, "Range: bytes=0-9007199254740991\r\n");
    world_await(&world, parked_requests, 1);
    world_append(&world, 1);
    assert_int_equal(http_raw_head(&world.http), 206);
    expect_growth(&world.http, world.segments[1].data, world.segments[1].size);
    http_raw_close(&world.http);
    world_expect(&world, "GET", WORLD_TRACK "content-2.mp4", "", 404);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_next_segment_has_a_deadline(void **state)
{
    struct origin_limits limits = world_limits();

    (void)state;
    limits.packet_wait_us = 1000;
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, WORLD_SEGMENT_FRAMES);
    world_expect(&world, "GET", SEGMENT_1, "Range: bytes=0-\r\n", 404);
    world_expect_header(&world, "Cache-Control", "no-store");
    http_raw_close(&world.http);
    world_stop(&world);
}

/* H2: sample and packet are there together for the viewer, whoever is made first. */
static void test_h2_packet_in_the_making_waits(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 5);
    world_ask(&world, "GET", WORLD_TRACK "init-4.mp4", "");
    world_await(&world, parked_requests, 1);
    world_put_packet(&world, 4);
    expect_packet(4);
    world_stop(&world);
}

static void test_h22_packet_up_to_three_ahead_waits(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 5);
    world_ask(&world, "GET", WORLD_TRACK "init-7.mp4", "");
    world_await(&world, parked_requests, 1);
    world_append(&world, 3);
    world_put_packet(&world, 7);
    expect_packet(7);
    world_expect(&world, "GET", WORLD_TRACK "init-11.mp4", "", 404);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_h22_packet_that_never_comes_has_a_deadline(void **state)
{
    struct origin_limits limits = world_limits();
    uint8_t packet[WORLD_PACKET_BYTES];

    (void)state;
    limits.packet_wait_us = 1000;
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, 5);
    world_expect(&world, "GET", WORLD_TRACK "init-5.mp4", "", 404);
    world_expect_header(&world, "Cache-Control", "no-store");
    http_raw_close(&world.http);
    /* And a HEAD ends as well. */
    world_expect(&world, "HEAD", WORLD_TRACK "init-5.mp4", "", 404);
    /* A 404 is not for ever. */
    world_append(&world, 1);
    world_put_packet(&world, 5);
    world_packet_bytes(5, packet);
    http_raw_request(&world.http, "GET", WORLD_TRACK "init-5.mp4", "");
    expect_packet(5);
    world_stop(&world);
}

/* The end of a track ends what waits for more of it. */
static void test_end_of_track(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 5);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=0-\r\n", 206);
    store_end_track(world.video);
    world_expect_chunks(&world.http, &world.segments[0], 0, world.segments[0].size - 1);
    http_raw_close(&world.http);
    world_stop(&world);
}

enum { VIEWERS = 300 };

static struct http_raw viewers[VIEWERS];

static void open_viewers(const char *path, const char *lines)
{
    for (int i = 0; i < VIEWERS; i++) {
        http_raw_open(&viewers[i], origin_port(world.origin));
        http_raw_request(&viewers[i], "GET", path, lines);
    }
}

static void close_viewers(void)
{
    for (int i = 0; i < VIEWERS; i++)
        http_raw_close(&viewers[i]);
}

static void test_300_viewers_receive_the_same(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 1);
    open_viewers(SEGMENT_0, "Range: bytes=0-9007199254740991\r\n");
    world_await(&world, live_responses, VIEWERS);
    for (int i = 1; i < WORLD_SEGMENT_FRAMES; i++) {
        world_append(&world, 1);
        clock_sleep_until_us(clock_monotonic_us() + 3000);
    }
    for (int i = 0; i < VIEWERS; i++) {
        assert_int_equal(http_raw_head(&viewers[i]), 206);
        world_expect_chunks(&viewers[i], &world.segments[0], 0, world.segments[0].size - 1);
    }
    world_await(&world, live_responses, 0);
    assert_int_equal(world_state(&world).bytes_sent, VIEWERS * (int64_t)world.segments[0].size);
    close_viewers();
    world_stop(&world);
}

/* Whoever is parked when the origin goes is let go: neither a hang nor a leak. */
static void test_destroy_with_parked_viewers(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 2);
    open_viewers(SEGMENT_0, "Range: bytes=0-\r\n");
    world_ask(&world, "GET", WORLD_TRACK "init-4.mp4", "");
    world_await(&world, live_responses, VIEWERS);
    world_await(&world, parked_requests, 1);
    world_stop(&world);
    for (int i = 0; i < VIEWERS; i++)
        assert_true(http_raw_ended(&viewers[i]));
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    close_viewers();
}

enum { GUESTS = 4, VISITS = 12 };

/* Comes and goes: sometimes in the middle of a response, sometimes for a packet. */
static void *visit(void *context)
{
    static const char *const paths[] = {SEGMENT_0, WORLD_TRACK "init-now.mp4", SEGMENT_1,
                                        WORLD_TRACK "init-3.mp4"};
    struct http_raw *http = context;
    uint8_t body[4096];

    for (int i = 0; i < VISITS; i++) {
        http_raw_open(http, origin_port(world.origin));
        http_raw_request(http, "GET", paths[i % 4], i % 3 == 0 ? "" : "Range: bytes=0-\r\n");
        if (i % 2 == 0) {
            http_raw_head(http);
            http_raw_read(http, body, sizeof body);
        }
        http_raw_close(http);
    }
    return NULL;
}

static void test_viewers_come_and_go_while_the_track_grows(void **state)
{
    pthread_t threads[GUESTS];

    (void)state;
    world_start(&world);
    world_append(&world, 1);
    for (int i = 0; i < GUESTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, visit, &viewers[i]), 0);
    for (int i = 1; i < 5 * WORLD_SEGMENT_FRAMES; i++) {
        world_append(&world, 1);
        world_put_packet(&world, world.next_sequence - 1);
        clock_sleep_until_us(clock_monotonic_us() + 2000);
    }
    store_end_track(world.video);
    for (int i = 0; i < GUESTS; i++)
        pthread_join(threads[i], NULL);
    world_await(&world, live_responses, 0);
    world_await(&world, parked_requests, 0);
    world_await(&world, connections, 0);
    assert_int_equal(world_state(&world).cut_readers, 0);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h29_growing_segment),
        cmocka_unit_test(test_h28_open_end_of_a_growing_segment),
        cmocka_unit_test(test_h29_finite_range_of_a_growing_segment),
        cmocka_unit_test(test_range_at_the_end_waits),
        cmocka_unit_test(test_h30_range_beyond_the_end_waits_for_it),
        cmocka_unit_test(test_h30_range_beyond_the_end_has_a_deadline),
        cmocka_unit_test(test_next_segment_waits),
        cmocka_unit_test(test_next_segment_has_a_deadline),
        cmocka_unit_test(test_h2_packet_in_the_making_waits),
        cmocka_unit_test(test_h22_packet_up_to_three_ahead_waits),
        cmocka_unit_test(test_h22_packet_that_never_comes_has_a_deadline),
        cmocka_unit_test(test_end_of_track),
        cmocka_unit_test(test_300_viewers_receive_the_same),
        cmocka_unit_test(test_destroy_with_parked_viewers),
        cmocka_unit_test(test_viewers_come_and_go_while_the_track_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
