/* Clients who vanish without a word, as one whose battery is empty does: nothing that is sent
 * reaches them, nothing comes back, not even the end. Needs root, for a network of its own. */
#include "unit/packager/origin/fixture.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define VANISHING "10.99.0.2"

enum { CLIENTS = 5 };

static struct world world;
static struct http_raw clients[CLIENTS];

static bool make_network(void)
{
    return geteuid() == 0 && unshare(CLONE_NEWNET) == 0 && system("ip link set lo up") == 0 &&
           system("ip address add " VANISHING "/32 dev lo") == 0;
}

static void append_large(int count)
{
    static uint8_t bytes[100000];

    for (int i = 0; i < count; i++)
        assert_int_equal(store_append(world.video, world.next_sequence++,
                                      blob_create(bytes, sizeof bytes), &world.next),
                         ERR_OK);
}

/* One who has said nothing, one in the middle of a request, one who waits for a packet, one who has
 * been answered, and one who reads a live segment: all are gone within the deadlines. */
static void test_clients_who_vanish_are_let_go(void **state)
{
    static const char *const texts[CLIENTS] = {
        "",
        "GET / HTTP/1.1\r\nHos",
        "GET " WORLD_TRACK "init-2.mp4 HTTP/1.1\r\nHost: x\r\n\r\n",
        "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET " WORLD_TRACK "content-0.mp4 HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    struct origin_limits limits = world_limits();

    (void)state;
    if (!make_network())
        skip();
    limits.packet_wait_us = limits.making_wait_us = limits.stall_us = 300000;
    limits.response_us = limits.request_us = 600000;
    limits.idle_s = 1;
    world_start_with(&world, &limits, 60000000, false);
    append_large(2);
    for (int i = 0; i < CLIENTS; i++) {
        http_raw_open_from(&clients[i], origin_port(world.origin), VANISHING);
        http_raw_send(&clients[i], texts[i]);
    }
    assert_int_equal(http_raw_head(&clients[3]), 204);
    assert_int_equal(http_raw_head(&clients[4]), 200);
    world_await(&world, requests, 3);
    assert_int_equal(system("ip address del " VANISHING "/32 dev lo"), 0);
    append_large(WORLD_SEGMENT_FRAMES - 2);
    world_await(&world, connections, 0);
    assert_int_equal(world_state(&world).live_responses, 0);
    assert_int_equal(world_state(&world).parked_requests, 0);
    assert_int_equal(world_state(&world).cut[ORIGIN_CUT_STALLED], 1);
    for (int i = 0; i < CLIENTS; i++)
        http_raw_close(&clients[i]);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clients_who_vanish_are_let_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
