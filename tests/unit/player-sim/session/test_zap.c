/* From channel to channel, and what a zap consists of. */
#include "fixture.h"

static struct world *watching_two(struct session_config *config)
{
    *config = world_config();
    config->channel_count = 2;
    struct world *w = world_create(config);
    session_start(w->session, 0);
    drain(w);
    manifest(w, 1);
    at(w, 50000);
    packet(w, 2, 100);
    sound_packet(w, 4, 1, 700);
    manifest(w, 5);
    at(w, 90000);
    chunk(w, 3, 101);
    advance(w, 1000000);
    forget(w);
    return w;
}

/* One request, one packet, a picture; the old channel is given up at once. */
static void test_zap(void **state)
{
    (void)state;
    struct session_config config;
    struct world *w = watching_two(&config);
    zap(w, 1);
    /* The picture stood still until then. */
    expect(w, "saw stall_ms 837000 at 1000000\ncancel 3\nclose 1\ncancel 6\ncancel 7\nclose "
              "2\nrequest 8 packet mid now\n");
    size_t channel, rung;
    assert_non_null(session_watches(w->session, &channel, &rung));
    assert_int_equal(channel, 1);
    at(w, 1030000);
    packet(w, 8, 500); /* 20 s: sound frame 937 */
    expect(w, "request 9 segment mid 10+100\n"
              "saw connection_ms 28000 at 1028000\n"
              "saw first_byte_ms 29000 at 1029000\n"
              "saw init_ms 30000 at 1030000\n"
              "saw zap_ms 30000 at 1030000\n"
              "showed 3 mid 500 at 1030000\n"
              "request 10 packet sound 935\n");
    at(w, 1040000);
    sound_packet(w, 10, 9, 700);
    at(w, 1045000);
    sound(w, 11, 936); /* preroll */
    at(w, 1046000);
    sound(w, 11, 937);
    sound(w, 12, 938);
    at(w, 1070000);
    chunk(w, 9, 501);
    at(w, 1071000);
    chunk(w, 9, 502);
    expect(w, "request 11 segment sound 9+700\nrequest 12 segment sound 10+0\n"
              "saw sound_ms 46000 at 1046000\nsaw continuation_ms 70000 at 1070000\n");
    chunk(w, 3, 103); /* of what was given up */
    expect(w, "");
    world_destroy(w);
}

/* The size of the packet goes with init_ms, the state of its connection with connection_ms. */
static void test_parts_of_a_zap(void **state)
{
    (void)state;
    struct session_config config;
    struct world *w = watching_two(&config);
    w->now_us = 1000000;
    session_zap(w->session, 1000000, 1);
    drain(w);
    struct session_event event = {.kind = SESSION_PACKET,
                                  .request = 8,
                                  .sample = frame(500, false),
                                  .has_sample = true,
                                  .timescale = 25,
                                  .connected_us = 900000, /* it was open already */
                                  .first_byte_us = 1002000,
                                  .fresh_connection = true};
    event.sample.bytes = 14321;
    session_handle(w->session, 1003000, &event);
    struct session_action a;
    unsigned seen = 0;
    while (session_next_action(w->session, &a)) {
        if (a.kind != SESSION_SAW)
            continue;
        assert_int_equal(a.channel, 1);
        assert_string_equal(a.track->name, "mid");
        if (a.metric == SESSION_CONNECTION) {
            assert_int_equal(a.value_us, 0);
            assert_true(a.fresh_connection);
            seen++;
        } else if (a.metric == SESSION_INIT) {
            assert_int_equal(a.value_us, 3000);
            assert_int_equal(a.bytes, 14321);
            seen++;
        }
    }
    assert_int_equal(seen, 2);
    world_destroy(w);
}

static void test_zap_without_a_manifest(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.channel_count = 3;
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    drain(w);
    zap(w, 2); /* which ends the start-up */
    expect(w, "request 1 manifest 0\nmissed startup_ms\ncancel 1\nrequest 2 manifest 2\n");
    at(w, 1000);
    failed(w, 2, 503);
    assert_int_equal(session_next_us(w->session), 251000);
    at(w, 250999);
    advance(w, 250999);
    expect(w, "fault http lost\n");
    advance(w, 251000);
    expect(w, "request 3 manifest 2\n");
    at(w, 260000);
    told(w, 3,
         make_channel(&(struct shape){.active = "p", .id = "p", .ends = "", .silent = true}, NULL));
    at(w, 300000);
    packet(w, 4, 7);
    expect(w, "request 4 packet mid now\nrequest 5 segment mid 0+800\n"
              "saw connection_ms 298000 at 298000\nsaw first_byte_ms 299000 at 299000\n"
              "saw init_ms 300000 at 300000\nsaw zap_ms 300000 at 300000\n"
              "showed 1 mid 7 at 300000\n"
              "request 6 manifest 0\n"); /* which was given up above */
    world_destroy(w);
}

/* A manifest that is under way for another channel already need not be asked for twice. */
static void test_zap_to_a_manifest_under_way(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.channel_count = 2;
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    packet(w, 2, 100);
    forget(w);
    zap(w, 1); /* 5 is its manifest */
    expect(w, "cancel 3\nclose 1\ncancel 4\n");
    manifest(w, 5);
    expect(w, "request 6 packet mid now\n");
    world_destroy(w);
}

static void test_zap_during_a_zap(void **state)
{
    (void)state;
    struct session_config config;
    struct world *w = watching_two(&config);
    zap(w, 1);
    forget(w);
    zap(w, 0);
    expect(w, "missed zap_ms\ncancel 8\nrequest 9 packet mid now\n");
    packet(w, 9, 500);
    forget(w);
    zap(w, 1); /* its picture was there: nothing is missed */
    assert_null(strstr(w->log, "missed"));
    world_destroy(w);
}

static void test_zap_to_the_same_channel(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 100000);
    zap(w, 0);
    expect(w, "cancel 3\nclose 1\nrequest 4 packet mid now\n");
    session_leave(w->session, 100000);
    drain(w);
    expect(w, "missed zap_ms\ncancel 4\n");
    world_destroy(w);
}

/* An old manifest led to a packet that isn't there: it is fetched again, then the packet. The
 * figures are those of the packet that came. */
static void test_zap_to_an_outdated_manifest(void **state)
{
    (void)state;
    struct session_config config;
    struct world *w = watching_two(&config);
    zap(w, 1);
    forget(w);
    at(w, 1010000);
    failed(w, 8, 404);
    expect(w, "fault http lost\n");
    advance(w, 1259999);
    expect(w, "");
    advance(w, 1260000);
    expect(w, "request 9 manifest 1\n");
    at(w, 1270000);
    manifest(w, 9);
    expect(w, "request 10 packet mid now\n");
    at(w, 1300000);
    packet(w, 10, 500);
    assert_non_null(strstr(w->log, "saw connection_ms 298000 at 1298000\n"));
    assert_non_null(strstr(w->log, "saw zap_ms 300000 at 1300000\n"));
    world_destroy(w);
}

/* Other failures ask for the packet again, without its manifest. */
static void test_zap_over_a_broken_connection(void **state)
{
    (void)state;
    struct session_config config;
    struct world *w = watching_two(&config);
    zap(w, 1);
    forget(w);
    static const int64_t delays_us[] = {250000, 500000, 1000000, 2000000, 4000000, 4000000};
    uint32_t request = 8;
    for (size_t i = 0; i < sizeof delays_us / sizeof *delays_us; i++) {
        failed(w, request, 0);
        assert_int_equal(session_next_us(w->session), w->now_us + delays_us[i]);
        forget(w);
        advance(w, w->now_us + delays_us[i]);
        char line[64];
        snprintf(line, sizeof line, "request %d packet mid now\n", (int)++request);
        expect(w, line);
    }
    world_destroy(w);
}

/* From the smallest rung it climbs once the continuation flows, and that is a switch. */
static void test_join_smallest(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.join = SESSION_JOIN_SMALLEST;
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    drain(w);
    told(w, 1,
         make_channel(&(struct shape){.active = "p", .id = "p", .ends = "", .silent = true}, NULL));
    at(w, 50000);
    packet(w, 2, 100);
    expect(w, "request 1 manifest 0\nrequest 2 packet low now\nrequest 3 segment low 2+100\n"
              "saw startup_ms 50000 at 50000\nshowed 1 low 100 at 50000\n");
    at(w, 90000);
    chunk(w, 3, 101);
    expect(w, "request 4 packet mid 102\n");
    at(w, 120000);
    packet(w, 4, 102);
    at(w, 150000);
    chunk(w, 3, 102);
    chunk(w, 5, 103);
    advance(w, 163000);
    expect(w, "request 5 segment mid 2+300\nshowed 1 low 101 at 123000\n"
              "saw switch_ms 30000 at 120000\nsaw gap_ms 0 at 163000\ncancel 3\nclose 1\n"
              "showed 2 mid 102 at 163000\n");
    world_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zap),
        cmocka_unit_test(test_parts_of_a_zap),
        cmocka_unit_test(test_zap_without_a_manifest),
        cmocka_unit_test(test_zap_to_a_manifest_under_way),
        cmocka_unit_test(test_zap_during_a_zap),
        cmocka_unit_test(test_zap_to_the_same_channel),
        cmocka_unit_test(test_zap_to_an_outdated_manifest),
        cmocka_unit_test(test_zap_over_a_broken_connection),
        cmocka_unit_test(test_join_smallest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
