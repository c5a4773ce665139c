/* How much is buffered: before the start, after a stall, and at most. */
#include "live_world.h"

#include "media/core/err.h"

/* On demand, 40 s of five times twenty segments; 20 Mbit/s let a segment of rung 2 come in 0.4 s.
 */
static struct segmented_config on_demand(const char *delivery)
{
    struct segmented_config c = live_config(delivery, "fixed");
    c.delivery.live = false;
    c.delivery.buffer_max_us = 10000000;
    c.wanted_bps = 4000000;
    return c;
}

static void begin(struct live_world *w, const struct segmented_config *c)
{
    live_begin(w, c);
    w->last_frame = 20 * SEGMENT_FRAMES - 1;
    w->window_us = INT64_MAX / 4;
}

/* A film is played from its first frame to its last, in all deliveries, and never more is held than
 * fits. */
static void buffer_never_holds_more_than_its_size(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    for (size_t i = 0; i < 3; i++) {
        struct live_world w;
        struct segmented_config c = on_demand(deliveries[i]);
        begin(&w, &c);
        live_run(&w, 60000000);
        const struct segmented_action *a;
        size_t full = 0;
        for (size_t n = 0; (a = live_find(&w, SEGMENTED_DECIDED, 0, n)); n++) {
            assert_true(a->buffer_us <= 8000000);
            full += a->buffer_us == 8000000;
        }
        assert_in_range(full, 13, 17);
        int64_t shown = 0;
        for (size_t n = 0; (a = live_find(&w, SEGMENTED_SHOWED, 0, n)); n++) {
            assert_int_equal(a->first_frame, shown);
            assert_int_equal(a->latency_us, 0);
            shown += a->frame_count;
        }
        assert_int_equal(shown, 20 * SEGMENT_FRAMES);
        const struct segmented_action *end = live_find(&w, SEGMENTED_ENDED, 0, 0);
        const struct segmented_action *startup = live_find(&w, SEGMENTED_SAW, SESSION_STARTUP, 0);
        assert_int_equal(end->at_us, startup->at_us + 40000000);
        assert_int_equal(live_count(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_INIT), 1);
        assert_int_equal(live_count(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_PLAYLIST),
                         c.delivery.playlists);
        live_end(&w);
    }
}

/* With start_us the first picture stands until so much is there: two segments here. */
static void start_waits_for_its_buffer(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = on_demand("segment");
    c.delivery.start_us = 3000000;
    begin(&w, &c);
    live_run(&w, 10000000);
    const struct segmented_action *first = live_find(&w, SEGMENTED_SHOWED, 0, 0);
    const struct segmented_action *then = live_find(&w, SEGMENTED_SHOWED, 0, 1);
    assert_int_equal(first->at_us, 80000 + 40000 + 400000);
    assert_int_equal(first->frame_count, 1);
    assert_int_equal(then->at_us, first->at_us + 40000 + 400000 + FRAME_US);
    assert_null(live_find(&w, SEGMENTED_SAW, SESSION_STALL, 0));
    live_end(&w);
}

/* So does a stall with resume_us; and a start that wants more than the film, or than the buffer
 * holds, begins all the same. */
static void resume_waits_for_its_buffer(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = on_demand("segment");
    c.delivery.resume_us = 6000000;
    begin(&w, &c);
    live_run(&w, 5000000);
    w.link_free_us = w.now_us + 20000000;
    live_run(&w, 60000000);
    const struct segmented_action *stall = live_find(&w, SEGMENTED_SAW, SESSION_STALL, 0);
    const struct segmented_action *media;
    int64_t asked = 0; /* in the stall, after the request that it hung on */
    for (size_t n = 0; (media = live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MEDIA, n)); n++)
        asked += media->at_us > 25000000 && media->at_us < stall->at_us;
    assert_int_equal(asked, 2);
    live_end(&w);

    c.delivery.start_us = 3600000000;
    begin(&w, &c);
    live_run(&w, 60000000);
    assert_non_null(live_find(&w, SEGMENTED_ENDED, 0, 0));
    live_end(&w);
}

/* What is to be believed of the link before anything is known. */
static void default_throughput_sets_the_first_rung(void **state)
{
    (void)state;
    static const int64_t believed[] = {0, 500000, 1300000, 5000000};
    static const size_t rungs[] = {0, 0, 1, 2};
    for (size_t i = 0; i < 4; i++) {
        struct live_world w;
        struct segmented_config c = live_config("ll-dash", "dynamic");
        c.default_bps = believed[i];
        live_begin(&w, &c);
        live_run(&w, 1000000);
        assert_int_equal(live_find(&w, SEGMENTED_DECIDED, 0, 0)->rung, rungs[i]);
        live_end(&w);
    }
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    struct segmented *viewer = NULL;
    for (int wrong = 0; wrong < 6; wrong++) {
        struct segmented_config c = live_config("ll-hls", "fixed");
        c.channel_count = wrong == 0 ? 0 : 2;
        c.first_channel = wrong == 1 ? 2 : 0;
        c.rule = wrong == 2 ? NULL : c.rule;
        c.estimator = wrong == 3 ? NULL : c.estimator;
        c.delivery.buffer_max_us = wrong == 4 ? 0 : 1;
        c.delivery.playlists = wrong != 5;
        assert_int_equal(segmented_create(&c, &viewer), ERR_INVALID);
        assert_null(viewer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffer_never_holds_more_than_its_size),
        cmocka_unit_test(start_waits_for_its_buffer),
        cmocka_unit_test(resume_waits_for_its_buffer),
        cmocka_unit_test(default_throughput_sets_the_first_rung),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
