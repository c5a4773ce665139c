/* Continuation Segments of a live channel, as whole HTTP answers: each starts at its time with an
 * IDR picture and leaves no gap (H24, H27), one sample a chunk with a capture time (H25), and no
 * segment's rate exceeds what the manifest promises (H11). */
#include "e2e/live_channel.h"
#include "e2e/strict_decode.h"
#include "e2e/whole_segment.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEGMENTS = 3, TRACKS_MAX = 4 };

/* Wide, as a loaded machine reads its clocks late; drift of a wrong rate would pass it in the 6 s
 * that are looked at only if it were under 4 %. */
static const int64_t capture_limit_us = 250000;
static const int64_t capture_age_limit_us = 30000000;

struct watched {
    struct viewer_track track;
    struct whole_segment segments[SEGMENTS];
};

struct segment_case {
    const char *fps;
    struct rational rate;
    struct live_channel live;
    int64_t started_utc_us;
    struct watched tracks[TRACKS_MAX]; /* video first, then sound */
    size_t count;
};

static int64_t first_frame(const struct watched *w, int64_t segment)
{
    return timebase_segment_first_frame(segment, w->track.segment_duration, w->track.rate);
}

static bool is_video(const struct watched *w)
{
    return w->track.place.kind == HESP_VIDEO;
}

/* Media time that frame n begins at, in ticks of its timescale, exactly (H5). */
static int64_t ticks_of(const struct watched *w, int64_t n)
{
    int64_t samples_per_frame = w->track.place.set->media.samples_per_frame;
    return n * (is_video(w) ? w->track.rate.den : samples_per_frame ? samples_per_frame : 1024);
}

static void the_manifest_tells_rate_and_duration_exactly(void **state)
{
    struct segment_case *test = *state;
    for (size_t i = 0; i < test->count; i++) {
        const struct watched *w = &test->tracks[i];
        struct rational d = w->track.segment_duration;
        if (is_video(w)) {
            assert_int_equal(w->track.rate.num, test->rate.num);
            assert_int_equal(w->track.rate.den, test->rate.den);
        }
        /* 2 s in whole frames of the picture, and the same for the sound. */
        int64_t frames = (2 * test->rate.num + test->rate.den / 2) / test->rate.den;
        assert_int_equal(d.num * test->rate.num, frames * test->rate.den * d.den);
    }
}

/* The first frame of segment k is the first at or after k * D: checked by its neighbours, with the
 * products of the definition, not by the function that packagers use. */
static void each_segment_starts_at_its_time(void **state)
{
    struct segment_case *test = *state;
    for (size_t i = 0; i < test->count; i++) {
        const struct watched *w = &test->tracks[i];
        struct rational d = w->track.segment_duration;
        int64_t scale = viewer_timescale(&w->track);
        for (int64_t k = 0; k < SEGMENTS; k++) {
            int64_t start = w->segments[k].chunks[0].decode_time;
            int64_t frame = w->segments[k].chunks[0].duration;
            assert_true(start * d.den >= k * d.num * scale);
            assert_true((start - frame) * d.den < k * d.num * scale);
            assert_int_equal(start, ticks_of(w, first_frame(w, k)));
            assert_true(w->segments[k].chunks[0].sync);
        }
    }
}

static void segments_leave_no_gap(void **state)
{
    struct segment_case *test = *state;
    for (size_t i = 0; i < test->count; i++) {
        const struct watched *w = &test->tracks[i];
        int64_t n = 0;
        for (int64_t k = 0; k < SEGMENTS; k++) {
            for (size_t c = 0; c < w->segments[k].count; c++, n++) {
                const struct cmaf_chunk *chunk = &w->segments[k].chunks[c];
                assert_int_equal(chunk->decode_time, ticks_of(w, n));
                assert_int_equal(chunk->duration, ticks_of(w, 1));
                assert_int_equal(chunk->mfhd_sequence, n + 1);
                assert_int_equal(chunk->sync, !is_video(w) || c == 0);
            }
            assert_int_equal(n, first_frame(w, k + 1));
        }
    }
}

static void capture_times_are_plausible(void **state)
{
    struct segment_case *test = *state;
    for (size_t i = 0; i < test->count; i++) {
        const struct watched *w = &test->tracks[i];
        int64_t n = 0, before = test->started_utc_us - capture_limit_us;
        int64_t begin = w->segments[0].chunks[0].capture_utc_us;
        for (int64_t k = 0; k < SEGMENTS; k++) {
            const struct whole_segment *s = &w->segments[k];
            for (size_t c = 0; c < s->count; c++, n++) {
                int64_t capture = s->chunks[c].capture_utc_us;
                int64_t drift = capture - begin - timebase_frame_us(n, w->track.rate);
                assert_true(s->chunks[c].has_prft);
                assert_true(capture <= s->arrived_utc_us);
                assert_true(capture > s->arrived_utc_us - capture_age_limit_us);
                assert_true(capture > before - capture_limit_us);
                assert_true(llabs(drift) <= capture_limit_us);
                before = capture;
            }
        }
    }
}

static void no_segment_exceeds_the_bandwidth(void **state)
{
    struct segment_case *test = *state;
    for (size_t i = 0; i < test->count; i++) {
        const struct watched *w = &test->tracks[i];
        int64_t bandwidth = w->track.place.track->bandwidth;
        print_message("%s fps, %s: bandwidth %" PRId64 ", measured", test->fps,
                      w->track.place.track->id, bandwidth);
        for (int k = 0; k < SEGMENTS; k++) {
            const struct whole_segment *s = &w->segments[k];
            int64_t ticks = ticks_of(w, (int64_t)s->count);
            int64_t bps =
                timebase_muldiv_ceil((int64_t)s->size * 8, viewer_timescale(&w->track), ticks);
            print_message(" %" PRId64, bps);
            assert_true(bps <= bandwidth);
        }
        print_message(" bits/s\n");
    }
}

/* H24: a segment alone, behind the track's header, is a stream of its own; so are all in a row. */
static void segments_play_one_by_one(void **state)
{
    struct segment_case *test = *state;
    struct viewer *v = &test->live.viewer;
    for (size_t i = 0; i < test->count && is_video(&test->tracks[i]); i++) {
        const struct watched *w = &test->tracks[i];
        struct viewer_packet header;
        if (!viewer_get_packet(v, &w->track, first_frame(w, 1), &header))
            fail_msg("%s", v->error);
        for (int64_t k = 0; k < SEGMENTS; k++) {
            const struct whole_segment *s = &w->segments[k];
            struct viewer_sample *samples = calloc(s->count, sizeof *samples);
            struct strict_pictures pictures;
            char error[STRICT_ERROR_BYTES];
            assert_non_null(samples);
            for (size_t c = 0; c < s->count; c++)
                samples[c] = (struct viewer_sample){.chunk = s->chunks[c],
                                                    .sequence = first_frame(w, k) + (int64_t)c};
            struct strict_stream stream = {.track = &w->track,
                                           .header = &header,
                                           .samples = samples,
                                           .count = s->count,
                                           .channel = LIVE_CHANNEL_NUMBER,
                                           .may_repeat =
                                               live_channel_repeats(&test->live, &w->track) > 0};
            if (!strict_decode(&stream, &pictures, error))
                fail_msg("segment %" PRId64 ": %s", k, error);
            assert_int_equal(pictures.count, s->count);
            strict_pictures_finish(&pictures);
            free(samples);
        }
        viewer_packet_finish(&header);
    }
}

static void watch(struct segment_case *test)
{
    struct viewer *v = &test->live.viewer;
    size_t rungs = viewer_video_count(v);
    assert_int_equal(rungs, 2);
    for (size_t i = 0; i <= rungs; i++) {
        struct watched *w = &test->tracks[test->count++];
        if (!(i < rungs ? viewer_video(v, i, &w->track) : viewer_audio(v, &w->track)))
            fail_msg("%s", v->error);
        for (int64_t k = 0; k < SEGMENTS; k++)
            if (!whole_segment_get(v, &w->track, k, &w->segments[k]))
                fail_msg("%s", v->error);
    }
}

static int start(void **state, const char *fps, struct rational rate)
{
    static struct segment_case test;
    const struct live_channel_config config = {.ladder = "426x240@400k,256x144@200k",
                                               .preset = "ultrafast",
                                               .fps = fps,
                                               .segment_duration = "2"};
    test = (struct segment_case){.fps = fps, .rate = rate, .started_utc_us = clock_utc_us()};
    *state = &test;
    live_channel_start(&test.live, &config);
    watch(&test);
    return 0;
}

static int start_ntsc(void **state)
{
    return start(state, "30000/1001", (struct rational){30000, 1001});
}

static int start_25(void **state)
{
    return start(state, "25", (struct rational){25, 1});
}

static int stop(void **state)
{
    struct segment_case *test = *state;
    for (size_t i = 0; i < test->count; i++)
        for (int k = 0; k < SEGMENTS; k++)
            whole_segment_finish(&test->tracks[i].segments[k]);
    live_channel_stop(&test->live);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manifest_tells_rate_and_duration_exactly),
        cmocka_unit_test(each_segment_starts_at_its_time),
        cmocka_unit_test(segments_leave_no_gap),
        cmocka_unit_test(capture_times_are_plausible),
        cmocka_unit_test(no_segment_exceeds_the_bandwidth),
        cmocka_unit_test(segments_play_one_by_one),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("30000/1001 fps", tests, start_ntsc, stop);
    failed += cmocka_run_group_tests_name("25 fps", tests, start_25, stop);
    curl_global_cleanup();
    return failed;
}
