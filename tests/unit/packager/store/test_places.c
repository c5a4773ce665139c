/* Where a sample is: H3 (the place that a packet names) and H27 (which segment, exactly). */
#include "unit/packager/store/fixture.h"

enum { DAY_S = 86400 };

/* The first samples of segments 0, 1, ... with 6 s each, worked out by hand: ceil(k * 6 * rate). */
struct boundaries {
    struct rational rate;
    int64_t first[8];
};

static const struct boundaries SIX_SECONDS[] = {
    {{24000, 1001}, {0, 144, 288, 432, 576, 720, 864, 1007}},
    {{25, 1}, {0, 150, 300, 450, 600, 750, 900, 1050}},
    {{30000, 1001}, {0, 180, 360, 540, 720, 900, 1079, 1259}},
    {{30, 1}, {0, 180, 360, 540, 720, 900, 1080, 1260}},
    {{50, 1}, {0, 300, 600, 900, 1200, 1500, 1800, 2100}},
    {{60, 1}, {0, 360, 720, 1080, 1440, 1800, 2160, 2520}},
    {{48000, 1024}, {0, 282, 563, 844, 1125, 1407, 1688, 1969}},
};

enum { RATES = sizeof SIX_SECONDS / sizeof SIX_SECONDS[0] };

static void check_boundaries(const struct boundaries *b)
{
    struct store *s = fixture_store(3600000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", b->rate, 6);
    int64_t segment = 0;
    int64_t offset = 0;
    for (int64_t n = 0; n < b->first[7]; n++) {
        size_t size = 5 + (size_t)(n % 3);
        struct store_place next;
        assert_int_equal(store_append(t, n, fixture_blob(n, size), &next), ERR_OK);
        offset += (int64_t)size;
        if (n + 1 == b->first[segment + 1]) {
            segment++;
            offset = 0;
        }
        assert_int_equal(next.segment_id, segment);
        assert_int_equal(next.offset, offset);
    }
    store_destroy(s);
}

static void test_h3_h27_places_and_boundaries_at_six_seconds(void **state)
{
    (void)state;
    for (size_t i = 0; i < RATES; i++)
        check_boundaries(&SIX_SECONDS[i]);
}

static void test_h3_place_is_where_the_next_sample_is_read(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", (struct rational){30, 1}, 1);
    struct store_place places[90];
    for (int64_t n = 0; n < 90; n++)
        places[n] = fixture_append(t, n, 10 + (size_t)n % 5);
    for (int64_t n = 0; n < 89; n++) {
        struct store_range range = {places[n].offset, INT64_MAX};
        struct store_reader *r = NULL;
        uint8_t byte = 0;
        assert_int_equal(store_open_reader(t, places[n].segment_id, range, &r, NULL), ERR_OK);
        assert_int_equal(store_read(r, &byte, 1), 1);
        assert_int_equal(byte, fixture_byte(n + 1, 0));
        store_close_reader(r);
    }
    store_destroy(s);
}

/* H27: finished at the moment when the last sample is there, not when the next segment starts. */
static void test_h27_segment_is_finished_by_its_last_sample(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", (struct rational){30000, 1001}, 6);
    struct store_reader *r = NULL;
    fixture_append(t, 178, 3);
    assert_int_equal(store_open_reader(t, 0, (struct store_range){0, INT64_MAX}, &r, NULL), ERR_OK);
    assert_int_equal(store_reader_length(r), -1);
    fixture_append(t, 179, 3);
    assert_int_equal(store_reader_length(r), 180 * 3);
    store_close_reader(r);
    store_destroy(s);
}

static void run_day(struct rational rate)
{
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", rate, 6);
    struct blob *chunk = fixture_blob(0, 200);
    int64_t frames = DAY_S * rate.num / rate.den;
    for (int64_t n = 0; n < frames; n++) {
        struct store_place next;
        int status = store_append(t, n, blob_ref(chunk), &next);
        /* n + 1 at (n + 1) * den / num seconds is in the segment that began at most 6 s before. */
        int64_t segment = (n + 1) * rate.den / (rate.num * 6);
        if (status || next.segment_id != segment)
            fail_msg("frame %lld", (long long)n);
    }
    struct store_track_state state;
    store_track_state(t, &state);
    assert_int_equal(state.newest_sequence, frames - 1);
    assert_int_equal(state.newest_segment, DAY_S / 6 - 1);
    assert_int_equal(state.newest_segment - state.oldest_segment, 10);
    assert_true(store_bytes(s) <= (size_t)(67 * rate.num / rate.den * 200));
    store_destroy(s);
    blob_unref(chunk);
}

/* H27: "never drifts", over a simulated day. */
static void test_h27_a_day_of_every_rate(void **state)
{
    (void)state;
    for (size_t i = 0; i < RATES; i++)
        run_day(SIX_SECONDS[i].rate);
}

static void test_append_refuses_what_is_out_of_order(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", (struct rational){30, 1}, 6);
    struct store_place next = {-5, -5};
    assert_int_equal(store_append(t, 1, fixture_blob(1, 4), &next), ERR_INVALID);
    fixture_append(t, 0, 4);
    assert_int_equal(store_append(t, 0, fixture_blob(0, 4), &next), ERR_INVALID);
    assert_int_equal(store_append(t, 2, fixture_blob(2, 4), &next), ERR_INVALID);
    assert_int_equal(store_append(t, 1, blob_create("", 0), &next), ERR_INVALID);
    assert_int_equal(store_append(t, 1, NULL, &next), ERR_INVALID);
    store_end_track(t);
    assert_int_equal(store_append(t, 1, fixture_blob(1, 4), &next), ERR_END);
    assert_int_equal(next.segment_id, -5);
    assert_int_equal(store_bytes(s), 4);
    store_destroy(s);
}

static void test_tracks_are_checked_and_found(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = NULL;
    struct store_track_info info = fixture_info(STORE_AUDIO, "a-1.x_", FIXTURE_AUDIO_RATE, 6);
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_OK);
    assert_ptr_equal(store_find_track(s, STORE_AUDIO, "a-1.x_"), t);
    assert_null(store_find_track(s, STORE_VIDEO, "a-1.x_"));
    assert_null(store_find_track(s, STORE_AUDIO, "a"));
    assert_string_equal(store_track_info(t)->id, "a-1.x_");
    assert_int_equal(store_track_count(s), 1);
    assert_ptr_equal(store_track_at(s, 0), t);
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_EXISTS);

    info = fixture_info(STORE_VIDEO, "a/b", (struct rational){30, 1}, 6);
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_INVALID);
    info = fixture_info(STORE_VIDEO, "", (struct rational){30, 1}, 6);
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_INVALID);
    info = fixture_info(STORE_VIDEO, "v", (struct rational){30, 1}, 6);
    info.segment_duration = (struct rational){1, 31};
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_INVALID);
    info.segment_duration = (struct rational){1, 30};
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_OK);
    fixture_append(t, 0, 1);
    info = fixture_info(STORE_VIDEO, "w", (struct rational){30, 1}, 6);
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_STATE);
    assert_int_equal(store_track_count(s), 2);
    store_destroy(s);
}

/* H24: ids rise by one, even where each frame is a segment of its own. */
static void test_h24_segments_of_one_frame(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track_info info = fixture_info(STORE_VIDEO, "v", (struct rational){30, 1}, 1);
    info.segment_duration = (struct rational){1, 30};
    struct store_track *t = NULL;
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_OK);
    for (int64_t n = 0; n < 200; n++) {
        struct store_place next = fixture_append(t, n, 7);
        assert_int_equal(next.segment_id, n + 1);
        assert_int_equal(next.offset, 0);
        assert_int_equal(fixture_open(t, n, 0, INT64_MAX), ERR_OK);
        assert_int_equal(fixture_open(t, n + 1, 0, INT64_MAX), ERR_AGAIN);
        assert_int_equal(fixture_open(t, n + 2, 0, INT64_MAX), ERR_NOT_FOUND);
    }
    store_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h3_h27_places_and_boundaries_at_six_seconds),
        cmocka_unit_test(test_h3_place_is_where_the_next_sample_is_read),
        cmocka_unit_test(test_h27_segment_is_finished_by_its_last_sample),
        cmocka_unit_test(test_h27_a_day_of_every_rate),
        cmocka_unit_test(test_append_refuses_what_is_out_of_order),
        cmocka_unit_test(test_tracks_are_checked_and_found),
        cmocka_unit_test(test_h24_segments_of_one_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
