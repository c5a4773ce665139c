/* What fails is told, and made again. Frame n is due at 83,000 + (n - 100) * 40,000. */
#include "fixture.h"

/* A lost continuation joins anew; what was received is still shown, and the wait is a stall. */
static void test_lost_continuation(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    chunk(w, 3, 102);
    failed(w, 3, 0);
    expect(w, "fault http lost\n");
    advance(w, 339999);
    expect(w, "showed 1 mid 101 at 123000\nshowed 1 mid 102 at 163000\n");
    advance(w, 340000);
    expect(w, "request 4 packet mid now\n");
    at(w, 360000);
    packet(w, 4, 107); /* 103 was due at 203,000 */
    expect(w, "request 5 segment mid 2+800\nsaw stall_ms 157000 at 360000\nclose 1\n"
              "showed 2 mid 107 at 360000\n");
    at(w, 432999);
    chunk(w, 5, 108);
    advance(w, 433000); /* a schedule of its own */
    expect(w, "showed 2 mid 108 at 433000\n");
    world_destroy(w);
}

/* The waits double until a continuation flows again: a packet alone does not prove it. */
static void test_back_off_lasts_until_it_flows(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    failed(w, 3, 0);
    advance(w, 340000);
    packet(w, 4, 107);
    failed(w, 5, 0);
    assert_int_equal(session_next_us(w->session), 840000);
    advance(w, 840000);
    packet(w, 6, 120);
    chunk(w, 7, 121);
    failed(w, 7, 0);
    forget(w);
    advance(w, 1089999);
    assert_null(strstr(w->log, "request"));
    advance(w, 1090000);
    assert_non_null(strstr(w->log, "request 8 packet mid now\n"));
    world_destroy(w);
}

/* A packet that is not there has the manifest fetched first; so once it is told anew. */
static void test_missing_packet(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    forget(w);
    failed(w, 2, 404);
    advance(w, 250000);
    expect(w, "fault http lost\nrequest 3 manifest 0\n");
    failed(w, 3, 500);
    assert_int_equal(session_next_us(w->session), 750000);
    advance(w, 750000);
    manifest(w, 4);
    expect(w, "fault http lost\nrequest 4 manifest 0\nrequest 5 packet mid now\n");
    at(w, 800000);
    packet(w, 5, 100);
    assert_non_null(strstr(w->log, "saw startup_ms 800000 at 800000\n"));
    world_destroy(w);
}

/* Sound that fails does not disturb the picture. */
static void test_lost_sound(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    packet(w, 2, 100);
    sound_packet(w, 4, 1, 700);
    sound(w, 5, 186);
    for (int64_t n = 101; n < 110; n++)
        chunk(w, 3, n);
    forget(w);
    failed(w, 5, 0);
    expect(w, "fault http lost\ncancel 6\nclose 2\n");
    advance(w, 200000);
    expect(w, "showed 1 mid 101 at 73000\nshowed 1 mid 102 at 113000\nshowed 1 mid 103 at 153000\n"
              "showed 1 mid 104 at 193000\n");
    advance(w, 250000);
    /* beside 109: 4.36 s is frame 204 */
    expect(w, "showed 1 mid 105 at 233000\nrequest 7 packet sound 202\n");
    failed(w, 7, 404);
    expect(w, "fault http lost\nrequest 8 packet sound now\n");
    failed(w, 8, 404);
    expect(w, "fault http lost\n"); /* by HESP_NOW once only, until it flows */
    advance(w, 749999);
    assert_null(strstr(w->log, "request"));
    forget(w);
    advance(w, 750000);
    expect(w, "request 9 packet sound 202\n");
    failed(w, 9, 404);
    expect(w, "fault http lost\n");
    advance(w, 1750000);
    expect(w, "request 10 packet sound 202\n");
    sound_packet(w, 10, 2, 100);
    sound(w, 11, 203);
    forget(w);
    failed(w, 11, 0);
    advance(w, 2000000); /* it flowed: so soon again */
    expect(w, "fault http lost\nclose 3\nrequest 12 packet sound 202\n");
    failed(w, 12, 404);
    expect(w, "fault http lost\nrequest 13 packet sound now\n");
    world_destroy(w);
}

/* When the old rung is lost during a switch, the new one takes over: no join is needed. */
static void test_old_rung_lost_during_a_switch(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    change(w, 5000000);
    failed(w, 3, 0);
    at(w, 100000);
    packet(w, 4, 102);
    expect(w, "request 4 packet high 102\nfault http lost\nrequest 5 segment high 2+300\n");
    advance(w, 163000);
    expect(w, "showed 1 mid 101 at 123000\nsaw switch_ms 10000 at 100000\nsaw gap_ms 0 at 163000\n"
              "close 1\nshowed 2 high 102 at 163000\n");
    world_destroy(w);
}

/* Then the new one is needed, even where yet another is wanted. */
static void test_switch_is_kept_for_want_of_the_old_rung(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    change(w, 5000000);
    failed(w, 3, 0);
    forget(w);
    change(w, 1);
    expect(w, "");
    at(w, 100000);
    packet(w, 4, 102);
    chunk(w, 5, 103);
    forget(w);
    advance(w, 163000);
    assert_non_null(strstr(w->log, "showed 2 high 102 at 163000\nrequest 6 packet low 104\n"));
    world_destroy(w);
}

static void test_both_rungs_lost(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    change(w, 5000000);
    failed(w, 3, 0);
    failed(w, 4, 404);
    expect(w, "request 4 packet high 102\nfault http lost\nfault http lost\nmissed switch_ms\n");
    advance(w, 340000);
    expect(w, "showed 1 mid 101 at 123000\nrequest 5 manifest 0\n");
    manifest(w, 5);
    expect(w, "request 6 packet high now\n");
    world_destroy(w);
}

/* An event of no request, or of the wrong kind, is passed over. */
static void test_strange_events(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    handle(w, &(struct session_event){.kind = SESSION_CHUNK});
    handle(w, &(struct session_event){.kind = SESSION_FAILED, .request = 77});
    session_handle(w->session, w->now_us,
                   &(struct session_event){.kind = SESSION_PACKET, .request = 3});
    session_handle(w->session, w->now_us,
                   &(struct session_event){.kind = SESSION_MANIFEST, .request = 3});
    drain(w);
    chunk(w, 3, 102);
    expect(w, "");
    world_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_continuation),
        cmocka_unit_test(test_back_off_lasts_until_it_flows),
        cmocka_unit_test(test_missing_packet),
        cmocka_unit_test(test_lost_sound),
        cmocka_unit_test(test_old_rung_lost_during_a_switch),
        cmocka_unit_test(test_switch_is_kept_for_want_of_the_old_rung),
        cmocka_unit_test(test_both_rungs_lost),
        cmocka_unit_test(test_strange_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
