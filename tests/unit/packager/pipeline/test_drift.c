/* H6: a source clock that is off by 200 ppm, for hours, from its time stamps to the store: a feed,
 * a channel's slots, a track with an encoder that costs nothing, and a clock that is a number.
 * Every frame number is there, a picture is repeated or left out only as the clocks part, and what
 * viewers get is as old at the end as at the beginning. (Its sound:
 * tests/unit/packager/pace/test_pace.c.) */
#include "media/cmaf/chunk.h"
#include "media/core/err.h"
#include "packager/pace/pace.h"
#include "packager/track/video_track.h"
#include "support/cmocka_all.h"
#include "support/null_encoder.h"
#include "support/sanitized.h"

#include <stdlib.h>

enum { FPS = 25, SIDE = 16, HOURS = SANITIZED ? 1 : 6, FRAMES = HOURS * 3600 * FPS };

static const int64_t frame_us = 1000000 / FPS;
static const int64_t utc_us = 1764000000000000;
static const int64_t oldest_us = 65000; /* a slot, the jitter, and the margins of the offset */

struct drift {
    struct pace *pace;
    struct store *store;
    struct store_track *stored;
    struct video_track *track;
    AVFrame *picture;
    int64_t put, fresh, oldest_us, sum_us; /* ages of what the slots got, since the last look */
};

static void release(void *picture)
{
    AVFrame *frame = picture;
    av_frame_free(&frame);
}

static void begin(struct drift *d)
{
    struct pace_config pace = {.slot_rate = {FPS, 1}, .release = release};
    struct pace_source source = {.pictures = true, .max_step_us = 2000000};
    struct store_limits limits = {.window_us = 4000000, .max_bytes = 1 << 24};
    *d = (struct drift){.picture = av_frame_alloc()};
    d->picture->format = AV_PIX_FMT_YUV420P;
    d->picture->width = d->picture->height = SIDE;
    assert_int_equal(av_frame_get_buffer(d->picture, 0), 0);
    assert_int_equal(pace_create(&pace, &d->pace), 0);
    pace_begin(d->pace, &source);
    assert_int_equal(store_create(&limits, &d->store), 0);
    struct video_track_config track = {.encoder = &null_encoder,
                                       .width = SIDE,
                                       .height = SIDE,
                                       .bitrate_bps = 100000,
                                       .frame_rate = {FPS, 1},
                                       .segment_duration = {6, 1},
                                       .preset = "ultrafast",
                                       .id = "v",
                                       .store = d->store};
    assert_int_equal(video_track_create(&track, &d->track), 0);
    d->stored = store_track_at(d->store, 0);
}

static void end(struct drift *d)
{
    pace_destroy(d->pace);
    video_track_destroy(d->track);
    store_destroy(d->store);
    av_frame_free(&d->picture);
}

/* All that the source has made until now_us; its clock runs ppm slower than ours. */
static void feed(struct drift *d, int64_t now_us, int ppm)
{
    for (;;) {
        int64_t pts_us = d->put * frame_us;
        int64_t made_us = pts_us + pts_us / 1000000 * ppm + d->put * 7919 % 5000;
        if (made_us > now_us)
            return;
        AVFrame *picture = av_frame_clone(d->picture);
        assert_non_null(picture);
        pace_put_picture(d->pace, picture, pts_us, 0, utc_us + made_us, made_us);
        d->put++;
    }
}

static void slot(struct drift *d, int64_t n, int64_t now_us)
{
    struct pace_taken taken = {0};
    bool fresh = pace_take_picture(d->pace, now_us, &taken);
    AVFrame *picture = taken.picture;
    int64_t capture_utc_us = fresh ? taken.capture_utc_us : utc_us + now_us;
    assert_int_equal(video_track_push(d->track, picture, n, capture_utc_us, false), 0);
    av_frame_free(&picture);
    int64_t age_us = utc_us + now_us - capture_utc_us;
    d->fresh += fresh;
    d->sum_us += age_us;
    d->oldest_us = age_us > d->oldest_us ? age_us : d->oldest_us;
}

/* What a viewer would get of frame n. */
static void look(struct drift *d, int64_t n)
{
    struct store_sample sample;
    struct cmaf_chunk chunk;
    assert_int_equal(store_find_sample(d->stored, n, &sample), 0);
    assert_int_equal(cmaf_chunk_read(sample.chunk->data, sample.chunk->size, &chunk), 0);
    assert_int_equal(chunk.mfhd_sequence, n + 1);
    assert_int_equal(chunk.decode_time, n);
    assert_true(utc_us + n * frame_us - chunk.capture_utc_us <= oldest_us);
    blob_unref(sample.chunk);
}

static void run(int ppm)
{
    struct drift d;
    struct pace_counts counts;
    int64_t first_us = 0;
    begin(&d);
    for (int64_t n = 0; n < FRAMES; n++) {
        int64_t now_us = n * frame_us;
        feed(&d, now_us, ppm);
        slot(&d, n, now_us);
        if ((n + 1) % (FRAMES / 20))
            continue;
        look(&d, n);
        int64_t mean_us = d.sum_us / (FRAMES / 20);
        first_us = first_us ? first_us : mean_us;
        assert_true(d.oldest_us <= oldest_us);
        assert_true(llabs(mean_us - first_us) <= frame_us / 2);
        d.sum_us = d.oldest_us = 0;
    }
    pace_counts(d.pace, &counts);
    int64_t apart = (int64_t)FRAMES * abs(ppm) / 1000000; /* pictures */
    int64_t repeated = FRAMES - d.fresh;
    print_message("%+d ppm, %d h: %d frames, %d repeated, %d left out, %d us old on average\n",
                  -ppm, HOURS, FRAMES, (int)repeated, (int)counts.dropped_pictures, (int)first_us);
    assert_in_range(repeated, ppm > 0 ? apart - 2 : 0, ppm > 0 ? apart + 3 : 3);
    assert_in_range(counts.dropped_pictures, ppm < 0 ? apart - 2 : 0, ppm < 0 ? apart + 3 : 3);
    assert_int_equal(counts.discontinuities, 0);
    end(&d);
}

static void h6_a_source_that_is_200_ppm_slow_builds_up_no_latency(void **state)
{
    (void)state;
    run(200);
}

static void h6_a_source_that_is_200_ppm_fast_builds_up_no_latency(void **state)
{
    (void)state;
    run(-200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h6_a_source_that_is_200_ppm_slow_builds_up_no_latency),
        cmocka_unit_test(h6_a_source_that_is_200_ppm_fast_builds_up_no_latency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
