/* What goes otherwise than hoped: zaps, stalls, changes of rung, failures, viewers who leave. */
#include "live_world.h"

static int64_t last_latency_us(const struct live_world *w)
{
    const struct segmented_action *last = NULL, *a;
    for (size_t n = 0; (a = live_find(w, SEGMENTED_SHOWED, 0, n)); n++)
        last = a;
    assert_non_null(last);
    int64_t end = last->first_frame + last->frame_count - 1;
    return last->at_us + (last->frame_count - 1) * FRAME_US * 1000000 / last->rate_ppm -
           live_capture_us(end);
}

static bool cancelled(const struct live_world *w, uint32_t id)
{
    const struct segmented_action *a;
    for (size_t n = 0; (a = live_find(w, SEGMENTED_DO_CANCEL, 0, n)); n++)
        if (a->request_id == id)
            return true;
    return false;
}

/* A zap gives up what is under way, fetches the new channel's manifest, and joins on the rung that
 * the link is known to carry. */
static void zap_joins_with_what_is_known_of_the_link(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    for (size_t i = 0; i < 3; i++) {
        struct live_world w;
        struct segmented_config c = live_config(deliveries[i], "throughput");
        live_begin(&w, &c);
        live_run(&w, 10000000);
        live_zap(&w, 1);
        live_run(&w, 20000000);
        const struct segmented_action *zap = live_find(&w, SEGMENTED_SAW, SESSION_ZAP, 0);
        const struct segmented_action *first = live_find(&w, SEGMENTED_SAW, SESSION_FIRST_BYTE, 0);
        const struct segmented_action *init = live_find(&w, SEGMENTED_SAW, SESSION_INIT, 0);
        const struct segmented_action *next = live_find(&w, SEGMENTED_SAW, SESSION_CONTINUATION, 0);
        assert_int_equal(zap->channel, 1);
        assert_true(zap->rung > 0);
        assert_int_equal(live_find(&w, SEGMENTED_SAW, SESSION_STARTUP, 0)->rung, 0);
        assert_true(first->value_us <= init->value_us && init->value_us <= zap->value_us &&
                    zap->value_us <= next->value_us);
        assert_int_equal(live_count(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MANIFEST), 2);
        live_check_pictures(&w, false);
        live_end(&w);
    }
}

static void zap_before_the_picture_is_missed(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("ll-hls", "fixed");
    live_begin(&w, &c);
    live_run(&w, 130000);
    const struct segmented_action *media =
        live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MEDIA, 0);
    const struct segmented_action *reload =
        live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_PLAYLIST, 1);
    live_zap(&w, 1);
    assert_non_null(live_find(&w, SEGMENTED_MISSED, SESSION_STARTUP, 0));
    assert_true(cancelled(&w, media->request.id) && cancelled(&w, reload->request.id));
    live_run(&w, 150000);
    live_zap(&w, 0);
    assert_non_null(live_find(&w, SEGMENTED_MISSED, SESSION_ZAP, 0));
    live_run(&w, 5000000);
    assert_int_equal(live_count(&w, SEGMENTED_SAW, SESSION_ZAP), 1);
    assert_int_equal(live_find(&w, SEGMENTED_SAW, SESSION_ZAP, 0)->channel, 0);
    live_end(&w);
}

/* Where manifests are kept, a zap back needs none. */
static void zap_back_needs_no_manifest(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("ll-dash", "fixed");
    c.delivery.anew = false;
    live_begin(&w, &c);
    live_run(&w, 5000000);
    live_zap(&w, 1);
    live_run(&w, 10000000);
    live_zap(&w, 0);
    live_run(&w, 15000000);
    assert_int_equal(live_count(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MANIFEST), 2);
    assert_int_equal(live_count(&w, SEGMENTED_SAW, SESSION_ZAP), 2);
    live_end(&w);
}

/* A stall is as long as the link's outage was more than the buffer, and puts the viewer behind by
 * that. */
static void stall_puts_behind(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    for (size_t i = 0; i < 3; i++) {
        struct live_world w;
        struct segmented_config c = live_config(deliveries[i], "fixed");
        live_begin(&w, &c);
        live_run(&w, 10000000);
        int64_t before_us = last_latency_us(&w);
        w.link_free_us = w.now_us + 12000000; /* nothing gets through */
        live_run(&w, 40000000);
        const struct segmented_action *stall;
        int64_t stalled_us = 0;
        for (size_t n = 0; (stall = live_find(&w, SEGMENTED_SAW, SESSION_STALL, n)); n++)
            stalled_us += stall->value_us;
        assert_in_range(stalled_us, 5000000, 12100000);
        assert_int_equal(last_latency_us(&w) - before_us, stalled_us);
        live_check_pictures(&w, false);
        live_end(&w);
    }
}

/* dash.js's policy takes it back to the target, and no stall comes of it. */
static void catching_up_comes_back(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("ll-dash", "fixed");
    c.catchup = segmented_catchup_find("dash.js");
    live_begin(&w, &c);
    live_run(&w, 10000000);
    w.link_free_us = w.now_us + 6000000;
    live_run(&w, 20000000);
    size_t stalls = live_count(&w, SEGMENTED_SAW, SESSION_STALL);
    assert_true(stalls > 0);
    live_run(&w, 60000000);
    assert_in_range(last_latency_us(&w), 3400000, 3600000);
    assert_int_equal(live_count(&w, SEGMENTED_SAW, SESSION_STALL), stalls);
    live_check_pictures(&w, false);
    live_end(&w);
}

/* Each change of rung is decided, and complete with its first frame; on a good link without a gap.
 */
static void change_of_rung_is_measured(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    for (size_t i = 0; i < 3; i++) {
        struct live_world w;
        struct segmented_config c = live_config(deliveries[i], "throughput");
        live_begin(&w, &c);
        live_run(&w, 20000000);
        w.link_bps = 1500000;
        live_run(&w, 60000000);
        size_t changes = live_count(&w, SEGMENTED_SAW, SESSION_SWITCH);
        assert_true(changes >= 2);
        assert_int_equal(live_count(&w, SEGMENTED_SAW, SESSION_GAP), changes);
        assert_int_equal(live_find(&w, SEGMENTED_SAW, SESSION_GAP, 0)->value_us, 0);

        size_t rung = 0, seen = 0;
        const struct segmented_action *d;
        for (size_t n = 0; (d = live_find(&w, SEGMENTED_DECIDED, 0, n)); n++) {
            assert_true(!n || d->rung == rung || seen < changes + 1);
            seen += n && d->rung != rung;
            rung = d->rung;
        }
        assert_in_range(seen, changes, changes + 1); /* the last may be under way */
        struct segmented_view view;
        assert_true(segmented_watches(w.viewer, &view));
        assert_true(view.rung < 2); /* 1.5 Mbit/s don't carry 4 */
        live_check_pictures(&w, false);
        live_end(&w);
    }
}

/* Where the live edge comes as fast as it is made, nothing is learnt of the link, and the rung
 * stays; a link that gets too thin for it shows at once. */
static void live_edge_tells_of_a_thin_link_only(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("ll-dash", "throughput");
    live_begin(&w, &c);
    live_run(&w, 20000000);
    struct segmented_view view;
    assert_true(segmented_watches(w.viewer, &view));
    assert_int_equal(view.rung, 2);
    w.link_bps = 2500000;
    size_t decided = live_count(&w, SEGMENTED_DECIDED, 0);
    live_run(&w, 26000000);
    assert_true(live_find(&w, SEGMENTED_DECIDED, 0, decided + 1)->rung < 2);
    live_end(&w);
}

/* Tries wait longer each time, from 250 ms to 4 s, and begin anew after a success. */
static void failure_is_tried_again(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("segment", "fixed");
    live_begin(&w, &c);
    w.failing = true;
    live_run(&w, 15000000);
    static const int64_t waits[] = {250000, 500000, 1000000, 2000000, 4000000, 4000000};
    for (size_t n = 0; n < 6; n++) {
        const struct segmented_action *fault = live_find(&w, SEGMENTED_FAULT, 0, n);
        assert_string_equal(fault->text, "media: not to be had");
        const struct segmented_action *again =
            live_find(&w, SEGMENTED_DO_REQUEST, SEGMENTED_GET_MEDIA, n + 1);
        assert_int_equal(again->at_us - fault->at_us, waits[n]);
    }
    w.failing = false;
    live_run(&w, 30000000);
    assert_non_null(live_find(&w, SEGMENTED_SAW, SESSION_STARTUP, 0));
    live_end(&w);
}

/* What is gone from the origin is a 404; the viewer joins where it is live now, and has stalled. */
static void fallen_out_of_the_window_joins_anew(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    for (size_t i = 0; i < 3; i++) {
        struct live_world w;
        struct segmented_config c = live_config(deliveries[i], "bola-e");
        live_begin(&w, &c);
        w.window_us = 12000000;
        live_run(&w, 10000000);
        w.link_free_us = w.now_us + 30000000;
        live_run(&w, 60000000);
        if (!c.delivery.playlists) /* a playlist says so before any request fails */
            assert_non_null(live_find(&w, SEGMENTED_FAULT, 0, 0));
        assert_true(last_latency_us(&w) < 10000000);
        assert_int_equal(live_count(&w, SEGMENTED_SAW, SESSION_STARTUP), 1);
        const struct segmented_action *stall;
        int64_t longest_us = 0;
        for (size_t n = 0; (stall = live_find(&w, SEGMENTED_SAW, SESSION_STALL, n)); n++)
            longest_us = live_max(longest_us, stall->value_us);
        assert_true(longest_us > 20000000);
        struct segmented_view view;
        assert_true(segmented_watches(w.viewer, &view) && view.playing);
        live_end(&w);
    }
}

/* Who leaves cancels everything; pictures and a stall are told up to then. */
static void leaving_tells_the_rest(void **state)
{
    (void)state;
    struct live_world w;
    struct segmented_config c = live_config("ll-dash", "fixed");
    live_begin(&w, &c);
    live_run(&w, 10000000);
    w.link_free_us = w.now_us + 60000000;
    live_run(&w, 20000000);
    segmented_leave(w.viewer, w.now_us);
    live_drain(&w);
    const struct segmented_action *stall = live_find(&w, SEGMENTED_SAW, SESSION_STALL, 0);
    assert_int_equal(stall->at_us, 20000000);
    assert_in_range(stall->value_us, 6000000, 9000000);
    live_check_pictures(&w, false);
    assert_int_equal(segmented_next_us(w.viewer), INT64_MAX);
    size_t count = w.count;
    live_run(&w, 100000000);
    assert_int_equal(w.count, count);
    live_end(&w);
}

/* Timers that come late change no picture's time as long as the buffer bears it. */
static void late_timers_change_no_measurement(void **state)
{
    (void)state;
    int64_t shown[2], latency_us[2];
    for (size_t late = 0; late < 2; late++) {
        struct live_world w;
        struct segmented_config c = live_config("segment", "fixed");
        live_begin(&w, &c);
        w.late_us = late ? 700000 : 0;
        live_run(&w, 30000000);
        assert_null(live_find(&w, SEGMENTED_SAW, SESSION_STALL, 0));
        segmented_leave(w.viewer, w.now_us);
        live_drain(&w);
        shown[late] = live_check_pictures(&w, false);
        latency_us[late] = last_latency_us(&w);
        live_end(&w);
    }
    assert_int_equal(shown[0], shown[1]);
    assert_int_equal(latency_us[0], latency_us[1]);
}

static uint64_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Zaps, outages and rates at random: pictures stay in order, and a second run is the same. */
static void storm(void **state)
{
    (void)state;
    static const char *const deliveries[] = {"segment", "ll-dash", "ll-hls"};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t sums[2] = {0, 0};
        for (size_t again = 0; again < 2; again++) {
            struct live_world w;
            uint64_t dice = seed;
            struct segmented_config c =
                live_config(deliveries[seed % 3], abr_rules[draw(&dice) % 4]->name);
            c.catchup = &segmented_catchups[draw(&dice) % 4];
            c.delivery.anew = draw(&dice) % 2;
            live_begin(&w, &c);
            w.window_us = 20000000;
            for (int step = 0; step < 60; step++) {
                live_run(&w, w.now_us + (int64_t)(draw(&dice) % 4000000));
                w.link_bps = 200000 + (int64_t)(draw(&dice) % 8000000);
                w.failing = draw(&dice) % 8 == 0;
                if (draw(&dice) % 6 == 0)
                    w.link_free_us = w.now_us + (int64_t)(draw(&dice) % 9000000);
                if (draw(&dice) % 4 == 0)
                    live_zap(&w, draw(&dice) % 2);
            }
            segmented_leave(w.viewer, w.now_us);
            live_drain(&w);
            live_check_pictures(&w, true);
            for (size_t i = 0; i < w.count; i++)
                sums[again] = sums[again] * 31 + (uint64_t)w.actions[i].at_us +
                              (uint64_t)w.actions[i].value_us + w.actions[i].kind;
            assert_true(w.count > 100);
            live_end(&w);
        }
        assert_int_equal(sums[0], sums[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zap_joins_with_what_is_known_of_the_link),
        cmocka_unit_test(zap_before_the_picture_is_missed),
        cmocka_unit_test(zap_back_needs_no_manifest),
        cmocka_unit_test(stall_puts_behind),
        cmocka_unit_test(catching_up_comes_back),
        cmocka_unit_test(change_of_rung_is_measured),
        cmocka_unit_test(live_edge_tells_of_a_thin_link_only),
        cmocka_unit_test(failure_is_tried_again),
        cmocka_unit_test(fallen_out_of_the_window_joins_anew),
        cmocka_unit_test(leaving_tells_the_rest),
        cmocka_unit_test(late_timers_change_no_measurement),
        cmocka_unit_test(storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
