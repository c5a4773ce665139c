/* What pictures of I_PCM macroblocks are for (H21): P pictures of x264's that follow one decode to
 * what they would have behind the stream's own past, to the last sample. */
#include "media/h264/avcc.h"
#include "media/h264/pcm_picture.h"
#include "media/h264/splice.h"
#include "support/cmocka_all.h"
#include "support/moving_picture.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"
#include "support/whole_picture.h"

#include <stdbool.h>
#include <stdlib.h>
#include <x264.h>

enum { FRAMES = 30, TAIL = 10 };

/* A stream's samples, spliced, and the pictures they decode to one after another. */
struct clip {
    struct h264_splice splice;
    struct bytes_writer avcc;
    struct bytes_writer samples[FRAMES];
    struct whole_picture pictures[FRAMES];
};

static x264_t *open_encoder(const char *preset, int width, int height)
{
    x264_param_t param;
    assert_int_equal(x264_param_default_preset(&param, preset, "zerolatency"), 0);
    param.i_log_level = X264_LOG_ERROR;
    param.i_csp = X264_CSP_I420;
    param.i_width = width;
    param.i_height = height;
    param.i_threads = 1;
    param.b_sliced_threads = 0;
    param.i_slice_count = 2;
    param.i_keyint_max = X264_KEYINT_MAX_INFINITE;
    param.i_scenecut_threshold = 0;
    param.i_frame_reference = 1;
    param.analyse.i_weighted_pred = X264_WEIGHTP_NONE;
    param.b_stitchable = 1;
    param.i_level_idc = 30;
    param.b_repeat_headers = 0;
    param.b_annexb = 0;
    param.rc.i_rc_method = X264_RC_ABR;
    param.rc.i_bitrate = 400;
    x264_t *encoder = x264_encoder_open(&param);
    assert_non_null(encoder);
    return encoder;
}

static void read_headers(struct clip *clip, x264_t *encoder)
{
    x264_nal_t *units, *sps = NULL, *pps = NULL;
    int count;
    assert_true(x264_encoder_headers(encoder, &units, &count) > 0);
    for (int i = 0; i < count; i++) {
        sps = units[i].i_type == NAL_SPS ? &units[i] : sps;
        pps = units[i].i_type == NAL_PPS ? &units[i] : pps;
    }
    assert_true(sps && pps);
    const uint8_t *sps_data = sps->p_payload + 4, *pps_data = pps->p_payload + 4;
    size_t sps_size = (size_t)sps->i_payload - 4, pps_size = (size_t)pps->i_payload - 4;
    assert_int_equal(h264_splice_init(&clip->splice, sps_data, sps_size, pps_data, pps_size), 0);
    bytes_writer_init(&clip->avcc);
    assert_int_equal(h264_avcc_write(&clip->avcc, sps_data, sps_size, pps_data, pps_size), 0);
}

static void encode(struct clip *clip, x264_t *encoder, const AVFrame *frame, int n)
{
    x264_picture_t in, out;
    x264_nal_t *units;
    int count;
    bool idr;
    x264_picture_init(&in);
    in.img.i_csp = X264_CSP_I420;
    in.img.i_plane = 3;
    for (int i = 0; i < 3; i++) {
        in.img.plane[i] = frame->data[i];
        in.img.i_stride[i] = frame->linesize[i];
    }
    in.i_pts = n;
    int size = x264_encoder_encode(encoder, &units, &count, &in, &out);
    assert_true(size > 0);
    bytes_writer_init(&clip->samples[n]);
    assert_int_equal(h264_splice_access_unit(&clip->splice, units[0].p_payload, (size_t)size, n,
                                             &clip->samples[n], &idr),
                     0);
    assert_int_equal(idr, n == 0);
}

static struct picture_decoder *open_decoder(const struct clip *clip)
{
    struct picture_decoder *d = picture_decoder_create(clip->avcc.data, clip->avcc.size);
    assert_non_null(d);
    return d;
}

static const AVFrame *decode(struct picture_decoder *d, const struct bytes_writer *sample, int n)
{
    const char *reason = "";
    const AVFrame *frame = picture_decoder_decode(d, sample->data, sample->size, n, &reason);
    if (!frame)
        fail_msg("sample %d: %s", n, reason);
    return frame;
}

static void clip_init(struct clip *clip, const char *preset, int width, int height)
{
    x264_t *encoder = open_encoder(preset, width, height);
    AVFrame *frame = moving_picture_create(width, height);
    assert_non_null(frame);
    read_headers(clip, encoder);
    struct picture_decoder *d = open_decoder(clip);
    for (int n = 0; n < FRAMES; n++) {
        moving_picture_paint(frame, n, 20);
        encode(clip, encoder, frame, n);
        whole_picture_of(&clip->pictures[n], decode(d, &clip->samples[n], n),
                         (width + 15) / 16 * 16, (height + 15) / 16 * 16);
    }
    picture_decoder_destroy(d);
    av_frame_free(&frame);
    x264_encoder_close(encoder);
}

static void clip_finish(struct clip *clip)
{
    for (int n = 0; n < FRAMES; n++) {
        bytes_writer_finish(&clip->samples[n]);
        whole_picture_finish(&clip->pictures[n]);
    }
    bytes_writer_finish(&clip->avcc);
}

/* Starts with a picture as number n, behind which the clip's P pictures follow: how many of all
 * these are the clip's. The slice headers are legal in any case. */
static int count_same(const struct clip *clip, int n, const struct whole_picture *start)
{
    const struct h264_picture picture = {start->luma, start->chroma, start->stride, start->stride};
    struct picture_decoder *d = open_decoder(clip);
    struct slice_check *c = slice_check_create(clip->avcc.data, clip->avcc.size);
    struct bytes_writer first;
    int same = 0;
    assert_non_null(c);
    bytes_writer_init(&first);
    assert_int_equal(
        h264_pcm_picture_write(&clip->splice.sps, &clip->splice.pps, &picture, (uint16_t)n, &first),
        0);
    for (int k = n; k <= n + TAIL; k++) {
        const struct bytes_writer *sample = k == n ? &first : &clip->samples[k];
        if (slice_check_sample(c, sample->data, sample->size, k))
            fail_msg("%s", slice_check_error(c));
        same += whole_picture_shown(&clip->pictures[k], decode(d, sample, k));
    }
    slice_check_destroy(c);
    picture_decoder_destroy(d);
    bytes_writer_finish(&first);
    return same;
}

/* Every join is exact; but none of the pictures is the clip's where the one before it starts. */
static void check_joins(const char *preset, int width, int height)
{
    struct clip *clip = calloc(1, sizeof *clip);
    assert_non_null(clip);
    clip_init(clip, preset, width, height);
    for (int n = 0; n + TAIL < FRAMES; n += 1 + n / 3) {
        assert_int_equal(count_same(clip, n, &clip->pictures[n]), TAIL + 1);
        if (n)
            assert_int_equal(count_same(clip, n, &clip->pictures[n - 1]), 0);
    }
    clip_finish(clip);
    free(clip);
}

static void test_cavlc(void **state)
{
    (void)state;
    check_joins("ultrafast", 176, 144);
}

static void test_cabac(void **state)
{
    (void)state;
    check_joins("superfast", 176, 144);
}

/* What cropping takes away is predicted from as well: rows below, columns to the right. */
static void test_cavlc_cropped(void **state)
{
    (void)state;
    check_joins("ultrafast", 426, 240);
    check_joins("ultrafast", 640, 360);
}

static void test_cabac_cropped(void **state)
{
    (void)state;
    check_joins("superfast", 426, 240);
    check_joins("superfast", 640, 360);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cavlc),
        cmocka_unit_test(test_cabac),
        cmocka_unit_test(test_cavlc_cropped),
        cmocka_unit_test(test_cabac_cropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
