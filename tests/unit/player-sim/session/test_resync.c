/* Falling behind, and where joins start. Frame n is due at 83,000 + (n - 100) * 40,000. */
#include "fixture.h"

/* The old stream is given up and the newest packet asked for; what is received is shown meanwhile,
 * and what the picture stands still then is a stall. */
static void resync_joins_at_the_live_edge(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 100000);
    session_resync(w->session, w->now_us);
    drain(w);
    expect(w, "cancel 3\nrequest 4 packet mid now\n");
    at(w, 300000);
    packet(w, 4, 110);
    expect(w, "showed 1 mid 101 at 123000\nrequest 5 segment mid 2+1100\n"
              "saw stall_ms 137000 at 300000\nclose 1\nshowed 2 mid 110 at 300000\n");
    world_destroy(w);
}

static void resync_leaves_a_switch_alone(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 100000);
    change(w, 5000000);
    forget(w);
    session_resync(w->session, w->now_us);
    drain(w);
    expect(w, "");
    world_destroy(w);
}

static void a_join_starts_where_it_was_told_to(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.join = SESSION_JOIN_AT;
    struct world *w = world_create(&config);
    session_start(w->session, w->now_us);
    drain(w);
    forget(w);
    session_join_at(w->session, 1000000);
    manifest(w, 1);
    expect(w, "request 2 packet mid now\n");
    session_join_at(w->session, 0);
    zap(w, 0);
    expect(w, "missed startup_ms\ncancel 2\nrequest 3 packet low now\n");
    world_destroy(w);
}

static void ahead_is_what_is_received_and_not_due(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    int64_t before_us = session_ahead_us(w->session, w->now_us);
    at(w, 100000);
    chunk(w, 3, 102);
    chunk(w, 3, 103);
    assert_int_equal(session_ahead_us(w->session, 100000), 203000 - 100000);
    assert_true(before_us < 203000 - 100000);
    assert_int_equal(session_ahead_us(w->session, 250000), 0);
    world_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resync_joins_at_the_live_edge),
        cmocka_unit_test(resync_leaves_a_switch_alone),
        cmocka_unit_test(a_join_starts_where_it_was_told_to),
        cmocka_unit_test(ahead_is_what_is_received_and_not_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
