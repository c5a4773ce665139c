/* A manifest as a viewer takes it, and the arithmetic of sequence numbers, times and segments. */
#include "unit/manifests/sample.h"

#include "media/core/err.h"
#include "player-sim/session/channel.h"

#include "support/cmocka_all.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct session_channel *read_channel(const char *json)
{
    char error[SESSION_CHANNEL_ERROR_BYTES] = "";
    struct session_channel *c = NULL;
    int status = session_channel_read("http://host/m.json", json, strlen(json), &c, error);
    if (status)
        print_message("%s\n", error);
    assert_int_equal(status, ERR_OK);
    return c;
}

static void test_the_active_presentation(void **state)
{
    (void)state;
    struct session_channel *c = read_channel(sample);
    assert_string_equal(c->url, "http://host/m.json");
    assert_string_equal(c->presentation->id, "evening");
    assert_true(c->poll_us == 300000000);
    assert_int_equal(c->rung_count, 2);
    const struct session_track *low = &c->rungs[0], *high = &c->rungs[1];
    assert_string_equal(low->name, "360p");
    assert_int_equal(low->bandwidth_bps, 800000);
    assert_int_equal(low->width, 640);
    assert_int_equal(low->height, 360);
    assert_int_equal(low->rate.num, 15);
    assert_int_equal(low->first_segment, 7);
    assert_string_equal(high->name, "720p");
    assert_int_equal(high->rate.num, 30000);
    assert_int_equal(high->rate.den, 1001);
    assert_int_equal(high->start.num, 10800);
    assert_int_equal(high->start.den, 1);
    assert_int_equal(high->media_offset.num, -10800);
    assert_int_equal(high->segment_duration.num, 6);
    assert_true(c->has_sound);
    assert_string_equal(c->sound.name, "128k");
    assert_int_equal(c->sound.first_sequence, 16);
    assert_int_equal(c->sound.segment_duration.num, 0);
    assert_int_equal(c->sound.width, 0);
    session_channel_unref(c);
}

static void test_rungs_by_rate(void **state)
{
    (void)state;
    struct session_channel *c = read_channel(sample);
    assert_int_equal(session_channel_rung(c, 0), 0);
    assert_int_equal(session_channel_rung(c, 2999999), 0);
    assert_int_equal(session_channel_rung(c, 3000000), 1);
    assert_int_equal(session_channel_rung(c, INT64_MAX), 1);
    session_channel_unref(c);
}

static void expect_failure(const char *what, const char *by, int status, const char *text)
{
    char error[SESSION_CHANNEL_ERROR_BYTES] = "";
    struct session_channel *c = NULL;
    char *json = changed(sample, what, by);
    assert_int_equal(session_channel_read("u", json, strlen(json), &c, error), status);
    assert_null(c);
    if (!strstr(error, text))
        fail_msg("\"%s\" is not in \"%s\"", text, error);
    free(json);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    expect_failure("{", "[", ERR_INVALID, "line 1");
    expect_failure("2.0.0", "3.0.0", ERR_UNSUPPORTED, "manifestVersion");
    expect_failure("\"evening\"", "\"night\"", ERR_INVALID, "night");
    expect_failure("\"live\"", "\"vod\"", ERR_UNSUPPORTED, "is not live");
    expect_failure("\"frameRate\":{\"value\":30000,\"scale\":1001}", "\"label\":\"x\"", ERR_INVALID,
                   "frameRate");
    /* A rung with a figure that nobody can mean is passed over. */
    char *json = changed(sample, "{\"value\":15}", "{\"value\":15,\"scale\":9007199254740991}");
    struct session_channel *c = read_channel(json);
    assert_int_equal(c->rung_count, 1);
    session_channel_unref(c);
    free(json);
}

/* H5: the draft's worked example, start 34 at 1.36 s, 25 fps. */
static struct session_track example(void)
{
    static struct hesp_presentation p;
    static struct hesp_track track;
    return (struct session_track){.place = {.presentation = &p, .track = &track},
                                  .name = "t",
                                  .rate = {25, 1},
                                  .start = {136, 100},
                                  .media_offset = {0, 1},
                                  .segment_duration = {0, 1},
                                  .first_sequence = 34};
}

static void test_h5_sequence(void **state)
{
    (void)state;
    struct session_track t = example();
    int64_t n = -1;
    assert_true(session_track_sequence(&t, 412, 100, &n));
    assert_int_equal(n, 103);
    assert_false(session_track_sequence(&t, 415, 100, &n)); /* frame 103 lasts to 4.16 */
    assert_int_equal(n, 103);
    assert_true(session_track_sequence(&t, 416, 100, &n));
    assert_int_equal(n, 104);
    n = -7;
    assert_false(session_track_sequence(&t, 135, 100, &n));
    assert_int_equal(n, -7);
    assert_false(session_track_sequence(&t, 412, 0, &n));
    assert_int_equal(n, -7);
    assert_true(session_track_sequence(&t, 136, 100, &n));
    assert_int_equal(n, 34);
    assert_true(session_track_time_us(&t, 34) == 1360000);
    assert_true(session_track_time_us(&t, 103) == 4120000);
}

/* H5, H14: every frame of a day at 30000/1001 and 24000/1001, with an offset, to the tick. */
static void test_h5_h14_every_frame(void **state)
{
    (void)state;
    static const struct rational rates[] = {{30000, 1001}, {24000, 1001}, {48000, 1024}, {60, 1}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct session_track t = example();
        t.start = (struct rational){10800, 1};
        t.media_offset = (struct rational){-10799, 1};
        t.rate = timebase_reduce(rates[i]);
        uint32_t timescale = (uint32_t)rates[i].num;
        for (int64_t k = 0; k < 2600000; k += k < 3000 ? 1 : 997) {
            int64_t n = -1, ticks = timescale + k * rates[i].den;
            assert_true(session_track_sequence(&t, ticks, timescale, &n));
            assert_true(n == 34 + k);
            if (rates[i].den > 1) {
                assert_false(session_track_sequence(&t, ticks + 1, timescale, &n));
                assert_true(n == 34 + k);
            }
            if (rates[i].den > 1 && k > 0) {
                assert_false(session_track_sequence(&t, ticks - 1, timescale, &n));
                assert_true(n == 34 + k - 1);
            }
            int64_t us = (int64_t)((__int128)k * rates[i].den * 1000000 / rates[i].num);
            assert_true(session_track_time_us(&t, 34 + k) == 10800000000 + us);
        }
    }
}

/* Whatever an origin says, nothing overflows (this runs under UBSan). */
static void test_hostile_figures(void **state)
{
    (void)state;
    struct session_track t = example();
    t.rate = (struct rational){INT32_MAX, 1 << 20};
    t.start = (struct rational){9007199254740991, INT32_MAX};
    t.media_offset = (struct rational){-9007199254740991, INT32_MAX};
    t.segment_duration = (struct rational){INT32_MAX, 1};
    t.first_sequence = 9007199254740991;
    int64_t n = 0;
    session_track_sequence(&t, INT64_MAX, 1, &n);
    session_track_sequence(&t, INT64_MAX, UINT32_MAX, &n);
    session_track_sequence(&t, INT64_MIN, UINT32_MAX, &n);
    session_track_time_us(&t, INT64_MAX);
    session_track_time_us(&t, 0);
    assert_int_equal(session_track_segment_end(&t, 9007199254740990), -1);
    session_track_segment_end(&t, INT64_MAX);
    assert_int_equal(session_track_segment_end(&t, -1), -1);
    t.rate = (struct rational){INT32_MAX, 1};
    struct session_track slow = t;
    slow.rate = (struct rational){1, 1 << 20};
    session_track_beside(&t, &slow, INT64_MAX);
    session_track_beside(&slow, &t, INT64_MAX);
}

static void test_beside(void **state)
{
    (void)state;
    struct session_track picture = example(), sound = example();
    sound.rate = timebase_reduce((struct rational){48000, 1024});
    sound.first_sequence = 1000;
    assert_int_equal(session_track_beside(&sound, &picture, 34), 1000);
    assert_int_equal(session_track_beside(&sound, &picture, 35), 1001); /* 40 ms: 1.875 frames */
    assert_int_equal(session_track_beside(&sound, &picture, 34 + 100), 1187);
    assert_int_equal(session_track_beside(&sound, &picture, 34 + 16), 1030);
    assert_int_equal(session_track_beside(&picture, &sound, 1030), 50);
    assert_int_equal(session_track_beside(&picture, &sound, 1029), 49);
    assert_int_equal(session_track_beside(&sound, &picture, 0), 1000);
}

/* H27: 6 s are 179.82 frames at 30000/1001, and 281.25 of sound; errors do not add up. */
static void test_h27_segment_ends(void **state)
{
    (void)state;
    struct session_track t = example();
    t.rate = (struct rational){30000, 1001};
    t.segment_duration = (struct rational){6, 1};
    t.first_sequence = 0;
    t.first_segment = 3;
    assert_int_equal(session_track_segment_end(&t, 2), -1);
    assert_int_equal(session_track_segment_end(&t, 3), 179); /* 180 is the first at 6 s or later */
    assert_int_equal(session_track_segment_end(&t, 4), 359);
    assert_int_equal(session_track_segment_end(&t, 8), 1078); /* 1078.92 */
    t.rate = (struct rational){375, 8};
    assert_int_equal(session_track_segment_end(&t, 3), 281);
    assert_int_equal(session_track_segment_end(&t, 6), 1124);
    t.segment_duration.num = 0;
    assert_int_equal(session_track_segment_end(&t, 3), -1);
}

/* H12: without segmentDuration the list says. */
static void test_h12_listed_segments(void **state)
{
    (void)state;
    struct session_channel *c = read_channel(sample);
    /* 300 ends at 12,600 s, 1,800 s after the start: 84,375 frames, from 16 on */
    assert_int_equal(session_track_segment_end(&c->sound, 300), 16 + 84375 - 1);
    assert_int_equal(session_track_segment_end(&c->sound, 301), -1);
    /* 299 is not listed, but 300 starts at 12,594 s: 84,093.75 frames before it */
    assert_int_equal(session_track_segment_end(&c->sound, 299), 16 + 84094 - 1);
    session_channel_unref(c);
}

/* H9: the end of the Presentation, in frames. */
static void test_h9_last_frame(void **state)
{
    (void)state;
    static const char bounds[] = "{\"startTime\":972000000,\"scale\":90000}";
    struct session_channel *c = read_channel(sample);
    assert_int_equal(session_track_last(&c->rungs[0]), -1);
    session_channel_unref(c);
    /* 2 s are 30 frames of 15, 59.94 of 29.97, 93.75 of sound */
    char *json =
        changed(sample, bounds, "{\"startTime\":972000000,\"endTime\":972180000,\"scale\":90000}");
    char *earlier = changed(json, "\"currentTime\":{\"value\":1134000000",
                            "\"currentTime\":{\"value\":972090000");
    c = read_channel(earlier);
    assert_int_equal(session_track_last(&c->rungs[0]), 29);
    assert_int_equal(session_track_last(&c->rungs[1]), 59);
    assert_int_equal(session_track_last(&c->sound), 16 + 93);
    assert_int_equal(session_track_segment_end(&c->rungs[0], 7), 29);
    assert_non_null(session_channel_presentation(c, "morning"));
    assert_null(session_channel_presentation(c, "night"));
    session_channel_unref(c);
    free(earlier);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_active_presentation),
        cmocka_unit_test(test_rungs_by_rate),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_h5_sequence),
        cmocka_unit_test(test_h5_h14_every_frame),
        cmocka_unit_test(test_hostile_figures),
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_h27_segment_ends),
        cmocka_unit_test(test_h12_listed_segments),
        cmocka_unit_test(test_h9_last_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
