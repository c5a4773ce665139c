/* Manifests that are fetched again, and Presentations that end. */
#include "fixture.h"

static struct session_channel *silent(const char *active, const char *ends,
                                      const struct shape *more)
{
    struct shape s = plain;
    s.silent = true;
    s.active = active;
    s.ends = ends;
    return make_channel(&s, more);
}

static void test_polls(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    advance(w, 30009999); /* told at 10,000; fallbackPollRate is 30 s */
    forget(w);
    advance(w, 30010000);
    expect(w, "request 4 manifest 0\n");
    at(w, 30020000);
    failed(w, 4, 500);
    advance(w, 30270000);
    expect(w, "fault http lost\nrequest 5 manifest 0\n");
    told(w, 5, silent("p", "", NULL));
    advance(w, 60269999);
    expect(w, "");
    advance(w, 60270000);
    expect(w, "request 6 manifest 0\n");
    world_destroy(w);
}

/* H32: the event is repeated each second; it is obeyed, but not by each of its repetitions. */
static void test_h32_manifest_update(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    struct session_sample s = frame(102, false);
    s.manifest_update = true;
    at(w, 200000);
    chunk_of(w, 3, s);
    forget(w);
    advance(w, 1010000); /* a second after it was told last */
    expect(w, "request 4 manifest 0\n");
    told(w, 4, silent("p", "", NULL));
    at(w, 2500000);
    s = frame(103, false);
    s.manifest_update = true;
    chunk_of(w, 3, s);
    assert_non_null(strstr(w->log, "request 5 manifest 0\n"));
    world_destroy(w);
}

/* H32: the event's URL is where the manifest is from then on, unless it can't be had there. */
static void test_h32_url(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    struct session_sample s = frame(102, false);
    s.manifest_update = true;
    s.manifest_url = "new.json";
    at(w, 1010000);
    chunk_of(w, 3, s);
    assert_non_null(strstr(w->log, "request 4 manifest 0 at http://origin/one/new.json\n"));
    told(w, 4, silent("p", "", NULL));
    forget(w);
    advance(w, 31010000);
    expect(w, "request 5 manifest 0 at http://origin/one/new.json\n");
    failed(w, 5, 404);
    advance(w, 31260000);
    expect(w, "fault http lost\nrequest 6 manifest 0\n");
    world_destroy(w);
}

/* H9: with the last frame of an announced end nothing more is asked for. */
static void test_h9_end(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    advance(w, 30010000);
    told(w, 4, silent("p", ",\"endTime\":104", NULL)); /* 103 is the last */
    forget(w);
    chunk(w, 3, 102);
    expect(w, "saw stall_ms 29847000 at 30010000\nshowed 1 mid 102 at 30010000\n");
    chunk(w, 3, 103); /* due 40,000 later */
    expect(w, "request 5 manifest 0\n");
    finished(w, 3);
    at(w, 30020000);
    told(w, 5, silent("p", ",\"endTime\":104", NULL));
    expect(w, "");
    for (uint32_t i = 0; i < 3; i++) {
        advance(w, 31020000 + i * 1000000);
        told(w, 6 + i, silent("p", ",\"endTime\":104", NULL));
    }
    expect(w, "showed 1 mid 103 at 30050000\nrequest 6 manifest 0\nrequest 7 manifest 0\n"
              "request 8 manifest 0\nended at 33020000\n");
    advance(w, 63020000);
    expect(w, "request 9 manifest 0\n");
    /* A new Presentation later on is joined. */
    struct shape next = {
        .active = "q", .id = "q", .ends = "", .start = 1000, .first = 7, .silent = true};
    at(w, 63030000);
    told(w, 9, silent("q", ",\"endTime\":104", &next));
    expect(w, "request 10 packet mid now\n");
    at(w, 63040000);
    struct session_event event = {.kind = SESSION_PACKET,
                                  .request = 10,
                                  .sample = frame(1002, false),
                                  .has_sample = true,
                                  .timescale = 25};
    handle(w, &event);
    expect(w, "request 11 segment mid 0+0\nclose 1\nshowed 2 mid 9 at 63040000\n");
    world_destroy(w);
}

/* What breaks after the last frame has broken nothing. */
static void test_h9_breaks_after_the_end(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    advance(w, 30010000);
    told(w, 4, silent("p", ",\"endTime\":103", NULL));
    chunk(w, 3, 102);
    forget(w);
    failed(w, 3, 0);
    expect(w, "fault http lost\n");
    told(w, 5, silent("p", ",\"endTime\":103", NULL));
    advance(w, 31000000);
    expect(w, "");
    /* An end that moves makes a join necessary: nobody has asked for what comes before it. */
    advance(w, 31010000);
    told(w, 6, silent("p", ",\"endTime\":1030", NULL));
    advance(w, 31260000);
    expect(w, "request 6 manifest 0\nrequest 7 packet mid now\n");
    /* Nor is there any need of what was asked for before the end was known. */
    packet(w, 7, 200);
    forget(w);
    told(w, 6, silent("p", "", NULL)); /* of no request any more */
    advance(w, 61010000);
    forget(w);
    told(w, 9, silent("p", ",\"endTime\":201", NULL));
    expect(w, "cancel 8\nrequest 10 manifest 0\n");
    advance(w, 65000000);
    expect(w, "");
    world_destroy(w);
}

/* A switch that the end overtakes is missed. */
static void test_h9_end_during_a_switch(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    advance(w, 30010000);
    told(w, 4, silent("p", ",\"endTime\":103", NULL));
    change(w, 5000000);
    forget(w);
    chunk(w, 3, 102);
    expect(w, "saw stall_ms 29847000 at 30010000\nshowed 1 mid 102 at 30010000\n"
              "missed switch_ms\ncancel 5\nrequest 6 manifest 0\n");
    world_destroy(w);
}

/* The segment that was asked for ahead is given up when the end turns out to come before it. */
static void test_h9_end_before_the_next_segment(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    for (int64_t n = 102; n <= 149; n++)
        chunk(w, 3, n);
    expect(w, "request 4 segment mid 3+0\n");
    advance(w, 30010000);
    forget(w);
    told(w, 5, silent("p", ",\"endTime\":150", NULL));
    expect(w, "cancel 4\nrequest 6 manifest 0\n");
    failed(w, 6, 500); /* nothing need be there any more */
    expect(w, "");
    advance(w, 31010000);
    expect(w, "request 7 manifest 0\n");
    world_destroy(w);
}

/* The next Presentation goes on where this one ends: at its first frame, on the same schedule. */
static void test_h9_goes_on_into_the_next(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    struct shape next = {
        .active = "q", .id = "q", .ends = "", .start = 104, .first = 30, .silent = true};
    for (int64_t n = 102; n <= 103; n++)
        chunk(w, 3, n);
    advance(w, 30010000);
    forget(w);
    told(w, 4, silent("p", ",\"endTime\":104", NULL));
    expect(w, "request 5 manifest 0\n");
    told(w, 5, silent("q", ",\"endTime\":104", &next));
    expect(w, "request 6 packet mid 30\n");
    struct session_event event = {.kind = SESSION_PACKET,
                                  .request = 6,
                                  .sample = frame(104, false),
                                  .has_sample = true,
                                  .timescale = 25};
    at(w, 30020000);
    handle(w, &event);
    /* 243,000 is when it was due */
    expect(w, "request 7 segment mid 0+0\nsaw stall_ms 29777000 at 30020000\ncancel 3\nclose 1\n"
              "showed 2 mid 30 at 30020000\n");
    at(w, 30060001);
    chunk(w, 7, 105);
    expect(w, "saw stall_ms 1 at 30060001\nshowed 2 mid 31 at 30060001\n");
    world_destroy(w);
}

/* In time, there is no stall at all; sound is followed beside it. */
static void test_seamless_presentations(void **state)
{
    (void)state;
    struct session_config config = world_config();
    config.buffer_us = 2000000;
    struct world *w = world_create(&config);
    struct shape now = plain,
                 next = {.active = "q", .id = "q", .ends = "", .start = 104, .first = 30};
    now.ends = ",\"endTime\":104";
    session_start(w->session, 0);
    drain(w);
    told(w, 1, make_channel(&now, NULL));
    packet(w, 2, 102);
    sound_packet(w, 4, 1, 0);
    for (int64_t n = 189; n < 195; n++) /* 195 frames cover 104 / 25 s, and a packet is no frame */
        sound(w, 5, n);
    forget(w);
    chunk(w, 3, 103);
    expect(w, "request 7 manifest 0\n");
    now.active = "q";
    told(w, 7, make_channel(&now, &next));
    expect(w, "request 8 packet mid 30\nrequest 9 packet sound 0\nrequest 10 segment sound 0+0\n");
    struct session_event event = {.kind = SESSION_PACKET,
                                  .request = 8,
                                  .sample = frame(104, false),
                                  .has_sample = true,
                                  .timescale = 25};
    handle(w, &event);
    expect(w, "request 11 segment mid 0+0\n");
    chunk(w, 11, 105);
    forget(w);
    advance(w, 2200000);
    assert_null(strstr(w->log, "stall"));
    assert_non_null(strstr(w->log, "showed 1 mid 103 at 2040000\n"));
    assert_non_null(strstr(w->log, "showed 3 mid 30 at 2080000\n"));
    assert_non_null(strstr(w->log, "showed 3 mid 31 at 2120000\n"));
    world_destroy(w);
}

/* A Presentation that is gone without an end has the active one joined at once. */
static void test_presentation_is_gone(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    advance(w, 30010000);
    forget(w);
    struct shape next = {.active = "q", .id = "q", .ends = "", .start = 104, .silent = true};
    told(w, 4, make_channel(&next, NULL));
    expect(w, "cancel 3\nrequest 5 packet mid now\n");
    world_destroy(w);
}

/* One that is still to end goes on to its end, and what follows is asked for a round trip (1,000
 * us) and 50,000 us ahead. */
static void test_presentation_has_not_ended_yet(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    advance(w, 30010000);
    chunk(w, 3, 102);
    forget(w);
    struct shape next = {
        .active = "q", .id = "q", .ends = "", .start = 110, .first = 30, .silent = true};
    told(w, 4, silent("q", ",\"endTime\":110", &next));
    expect(w, "");
    at(w, 30050000);
    chunk(w, 3, 103);
    forget(w);
    advance(w, 30278999);
    expect(w, "");
    advance(w, 30279000);
    expect(w, "request 5 packet mid 30\n");
    world_destroy(w);
}

/* Manifests are borrowed by nobody for longer than they live. */
static void test_streams_move_to_the_new_manifest(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *w = watching(&config);
    advance(w, 30010000);
    struct session_channel *c = silent("p", "", NULL);
    session_channel_ref(c);
    told(w, 4, c);
    size_t channel, rung;
    assert_ptr_equal(session_watches(w->session, &channel, &rung), c);
    assert_int_equal(rung, 1);
    change(w, 5000000);
    zap(w, 0);
    world_destroy(w);
    assert_int_equal(c->references, 1);
    session_channel_unref(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polls),
        cmocka_unit_test(test_h32_manifest_update),
        cmocka_unit_test(test_h32_url),
        cmocka_unit_test(test_h9_end),
        cmocka_unit_test(test_h9_breaks_after_the_end),
        cmocka_unit_test(test_h9_end_during_a_switch),
        cmocka_unit_test(test_h9_end_before_the_next_segment),
        cmocka_unit_test(test_h9_goes_on_into_the_next),
        cmocka_unit_test(test_seamless_presentations),
        cmocka_unit_test(test_presentation_is_gone),
        cmocka_unit_test(test_presentation_has_not_ended_yet),
        cmocka_unit_test(test_streams_move_to_the_new_manifest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
