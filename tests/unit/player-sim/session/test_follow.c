/* A Presentation ends and another one goes on: what a viewer sees and hears of it, in a world that
 * is all virtual (changing.h). Presentation 0 ends at 10 s. */
#include "changing.h"

static const int64_t end_us = 10000000;

static struct world *watching(struct world *w, int64_t rate_bps)
{
    turn_up(w, 3000000, rate_bps);
    run(w, 14000000);
    return w;
}

static size_t heard_of(const struct world *w, size_t part)
{
    size_t count = 0;
    for (size_t i = 0; i < w->heard_count; i++)
        count += w->heard[i].part == part;
    return count;
}

/* H9, H14, H32: no stall, no frame missing or repeated, in picture and sound; and nothing of it is
 * a start-up, zap or switch. */
static void test_h9_goes_on_without_a_stall(void **state)
{
    (void)state;
    struct world *w = watching(world_create(), 1000000);
    expect_seamless(w);
    assert_int_equal(w->shown[w->shown_count - 1].part, 1);
    assert_true(w->shown_count > 270);
    const struct note *first = first_of(w->heard, w->heard_count, 1);
    assert_int_equal(first->sequence, 0);
    assert_true(heard_of(w, 1) > 180);
    assert_int_equal(w->metrics[SESSION_STARTUP], 1);
    assert_int_equal(w->metrics[SESSION_ZAP] + w->metrics[SESSION_SWITCH] + w->missed, 0);
    assert_int_equal(w->metrics[SESSION_LATENCY], w->shown_count);
    /* a round trip of 20 ms and 50 ms before it is there, in one packet */
    assert_int_equal(w->asked_us, end_us + w->made_us + w->rtt_us / 2 - 70000);
    assert_int_equal(w->packets_asked, 2);
    /* all that came was shown or heard: two packets of sound hold none, and 4 frames wait */
    assert_in_range(w->chunks + w->packets - w->shown_count - w->heard_count, 2, 6);
    world_destroy(w);
}

/* Whatever frame rates and round trips there are. */
static void test_frame_rates_and_round_trips(void **state)
{
    (void)state;
    static const struct rational rates[] = {{25, 1},  {50, 1}, {30000, 1001},
                                            {120, 1}, {24, 1}, {5, 1}};
    static const int64_t round_trips_us[] = {1000, 20000, 60000, 120000, 180000, 300000};
    for (size_t from = 0; from < 6; from++)
        for (size_t to = 0; to < 6; to++)
            for (size_t i = 0; i < 6; i++) {
                struct world *w = world_create();
                w->parts[0].rate = rates[from];
                w->parts[1].rate = rates[to];
                w->rtt_us = round_trips_us[i];
                turn_up(w, 3000000, 1000000);
                run(w, 6000000);
                /* What the join itself has cost is not what this is about. */
                w->metrics[SESSION_STALL] = 0;
                memmove(w->shown, &w->shown[w->shown_count - 2], 2 * sizeof *w->shown);
                w->shown_count = 2;
                run(w, 11900000); /* a segment's end, which a long round trip may not bridge */
                expect_seamless(w);
                assert_int_equal(w->shown[w->shown_count - 1].part, 1);
                assert_true(w->asked_us >= end_us + w->made_us + w->rtt_us / 2 - 200000);
                world_destroy(w);
            }
}

/* Where a round trip is longer than a frame and what is buffered, segment 0 is asked for together
 * with the packet: its first frame comes twice. */
static void test_long_round_trip_costs_one_frame(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->rtt_us = 120000;
    turn_up(w, 3000000, 1000000);
    run(w, 9000000);
    size_t before = w->chunks + w->packets - w->shown_count - w->heard_count;
    w->metrics[SESSION_STALL] = 0;
    run(w, 14000000);
    assert_int_equal(w->metrics[SESSION_STALL], 0);
    expect_gapless(w, w->shown, w->shown_count, false);
    /* and one packet of sound; what waits differs by one or two */
    assert_in_range(w->chunks + w->packets - w->shown_count - w->heard_count - before, 1, 4);
    world_destroy(w);
}

/* The rung is that of the new ladder which the rate allows. */
static void test_other_ladder(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->parts[1].rungs[0].name = "a";
    w->parts[1].rungs[1].name = "b";
    w->parts[1].rungs[1].bps = 1100000;
    w->parts[1].rungs[2].bps = 0;
    watching(w, 1000000);
    expect_seamless(w);
    assert_string_equal(first_of(w->shown, w->shown_count, 1)->rung, "a");
    size_t channel, rung;
    const struct session_channel *c = session_watches(w->session, &channel, &rung);
    assert_int_equal(c->rung_count, 2);
    assert_int_equal(rung, 0);
    session_switch(w->session, w->now_us, 2000000);
    drain(w);
    run(w, 15000000);
    assert_int_equal(w->metrics[SESSION_SWITCH], 1);
    assert_string_equal(w->shown[w->shown_count - 1].rung, "b");
    expect_seamless(w);
    world_destroy(w);
}

/* What the viewer watches is known at any time, before and after the manifest says so. */
static void test_ladder_that_is_watched(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->parts[1].rungs[2].bps = 0;
    w->no_events = true; /* nothing is fetched at the change */
    w->parts[1].listed_us = 0;
    turn_up(w, 3000000, 3000000);
    size_t channel, rung;
    run(w, 9990000);
    assert_int_equal(session_watches(w->session, &channel, &rung)->rung_count, 3);
    assert_int_equal(rung, 2);
    run(w, 10500000);
    assert_int_equal(session_watches(w->session, &channel, &rung)->rung_count, 2);
    assert_int_equal(rung, 1);
    run(w, 12000000);
    assert_string_equal(session_known(w->session, 0)->presentation->id, "p1"); /* asked for anew */
    expect_seamless(w);
    world_destroy(w);
}

static void test_sound_comes_and_goes(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world *w = world_create();
        w->parts[i].silent = true;
        watching(w, 1000000);
        expect_seamless(w);
        assert_int_equal(heard_of(w, (size_t)i), 0);
        assert_true(heard_of(w, (size_t)!i) > 150);
        if (i) /* all of it to its end */
            assert_int_equal(w->heard[w->heard_count - 1].sequence,
                             frames_of(&w->parts[0], true) - 1);
        else
            assert_int_equal(w->heard[0].sequence, 0);
        world_destroy(w);
    }
}

/* A switch that is asked for at any time around the end: the picture goes on, and is of the rung
 * that is wanted in the end. */
static void test_switch_at_any_time(void **state)
{
    (void)state;
    for (int64_t at_us = end_us - 700000; at_us <= end_us + 300000; at_us += 7000) {
        for (int buffer = 0; buffer < 2; buffer++) {
            struct world *w = world_create();
            w->rtt_us = buffer ? 70000 : 20000;
            turn_up(w, 3000000, 1000000);
            run(w, at_us);
            w->metrics[SESSION_STALL] = 0;
            session_switch(w->session, at_us, 3000000);
            drain(w);
            run(w, 12000000);
            if (w->faults)
                fail_msg("at %" PRId64 ": %s", at_us, w->fault);
            expect_gapless(w, w->heard, w->heard_count, true);
            assert_int_equal(w->metrics[SESSION_STALL], 0);
            if (!buffer) /* none that was begun came too late */
                assert_int_equal(w->missed, 0);
            assert_string_equal(w->shown[w->shown_count - 1].rung, "high");
            assert_int_equal(w->shown[w->shown_count - 1].part, 1);
            for (size_t i = 1; i < w->shown_count; i++)
                assert_true(w->shown[i].part > w->shown[i - 1].part ||
                            w->shown[i].sequence == w->shown[i - 1].sequence + 1);
            world_destroy(w);
        }
    }
}

/* A switch that is under way when the next Presentation is due is given up for that one's rung. */
static void test_switch_is_overtaken(void **state)
{
    (void)state;
    struct world *w = world_create();
    turn_up(w, 3000000, 1000000);
    run(w, end_us - 530000);
    w->rtt_us = 600000; /* its packet takes that long */
    session_switch(w->session, w->now_us, 3000000);
    drain(w);
    w->rtt_us = 20000;
    run(w, 12000000);
    assert_int_equal(w->missed, 1);
    assert_int_equal(w->metrics[SESSION_SWITCH], 0);
    expect_seamless(w);
    assert_string_equal(first_of(w->shown, w->shown_count, 1)->rung, "high");
    world_destroy(w);
}

/* A viewer who turns up around the end sees one Presentation or the other, and goes on. */
static void test_join_at_any_time(void **state)
{
    (void)state;
    for (int64_t at_us = end_us - 500000; at_us <= end_us + 500000; at_us += 5000) {
        struct world *w = world_create();
        turn_up(w, at_us, 1000000);
        run(w, at_us + 3000000);
        if (w->faults)
            fail_msg("at %" PRId64 ": %s", at_us, w->fault);
        expect_gapless(w, w->shown, w->shown_count, false);
        expect_gapless(w, w->heard, w->heard_count, true);
        assert_int_equal(w->metrics[SESSION_STARTUP], 1);
        assert_true(w->shown_count > 65);
        assert_int_equal(w->shown[w->shown_count - 1].part, 1);
        assert_true(w->stalled_us <= 40000);
        world_destroy(w);
    }
}

/* Zapping to a channel whose Presentation has changed since its manifest was told: where the old
 * one is still there, and where it is gone. */
static void test_zap_to_a_channel_that_has_changed(void **state)
{
    (void)state;
    for (int gone = 0; gone < 2; gone++)
        for (int64_t at_us = end_us - (gone ? 0 : 300000); at_us <= end_us + 4000000;
             at_us += 53000) {
            struct world *w = world_create();
            if (gone)
                w->parts[0].gone_us = end_us + 20000;
            turn_up(w, 3000000, 1000000);
            run(w, at_us);
            assert_int_equal(session_known(w->session, 1)->view_count, 0);
            session_zap(w->session, at_us, 1);
            drain(w);
            size_t from = w->shown_count;
            w->most_latency_us = 0;
            run(w, at_us + 3000000);
            assert_int_equal(w->metrics[SESSION_ZAP], 1);
            assert_true(w->last_us[SESSION_ZAP] < 150000);
            assert_int_equal(w->metrics[SESSION_SOUND], 1);
            assert_true(w->last_us[SESSION_SOUND] < 400000);
            assert_int_equal(w->shown[w->shown_count - 1].part, 1);
            /* On the air, not where the old one ended. */
            const struct note *last = &w->shown[w->shown_count - 1];
            assert_true(last->at_us - last->time_us < 400000);
            assert_true(w->shown_count - from > 50);
            /* Before the end nobody has told of it: the segment that isn't there does. */
            if (w->faults > (at_us < end_us))
                fail_msg("at %" PRId64 ": %s", at_us, w->fault);
            world_destroy(w);
        }
}

/* Where the old manifest tells of the next Presentation already, it is joined in one round trip. */
static void test_zap_by_a_manifest_that_tells(void **state)
{
    (void)state;
    struct world *w = world_create();
    turn_up(w, 6000000, 1000000);
    run(w, 12000000);
    assert_string_equal(session_known(w->session, 1)->presentation->id, "p0");
    size_t manifests = w->manifests;
    session_zap(w->session, w->now_us, 1);
    drain(w);
    run(w, 12040000);
    assert_int_equal(w->metrics[SESSION_ZAP], 1);
    assert_int_equal(w->last_us[SESSION_ZAP], w->rtt_us + w->decode_us);
    assert_int_equal(w->manifests, manifests);
    run(w, 13000000);
    if (w->faults)
        fail_msg("%s", w->fault);
    world_destroy(w);
}

/* The first packet is lost: told, asked for at `now`, and what the picture stands still is a stall;
 * after that it is no further behind than it has to be. */
static void test_first_packet_is_lost(void **state)
{
    (void)state;
    static const struct {
        int times, status;
        int64_t stall_us;
    } losses[] = {{1, 404, 60000}, {1, 0, 1100000}, {3, 404, 900000}};
    for (size_t i = 0; i < 3; i++) {
        struct world *w = world_create();
        w->lose_packets = losses[i].times;
        w->lose_status = losses[i].status;
        watching(w, 1000000);
        assert_int_equal(w->faults, losses[i].times);
        assert_int_equal(w->metrics[SESSION_STALL] > 0, w->stalled_us > 0);
        assert_true(w->stalled_us <= losses[i].stall_us);
        assert_true(i == 0 || w->stalled_us > 200000);
        assert_int_equal(w->metrics[SESSION_STARTUP], 1);
        assert_int_equal(w->shown[w->shown_count - 1].part, 1);
        const struct note *first = first_of(w->shown, w->shown_count, 1), *last = first - 1;
        assert_int_equal(last->sequence, frames_of(&w->parts[0], false) - 1);
        assert_true(heard_of(w, 1) > 100);
        last = &w->shown[w->shown_count - 1];
        assert_true(last->at_us - last->time_us < 200000);
        world_destroy(w);
    }
}

/* While it can't be had the manifest is looked at anew: it may say why. */
static void test_new_one_is_not_there(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->lose_packets = 5;
    w->lose_status = 404;
    turn_up(w, 3000000, 1000000);
    run(w, 10100000);
    size_t manifests = w->manifests;
    run(w, 11500000);
    assert_int_equal(w->shown[w->shown_count - 1].part, 0);
    assert_true(w->manifests > manifests);
    run(w, 16000000);
    assert_int_equal(w->shown[w->shown_count - 1].part, 1);
    assert_int_equal(w->faults, 5);
    assert_int_equal(w->metrics[SESSION_STALL], 1);
    world_destroy(w);
}

/* So is that of sound, which does not hold the picture up. */
static void test_first_packet_of_sound_is_lost(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->lose_packets = 1;
    w->lose_sound = true;
    w->lose_status = 404;
    watching(w, 1000000);
    assert_int_equal(w->faults, 1);
    assert_int_equal(w->metrics[SESSION_STALL], 0);
    expect_gapless(w, w->shown, w->shown_count, false);
    assert_true(heard_of(w, 1) > 150);
    world_destroy(w);
}

/* No event came: the early end of the segment is what tells; or, where the Presentation ends with a
 * segment, the refusal of the next one. */
static void test_events_are_lost(void **state)
{
    (void)state;
    for (int64_t end_s = 10; end_s <= 11; end_s++) {
        struct world *w = world_create();
        w->no_events = true;
        w->parts[0].end_s = w->parts[1].start_s = end_s;
        watching(w, 1000000);
        assert_int_equal(w->faults, end_s == 10 ? 1 : 0);
        expect_gapless(w, w->shown, w->shown_count, false);
        assert_int_equal(w->shown[w->shown_count - 1].part, 1);
        assert_true(w->stalled_us < (end_s == 10 ? 250000 : 100000));
        world_destroy(w);
    }
}

/* The fallback poll is in time. */
static void test_fallback_poll(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->no_events = true;
    w->poll_s = 3;
    watching(w, 1000000);
    expect_seamless(w);
    world_destroy(w);
}

/* A foreign packager gives but 2 s, and its third Presentation follows soon. */
static void test_short_notice(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->parts[1].listed_us = 8000000;
    w->parts[1].end_s = 11;
    w->parts[2] = w->parts[0];
    w->parts[2].rate = (struct rational){50, 1};
    w->parts[2].start_s = 11;
    w->parts[2].end_s = 0;
    w->parts[2].listed_us = 9000000;
    watching(w, 1000000);
    expect_seamless(w);
    assert_int_equal(w->shown[w->shown_count - 1].part, 2);
    assert_int_equal(heard_of(w, 1), frames_of(&w->parts[1], true));
    world_destroy(w);
}

/* What is lost of the old one is a stall, and the new one comes in its time. */
static void test_end_is_lost(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->cut_us = end_us - 30000;
    watching(w, 1000000);
    assert_int_equal(w->faults, 1);
    assert_int_equal(w->metrics[SESSION_STALL], 1);
    const struct note *first = first_of(w->shown, w->shown_count, 1);
    assert_int_equal(first->sequence, 0);
    assert_int_equal(w->stalled_us, first->at_us - first[-1].at_us - 40000);
    assert_int_equal(first->at_us - first->time_us, w->shown[1].at_us - w->shown[1].time_us);
    world_destroy(w);
}

/* The old one's last picture is waited for, with the new one's there; but not for ever. */
static void test_end_is_late(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world *w = world_create();
        w->parts[0].last_late_us = i ? 5000000 : 150000;
        watching(w, 1000000);
        assert_int_equal(w->faults, 0);
        assert_int_equal(w->metrics[SESSION_STALL], 1);
        const struct note *first = first_of(w->shown, w->shown_count, 1);
        assert_int_equal(first->sequence, 0);
        assert_int_equal(first[-1].sequence, frames_of(&w->parts[0], false) - (i ? 2 : 1));
        assert_int_equal(w->stalled_us, i ? first->at_us - first[-1].at_us - 40000
                                          : first[-1].at_us - first[-2].at_us - 40000);
        assert_true(w->stalled_us < 1100000);
        world_destroy(w);
    }
}

/* A new one that is late is waited for: a stall, and no refusal. */
static void test_new_one_is_late(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->parts[1].late_us = 90000;
    watching(w, 1000000);
    assert_int_equal(w->faults, 0);
    expect_gapless(w, w->shown, w->shown_count, false);
    assert_in_range(w->stalled_us, 50000, 90000);
    world_destroy(w);
}

/* H32: the next manifest comes from where the event says. */
static void test_h32_url(void **state)
{
    (void)state;
    struct world *w = world_create();
    w->url = "../elsewhere/m.json?a";
    watching(w, 1000000);
    expect_seamless(w);
    assert_string_equal(w->manifest_url, "http://origin/elsewhere/m.json?a");
    world_destroy(w);
    w = world_create();
    w->url = "file:///etc/passwd";
    watching(w, 1000000);
    expect_seamless(w);
    assert_string_equal(w->manifest_url, urls[0]);
    world_destroy(w);
}

/* Leaving and zapping away at any time of the change leaves nothing behind (ASan), and what the
 * picture stood still until then is told. */
static void test_zap_away_at_any_time(void **state)
{
    (void)state;
    for (int64_t at_us = end_us - 100000; at_us <= end_us + 300000; at_us += 3000) {
        struct world *w = world_create();
        w->parts[1].late_us = 200000;
        turn_up(w, 3000000, 1000000);
        run(w, at_us);
        session_zap(w->session, at_us, 1);
        drain(w);
        const struct note *last = &w->shown[w->shown_count - 1];
        int64_t stood_us = at_us - last->at_us - 40000;
        if (last->part == 0)
            assert_int_equal(w->stalled_us, stood_us > 0 ? stood_us : 0);
        run(w, at_us + 1000000);
        session_leave(w->session, w->now_us);
        drain(w);
        assert_int_equal(w->call_count, 0);
        world_destroy(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h9_goes_on_without_a_stall),
        cmocka_unit_test(test_frame_rates_and_round_trips),
        cmocka_unit_test(test_long_round_trip_costs_one_frame),
        cmocka_unit_test(test_other_ladder),
        cmocka_unit_test(test_ladder_that_is_watched),
        cmocka_unit_test(test_sound_comes_and_goes),
        cmocka_unit_test(test_switch_at_any_time),
        cmocka_unit_test(test_switch_is_overtaken),
        cmocka_unit_test(test_join_at_any_time),
        cmocka_unit_test(test_zap_to_a_channel_that_has_changed),
        cmocka_unit_test(test_zap_by_a_manifest_that_tells),
        cmocka_unit_test(test_first_packet_is_lost),
        cmocka_unit_test(test_new_one_is_not_there),
        cmocka_unit_test(test_first_packet_of_sound_is_lost),
        cmocka_unit_test(test_events_are_lost),
        cmocka_unit_test(test_fallback_poll),
        cmocka_unit_test(test_short_notice),
        cmocka_unit_test(test_end_is_lost),
        cmocka_unit_test(test_end_is_late),
        cmocka_unit_test(test_new_one_is_late),
        cmocka_unit_test(test_h32_url),
        cmocka_unit_test(test_zap_away_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
