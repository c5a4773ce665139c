/* From rung to rung while the picture goes on. Frame n is due at 83,000 + (n - 100) * 40,000. */
#include "fixture.h"

/* Seamless: the packet of the next frame, the take-over when it is due. */
static void test_seamless(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 100000);
    change(w, 5000000);
    expect(w, "request 4 packet high 102\n");
    at(w, 130000);
    packet(w, 4, 102);
    expect(w, "showed 1 mid 101 at 123000\nrequest 5 segment high 2+300\n");
    at(w, 131000);
    chunk(w, 3, 102);
    at(w, 150000);
    chunk(w, 5, 103);
    size_t channel, rung;
    session_watches(w->session, &channel, &rung);
    assert_int_equal(rung, 1);
    assert_int_equal(session_next_us(w->session), 163000);
    advance(w, 163000);
    expect(w, "saw switch_ms 30000 at 130000\nsaw gap_ms 0 at 163000\n"
              "cancel 3\nclose 1\nshowed 2 high 102 at 163000\n");
    session_watches(w->session, &channel, &rung);
    assert_int_equal(rung, 2);
    advance(w, 203000);
    expect(w, "showed 2 high 103 at 203000\n");
    world_destroy(w);
}

/* Before its own continuation flows it does not take over, and its late frames are not shown. */
static void test_waits_for_the_continuation(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 100000);
    change(w, 5000000);
    at(w, 130000);
    packet(w, 4, 102);
    chunk(w, 3, 102);
    at(w, 165000);
    chunk(w, 3, 103);
    chunk(w, 5, 103); /* flows, after 102 was due */
    chunk(w, 5, 104);
    forget(w);
    advance(w, 203000);
    expect(w, "saw switch_ms 30000 at 130000\nsaw gap_ms 0 at 203000\n"
              "cancel 3\nclose 1\nshowed 2 high 103 at 203000\n");
    world_destroy(w);
}

/* A new rung that is behind does not take over until it has caught up. */
static void test_a_late_rung(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 100000);
    change(w, 5000000);
    for (int64_t n = 102; n < 110; n++)
        chunk(w, 3, n);
    at(w, 300000);
    packet(w, 4, 102);
    chunk(w, 5, 103);
    assert_null(strstr(w->log, "showed 2"));
    forget(w);
    advance(w, 440000);
    expect(w, "showed 1 mid 106 at 323000\nshowed 1 mid 107 at 363000\n"
              "showed 1 mid 108 at 403000\n");
    for (int64_t n = 104; n < 112; n++)
        chunk(w, 5, n);
    advance(w, 443000);
    expect(w, "saw switch_ms 200000 at 300000\nsaw gap_ms 0 at 443000\n"
              "cancel 3\nclose 1\nshowed 2 high 109 at 443000\n");
    world_destroy(w);
}

/* The picture stands still, and the new rung has the frame: it takes over without more ado. */
static void test_takes_over_a_rung_that_ran_dry(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 150000);
    change(w, 5000000);
    advance(w, 170000); /* 102 was due at 163,000 */
    at(w, 183000);
    packet(w, 4, 102);
    expect(w, "showed 1 mid 101 at 123000\nrequest 4 packet high 102\n"
              "request 5 segment high 2+300\nsaw stall_ms 20000 at 183000\n"
              "saw switch_ms 33000 at 183000\nsaw gap_ms 20000 at 183000\ncancel 3\nclose 1\n"
              "showed 2 high 102 at 183000\n");
    at(w, 223001);
    chunk(w, 5, 103);
    expect(w, "saw stall_ms 1 at 223001\nshowed 2 high 103 at 223001\n");
    world_destroy(w);
}

/* gap_ms counts from the decision on, and stalls of the old rung too. */
static void test_gap_counts_what_the_old_rung_stood(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 170000); /* stands still since 163,000 */
    change(w, 5000000);
    at(w, 180000);
    chunk(w, 3, 102);
    expect(w, "showed 1 mid 101 at 123000\nrequest 4 packet high 102\n"
              "saw stall_ms 17000 at 180000\nshowed 1 mid 102 at 180000\n");
    at(w, 190000);
    packet(w, 4, 102);
    chunk(w, 3, 103);
    chunk(w, 5, 103);
    chunk(w, 5, 104);
    advance(w, 220000);
    expect(w, "request 5 segment high 2+300\nsaw switch_ms 20000 at 190000\n"
              "saw gap_ms 10000 at 220000\ncancel 3\nclose 1\nshowed 2 high 103 at 220000\n");
    world_destroy(w);
}

static void test_same_rung_is_no_switch(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    change(w, 1500000);
    expect(w, "");
    change(w, 5000000);
    change(w, 6000000); /* the same again */
    expect(w, "request 4 packet high 102\n");
    change(w, 1); /* yet another */
    expect(w, "missed switch_ms\ncancel 4\nrequest 5 packet low 102\n");
    change(w, 900000); /* what is playing */
    expect(w, "missed switch_ms\ncancel 5\n");
    world_destroy(w);
}

/* A failed switch leaves the old rung playing, and is tried again. */
static void test_failed_switch(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 100000);
    change(w, 5000000);
    at(w, 110000);
    failed(w, 4, 500);
    expect(w, "request 4 packet high 102\nfault http lost\nmissed switch_ms\n");
    chunk(w, 3, 102);
    chunk(w, 3, 103);
    at(w, 360000);
    chunk(w, 3, 104);
    expect(w, "showed 1 mid 101 at 123000\nshowed 1 mid 102 at 163000\n"
              "showed 1 mid 103 at 203000\nsaw stall_ms 117000 at 360000\n"
              "showed 1 mid 104 at 360000\nrequest 5 packet high 105\n");
    world_destroy(w);
}

/* After the packet, too; and a zap ends it. */
static void test_lost_switch(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    change(w, 5000000);
    packet(w, 4, 102);
    failed(w, 5, 0);
    expect(w, "request 4 packet high 102\nrequest 5 segment high 2+300\nfault http lost\n"
              "missed switch_ms\nclose 2\n");
    advance(w, 340000);
    forget(w);
    zap(w, 0);
    expect(w, "saw stall_ms 177000 at 340000\nmissed switch_ms\ncancel 6\ncancel 3\nclose 1\n"
              "request 7 packet high now\n");
    world_destroy(w);
}

/* The rate holds after zaps too; asked for during a join, the switch waits for the continuation. */
static void test_switch_during_a_join(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    zap(w, 0);
    forget(w);
    change(w, 5000000);
    expect(w, "");
    packet(w, 4, 200);
    forget(w);
    chunk(w, 5, 201);
    assert_non_null(strstr(w->log, "request 6 packet high 202\n"));
    zap(w, 0);
    assert_non_null(strstr(w->log, "request 7 packet high now\n"));
    world_destroy(w);
}

/* H26: an origin may answer with another packet than was asked for. It is told, and used. */
static void test_another_packet(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    change(w, 5000000);
    forget(w);
    packet(w, 4, 104);
    expect(w, "fault sequence_gap high: frame 104 came where 102 was due\n"
              "request 5 segment high 2+500\n");
    world_destroy(w);
}

/* Both rungs hold the frame only if the new one holds it decoded. */
static void test_switch_while_decoding(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.decodes = true;
    struct world *w = world_create(&config);
    w->payloads = true;
    session_start(w->session, 0);
    drain(w);
    told(w, 1,
         make_channel(&(struct shape){.active = "p", .id = "p", .ends = "", .silent = true}, NULL));
    at(w, 50000);
    packet(w, 2, 100);
    decoded(w, 1, 100, 50000);
    chunk(w, 3, 101);
    decoded(w, 1, 101, 50000);
    chunk(w, 3, 102);
    decoded(w, 1, 102, 50000);
    change(w, 5000000);
    packet(w, 4, 103);
    chunk(w, 5, 104);
    chunk(w, 3, 103);
    forget(w);
    at(w, 190000);
    decoded(w, 1, 103, 180000);
    decoded(w, 2, 103, 185000);
    expect(w, "showed 1 mid 101 at 123000\nshowed 1 mid 102 at 163000\n");
    at(w, 230000);
    decoded(w, 2, 104, 203000); /* learnt late: by then 103 of the old rung was on */
    expect(w, "showed 1 mid 103 at 203000\n");
    advance(w, 243000);
    expect(w, "saw switch_ms 135000 at 185000\nsaw gap_ms 0 at 243000\ncancel 3\nclose 1\n"
              "showed 2 high 104 at 243000\n");
    world_destroy(w);
}

/* Frame n of the fast rung, which has 50 a second. */
static struct session_sample fast_frame(int64_t n)
{
    struct session_sample s = frame(n, false);
    s.timescale = 50;
    return s;
}

/* Watches as watching() does, and switches to the rung of 50 frames a second at 100,000: the frame
 * at the start of 102 is 204, due at 163,000; 205 is due at 183,000. */
static struct world *switching_to_fast(struct session_config *config)
{
    *config = world_config();
    struct world *w = world_create(config);
    session_start(w->session, 0);
    drain(w);
    told(w, 1,
         make_channel(
             &(struct shape){.active = "p", .id = "p", .ends = "", .silent = true, .fast = true},
             NULL));
    at(w, 50000);
    packet(w, 2, 100);
    chunk(w, 3, 101);
    at(w, 100000);
    forget(w);
    change(w, 5000000);
    expect(w, "request 4 packet high 204\n");
    return w;
}

static void fast_packet(struct world *w, uint32_t request, int64_t n)
{
    handle(w, &(struct session_event){.kind = SESSION_PACKET,
                                      .request = request,
                                      .sample = fast_frame(n),
                                      .has_sample = true,
                                      .timescale = 50,
                                      .segment_id = 2,
                                      .offset = 9});
}

/* H5: over frame rates, between two frames of the old rung. */
static void test_to_another_frame_rate(void **state)
{
    (void)state;
    struct session_config config;
    struct world *w = switching_to_fast(&config);
    chunk(w, 3, 102);
    chunk(w, 3, 103);
    at(w, 165000);
    fast_packet(w, 4, 204);
    chunk_of(w, 5, fast_frame(205));
    advance(w, 203000);
    expect(w, "showed 1 mid 101 at 123000\nshowed 1 mid 102 at 163000\n"
              "request 5 segment high 2+9\nsaw switch_ms 65000 at 165000\n"
              "saw gap_ms 0 at 183000\ncancel 3\nclose 1\nshowed 2 high 205 at 183000\n");
    world_destroy(w);
}

/* The picture does not stand still before the old rung's next frame is due. */
static void test_fast_rung_without_continuation(void **state)
{
    (void)state;
    struct session_config config;
    struct world *w = switching_to_fast(&config);
    chunk(w, 3, 102);
    at(w, 170000);
    fast_packet(w, 4, 205); /* due at 183,000; 103 is at 203,000 */
    forget(w);
    advance(w, 202999);
    expect(w, "");
    advance(w, 203000);
    expect(w, "saw switch_ms 70000 at 170000\nsaw gap_ms 0 at 203000\ncancel 3\nclose 1\n"
              "showed 2 high 205 at 203000\n");
    world_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seamless),
        cmocka_unit_test(test_waits_for_the_continuation),
        cmocka_unit_test(test_a_late_rung),
        cmocka_unit_test(test_takes_over_a_rung_that_ran_dry),
        cmocka_unit_test(test_gap_counts_what_the_old_rung_stood),
        cmocka_unit_test(test_same_rung_is_no_switch),
        cmocka_unit_test(test_failed_switch),
        cmocka_unit_test(test_lost_switch),
        cmocka_unit_test(test_switch_during_a_join),
        cmocka_unit_test(test_another_packet),
        cmocka_unit_test(test_switch_while_decoding),
        cmocka_unit_test(test_to_another_frame_rate),
        cmocka_unit_test(test_fast_rung_without_continuation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
