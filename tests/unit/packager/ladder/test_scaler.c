/* What comes out of the scaler: the right size, limited range, black bars, and the input itself
 * where nothing has to be done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/core/err.h"
#include "packager/ladder/fit.h"
#include "packager/ladder/scaler.h"
#include "support/moving_picture.h"

#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <stdbool.h>
#include <string.h>

static struct scaler *open_scaler(int width, int height)
{
    struct scaler *s = NULL;
    assert_int_equal(scaler_create(width, height, &s), ERR_OK);
    return s;
}

/* A yuv420p picture of one colour. */
static AVFrame *plain(int width, int height, int luma, int cb, int cr)
{
    AVFrame *f = moving_picture_create(width, height);
    assert_non_null(f);
    const int values[] = {luma, cb, cr};
    for (int plane = 0; plane < 3; plane++)
        memset(f->data[plane], values[plane],
               (size_t)f->linesize[plane] * (size_t)(plane ? height / 2 : height));
    return f;
}

static int sample(const AVFrame *f, int plane, int x, int y)
{
    return f->data[plane][y * f->linesize[plane] + x];
}

/* Inside rect within one of the given colour, outside it exactly black. */
static void check_colours(const AVFrame *f, struct ladder_rect rect, const int inside[3])
{
    static const int black[3] = {16, 128, 128};
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane ? 1 : 0;
        for (int y = 0; y < f->height >> shift; y++) {
            for (int x = 0; x < f->width >> shift; x++) {
                int at_x = (x << shift) - rect.x;
                int at_y = (y << shift) - rect.y;
                bool in = at_x >= 0 && at_y >= 0 && at_x < rect.width && at_y < rect.height;
                if (in)
                    assert_in_range(sample(f, plane, x, y), inside[plane] - 1, inside[plane] + 1);
                else
                    assert_int_equal(sample(f, plane, x, y), black[plane]);
            }
        }
    }
}

static void what_fits_already_passes_through(void **state)
{
    (void)state;
    struct scaler *s = open_scaler(320, 180);
    AVFrame *in = plain(320, 180, 90, 100, 110);
    const AVFrame *out = NULL;
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    assert_ptr_equal(out, in);
    in->sample_aspect_ratio = (AVRational){1, 1};
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    assert_ptr_equal(out, in);
    /* The same size in another shape, range or format is work. */
    in->sample_aspect_ratio = (AVRational){4, 3};
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    assert_ptr_not_equal(out, in);
    in->sample_aspect_ratio = (AVRational){1, 1};
    in->colorspace = AVCOL_SPC_SMPTE170M;
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    assert_ptr_not_equal(out, in);
    in->colorspace = AVCOL_SPC_BT709;
    in->color_range = AVCOL_RANGE_JPEG;
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    assert_ptr_not_equal(out, in);
    av_frame_free(&in);
    scaler_destroy(s);
}

static void bars_are_black_whatever_came_before(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        AVRational sar;
    } shapes[] = {{1280, 720, {1, 1}}, {640, 480, {1, 1}},   {1000, 400, {1, 1}},
                  {300, 720, {1, 1}},  {720, 576, {16, 15}}, {426, 240, {0, 1}},
                  {427, 241, {1, 1}},  {34, 1000, {1, 1}},   {2350, 1000, {1, 1}},
                  {101, 97, {3, 7}},   {64, 720, {1, 1}},    {640, 480, {1, 1}}};
    static const int colour[3] = {180, 60, 200};
    struct scaler *s = open_scaler(426, 240);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        AVFrame *in = plain((shapes[i].width + 1) & ~1, (shapes[i].height + 1) & ~1, colour[0],
                            colour[1], colour[2]);
        in->width = shapes[i].width;
        in->height = shapes[i].height;
        in->sample_aspect_ratio = shapes[i].sar;
        struct ladder_rect rect = ladder_fit(in->width, in->height, shapes[i].sar, 426, 240);
        for (int again = 0; again < 2; again++) {
            const AVFrame *out = NULL;
            assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
            assert_int_equal(out->format, AV_PIX_FMT_YUV420P);
            assert_int_equal(out->width, 426);
            assert_int_equal(out->height, 240);
            check_colours(out, rect, colour);
        }
        av_frame_free(&in);
    }
    scaler_destroy(s);
}

/* libswscale writes whole vectors: each width of a pillarbox has to keep its right bar. */
static void no_width_spills_into_its_bar(void **state)
{
    (void)state;
    static const int white[3] = {235, 128, 128};
    struct scaler *s = open_scaler(160, 64);
    for (int width = 2; width <= 160; width += 2) {
        AVFrame *in = plain(2 * width, 128, 235, 128, 128);
        const AVFrame *out = NULL;
        assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
        check_colours(out, ladder_fit(2 * width, 128, (AVRational){1, 1}, 160, 64), white);
        av_frame_free(&in);
    }
    scaler_destroy(s);
}

static void check_full_range(AVFrame *in, int width, int height)
{
    struct scaler *s = open_scaler(width, height);
    const AVFrame *out = NULL;
    /* Full range 0 is 16, 255 is 235, 128 is 126; chroma 255 is 240. */
    static const int from[] = {0, 128, 255};
    static const int to[] = {16, 126, 235};
    for (size_t i = 0; i < 3; i++) {
        memset(in->data[0], from[i], (size_t)in->linesize[0] * (size_t)in->height);
        memset(in->data[1], 255, (size_t)in->linesize[1] * (size_t)in->height / 2);
        assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
        assert_in_range(sample(out, 0, width / 2, height / 2), to[i] - 1, to[i] + 1);
        assert_in_range(sample(out, 1, width / 4, height / 4), 239, 241);
        assert_in_range(sample(out, 2, width / 4, height / 4), 127, 129);
        assert_int_not_equal(out->color_range, AVCOL_RANGE_JPEG);
    }
    scaler_destroy(s);
}

static void full_range_becomes_limited(void **state)
{
    (void)state;
    AVFrame *in = plain(320, 180, 0, 128, 128);
    in->format = AV_PIX_FMT_YUVJ420P;
    check_full_range(in, 320, 180);
    check_full_range(in, 160, 90);
    in->format = AV_PIX_FMT_YUV420P;
    in->color_range = AVCOL_RANGE_JPEG;
    check_full_range(in, 320, 180);
    check_full_range(in, 160, 90);
    av_frame_free(&in);
}

/* The six corners of RGB and grey, limited range, in two matrices (H.273, table 4). */
static const struct {
    int bt601[3], bt709[3], bt2020[3];
} known_colours[] = {
    {{81, 90, 240}, {63, 102, 240}, {74, 97, 240}},    /* red */
    {{145, 54, 34}, {173, 42, 26}, {164, 47, 25}},     /* green */
    {{41, 240, 110}, {32, 240, 118}, {29, 240, 119}},  /* blue */
    {{210, 16, 146}, {219, 16, 138}, {222, 16, 137}},  /* yellow */
    {{170, 166, 16}, {188, 154, 16}, {177, 159, 16}},  /* cyan */
    {{106, 202, 222}, {78, 214, 230}, {87, 209, 231}}, /* magenta */
    {{126, 128, 128}, {126, 128, 128}, {126, 128, 128}},
};

static void check_centre(const AVFrame *f, const int expected[3])
{
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane ? 2 : 1;
        assert_in_range(sample(f, plane, f->width >> shift, f->height >> shift),
                        expected[plane] - 2, expected[plane] + 2);
    }
}

/* BT.601, of one colour that 8 bits tell, in a format of more. */
static AVFrame *deep_picture(enum AVPixelFormat format, const int colour[3])
{
    const AVPixFmtDescriptor *about = av_pix_fmt_desc_get(format);
    AVFrame *f = av_frame_alloc();
    assert_non_null(f);
    f->format = format;
    f->width = 320;
    f->height = 180;
    f->colorspace = AVCOL_SPC_SMPTE170M;
    assert_int_equal(av_frame_get_buffer(f, 0), 0);
    for (int plane = 0; plane < 3; plane++) {
        int rows = plane ? f->height >> about->log2_chroma_h : f->height;
        uint16_t *samples = (uint16_t *)f->data[plane];
        for (int k = 0; k < rows * f->linesize[plane] / 2; k++)
            samples[k] = (uint16_t)(colour[plane] << (about->comp[plane].depth - 8));
    }
    return f;
}

static void check_converted(const int from[3], enum AVColorSpace space, int width, int height,
                            const int expected[3])
{
    struct scaler *s = open_scaler(426, 240);
    AVFrame *in = plain(width, height, from[0], from[1], from[2]);
    const AVFrame *out = NULL;
    in->colorspace = space;
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    assert_int_equal(out->colorspace, AVCOL_SPC_BT709);
    check_centre(out, expected);
    av_frame_free(&in);
    scaler_destroy(s);
}

static void any_matrix_becomes_bt709(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known_colours / sizeof *known_colours; i++) {
        const int *bt709 = known_colours[i].bt709;
        check_converted(known_colours[i].bt601, AVCOL_SPC_SMPTE170M, 720, 480, bt709);
        check_converted(known_colours[i].bt601, AVCOL_SPC_BT470BG, 426, 240, bt709);
        check_converted(known_colours[i].bt601, AVCOL_SPC_BT470BG, 1920, 1080, bt709);
        check_converted(known_colours[i].bt2020, AVCOL_SPC_BT2020_NCL, 1280, 720, bt709);
        check_converted(known_colours[i].bt709, AVCOL_SPC_BT709, 720, 576, bt709);
        /* Where nothing is said, the size tells. */
        check_converted(known_colours[i].bt601, AVCOL_SPC_UNSPECIFIED, 720, 576, bt709);
        check_converted(known_colours[i].bt601, AVCOL_SPC_UNSPECIFIED, 426, 240, bt709);
        check_converted(known_colours[i].bt709, AVCOL_SPC_UNSPECIFIED, 1280, 720, bt709);
        check_converted(known_colours[i].bt709, AVCOL_SPC_UNSPECIFIED, 608, 1080, bt709);
    }
}

/* Full range and another matrix at once, 10 bits, and RGB, which has no matrix. */
static void matrix_range_and_depth_change_together(void **state)
{
    (void)state;
    struct scaler *s = open_scaler(160, 90);
    const AVFrame *out = NULL;
    AVFrame *in = plain(320, 180, 76, 85, 255); /* red, BT.601, full range */
    in->colorspace = AVCOL_SPC_SMPTE170M;
    in->color_range = AVCOL_RANGE_JPEG;
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    check_centre(out, known_colours[0].bt709);
    av_frame_free(&in);

    static const enum AVPixelFormat deep[] = {AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV422P10LE,
                                              AV_PIX_FMT_YUV444P12LE};
    for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) {
        in = deep_picture(deep[i], known_colours[1].bt601);
        assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
        check_centre(out, known_colours[1].bt709);
        av_frame_free(&in);
    }

    in = av_frame_alloc();
    in->format = AV_PIX_FMT_RGB24;
    in->width = 320;
    in->height = 180;
    assert_int_equal(av_frame_get_buffer(in, 0), 0);
    for (int y = 0; y < 180; y++)
        for (int x = 0; x < 320; x++)
            memcpy(in->data[0] + y * in->linesize[0] + 3 * x, "\0\0\377", 3);
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    check_centre(out, known_colours[2].bt709);
    av_frame_free(&in);
    scaler_destroy(s);
}

static void many_formats_are_taken(void **state)
{
    (void)state;
    static const enum AVPixelFormat formats[] = {
        AV_PIX_FMT_YUV420P,  AV_PIX_FMT_YUV422P,     AV_PIX_FMT_YUV444P, AV_PIX_FMT_NV12,
        AV_PIX_FMT_NV21,     AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUYV422, AV_PIX_FMT_RGB24,
        AV_PIX_FMT_BGRA,     AV_PIX_FMT_GBRP,        AV_PIX_FMT_GRAY8,   AV_PIX_FMT_P010LE,
        AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVA420P};
    struct scaler *s = open_scaler(160, 90);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        for (int size = 64; size <= 320; size *= 5) {
            AVFrame *in = av_frame_alloc();
            in->format = formats[i];
            in->width = size;
            in->height = size / 2;
            assert_int_equal(av_frame_get_buffer(in, 0), 0);
            ptrdiff_t strides[4] = {in->linesize[0], in->linesize[1], in->linesize[2],
                                    in->linesize[3]};
            bool full = formats[i] == AV_PIX_FMT_GRAY8 || formats[i] == AV_PIX_FMT_YUVJ422P;
            enum AVColorRange range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
            assert_true(av_image_fill_black(in->data, strides, in->format, range, in->width,
                                            in->height) >= 0);
            const AVFrame *out = NULL;
            assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
            static const int black[3] = {16, 128, 128};
            check_colours(out, (struct ladder_rect){0, 0, 160, 90}, black);
            av_frame_free(&in);
        }
    }
    scaler_destroy(s);
}

static void the_picture_stays_the_picture(void **state)
{
    (void)state;
    struct scaler *s = open_scaler(256, 144);
    AVFrame *in = plain(1280, 720, 16, 128, 128);
    /* Cells of 40x40 in a pattern that tells left from right and top from bottom. */
    for (int y = 0; y < 720; y++) {
        for (int x = 0; x < 1280; x++)
            in->data[0][y * in->linesize[0] + x] = (x / 40 * 7 + y / 40 * 3) % 5 < 2 ? 235 : 16;
    }
    const AVFrame *out = NULL;
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    for (int row = 0; row < 18; row++) {
        for (int column = 0; column < 32; column++) {
            int expected = (column * 7 + row * 3) % 5 < 2 ? 235 : 16;
            assert_in_range(sample(out, 0, column * 8 + 4, row * 8 + 4), expected - 3,
                            expected + 3);
        }
    }
    av_frame_free(&in);
    scaler_destroy(s);
}

static void bad_pictures_are_refused_and_the_next_good_one_is_not(void **state)
{
    (void)state;
    struct scaler *s = open_scaler(64, 48);
    const AVFrame *out = NULL;
    AVFrame *empty = av_frame_alloc();
    assert_int_equal(scaler_scale(s, NULL, &out), ERR_INVALID);
    assert_int_equal(scaler_scale(s, empty, &out), ERR_INVALID);
    AVFrame *in = plain(128, 96, 100, 128, 128);
    in->width = 0;
    assert_int_equal(scaler_scale(s, in, &out), ERR_INVALID);
    in->width = 100000;
    assert_int_equal(scaler_scale(s, in, &out), ERR_INVALID);
    in->width = 128;
    in->height = -96;
    assert_int_equal(scaler_scale(s, in, &out), ERR_INVALID);
    in->height = 96;
    in->format = AV_PIX_FMT_VAAPI;
    assert_int_equal(scaler_scale(s, in, &out), ERR_UNSUPPORTED);
    in->format = AV_PIX_FMT_NONE;
    assert_int_equal(scaler_scale(s, in, &out), ERR_UNSUPPORTED);
    in->format = 100000;
    assert_int_equal(scaler_scale(s, in, &out), ERR_UNSUPPORTED);
    assert_null(out);
    in->format = AV_PIX_FMT_YUV420P;
    assert_int_equal(scaler_scale(s, in, &out), ERR_OK);
    static const int grey[3] = {100, 128, 128};
    check_colours(out, (struct ladder_rect){0, 0, 64, 48}, grey);
    av_frame_free(&in);
    av_frame_free(&empty);
    scaler_destroy(s);
}

static void bad_sizes_are_refused(void **state)
{
    (void)state;
    struct scaler *s = NULL;
    assert_int_equal(scaler_create(321, 180, &s), ERR_INVALID);
    assert_int_equal(scaler_create(320, 181, &s), ERR_INVALID);
    assert_int_equal(scaler_create(0, 180, &s), ERR_INVALID);
    assert_int_equal(scaler_create(320, -2, &s), ERR_INVALID);
    assert_int_equal(scaler_create(320, 1 << 20, &s), ERR_INVALID);
    assert_null(s);
    scaler_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_already_passes_through),
        cmocka_unit_test(bars_are_black_whatever_came_before),
        cmocka_unit_test(no_width_spills_into_its_bar),
        cmocka_unit_test(full_range_becomes_limited),
        cmocka_unit_test(any_matrix_becomes_bt709),
        cmocka_unit_test(matrix_range_and_depth_change_together),
        cmocka_unit_test(many_formats_are_taken),
        cmocka_unit_test(the_picture_stays_the_picture),
        cmocka_unit_test(bad_pictures_are_refused_and_the_next_good_one_is_not),
        cmocka_unit_test(bad_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
