/* The origin goes at any time, while hundreds wait and producers go on. */
#include "unit/packager/origin/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

enum { VIEWERS = 200, ROUNDS = 4 };

static struct world world;
static struct http_raw viewers[VIEWERS];
static _Atomic bool produces;

static void *produce(void *context)
{
    (void)context;
    while (atomic_load(&produces)) {
        world_append(&world, 1);
        world_put_packet(&world, world.next_sequence - 1);
        clock_sleep_until_us(clock_monotonic_us() + 500);
    }
    return NULL;
}

/* Some read a segment that grows, some wait for one, some for a packet. */
static void open_viewers(void)
{
    static const char *const paths[] = {WORLD_TRACK "content-0.mp4", WORLD_TRACK "content-1.mp4",
                                        WORLD_TRACK "init-32.mp4", WORLD_TRACK "init-now.mp4"};

    for (int i = 0; i < VIEWERS; i++) {
        http_raw_open(&viewers[i], origin_port(world.origin));
        http_raw_request(&viewers[i], "GET", paths[i % 4], "");
    }
}

static void test_destroy_while_a_producer_appends(void **state)
{
    pthread_t producer;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        world_start(&world);
        world_append(&world, WORLD_SEGMENT_FRAMES);
        open_viewers();
        world_await(&world, requests, VIEWERS);
        atomic_store(&produces, true);
        assert_int_equal(pthread_create(&producer, NULL, produce, NULL), 0);
        clock_sleep_until_us(clock_monotonic_us() + 3000 * round);
        origin_destroy(world.origin);
        world.origin = NULL;
        atomic_store(&produces, false);
        pthread_join(producer, NULL);
        for (int i = 0; i < VIEWERS; i++)
            http_raw_close(&viewers[i]);
        world_stop(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_destroy_while_a_producer_appends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
