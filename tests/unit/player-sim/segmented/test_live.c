/* Live viewers: where each delivery joins, what it asks for and when, and how far behind it plays.
 */
#include "live_world.h"

/* Whole segments: three segments behind what is captured now; each is asked for when its last frame
 * stands at the origin, and not earlier. */
static void segment_joins_three_segments_behind(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("segment", "fixed");
    live_begin(&w, &c);
    live_run(&w, 20000000);

    const struct segmented_action *media =
        live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MEDIA, 0);
    /* The manifest came at 40 ms, the initialization segment at 80 ms. Frame 1351 was captured 6 s
     * before the former; its segment is number 27. */
    assert_int_equal(live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_INIT, 0)->at_us, 40000);
    assert_int_equal(media->at_us, 80000);
    assert_int_equal(media->request.segment, 27);
    assert_int_equal(media->request.part, -1);
    assert_false(media->request.streams);

    /* 50 frames of 500 kbit/s take 50 ms of 20 Mbit/s. */
    const struct segmented_action *startup = live_find(&w, SEGMENTED_SAW, SESSION_STARTUP, 0);
    assert_int_equal(startup->value_us, 80000 + 40000 + 50000);
    assert_null(live_find(&w, SEGMENTED_SAW, SESSION_FIRST_BYTE, 0)); /* of zaps only */
    const struct segmented_action *shown = live_find(&w, SEGMENTED_SHOWED, 0, 0);
    assert_int_equal(shown->first_frame, 1351);
    assert_int_equal(shown->latency_us, 6000000 + 130000);

    for (size_t n = 1; (media = live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MEDIA, n)); n++) {
        int64_t last = media->request.first_frame + SEGMENT_FRAMES - 1;
        assert_true(media->at_us >= live_capture_us(last) + MADE_US);
        assert_int_equal(media->request.segment, 27 + (int64_t)n);
    }
    assert_null(live_find(&w, SEGMENTED_SAW, SESSION_STALL, 0));
    segmented_leave(w.viewer, w.now_us);
    live_drain(&w);
    assert_in_range(live_check_pictures(&w, false), 19 * FPS, 20 * FPS);
    live_end(&w);
}

/* Chunks: at the target latency; the picture is there before its segment is, and each further one
 * is asked for as soon as its first chunk is there and the one before is whole. */
static void ll_dash_plays_what_is_still_being_made(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("ll-dash", "fixed");
    c.delivery.target_us = 1000000;
    live_begin(&w, &c);
    live_run(&w, 20000000);

    const struct segmented_action *shown = live_find(&w, SEGMENTED_SHOWED, 0, 0);
    const struct segmented_action *startup = live_find(&w, SEGMENTED_SAW, SESSION_STARTUP, 0);
    assert_int_equal(shown->first_frame,
                     1476); /* 1 s before the manifest came; segment 29's 27th */
    assert_int_equal(startup->value_us, 80000 + 40000 + 27 * 1000);
    assert_int_equal(shown->latency_us, startup->value_us - live_capture_us(1476));

    const struct segmented_action *media;
    for (size_t n = 1; (media = live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MEDIA, n)); n++) {
        assert_true(media->request.streams);
        int64_t chunk = media->request.first_frame + PART_FRAMES - 1;
        assert_true(media->at_us >= live_capture_us(chunk) + MADE_US);
        assert_true(media->at_us <= live_capture_us(chunk) + MADE_US + PART_US);
    }
    assert_null(live_find(&w, SEGMENTED_SAW, SESSION_STALL, 0));
    live_check_pictures(&w, false);
    live_end(&w);
}

/* Parts: three part durations behind the playlist's end; the part after the last that is listed is
 * asked for beforehand, the playlist is reloaded all the time, and no further part is asked for. */
static void ll_hls_asks_for_parts_beforehand(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("ll-hls", "fixed");
    live_begin(&w, &c);
    live_run(&w, 20000000);

    /* Manifest, playlist, initialization segment: each 40 ms. The playlist that came at 80 ms was
     * made at 60 ms, and ended with frame 1499. */
    const struct segmented_action *media =
        live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MEDIA, 0);
    assert_int_equal(media->at_us, 120000);
    assert_int_equal(media->request.segment, 29);
    assert_int_equal(media->request.part, 0);
    assert_int_equal(media->request.frame_count, PART_FRAMES);
    assert_int_equal(live_find(&w, SEGMENTED_SHOWED, 0, 0)->first_frame, 1500 - 3 * PART_FRAMES);

    int64_t listed = -1;
    size_t held = 0;
    for (size_t i = 0; i < w.count; i++) {
        const struct segmented_action *a = &w.actions[i];
        if (a->kind != SEGMENTED_DO_REQUEST)
            continue;
        const struct segmented_request *r = &a->request;
        if (r->kind == SEGMENTED_GET_PLAYLIST && r->segment >= 0)
            listed = r->segment * SEGMENT_FRAMES + r->part * PART_FRAMES - 1;
        if (r->kind != SEGMENTED_GET_MEDIA)
            continue;
        assert_true(listed < 0 || r->first_frame <= listed + 1);
        held += live_capture_us(r->first_frame + r->frame_count - 1) > a->at_us;
    }
    assert_true(held > 80); /* of the hundred parts made meanwhile */
    segmented_leave(w.viewer, w.now_us);
    live_drain(&w);
    live_check_pictures(&w, false);
    live_end(&w);
}

/* Asked to, it joins at the newest segment's keyframe. */
static void newest_joins_at_the_newest_keyframe(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    static const int64_t first[] = {1450, 1500, 1500};
    for (size_t i = 0; i < 3; i++) {
        struct live_world w;
        struct segmented_config c = live_config(deliveries[i], "fixed");
        c.delivery.join = SEGMENTED_JOIN_NEWEST;
        live_begin(&w, &c);
        w.rtt_us = 300000; /* the first chunk of segment 30 stands there at 170 ms */
        live_run(&w, 5000000);
        assert_int_equal(live_find(&w, SEGMENTED_SHOWED, 0, 0)->first_frame, first[i]);
        live_check_pictures(&w, false);
        live_end(&w);
    }
}

/* A channel that ends is played to its last frame, and ends then. */
static void end_is_told_after_the_last_picture(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    for (size_t i = 0; i < 3; i++) {
        struct live_world w;
        struct segmented_config c = live_config(deliveries[i], "fixed");
        live_begin(&w, &c);
        w.last_frame = 1613; /* 4.52 s after the viewer has turned up, within a part */
        live_run(&w, 30000000);
        const struct segmented_action *end = live_find(&w, SEGMENTED_ENDED, 0, 0);
        assert_non_null(end);
        const struct segmented_action *last = NULL, *a;
        for (size_t n = 0; (a = live_find(&w, SEGMENTED_SHOWED, 0, n)); n++)
            last = a;
        assert_int_equal(last->first_frame + last->frame_count, 1614);
        assert_int_equal(end->at_us, last->at_us + last->frame_count * FRAME_US);
        assert_int_equal(segmented_next_us(w.viewer), INT64_MAX);
        assert_null(live_find(&w, SEGMENTED_SAW, SESSION_STALL, 0));
        live_check_pictures(&w, false);
        live_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segment_joins_three_segments_behind),
        cmocka_unit_test(ll_dash_plays_what_is_still_being_made),
        cmocka_unit_test(ll_hls_asks_for_parts_beforehand),
        cmocka_unit_test(newest_joins_at_the_newest_keyframe),
        cmocka_unit_test(end_is_told_after_the_last_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
