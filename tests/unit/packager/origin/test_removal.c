/* Stores and pages are taken away while they are asked for, waited for, read and appended to. */
#include "unit/packager/origin/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#define SEGMENT_0 WORLD_TRACK "content-0.mp4"

static struct world world;

static void await_gone(int (*remove)(struct origin *o))
{
    for (int tries = 0; remove(world.origin) != ERR_OK; tries++) {
        assert_true(tries < 4000);
        clock_sleep_until_us(clock_monotonic_us() + 5000);
    }
}

static int remove_p1(struct origin *o)
{
    return origin_remove_store(o, "one", "p1");
}

static int remove_page(struct origin *o)
{
    return origin_remove_page(o, "/page");
}

static int render(void *context, struct bytes_writer *body)
{
    bytes_write_text(body, context);
    return 200;
}

/* The fixture's stop, where the store has gone. */
static void stop_without_store(void)
{
    world.store = NULL;
    world_stop(&world);
}

static void test_page_is_not_found_any_more(void **state)
{
    struct origin_page page = {"/page", "text/plain", "here\n", render, ORIGIN_OPEN, false};

    (void)state;
    world_start(&world);
    assert_int_equal(origin_add_page(world.origin, &page), ERR_OK);
    world_expect(&world, "GET", "/page", "", 200);
    http_raw_close(&world.http);
    await_gone(remove_page);
    world_expect(&world, "GET", "/page", "", 404);
    http_raw_close(&world.http);
    /* The path is free again, and removing what isn't there is no fault. */
    assert_int_equal(origin_add_page(world.origin, &page), ERR_OK);
    world_expect(&world, "GET", "/page", "", 200);
    http_raw_close(&world.http);
    assert_int_equal(origin_remove_page(world.origin, "/other"), ERR_OK);
    assert_int_equal(origin_remove_store(world.origin, "one", "p2"), ERR_OK);
    world_stop(&world);
}

static void test_who_waits_gets_a_404(void **state)
{
    static const char *const waits[] = {WORLD_TRACK "init-3.mp4", "/one/p1/aac/content-0.mp4",
                                        WORLD_TRACK "init-now.mp4"};

    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        struct origin_limits limits = world_limits();
        world_start_with(&world, &limits, 60000000, true);
        world_append(&world, 2);
        world_ask(&world, "GET", waits[i], "");
        world_await(&world, parked_requests, 1);
        await_gone(remove_p1);
        store_destroy(world.store);
        assert_int_equal(http_raw_head(&world.http), 404);
        world_await(&world, parked_requests, 0);
        assert_int_equal(world.wants, world.unwants);
        http_raw_close(&world.http);
        stop_without_store();
    }
}

static void test_who_reads_is_cut(void **state)
{
    static uint8_t body[1 << 16];
    bool complete;

    (void)state;
    world_start(&world);
    world_append(&world, 2);
    world_expect(&world, "GET", SEGMENT_0, "Range: bytes=0-\r\n", 206);
    assert_true(http_raw_chunk(&world.http, body, sizeof body) > 0);
    await_gone(remove_p1);
    store_destroy(world.store);
    http_raw_chunks(&world.http, body, sizeof body, &complete);
    assert_false(complete);
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    world_await(&world, live_responses, 0);
    assert_int_equal(world_state(&world).cut_readers, 0);
    stop_without_store();
}

/* Who has stopped reading, so that nobody ever asks for its bytes again, holds nothing up. */
static void test_who_stands_still_is_cut(void **state)
{
    static uint8_t bytes[400000];

    (void)state;
    world_start(&world);
    for (int i = 0; i < WORLD_SEGMENT_FRAMES; i++)
        assert_int_equal(
            store_append(world.video, i, blob_create(bytes, sizeof bytes), &world.next), ERR_OK);
    http_raw_open_narrow(&world.http, origin_port(world.origin), 4096);
    http_raw_request(&world.http, "GET", SEGMENT_0, "Range: bytes=0-\r\n");
    world_await(&world, live_responses, 1);
    await_gone(remove_p1);
    store_destroy(world.store);
    world_await(&world, live_responses, 0);
    http_raw_close(&world.http);
    stop_without_store();
}

enum { VIEWERS = 4, ROUNDS = 60 };

static atomic_bool over, appended;

static struct store *second_store(struct store_track **track)
{
    struct store_limits limits = {2000000, 1 << 20};
    struct store_track_info info = world_video_info();
    struct store *store;

    assert_int_equal(store_create(&limits, &store), ERR_OK);
    assert_int_equal(store_add_track(store, &info, NULL, track), ERR_OK);
    return store;
}

static void *produce(void *context)
{
    struct store_place next;

    for (int64_t i = 0; !atomic_load(&appended); i++) {
        store_append(context, i, blob_create("a chunk of some bytes", 21), &next);
        store_put_packet(context, i, blob_create("a packet", 8));
        clock_sleep_until_us(clock_monotonic_us() + 200);
    }
    return NULL;
}

static void *view(void *context)
{
    static const char *const paths[] = {"/one/p2/v360/init-now.mp4", "/one/p2/v360/content-0.mp4",
                                        "/one/p2/v360/content-1.mp4", "/one/p2/v360/init-1.mp4",
                                        "/page"};
    struct http_raw http;
    uint8_t piece[256];

    for (size_t i = (size_t)(uintptr_t)context; !atomic_load(&over); i++) {
        http_raw_open(&http, origin_port(world.origin));
        http_raw_request(&http, "GET", paths[i % 5], "");
        http_raw_read(&http, piece, sizeof piece);
        http_raw_close(&http);
    }
    return NULL;
}

/* For ThreadSanitizer: store after store comes, is appended to and asked for all the time, and
 * goes. */
static void test_removal_under_load(void **state)
{
    struct origin_page page = {"/page", "text/plain", "here\n", render, ORIGIN_OPEN, false};
    struct origin_limits limits = world_limits();
    pthread_t viewers[VIEWERS];

    (void)state;
    limits.packet_wait_us = 20000;
    world_start_with(&world, &limits, 60000000, false);
    atomic_store(&over, false);
    for (size_t i = 0; i < VIEWERS; i++)
        assert_int_equal(pthread_create(&viewers[i], NULL, view, (void *)(uintptr_t)i), 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct store_track *track;
        struct store *store = second_store(&track);
        pthread_t producer;
        int store_status = ERR_AGAIN, page_status = ERR_AGAIN;

        assert_int_equal(origin_add_store(world.origin, "one", "p2", store), ERR_OK);
        assert_int_equal(origin_add_page(world.origin, &page), ERR_OK);
        atomic_store(&appended, false);
        assert_int_equal(pthread_create(&producer, NULL, produce, track), 0);
        clock_sleep_until_us(clock_monotonic_us() + 5000);
        for (int tries = 0; (store_status || page_status) && tries < 20000; tries++) {
            store_status = origin_remove_store(world.origin, "one", "p2");
            page_status = origin_remove_page(world.origin, "/page");
            clock_sleep_until_us(clock_monotonic_us() + 1000);
        }
        assert_int_equal(store_status, ERR_OK);
        assert_int_equal(page_status, ERR_OK);
        /* Its producer does not know of all this, and ends after it. */
        atomic_store(&appended, true);
        pthread_join(producer, NULL);
        store_destroy(store);
    }
    atomic_store(&over, true);
    for (size_t i = 0; i < VIEWERS; i++)
        pthread_join(viewers[i], NULL);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_is_not_found_any_more),
        cmocka_unit_test(test_who_waits_gets_a_404),
        cmocka_unit_test(test_who_reads_is_cut),
        cmocka_unit_test(test_who_stands_still_is_cut),
        cmocka_unit_test(test_removal_under_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
