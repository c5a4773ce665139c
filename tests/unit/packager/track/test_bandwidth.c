/* H11: no segment of a rung exceeds the bandwidth that the manifest tells, however hard the picture
 * is to encode. */
#include "fixture.h"

#include "support/moving_picture.h"

enum { WIDTH = 320, HEIGHT = 180, SECONDS = 30, SCENES = 4, PICTURES = 20 };

struct clip {
    AVFrame *pictures[SCENES][PICTURES];
};

/* From what is hard at this size to what cannot be predicted at all. */
static struct clip paint_clip(void)
{
    static const int noise[SCENES] = {20, 50, 110, 220};
    struct clip clip;
    for (int scene = 0; scene < SCENES; scene++) {
        for (int i = 0; i < PICTURES; i++) {
            clip.pictures[scene][i] = moving_picture_create(WIDTH, HEIGHT);
            moving_picture_paint(clip.pictures[scene][i], 1000 * scene + i, noise[scene]);
        }
    }
    return clip;
}

static void clip_free(struct clip *clip)
{
    for (int scene = 0; scene < SCENES; scene++) {
        for (int i = 0; i < PICTURES; i++)
            av_frame_free(&clip->pictures[scene][i]);
    }
}

/* A stretch of each difficulty, a still, and then a cut at every frame. */
static const AVFrame *picture_at(const struct clip *clip, int64_t n)
{
    int64_t s = n / 30;
    if (s % 10 == 4)
        return clip->pictures[1][0];
    if (s % 10 == 9)
        return clip->pictures[n % SCENES][n % PICTURES];
    return clip->pictures[s % SCENES][n % PICTURES];
}

static void check(const struct clip *clip, const char *preset, int64_t bitrate_bps,
                  struct rational frame_rate, int64_t segment_s)
{
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, WIDTH, HEIGHT);
    config.preset = preset;
    config.bitrate_bps = bitrate_bps;
    config.frame_rate = frame_rate;
    config.segment_duration = (struct rational){segment_s, 1};
    struct video_track *t = fixture_video_track(&config);
    for (int64_t n = 0; n * frame_rate.den < SECONDS * frame_rate.num; n++) {
        /* A manifestupdate event each second, as at the end of a Presentation (H32). */
        bool update = n % 30 == 0;
        assert_int_equal(video_track_push(t, picture_at(clip, n), n, FIXTURE_UTC_US, update),
                         ERR_OK);
    }
    struct store_track_state s = fixture_state(fixture_store_track(t));
    int64_t bandwidth = store_track_info(fixture_store_track(t))->bandwidth_bps;
    print_message("%s, %lld bit/s at %lld/%lld, segments of %lld s: peak %lld of %lld\n", preset,
                  (long long)bitrate_bps, (long long)frame_rate.num, (long long)frame_rate.den,
                  (long long)segment_s, (long long)s.peak_segment_bps, (long long)bandwidth);
    assert_int_equal(s.newest_segment, SECONDS / segment_s - 1);
    assert_true(s.peak_segment_bps > bitrate_bps / 100 * 95); /* else the clip proves nothing */
    assert_true(s.peak_segment_bps <= bandwidth);
    assert_int_equal(s.segments_over_bandwidth, 0);
    video_track_destroy(t);
    store_destroy(store);
}

static void h11_no_segment_exceeds_the_bandwidth(void **state)
{
    static const struct rational rates[] = {{30, 1}, {24000, 1001}};
    struct clip clip = paint_clip();
    (void)state;
    for (int64_t segment_s = 2; segment_s <= 6; segment_s += 4) {
        check(&clip, "ultrafast", 200000, rates[0], segment_s);
        check(&clip, "superfast", 100000, rates[0], segment_s);
        check(&clip, "superfast", 400000, rates[1], segment_s);
        check(&clip, "superfast", 1500000, rates[0], segment_s);
    }
    clip_free(&clip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h11_no_segment_exceeds_the_bandwidth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
