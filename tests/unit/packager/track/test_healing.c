/* Healing: when the pictures of a viewer who joined become those of one who has been there from the
 * start. With segments that begin with an IDR picture at the next segment, with a periodic intra
 * refresh at the end of the first whole wave already. */
#include "fixture.h"

#include "support/moving_picture.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"

#include <stdio.h>

enum { FRAMES = 130, NOISE = 6 };

struct healing {
    const char *preset;
    int width, height;
    int refresh_frames;
    int segment_frames;
    int pan; /* samples a frame by which a still picture goes left, even; 0: a moving picture */
    /* of the run */
    struct video_track *track;
    struct video_track_format format;
    struct packet_encoder *packets;
    struct reconstruction kept[FRAMES];
    AVFrame *unjoined[FRAMES]; /* the decoder's pictures of the whole stream */
};

static void keep(void *context, struct reconstruction *r)
{
    struct reconstruction *kept = context;
    kept[r->sequence] = *r;
    kept[r->sequence].qp_plus1 -= 3; /* finer than the continuation */
}

static const AVFrame *decode(struct picture_decoder *decoder, const uint8_t *data, size_t size,
                             int64_t sequence)
{
    const char *reason;
    const AVFrame *picture = picture_decoder_decode(decoder, data, size, sequence, &reason);
    if (!picture)
        fail_msg("frame %lld: %s", (long long)sequence, reason);
    return picture;
}

/* Waves are no sync samples: segments begin with IDR pictures, and those alone are (H24). */
static void decode_unjoined(struct healing *h)
{
    struct picture_decoder *decoder = picture_decoder_create(h->format.avcc, h->format.avcc_size);
    struct fixture_walk walk;
    struct cmaf_chunk chunk;
    fixture_walk_init(&walk, h->format.store_track, 0, 0);
    for (int n = 0; n < FRAMES; n++) {
        assert_true(fixture_walk_next(&walk, &chunk));
        assert_int_equal(chunk.sync, n % h->segment_frames == 0);
        assert_int_equal(walk.first_of_segment, n % h->segment_frames == 0);
        h->unjoined[n] = av_frame_clone(decode(decoder, chunk.data, chunk.size, n));
    }
    fixture_walk_finish(&walk);
    picture_decoder_destroy(decoder);
}

/* Frame n is what a wide picture shows from n * pan on. */
static void push_pan(struct healing *h)
{
    AVFrame *wide = moving_picture_create(h->width + FRAMES * h->pan, h->height);
    moving_picture_paint(wide, 0, NOISE);
    for (int n = 0; n < FRAMES; n++) {
        AVFrame *picture = av_frame_clone(wide);
        picture->width = h->width;
        picture->data[0] += n * h->pan;
        picture->data[1] += n * h->pan / 2;
        picture->data[2] += n * h->pan / 2;
        assert_int_equal(fixture_push(h->track, picture, n), ERR_OK);
        av_frame_free(&picture);
    }
    av_frame_free(&wide);
}

static void push_moving(struct healing *h)
{
    AVFrame *picture = moving_picture_create(h->width, h->height);
    for (int n = 0; n < FRAMES; n++) {
        moving_picture_paint(picture, n, NOISE);
        assert_int_equal(fixture_push(h->track, picture, n), ERR_OK);
    }
    av_frame_free(&picture);
}

static void start(struct healing *h, struct store *store)
{
    struct video_track_config config = fixture_video(store, h->width, h->height);
    config.preset = h->preset;
    config.refresh_frames = h->refresh_frames;
    config.segment_duration = (struct rational){h->segment_frames, 30};
    config.reconstructed = keep;
    config.context = h->kept;
    h->track = fixture_video_track(&config);
    video_track_format(h->track, &h->format);
    assert_int_equal(packet_encoder_create(&h->format, &h->packets), ERR_OK);
    if (h->pan)
        push_pan(h);
    else
        push_moving(h);
    decode_unjoined(h);
}

static void end(struct healing *h)
{
    for (int n = 0; n < FRAMES; n++) {
        av_frame_free(&h->kept[n].frame);
        av_frame_free(&h->unjoined[n]);
    }
    packet_encoder_destroy(h->packets);
    video_track_destroy(h->track);
}

static bool is_same(const AVFrame *a, const AVFrame *b)
{
    for (int plane = 0; plane < 3; plane++) {
        int width = plane ? a->width / 2 : a->width, height = plane ? a->height / 2 : a->height;
        for (int y = 0; y < height; y++) {
            const uint8_t *left = a->data[plane] + (ptrdiff_t)y * a->linesize[plane];
            const uint8_t *right = b->data[plane] + (ptrdiff_t)y * b->linesize[plane];
            if (memcmp(left, right, (size_t)width) != 0)
                return false;
        }
    }
    return true;
}

/* From which frame on a viewer who joins at n is sure to see exact pictures, and until which he is
 * sure not to: waves start refresh_frames apart, counted anew from each IDR picture, and are over
 * before the next. */
static void expect(const struct healing *h, int n, int *inexact_before, int *exact_from)
{
    int segment = n - n % h->segment_frames;
    int next_segment = segment + h->segment_frames;
    *inexact_before = *exact_from = next_segment;
    if (!h->refresh_frames)
        return;
    int wave = segment + ((n - segment) / h->refresh_frames + 1) * h->refresh_frames;
    if (wave < next_segment)
        *inexact_before = wave;
    if (wave + h->refresh_frames - 1 < next_segment)
        *exact_from = wave + h->refresh_frames - 1;
}

static void check_picture(const struct healing *h, int n, int k, const AVFrame *picture)
{
    int inexact_before, exact_from;
    expect(h, n, &inexact_before, &exact_from);
    bool same = is_same(picture, h->unjoined[k]);
    if (k < inexact_before && same)
        fail_msg("joined at %d: frame %d is exact, so that nothing has to heal", n, k);
    if (k >= exact_from && !same)
        fail_msg("joined at %d: frame %d is %.1f dB from the unjoined one", n, k,
                 picture_psnr(picture, h->unjoined[k]));
}

/* Packet n and the continuation behind it, which must also be a legal stream. */
static void join(const struct healing *h, int n, int until)
{
    struct blob *bytes = NULL;
    struct cmaf_packet packet;
    struct cmaf_chunk chunk;
    struct fixture_walk walk;
    assert_int_equal(packet_encoder_make(h->packets, &h->kept[n], &bytes), ERR_OK);
    assert_int_equal(cmaf_packet_read(bytes->data, bytes->size, &packet), ERR_OK);
    struct picture_decoder *decoder = picture_decoder_create(h->format.avcc, h->format.avcc_size);
    struct slice_check *check = slice_check_create(h->format.avcc, h->format.avcc_size);
    if (slice_check_packet_sample(check, packet.sample.data, packet.sample.size, n))
        fail_msg("%s", slice_check_error(check));
    check_picture(h, n, n, decode(decoder, packet.sample.data, packet.sample.size, n));
    fixture_walk_init(&walk, h->format.store_track, packet.continuation.segment_id,
                      packet.continuation.offset);
    for (int k = n + 1; k < until; k++) {
        assert_true(fixture_walk_next(&walk, &chunk));
        if (slice_check_sample(check, chunk.data, chunk.size, k))
            fail_msg("%s", slice_check_error(check));
        check_picture(h, n, k, decode(decoder, chunk.data, chunk.size, k));
    }
    fixture_walk_finish(&walk);
    slice_check_destroy(check);
    picture_decoder_destroy(decoder);
    blob_unref(bytes);
}

/* Joins at each frame of first..last, each watched to the end. */
static void check(struct healing settings, int first, int last)
{
    struct healing *h = malloc(sizeof *h);
    assert_non_null(h);
    *h = settings;
    struct store *store = fixture_store(60000000);
    start(h, store);
    for (int n = first; n <= last; n++)
        join(h, n, FRAMES);
    end(h);
    store_destroy(store);
    free(h);
}

static void h24_a_segments_start_heals(void **state)
{
    (void)state;
    struct healing h = {.width = 160, .height = 96, .segment_frames = 60};
    h.preset = "superfast";
    check(h, 40, 70);
    h.preset = "ultrafast";
    check(h, 55, 62);
}

/* The wave takes as long as the period: its step is more than one column of macroblocks. */
static void a_wave_heals_inside_a_long_segment(void **state)
{
    (void)state;
    struct healing h = {.width = 320, .height = 180, .segment_frames = 300, .refresh_frames = 12};
    h.preset = "superfast";
    check(h, 24, 37);
    h.preset = "ultrafast";
    check(h, 24, 37);
}

/* The wave is over before the period is. */
static void a_wave_heals_a_narrow_picture(void **state)
{
    (void)state;
    struct healing h = {.width = 128, .height = 96, .segment_frames = 300, .refresh_frames = 20};
    static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster"};
    for (int i = 0; i < 4; i++) {
        h.preset = presets[i];
        check(h, 39, 60);
    }
}

/* Skipped macroblocks must not bring in what the wave has not reached yet. */
static void a_wave_heals_a_fast_pan(void **state)
{
    (void)state;
    struct healing h = {
        .width = 320, .height = 180, .segment_frames = 300, .refresh_frames = 12, .pan = 20};
    h.preset = "superfast";
    check(h, 13, 16);
    h.preset = "ultrafast";
    check(h, 13, 16);
}

static void h24_segments_start_with_idr_pictures_amid_waves(void **state)
{
    (void)state;
    struct healing h = {.width = 160, .height = 96, .segment_frames = 45, .refresh_frames = 12};
    h.preset = "superfast";
    check(h, 30, 62);
    h.preset = "ultrafast";
    check(h, 40, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h24_a_segments_start_heals),
        cmocka_unit_test(a_wave_heals_inside_a_long_segment),
        cmocka_unit_test(a_wave_heals_a_narrow_picture),
        cmocka_unit_test(a_wave_heals_a_fast_pan),
        cmocka_unit_test(h24_segments_start_with_idr_pictures_amid_waves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
