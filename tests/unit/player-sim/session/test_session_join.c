/* From nothing to a running picture: manifest, packet, continuation, sound. */
#include "fixture.h"

static void test_start_up(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    w->latency = true;
    assert_true(session_next_us(w->session) == INT64_MAX);
    w->now_us = 7;
    session_start(w->session, 7);
    drain(w);
    expect(w, "request 1 manifest 0\n");
    size_t channel = 9, rung = 9;
    assert_null(session_watches(w->session, &channel, &rung));
    at(w, 10000);
    manifest(w, 1);
    expect(w, "request 2 packet mid now\n");
    assert_non_null(session_watches(w->session, &channel, &rung));
    assert_int_equal(channel, 0);
    assert_int_equal(rung, 1);
    at(w, 50000);
    packet(w, 2, 100);
    /* 100 / 25 s is sound frame 187 (H5); its packet is that of two before. Captured at 4.0 s of a
     * UTC that is 1,000 s ahead: 50 ms - 4 s. */
    expect(w, "request 3 segment mid 2+100\n"
              "saw startup_ms 49993 at 50000\n"
              "showed 1 mid 100 at 50000\n"
              "saw latency_ms -3950000 at 50000\n"
              "request 4 packet sound 185\n");
    at(w, 60000);
    sound_packet(w, 4, 1, 700);
    /* 187 is the last of segment 1 (H27), 188 the third one ahead. */
    expect(w, "request 5 segment sound 1+700\nrequest 6 segment sound 2+0\n");
    at(w, 90000);
    chunk(w, 3, 101);
    expect(w, "saw arrival_ms -3950000 at 90000\n");
    assert_int_equal(session_next_us(w->session), 123000);
    advance(w, 123000);
    expect(w, "showed 1 mid 101 at 123000\nsaw latency_ms -3917000 at 123000\n");
    at(w, 123500);
    sound(w, 5, 186);
    sound(w, 5, 187);
    sound(w, 6, 188);
    expect(w, "");
    world_destroy(w);
}

/* What was captured before it was asked for stood ready: its age says nothing of the way. */
static void test_arrival(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    struct session_sample s = frame(102, false);
    w->latency = true;
    at(w, 100000);
    s.capture_us = config.utc_offset_us + 49999; /* the continuation was asked for at 50,000 */
    chunk_of(w, 3, s);
    expect(w, "");
    s = frame(103, false);
    s.capture_us = config.utc_offset_us + 50000;
    chunk_of(w, 3, s);
    expect(w, "saw arrival_ms 50000 at 100000\n");
    s = frame(104, false);
    s.capture_us = -1;
    chunk_of(w, 3, s);
    expect(w, "");
    world_destroy(w);
}

/* The first picture stands buffer_us besides its own time; what is late is a stall and shifts the
 * schedule. */
static void test_playhead(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 160000);
    chunk(w, 3, 102);
    expect(w, "showed 1 mid 101 at 123000\n");
    at(w, 210000); /* 7,000 late */
    chunk(w, 3, 103);
    expect(w, "showed 1 mid 102 at 163000\nsaw stall_ms 7000 at 210000\n"
              "showed 1 mid 103 at 210000\n");
    at(w, 249999);
    chunk(w, 3, 104);
    chunk(w, 3, 105);
    advance(w, 400000);
    expect(w, "showed 1 mid 104 at 250000\nshowed 1 mid 105 at 290000\n");
    world_destroy(w);
}

/* Exactly when it is due is no stall. */
static void test_due_to_the_microsecond(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 163000);
    chunk(w, 3, 102);
    at(w, 203001);
    chunk(w, 3, 103);
    expect(w, "showed 1 mid 101 at 123000\nshowed 1 mid 102 at 163000\n"
              "saw stall_ms 1 at 203001\nshowed 1 mid 103 at 203001\n");
    world_destroy(w);
}

/* H27: a segment is asked for when its first frame is the third one ahead, and not again. */
static void test_h27_next_segment_in_time(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    for (int64_t n = 102; n <= 146; n++)
        chunk(w, 3, n);
    expect(w, "");
    chunk(w, 3, 147);
    expect(w, "request 4 segment mid 3+0\n");
    chunk(w, 3, 148);
    chunk(w, 4, 150); /* ahead of its turn */
    chunk(w, 4, 151);
    expect(w, "");
    chunk(w, 3, 149);
    chunk(w, 4, 152); /* the end of the old response may well come later */
    finished(w, 3);
    chunk(w, 4, 153);
    advance(w, 90000 + 53 * 40000);
    for (int64_t n = 101; n <= 153; n++) {
        char line[64];
        snprintf(line, sizeof line, "showed 1 mid %d at %d\n", (int)n,
                 (int)(83000 + (n - 100) * 40000));
        assert_non_null(strstr(w->log, line));
    }
    assert_null(strstr(w->log, "fault"));
    assert_null(strstr(w->log, "request"));
    world_destroy(w);
}

/* A packet close to the end of its segment asks for both segments at once. */
static void test_join_at_a_segment_end(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    packet(w, 2, 147);
    assert_non_null(strstr(w->log, "request 3 segment mid 2+4800\nrequest 4 segment mid 3+0\n"));
    forget(w);
    finished(w, 3);
    assert_non_null(strstr(w->log, "brought no new frame"));
    world_destroy(w);
}

/* The last packet of a segment points into the next one. */
static void test_join_on_the_last_frame(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    packet(w, 2, 149);
    assert_non_null(strstr(w->log, "request 3 segment mid 3+0\nsaw startup"));
    world_destroy(w);
}

/* At the very start there are no two sound frames before the picture. */
static void test_sound_at_the_first_frame(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    packet(w, 2, 0);
    assert_non_null(strstr(w->log, "packet sound 0\n"));
    world_destroy(w);
}

/* A session that decodes shows what is decoded, and its times are those of the decoder. */
static void test_decoding(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.decodes = true;
    struct world *w = world_create(&config);
    w->payloads = true;
    session_start(w->session, 0);
    drain(w);
    manifest(w, 1);
    at(w, 50000);
    packet(w, 2, 100);
    expect(w, "request 1 manifest 0\nrequest 2 packet mid now\ndecode 1 mid 100 opens\n"
              "request 3 segment mid 2+100\nrequest 4 packet sound 185\n");
    sound_packet(w, 4, 1, 700);
    expect(w, "decode 2 sound 185 opens\nrequest 5 segment sound 1+700\n"
              "request 6 segment sound 2+0\n");
    at(w, 60000);
    sound(w, 5, 186);
    chunk(w, 3, 101);
    expect(w, "decode 2 sound 186\ndecode 1 mid 101\n");
    at(w, 70000);
    decoded(w, 1, 100, 65000);
    expect(w, "saw startup_ms 65000 at 65000\nshowed 1 mid 100 at 65000\n");
    at(w, 150000);
    decoded(w, 1, 101, 130000); /* due at 65,000 + 33,000 + 40,000, and learnt late */
    expect(w, "showed 1 mid 101 at 138000\n");
    chunk(w, 3, 102);
    chunk(w, 3, 103);
    at(w, 190000);
    decoded(w, 1, 102, 180000); /* due at 178,000 */
    expect(w, "decode 1 mid 102\ndecode 1 mid 103\nsaw stall_ms 2000 at 180000\n"
              "showed 1 mid 102 at 180000\n");
    session_decoded(w->session, 190000, 1, 103, 185000, false, "no picture");
    drain(w);
    chunk(w, 3, 104);
    at(w, 230000);
    decoded(w, 1, 104, 230000);
    expect(w, "fault decode no picture\ndecode 1 mid 104\n");
    advance(w, 260000); /* as if 103 had been there */
    expect(w, "showed 1 mid 104 at 260000\n");
    session_decoded(w->session, 260000, 99, 1, 0, false, "of no stream");
    drain(w);
    expect(w, "");
    world_destroy(w);
}

/* Where the packet itself can't be decoded, nothing after it can: another one is asked for. */
static void test_packet_without_a_picture(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.decodes = true;
    struct world *w = world_create(&config);
    w->payloads = true;
    session_start(w->session, 0);
    drain(w);
    manifest(w, 1);
    packet(w, 2, 100);
    forget(w);
    session_decoded(w->session, 0, 1, 100, 0, false, "no picture");
    drain(w);
    expect(w, "fault decode no picture\ncancel 3\nclose 1\n");
    advance(w, 250000);
    expect(w, "request 5 packet mid now\n");
    world_destroy(w);
}

/* Once the picture is there, the other channels' manifests, one at a time. */
static void test_other_manifests(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.channel_count = 3;
    config.first_channel = 1;
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    drain(w);
    expect(w, "request 1 manifest 1\nrequest 2 packet mid now\n");
    packet(w, 2, 100);
    assert_non_null(strstr(w->log, "request 5 manifest 0\n"));
    forget(w);
    advance(w, 10000);
    expect(w, "");
    failed(w, 5, 500);
    expect(w, "fault http lost\nrequest 6 manifest 2\n");
    manifest(w, 6);
    advance(w, 20000000);
    expect(w, "");
    world_destroy(w);
}

static void test_leave(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    at(w, 130000);
    session_leave(w->session, 130000);
    drain(w);
    expect(w, "showed 1 mid 101 at 123000\ncancel 3\nclose 1\n");
    assert_true(session_next_us(w->session) == INT64_MAX);
    session_leave(w->session, 130000);
    zap(w, 0);
    chunk(w, 3, 102);
    advance(w, 1000000);
    expect(w, "");
    world_destroy(w);
}

static void test_leave_during_start_up(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    session_leave(w->session, 5);
    w->now_us = 5;
    drain(w);
    expect(w, "request 1 manifest 0\nmissed startup_ms\ncancel 1\n");
    world_destroy(w);
}

static void test_wrong_configurations(void **state)
{
    (void)state;
    struct session *s = NULL;
    struct session_config config = world_config();
    config.channel_count = 0;
    assert_int_equal(session_create(&config, &s), ERR_INVALID);
    config = world_config();
    config.first_channel = 1;
    assert_int_equal(session_create(&config, &s), ERR_INVALID);
    config = world_config();
    config.buffer_us = 60000001;
    assert_int_equal(session_create(&config, &s), ERR_INVALID);
    config.buffer_us = -1;
    assert_int_equal(session_create(&config, &s), ERR_INVALID);
    config = world_config();
    config.rate_bps = -1;
    assert_int_equal(session_create(&config, &s), ERR_INVALID);
    config = world_config();
    config.urls = NULL;
    assert_int_equal(session_create(&config, &s), ERR_INVALID);
    assert_null(s);
    session_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_up),
        cmocka_unit_test(test_arrival),
        cmocka_unit_test(test_playhead),
        cmocka_unit_test(test_due_to_the_microsecond),
        cmocka_unit_test(test_h27_next_segment_in_time),
        cmocka_unit_test(test_join_at_a_segment_end),
        cmocka_unit_test(test_join_on_the_last_frame),
        cmocka_unit_test(test_sound_at_the_first_frame),
        cmocka_unit_test(test_decoding),
        cmocka_unit_test(test_other_manifests),
        cmocka_unit_test(test_packet_without_a_picture),
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_leave_during_start_up),
        cmocka_unit_test(test_wrong_configurations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
