/* Older pictures are made again bit for bit: from their segment's start, and from any picture that
 * is nearer. */
#include "unit/packager/track/fixture.h"

#include "packager/init/replay.h"
#include "support/moving_picture.h"

enum { FRAMES = 70, SEGMENT = 60, NOISE = 8 };

struct kept {
    struct video_track *track;
    struct video_track_format format;
    struct reconstruction pictures[FRAMES];
};

static void keep(void *context, struct reconstruction *r)
{
    struct kept *k = context;
    k->pictures[r->sequence] = *r;
    r->frame = NULL;
}

static struct kept *encode(struct store *store, int width, int height, const char *preset)
{
    struct kept *k = calloc(1, sizeof *k);
    struct video_track_config config = fixture_video(store, width, height);
    config.preset = preset;
    config.reconstructed = keep;
    config.context = k;
    k->track = fixture_video_track(&config);
    video_track_format(k->track, &k->format);
    AVFrame *picture = moving_picture_create(width, height);
    for (int n = 0; n < FRAMES; n++) {
        moving_picture_paint(picture, n, NOISE);
        assert_int_equal(fixture_push(k->track, picture, n), ERR_OK);
    }
    av_frame_free(&picture);
    return k;
}

static void finish(struct kept *k)
{
    for (int n = 0; n < FRAMES; n++)
        av_frame_free(&k->pictures[n].frame);
    video_track_destroy(k->track);
    free(k);
}

static void expect_same(const AVFrame *yuv, const AVFrame *nv12, int64_t n)
{
    assert_int_equal(yuv->format, AV_PIX_FMT_YUV420P);
    assert_int_equal(yuv->width, nv12->width);
    assert_int_equal(yuv->height, nv12->height);
    for (int y = 0; y < yuv->height; y++)
        if (memcmp(yuv->data[0] + y * yuv->linesize[0], nv12->data[0] + y * nv12->linesize[0],
                   (size_t)yuv->width) != 0)
            fail_msg("picture %d: another row %d", (int)n, y);
    for (int y = 0; y < yuv->height / 2; y++) {
        const uint8_t *both = nv12->data[1] + y * nv12->linesize[1];
        for (int x = 0; x < yuv->width / 2; x++) {
            assert_int_equal(yuv->data[1][y * yuv->linesize[1] + x], both[2 * x]);
            assert_int_equal(yuv->data[2][y * yuv->linesize[2] + x], both[2 * x + 1]);
        }
    }
}

/* The pictures from `from` on, up to `last`. */
static void go_on(struct replay *r, const struct kept *k, int64_t from, int64_t last)
{
    for (int64_t n = from; n <= last; n++) {
        struct store_sample sample;
        const AVFrame *picture;
        int64_t capture_us = 0;
        assert_int_equal(store_find_sample(k->format.store_track, n, &sample), ERR_OK);
        assert_int_equal(replay_next(r, sample.chunk, &picture, &capture_us), ERR_OK);
        assert_int_equal(capture_us, fixture_capture_us(n));
        expect_same(picture, k->pictures[n].frame, n);
        blob_unref(sample.chunk);
    }
}

static void check(int width, int height, const char *preset)
{
    struct store *store = fixture_store(60000000);
    struct kept *k = encode(store, width, height, preset);
    struct replay *r;
    assert_int_equal(replay_create(&k->format, &r), ERR_OK);
    go_on(r, k, 0, SEGMENT - 1);
    go_on(r, k, SEGMENT, FRAMES - 1); /* a segment's start refers to nothing */
    /* From any picture, with one decoder after another's work. */
    for (int64_t base = 0; base + 12 < SEGMENT; base += 5) {
        assert_int_equal(replay_begin(r, &k->pictures[base]), ERR_OK);
        go_on(r, k, base + 1, base + 12);
    }
    replay_destroy(r);
    finish(k);
    store_destroy(store);
}

/* Whole macroblocks. */
static void h23_cabac_whole_macroblocks(void **state)
{
    (void)state;
    check(320, 176, "superfast");
}

/* Motion also comes from what cropping takes away. */
static void h23_cabac_cropped(void **state)
{
    (void)state;
    check(426, 240, "superfast");
    check(320, 180, "veryfast");
}

static void h23_cavlc_cropped(void **state)
{
    (void)state;
    check(426, 236, "ultrafast");
}

static void bad_samples_are_told(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct kept *k = encode(store, 64, 48, "superfast");
    struct store_sample sample;
    struct replay *r;
    const AVFrame *picture = NULL;
    int64_t capture_us;
    assert_int_equal(replay_create(&k->format, &r), ERR_OK);
    assert_int_equal(store_find_sample(k->format.store_track, 0, &sample), ERR_OK);
    struct blob *cut = blob_create(sample.chunk->data, sample.chunk->size / 2);
    assert_int_equal(replay_next(r, cut, &picture, &capture_us), ERR_TRUNCATED);
    assert_null(picture);
    assert_int_equal(replay_next(r, sample.chunk, &picture, &capture_us), ERR_OK);
    blob_unref(cut);
    blob_unref(sample.chunk);
    replay_destroy(r);
    replay_destroy(NULL);
    finish(k);
    store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h23_cabac_whole_macroblocks),
        cmocka_unit_test(h23_cabac_cropped),
        cmocka_unit_test(h23_cavlc_cropped),
        cmocka_unit_test(bad_samples_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
