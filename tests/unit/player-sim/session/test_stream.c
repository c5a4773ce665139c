/* What is wrong with what arrives, and the bounds. */
#include "fixture.h"

#include "player-sim/session/frames.h"
#include "player-sim/session/stream.h"

/* H4: numbers rise by one. */
static void test_h4_gap_and_repeat(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    chunk(w, 3, 104);
    expect(w, "fault sequence_gap mid: frame 104 came where 102 was due\n");
    chunk(w, 3, 104);
    expect(w, "fault sequence_repeat mid: frame 104 came where 105 was due\n");
    chunk(w, 3, 101);
    expect(w, "fault sequence_repeat mid: frame 101 came where 105 was due\n");
    chunk(w, 3, 105);
    expect(w, "");
    advance(w, 283000);
    expect(w, "showed 1 mid 101 at 123000\nshowed 1 mid 104 at 243000\n"
              "showed 1 mid 105 at 283000\n");
    world_destroy(w);
}

/* H5: a frame's time is exact in its own timescale, and so is its duration. */
static void test_h5_times(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    struct session_sample s = frame(102, false);
    s.time = 102 * 3600 + 1;
    s.timescale = 90000;
    s.duration = 3600;
    chunk_of(w, 3, s);
    expect(w, "fault timestamp mid: no frame starts at media time 367201/90000\n");
    s = frame(103, false);
    s.duration = 2;
    chunk_of(w, 3, s);
    expect(w, "fault timestamp mid: frame 103 lasts 2/25 s\n");
    s = frame(104, false);
    s.timescale = 0; /* as the packet told */
    chunk_of(w, 3, s);
    s = frame(105, false);
    s.time = 105 * 30 / 25; /* 126 */
    s.timescale = 30;
    s.duration = 2; /* 1.2 can't be told */
    chunk_of(w, 3, s);
    expect(w, "");
    s.time = -1;
    chunk_of(w, 3, s);
    expect(w, "fault timestamp mid: no frame starts at media time -1/30\n");
    s.time = INT64_MAX;
    chunk_of(w, 3, s);
    expect(w, "fault timestamp mid: no frame starts at media time 9223372036854775807/30\n");
    world_destroy(w);
}

/* H3, H19: an audio packet holds no sample; the next one is the first that comes. */
static void test_h3_first_sound(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    packet(w, 2, 100);
    sound_packet(w, 4, 1, 700);
    forget(w);
    sound(w, 5, 187);
    expect(w, "fault sequence_gap sound: frame 187 came where 186 was due\n");
    world_destroy(w);
}

/* By HESP_NOW the first frame says where the sound is. */
static void test_sound_by_now(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    packet(w, 2, 100);
    forget(w);
    failed(w, 4, 404);
    expect(w, "fault http lost\nrequest 5 packet sound now\n");
    sound_packet(w, 5, 2, 700);
    sound(w, 6, 192);
    sound(w, 6, 194);
    expect(w, "request 6 segment sound 2+700\n"
              "fault sequence_gap sound: frame 194 came where 193 was due\n");
    world_destroy(w);
}

/* A segment that ends early shows as a gap. */
static void test_short_segment(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    finished(w, 3);
    expect(w, "request 4 segment mid 3+0\n");
    chunk(w, 4, 150);
    expect(w, "fault sequence_gap mid: frame 150 came where 102 was due\n");
    world_destroy(w);
}

/* What was asked for ahead and failed is asked for again when the current one has finished. */
static void test_ahead_fails(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    for (int64_t n = 102; n <= 147; n++)
        chunk(w, 3, n);
    forget(w);
    failed(w, 4, 404);
    chunk(w, 3, 148);
    chunk(w, 3, 149);
    expect(w, "fault http lost\n");
    finished(w, 3);
    expect(w, "request 5 segment mid 3+0\n");
    chunk(w, 5, 150);
    expect(w, "");
    world_destroy(w);
}

/* A response that breaks after its last frame has brought all that it had. */
static void test_breaks_after_its_last_frame(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    for (int64_t n = 102; n <= 149; n++)
        chunk(w, 3, n);
    forget(w);
    failed(w, 3, 0);
    chunk(w, 4, 150);
    expect(w, "fault http lost\n");
    advance(w, 90000);
    expect(w, "");
    world_destroy(w);
}

/* Both responses may be over before the first frame was handed on. */
static void test_both_responses_end_early(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    for (int64_t n = 102; n <= 147; n++)
        chunk(w, 3, n);
    for (int64_t n = 150; n <= 199; n++)
        if (n != 198)
            chunk(w, 4, n);
    finished(w, 4);
    chunk(w, 3, 148);
    forget(w);
    chunk(w, 3, 149); /* all of segment 3 is in order now, segment 4 is not asked for yet */
    expect(w, "");
    finished(w, 3);
    expect(w, "fault sequence_gap mid: frame 199 came where 198 was due\n"
              "request 5 segment mid 4+0\n");
    chunk(w, 5, 200);
    expect(w, "");
    world_destroy(w);
}

static void test_bound_of_reordering(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    w->payloads = true;
    for (int64_t n = 102; n <= 147; n++)
        chunk(w, 3, n);
    forget(w);
    for (int64_t n = 150; n < 150 + SESSION_REORDER_MAX; n++)
        chunk(w, 4, n);
    expect(w, "");
    chunk(w, 4, 150 + SESSION_REORDER_MAX);
    expect(w, "fault http mid: segment 3 runs too far ahead of the one before it\n"
              "cancel 3\ncancel 4\n");
    advance(w, 340000);
    assert_non_null(strstr(w->log, "request 5 packet mid now\n"));
    world_destroy(w);
}

static void test_bound_of_waiting_frames(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.buffer_us = 60000000;
    struct world *w = watching(&config);
    for (int64_t n = 102; n < 101 + SESSION_FRAMES_MAX; n++)
        chunk(w, 3, n);
    assert_null(strstr(w->log, "fault"));
    chunk(w, 3, 101 + SESSION_FRAMES_MAX);
    assert_non_null(strstr(w->log, "fault http mid: frame 4197: more frames wait than can be held\n"
                                   "cancel 3\n"));
    world_destroy(w);
}

/* A jump that no buffer bridges is the end of the stream: a join follows. */
static void test_bound_of_gaps(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    chunk(w, 3, 102 + SESSION_FRAMES_MAX);
    expect(w, "fault sequence_gap mid: frame 4198 came where 102 was due\ncancel 3\n");
    world_destroy(w);
}

/* Frames so far back repeat nothing: the packet's number was wrong, and is not waited for. */
static void test_bound_of_repeats(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    chunk(w, 3, 103 - SESSION_REPEATS_MAX);
    expect(w, "fault sequence_repeat mid: frame 39 came where 102 was due\n");
    chunk(w, 3, 102 - SESSION_REPEATS_MAX);
    expect(w, "fault sequence_repeat mid: frame 38 came where 102 was due\ncancel 3\n");
    advance(w, 340000);
    assert_non_null(strstr(w->log, "request 4 packet mid now\n"));
    world_destroy(w);
}

static void test_useless_packets(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = world_create(&config);
    session_start(w->session, 0);
    manifest(w, 1);
    forget(w);
    sound_packet(w, 2, 1, 1); /* no picture in it */
    expect(w, "fault http mid: a packet without a picture\n");
    advance(w, 250000);
    expect(w, "request 3 packet mid now\n");
    packet(w, 3, -1);
    expect(w, "fault timestamp mid: no frame starts at media time -1/25\n");
    advance(w, 750000);
    expect(w, "request 4 packet mid now\n");
    world_destroy(w);
}

static void test_frames(void **state)
{
    (void)state;
    struct session_frames f = {0};
    assert_null(session_frames_head(&f));
    assert_null(session_frames_find(&f, 0));
    for (int64_t n = 0; n < 3 * SESSION_FRAMES_MAX; n++) {
        struct session_frame frame = {.sequence = n * 3};
        if (f.count == SESSION_FRAMES_MAX) {
            assert_int_equal(session_frames_push(&f, &frame), ERR_FULL);
            session_frames_pop(&f);
        }
        assert_int_equal(session_frames_push(&f, &frame), ERR_OK);
        assert_int_equal(session_frames_head(&f)->sequence,
                         n < SESSION_FRAMES_MAX ? 0 : (n - SESSION_FRAMES_MAX + 1) * 3);
        assert_ptr_equal(session_frames_find(&f, session_frames_head(&f)->sequence),
                         session_frames_head(&f));
        assert_int_equal(session_frames_find(&f, n * 3)->sequence, n * 3);
        assert_null(session_frames_find(&f, n * 3 - 1));
        assert_null(session_frames_find(&f, n * 3 + 1));
    }
    session_frames_head(&f)->decoded_us = SESSION_BROKEN;
    int64_t first = session_frames_head(&f)->sequence;
    assert_int_equal(session_frames_whole_head(&f)->sequence, first + 3);
    session_frames_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h4_gap_and_repeat),
        cmocka_unit_test(test_h5_times),
        cmocka_unit_test(test_h3_first_sound),
        cmocka_unit_test(test_sound_by_now),
        cmocka_unit_test(test_short_segment),
        cmocka_unit_test(test_ahead_fails),
        cmocka_unit_test(test_breaks_after_its_last_frame),
        cmocka_unit_test(test_both_responses_end_early),
        cmocka_unit_test(test_bound_of_reordering),
        cmocka_unit_test(test_bound_of_waiting_frames),
        cmocka_unit_test(test_bound_of_gaps),
        cmocka_unit_test(test_bound_of_repeats),
        cmocka_unit_test(test_useless_packets),
        cmocka_unit_test(test_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
