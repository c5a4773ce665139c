/* What goes when time or bytes run out, what is advertised then, and the measured bandwidth:
 * H7 (availabilityDuration), H11 (bandwidth), H12 (ids), H23. */
#include "unit/packager/store/fixture.h"

static const struct rational THIRTY = {30, 1};

static struct store_track_state state_of(struct store_track *t)
{
    struct store_track_state state;
    store_track_state(t, &state);
    return state;
}

/* Whole seconds that the samples of a track really reach back. */
static int64_t span_s(struct store_track *t)
{
    struct store_track_state at = state_of(t);
    struct rational rate = store_track_info(t)->frame_rate;
    return (at.newest_sequence - at.oldest_sequence) * rate.den / rate.num;
}

static void test_h12_segments_go_with_their_last_packet(void **state)
{
    (void)state;
    struct store *s = fixture_store(10000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 6);
    for (int64_t n = 0; n < 2000; n++) {
        fixture_append(t, n, 4);
        struct store_track_state at = state_of(t);
        int64_t oldest = n < 300 ? 0 : n - 300;
        assert_int_equal(at.oldest_sequence, oldest);
        assert_int_equal(at.newest_segment, n / 180);
        assert_int_equal(at.oldest_segment, oldest / 180);
        assert_int_equal(at.bytes, (size_t)(n + 1 - oldest / 180 * 180) * 4);
        assert_int_equal(store_bytes(s), at.bytes);
    }
    store_destroy(s);
}

/* A track that stalls keeps its window while the others go on. */
static void test_h23_window_is_of_the_tracks_own_time(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *a = fixture_track(s, "a", THIRTY, 1);
    struct store_track *b = fixture_track(s, "b", THIRTY, 1);
    fixture_append_both(a, 50, 4, 4);
    fixture_append_both(b, 500, 4, 4);
    assert_int_equal(fixture_find(a, 0), ERR_OK);
    assert_int_equal(fixture_find(b, 439), ERR_NOT_FOUND);
    assert_int_equal(fixture_find(b, 440), ERR_OK);
    store_destroy(s);
}

static void test_h7_available_is_the_window_when_bytes_suffice(void **state)
{
    (void)state;
    struct store *s = fixture_store(7900000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", (struct rational){30000, 1001}, 1);
    assert_int_equal(store_available_us(s), 7000000);
    for (int64_t n = 0; n < 1000; n++) {
        fixture_append(t, n, 4);
        assert_int_equal(store_available_us(s), 7000000);
        if (n >= 237)
            assert_true(span_s(t) >= 7);
    }
    store_destroy(s);
    s = fixture_store(300000, SIZE_MAX);
    assert_int_equal(store_available_us(s), 1000000);
    store_destroy(s);
}

/* Advances two tracks together, as media time goes: audio frames that start with or before video
 * frame n. */
static void advance(struct store_track *video, struct store_track *audio, int64_t n)
{
    fixture_append_both(video, n, 300, 1000);
    fixture_append_both(audio, n * 48000 / (30 * 1024), 50, 10);
}

/* H7: bytes run out, both tracks lose the same time, the figure is true at every frame. */
static void test_h7_bytes_shrink_the_window_of_all_tracks(void **state)
{
    (void)state;
    enum { MAX = 500000 }; /* about 12 s */
    struct store *s = fixture_store(60000000, MAX);
    struct store_track *video = fixture_track(s, "v", THIRTY, 2);
    struct store_track_info info = fixture_info(STORE_AUDIO, "a", FIXTURE_AUDIO_RATE, 2);
    struct store_track *audio = NULL;
    assert_int_equal(store_add_track(s, &info, NULL, &audio), ERR_OK);
    int changes = 0;
    int64_t before = 60000000;
    for (int64_t n = 0; n < 3000; n++) {
        advance(video, audio, n);
        int64_t available = store_available_us(s);
        changes += n >= 600 && available != before;
        before = available;
        assert_true(store_bytes(s) <= MAX);
        if (state_of(video).oldest_sequence == 0) {
            assert_int_equal(available, 60000000);
            continue;
        }
        assert_true(available <= span_s(video) * 1000000);
        assert_true(available <= span_s(audio) * 1000000);
        assert_true(available >= 9000000);
        int64_t video_us = timebase_frame_us(state_of(video).oldest_sequence, THIRTY);
        int64_t audio_us = timebase_frame_us(state_of(audio).oldest_sequence, FIXTURE_AUDIO_RATE);
        assert_true(llabs(video_us - audio_us) <= 34000);
    }
    assert_true(changes <= 2);
    assert_int_equal(fixture_find(video, state_of(video).oldest_sequence), ERR_OK);
    store_destroy(s);
}

/* H7: a heavy passage shortens the window; when it has passed, the whole window comes back. */
static void test_h7_window_comes_back_when_bytes_do(void **state)
{
    (void)state;
    struct store *s = fixture_store(10000000, 400000);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append_both(t, 299, 100, 900);
    assert_int_equal(store_available_us(s), 10000000);
    fixture_append_both(t, 449, 100, 3900);
    int64_t least = store_available_us(s);
    assert_true(least >= 2000000 && least <= 4000000);
    int64_t before = least;
    for (int64_t n = 450; n < 900; n++) {
        fixture_append(t, n, 100);
        assert_true(store_available_us(s) <= span_s(t) * 1000000);
        assert_int_equal(store_put_packet(t, n, fixture_blob(n, 900)), ERR_OK);
        int64_t available = store_available_us(s);
        assert_true(available <= span_s(t) * 1000000);
        assert_true(available >= before);
        before = available;
    }
    assert_int_equal(before, 10000000);
    assert_int_equal(span_s(t), 10);
    store_destroy(s);
}

/* Neither the segment that grows nor the newest second goes for want of bytes. */
static void test_growing_segment_is_never_trimmed(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, 1000);
    struct store_track *t = fixture_track(s, "v", THIRTY, 10);
    fixture_append_both(t, 599, 100, 500);
    struct store_track_state at = state_of(t);
    assert_int_equal(at.oldest_sequence, 569);
    assert_int_equal(at.oldest_segment, 1);
    assert_int_equal(at.newest_segment, 1);
    assert_int_equal(fixture_open(t, 1, 0, INT64_MAX), ERR_OK);
    assert_int_equal(fixture_find(t, 569), ERR_OK);
    assert_int_equal(fixture_find(t, 568), ERR_NOT_FOUND);
    assert_int_equal(at.bytes, 300 * 100 + 31 * 500);
    assert_int_equal(store_available_us(s), 1000000);
    store_destroy(s);
}

/* Another bound holds from the next change on, and what was lost to the first is given again. */
static void test_bytes_can_be_bounded_anew(void **state)
{
    (void)state;
    struct store *s = fixture_store(10000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 600, 100);
    assert_int_equal(store_available_us(s), 10000000);
    store_set_max_bytes(s, 12000); /* 4 s */
    fixture_append(t, 601, 100);
    assert_true(store_bytes(s) <= 12000);
    assert_true(store_available_us(s) < 4000000);
    store_set_max_bytes(s, SIZE_MAX);
    fixture_append(t, 1200, 100);
    assert_int_equal(store_available_us(s), 10000000);
    assert_int_equal(state_of(t).oldest_sequence, 900);
    store_destroy(s);
}

/* H12, H23: what has ended goes by time, to the last sample, and says meanwhile what it said. */
static void test_what_has_ended_is_trimmed_by_time(void **state)
{
    (void)state;
    struct store *s = fixture_store(10000000, SIZE_MAX);
    struct store_track *a = fixture_track(s, "a", THIRTY, 1);
    struct store_track *b = fixture_track(s, "b", (struct rational){25, 1}, 2);
    fixture_append_both(a, 299, 4, 4);
    fixture_append_both(b, 249, 4, 4);
    store_end_track(a);
    store_end_track(b);
    for (int64_t ms = 0; ms <= 10000; ms += 7) {
        store_trim_before(s, ms * 1000);
        struct store_track_state at = state_of(a);
        assert_int_equal(at.oldest_sequence, ms * 30 / 1000);
        assert_int_equal(at.oldest_segment, at.oldest_sequence / 30);
        assert_int_equal(state_of(b).oldest_sequence, ms * 25 / 1000);
        assert_int_equal(store_available_us(s), 10000000);
    }
    store_trim_before(s, 10000000);
    assert_int_equal(store_bytes(s), 0);
    assert_int_equal(fixture_find(a, 299), ERR_NOT_FOUND);
    assert_int_equal(fixture_open(a, 9, 0, INT64_MAX), ERR_NOT_FOUND);
    assert_int_equal(state_of(a).newest_sequence, 299);
    store_destroy(s);
}

/* A packet that comes late counts too, and may be what makes the bytes run out. */
static void test_late_packets_count(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, 20000);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 149, 100);
    assert_int_equal(state_of(t).oldest_sequence, 0);
    for (int64_t n = 140; n < 149; n++)
        assert_int_equal(store_put_packet(t, n, fixture_blob(n, 1000)), ERR_OK);
    assert_true(store_bytes(s) <= 20000);
    assert_int_equal(state_of(t).oldest_segment, 2);
    assert_int_equal(fixture_find(t, 140), ERR_OK);
    store_destroy(s);
}

/* Bytes that only readers hold don't cost the others their window. */
static void test_held_bytes_do_not_shrink_the_window(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, 13000);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    struct store_reader *held[8];
    for (int64_t id = 0; id < 8; id++) {
        fixture_append(t, id * 30, 100);
        struct store_range range = {0, INT64_MAX};
        assert_int_equal(store_open_reader(t, id, range, &held[id], NULL), ERR_OK);
    }
    fixture_append(t, 299, 100);
    assert_int_equal(span_s(t), 2);
    assert_int_equal(store_available_us(s), 2000000);
    assert_int_equal(store_bytes(s), 300 * 100);
    for (size_t i = 0; i < 8; i++)
        store_close_reader(held[i]);
    assert_int_equal(store_bytes(s), 90 * 100);
    store_destroy(s);
}

/* H11: no segment's measured rate may exceed `bandwidth`; measured over its real duration. */
static void test_h11_segments_are_measured(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track_info info =
        fixture_info(STORE_VIDEO, "v", (struct rational){30000, 1001}, 6);
    /* 180 frames of 1,000 bytes in 6.006 s are 239,760.2 bits/s. */
    info.bandwidth_bps = 239761;
    struct store_track *t = NULL;
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_OK);
    fixture_append(t, 178, 1000);
    assert_int_equal(state_of(t).peak_segment_bps, 0);
    fixture_append(t, 179, 1000);
    assert_int_equal(state_of(t).peak_segment_bps, 239761);
    assert_int_equal(state_of(t).segments_over_bandwidth, 0);
    fixture_append(t, 358, 1000);
    fixture_append(t, 359, 1010);
    assert_int_equal(state_of(t).segments_over_bandwidth, 1);
    assert_int_equal(state_of(t).peak_segment_bps, 239774);
    fixture_append(t, 539, 500);
    assert_int_equal(state_of(t).segments_over_bandwidth, 1);
    /* The last segment is shorter: 30 frames of 1,001 bytes in 1.001 s. */
    fixture_append(t, 569, 1001);
    store_end_track(t);
    assert_int_equal(state_of(t).segments_over_bandwidth, 2);
    assert_int_equal(state_of(t).peak_segment_bps, 240000);
    store_destroy(s);
}

/* A segment is measured once, also where the track ends with it. */
static void test_h11_end_at_a_segments_end(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 29, 5000);
    assert_int_equal(state_of(t).segments_over_bandwidth, 1);
    store_end_track(t);
    store_end_track(t);
    assert_int_equal(state_of(t).segments_over_bandwidth, 1);
    store_destroy(s);
}

static void test_limits_are_checked(void **state)
{
    (void)state;
    struct store *s = NULL;
    assert_int_equal(store_create(&(struct store_limits){.window_us = 0, .max_bytes = 1}, &s),
                     ERR_INVALID);
    assert_int_equal(store_create(&(struct store_limits){.window_us = 1, .max_bytes = 0}, &s),
                     ERR_INVALID);
    assert_null(s);
    store_destroy(NULL);
    s = fixture_store(1000000, 1);
    assert_int_equal(store_bytes(s), 0);
    store_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h12_segments_go_with_their_last_packet),
        cmocka_unit_test(test_h23_window_is_of_the_tracks_own_time),
        cmocka_unit_test(test_bytes_can_be_bounded_anew),
        cmocka_unit_test(test_what_has_ended_is_trimmed_by_time),
        cmocka_unit_test(test_h7_available_is_the_window_when_bytes_suffice),
        cmocka_unit_test(test_h7_bytes_shrink_the_window_of_all_tracks),
        cmocka_unit_test(test_h7_window_comes_back_when_bytes_do),
        cmocka_unit_test(test_growing_segment_is_never_trimmed),
        cmocka_unit_test(test_late_packets_count),
        cmocka_unit_test(test_held_bytes_do_not_shrink_the_window),
        cmocka_unit_test(test_h11_segments_are_measured),
        cmocka_unit_test(test_h11_end_at_a_segments_end),
        cmocka_unit_test(test_limits_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
