/* The Initialization Stream over real HTTP: which packets are there, how long, and for whom
 * (H22, H23). */
#include "e2e/packager.h"
#include "e2e/viewer.h"
#include "e2e/window_edge.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE = 30,
    WINDOW_S = 4, /* of the channel "brief" */
    TRIES = 40,
    CONCLUSIVE_LEAST = 5,
    PAUSE_US = 20000,
    AHEAD = 3,      /* frames that a request waits for */
    FAR_AHEAD = 300 /* and frames that it doesn't */
};

static const char yaml[] = "preset: ultrafast\n"
                           "ladder: 256x144@200k,192x108@100k\n"
                           "channels:\n"
                           "  - {name: long, input: 'test:'}\n"
                           "  - {name: brief, input: 'test:', window: 4, segment_duration: 1}\n";

struct stage {
    struct packager packager;
    struct viewer viewer; /* of "long" */
    struct viewer brief;
};

static int open_stage(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    char url[192];
    *state = s;
    packager_start_yaml(&s->packager, yaml, 2);
    snprintf(url, sizeof url, "%s/long/manifest.json", s->packager.url);
    if (!viewer_open(&s->viewer, url))
        packager_fail(&s->packager, s->viewer.error);
    snprintf(url, sizeof url, "%s/brief/manifest.json", s->packager.url);
    if (!viewer_open(&s->brief, url))
        packager_fail(&s->packager, s->brief.error);
    return 0;
}

static int close_stage(void **state)
{
    struct stage *s = *state;
    packager_stop(&s->packager);
    viewer_close(&s->viewer);
    viewer_close(&s->brief);
    free(s);
    return 0;
}

static void track_of(struct viewer *v, size_t index, struct viewer_track *track)
{
    bool found =
        index < viewer_video_count(v) ? viewer_video(v, index, track) : viewer_audio(v, track);
    assert_true(found);
}

static void fetch_packet(struct viewer *v, const struct viewer_track *track, int64_t sequence,
                         struct http_answer *answer)
{
    char url[HESP_URL_BYTES];
    assert_int_equal(hesp_initialization_url(v->url, &track->place, sequence, url), 0);
    http_get(url, answer);
}

static void expect_header(const struct http_answer *answer, const char *name, const char *part)
{
    char value[256] = "";
    if (!http_header(answer, name, value, sizeof value) || !strstr(value, part))
        fail_msg("%s is \"%s\" and not \"%s\"", name, value, part);
}

static void expect_text_404(struct http_answer *answer)
{
    assert_int_equal(answer->status, 404);
    expect_header(answer, "Content-Type", "text/plain");
    expect_header(answer, "Cache-Control", "no-store");
    assert_true(answer->size > 0);
    http_answer_finish(answer);
}

/* The newest packet's number. */
static int64_t newest(struct viewer *v, const struct viewer_track *track)
{
    struct viewer_packet packet;
    if (!viewer_get_packet(v, track, HESP_NOW, &packet))
        fail_msg("%s", v->error);
    int64_t sequence = packet.sequence;
    viewer_packet_finish(&packet);
    return sequence;
}

static int64_t wait_for_frame(struct viewer *v, const struct viewer_track *track, int64_t frame)
{
    int64_t sequence;
    while ((sequence = newest(v, track)) < frame)
        clock_sleep_until_us(clock_monotonic_us() + PAUSE_US);
    return sequence;
}

/* H18, H19, H22: 200, the set's type, never cached; and time goes on. */
static void h22_now_is_the_newest_packet_and_not_cached(void **state)
{
    struct stage *s = *state;
    for (size_t i = 0; i < 3; i++) {
        struct viewer_track track;
        struct http_answer answer;
        struct cmaf_packet packet;
        char length[32];
        track_of(&s->viewer, i, &track);
        fetch_packet(&s->viewer, &track, HESP_NOW, &answer);
        assert_int_equal(answer.status, 200);
        expect_header(&answer, "Content-Type", i < 2 ? "video/mp4" : "audio/mp4");
        expect_header(&answer, "Cache-Control", "no-store");
        expect_header(&answer, "Access-Control-Allow-Origin", "*");
        assert_true(http_header(&answer, "Content-Length", length, sizeof length));
        assert_int_equal(strtoul(length, NULL, 10), answer.size);
        assert_int_equal(cmaf_packet_read(answer.body, answer.size, &packet), 0);
        assert_int_equal(packet.has_sample, i < 2);
        http_answer_finish(&answer);
    }
    struct viewer_track track;
    track_of(&s->viewer, 0, &track);
    int64_t before = newest(&s->viewer, &track);
    for (int i = 0; i < TRIES; i++) {
        int64_t sequence = newest(&s->viewer, &track);
        assert_true(sequence >= before);
        before = sequence;
    }
    wait_for_frame(&s->viewer, &track, before + 2);
}

/* H22: a packet never changes, and every cache may know it. */
static void h22_numbered_packets_are_immutable(void **state)
{
    struct stage *s = *state;
    for (size_t i = 0; i < 3; i++) {
        struct viewer_track track;
        struct http_answer first, second;
        track_of(&s->viewer, i, &track);
        for (int64_t n = 0; n < 10; n++) {
            fetch_packet(&s->viewer, &track, n, &first);
            fetch_packet(&s->viewer, &track, n, &second);
            assert_int_equal(first.status, 200);
            expect_header(&first, "Content-Type", i < 2 ? "video/mp4" : "audio/mp4");
            expect_header(&first, "Cache-Control", "immutable");
            expect_header(&first, "Cache-Control", "max-age=");
            expect_header(&first, "Access-Control-Expose-Headers", "Date");
            assert_int_equal(second.status, 200);
            assert_int_equal(first.size, second.size);
            assert_memory_equal(first.body, second.body, first.size);
            http_answer_finish(&first);
            http_answer_finish(&second);
        }
    }
}

/* H2, H22: who asks for the next frames waits until they are there. Frame n + 3 was made after the
 * question where its capture is later; a busy machine may spoil some tries. */
static void h22_a_packet_up_to_three_ahead_is_waited_for(void **state)
{
    struct stage *s = *state;
    struct viewer_track track;
    struct viewer_packet packet;
    int waited = 0;
    track_of(&s->viewer, 0, &track);
    for (int i = 0; i < TRIES && waited < CONCLUSIVE_LEAST; i++) {
        int64_t sequence = newest(&s->viewer, &track) + 1 + i % AHEAD;
        int64_t asked_utc_us = clock_utc_us();
        if (!viewer_get_packet(&s->viewer, &track, sequence, &packet))
            fail_msg("%s", s->viewer.error);
        assert_int_equal(packet.sequence, sequence);
        waited += packet.packet.sample.capture_utc_us > asked_utc_us;
        viewer_packet_finish(&packet);
    }
    assert_true(waited >= CONCLUSIVE_LEAST);
}

static void h22_there_is_no_packet_far_ahead_or_of_another_name(void **state)
{
    static const char *const names[] = {"init-.mp4",
                                        "init--1.mp4",
                                        "init-01.mp4",
                                        "init-1x.mp4",
                                        "init-1.m4s",
                                        "init-later.mp4",
                                        "init-99999999999999999999.mp4"};
    struct stage *s = *state;
    struct viewer_track track;
    struct http_answer answer;
    char url[HESP_URL_BYTES];
    track_of(&s->viewer, 0, &track);
    fetch_packet(&s->viewer, &track, newest(&s->viewer, &track) + FAR_AHEAD, &answer);
    expect_text_404(&answer);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(hesp_initialization_url(s->viewer.url, &track.place, 0, url), 0);
        strcpy(strrchr(url, '/') + 1, names[i]);
        http_get(url, &answer);
        expect_text_404(&answer);
    }
}

/* H23: all of the window is there, also its far end, with the continuation. */
static void h23_packets_stay_for_the_availability_duration(void **state)
{
    struct stage *s = *state;
    struct viewer *v = &s->brief;
    struct viewer_track track;
    int conclusive = 0;
    track_of(v, 0, &track);
    wait_for_frame(v, &track, (WINDOW_S + 2) * RATE);
    assert_int_equal(window_edge_available_s(v), WINDOW_S);
    for (int i = 0; i < TRIES; i++) {
        enum window_edge edge = window_edge_probe(v, (size_t)i % 2, i % RATE);
        if (edge == WINDOW_EDGE_MISSING)
            packager_fail(&s->packager, v->error);
        conclusive += edge == WINDOW_EDGE_FOUND;
    }
    assert_true(conclusive >= CONCLUSIVE_LEAST);
}

/* H23: and what is older isn't kept, neither packets nor segments. */
/* Between the manifest and the request the window moves on: the far end is there all the same. */
static void h23_the_very_end_of_the_window_can_be_reached(void **state)
{
    struct stage *s = *state;
    struct viewer_track track;
    struct http_answer answer;
    track_of(&s->brief, 0, &track);
    wait_for_frame(&s->brief, &track, (WINDOW_S + 2) * RATE);
    for (int i = 0; i < 20; i++) {
        int64_t sequence = newest(&s->brief, &track) - WINDOW_S * RATE;
        fetch_packet(&s->brief, &track, sequence, &answer);
        assert_int_equal(answer.status, 200);
        http_answer_finish(&answer);
    }
}

static void h23_older_packets_are_gone_and_memory_is_bounded(void **state)
{
    static const char series[] = "openhesp_store_bytes{channel=\"brief\",track=\"256x144-200k\"}";
    struct stage *s = *state;
    struct viewer_track track;
    struct http_answer answer;
    char url[HESP_URL_BYTES];
    track_of(&s->brief, 0, &track);
    int64_t now = wait_for_frame(&s->brief, &track, (WINDOW_S + 2) * RATE);
    /* Up to a second more is kept than is promised, so that who asks a little late finds it. */
    fetch_packet(&s->brief, &track, now - (WINDOW_S + 1) * RATE - 1, &answer);
    expect_text_404(&answer);
    fetch_packet(&s->brief, &track, 0, &answer);
    expect_text_404(&answer);
    assert_int_equal(hesp_continuation_url(s->brief.url, &track.place, 0, url), 0);
    http_get(url, &answer);
    expect_text_404(&answer);
    double full = packager_metric(&s->packager, series);
    wait_for_frame(&s->brief, &track, now + WINDOW_S * RATE);
    double later = packager_metric(&s->packager, series);
    assert_true(full > 0 && later > 0);
    assert_true(later < 1.5 * full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h22_now_is_the_newest_packet_and_not_cached),
        cmocka_unit_test(h22_numbered_packets_are_immutable),
        cmocka_unit_test(h22_a_packet_up_to_three_ahead_is_waited_for),
        cmocka_unit_test(h22_there_is_no_packet_far_ahead_or_of_another_name),
        cmocka_unit_test(h23_packets_stay_for_the_availability_duration),
        cmocka_unit_test(h23_the_very_end_of_the_window_can_be_reached),
        cmocka_unit_test(h23_older_packets_are_gone_and_memory_is_bounded),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, open_stage, close_stage);
    curl_global_cleanup();
    return failed;
}
