/* The two encoders of a rung: one set of parameters (H21), a true reconstruction, a QP that is
 * obeyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/core/err.h"
#include "media/core/log.h"
#include "media/h264/avcc.h"
#include "media/h264/splice.h"
#include "packager/encode/encoder.h"
#include "support/moving_picture.h"
#include "support/picture_decoder.h"

#include <stdio.h>
#include <string.h>

static const struct encoder_ops *const ops = &encoder_x264;

static struct encoder_config config_of(int width, int height, int64_t bitrate_bps,
                                       const char *preset)
{
    return (struct encoder_config){
        .role = ENCODER_CONTINUATION,
        .width = width,
        .height = height,
        .frame_rate = {30, 1},
        .bitrate_bps = bitrate_bps,
        .vbv_buffer_bits = bitrate_bps / 4,
        .preset = preset,
    };
}

static struct encoder *open_encoder(struct encoder_config config, enum encoder_role role)
{
    struct encoder *e = NULL;
    config.role = role;
    assert_int_equal(ops->create(&config, &e), ERR_OK);
    return e;
}

struct headers {
    const uint8_t *sps, *pps;
    size_t sps_size, pps_size;
};

static struct headers headers_of(struct encoder *e)
{
    struct headers h;
    assert_int_equal(ops->headers(e, &h.sps, &h.sps_size, &h.pps, &h.pps_size), ERR_OK);
    return h;
}

/* An NV12 picture made of an encoder's planes, which it doesn't own. */
static void show_reconstruction(AVFrame *picture, const struct encoder_output *o, int width,
                                int height)
{
    picture->format = AV_PIX_FMT_NV12;
    picture->width = width;
    picture->height = height;
    for (int i = 0; i < 2; i++) {
        picture->data[i] = (uint8_t *)o->planes[i];
        picture->linesize[i] = o->strides[i];
    }
}

static void check_same_parameter_sets(const struct encoder_config *config)
{
    struct encoder *a = open_encoder(*config, ENCODER_CONTINUATION);
    struct encoder *b = open_encoder(*config, ENCODER_INITIALIZATION);
    struct headers x = headers_of(a);
    struct headers y = headers_of(b);
    assert_int_equal(x.sps_size, y.sps_size);
    assert_memory_equal(x.sps, y.sps, x.sps_size);
    assert_int_equal(x.pps_size, y.pps_size);
    assert_memory_equal(x.pps, y.pps, x.pps_size);

    struct h264_splice splice;
    assert_int_equal(h264_splice_init(&splice, x.sps, x.sps_size, x.pps, x.pps_size), ERR_OK);
    assert_int_equal(splice.sps.max_num_ref_frames, 1);
    assert_int_equal(splice.sps.pic_order_cnt_type, 2);
    assert_true(splice.sps.bitstream_restriction_flag);
    assert_int_equal(splice.sps.max_num_reorder_frames, 0);
    assert_int_equal(splice.sps.width, config->width);
    assert_int_equal(splice.sps.height, config->height);
    assert_int_equal(splice.sps.sar_width, splice.sps.sar_height);
    ops->destroy(a);
    ops->destroy(b);
}

static void h21_both_roles_write_the_same_sps_and_pps(void **state)
{
    (void)state;
    static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster"};
    static const struct {
        int width, height;
        int64_t bitrate_bps;
    } rungs[] = {{1920, 1080, 5000000}, {1280, 720, 2500000}, {854, 480, 1200000},
                 {640, 360, 800000},    {426, 240, 400000},   {256, 144, 200000},
                 {720, 576, 1500000},   {64, 48, 32000}};
    static const struct rational rates[] = {{24000, 1001}, {25, 1}, {30, 1}, {60, 1}};
    for (size_t p = 0; p < 4; p++) {
        for (size_t r = 0; r < sizeof rungs / sizeof *rungs; r++) {
            struct encoder_config config =
                config_of(rungs[r].width, rungs[r].height, rungs[r].bitrate_bps, presets[p]);
            config.frame_rate = rates[(p + r) % 4];
            check_same_parameter_sets(&config);
        }
    }
}

static void access_units_hold_slices_only(void **state)
{
    (void)state;
    struct encoder *e =
        open_encoder(config_of(320, 180, 400000, "superfast"), ENCODER_CONTINUATION);
    AVFrame *picture = moving_picture_create(320, 180);
    for (int n = 0; n < 40; n++) {
        struct encoder_output o;
        bool idr = n % 16 == 0;
        moving_picture_paint(picture, n, 8);
        assert_int_equal(ops->encode(e, picture, idr, 0, &o), ERR_OK);
        assert_int_equal(o.idr, idr);
        assert_in_range(o.qp_plus1, 1, 52);
        size_t units = 0;
        for (size_t at = 0; at < o.size; units++) {
            assert_true(at + 5 <= o.size);
            const uint8_t *u = o.units + at;
            assert_int_equal(u[4] & 31, idr ? 5 : 1);
            at += 4 + ((size_t)u[0] << 24 | (size_t)u[1] << 16 | (size_t)u[2] << 8 | u[3]);
            assert_true(at <= o.size);
        }
        assert_true(units > 0);
    }
    av_frame_free(&picture);
    ops->destroy(e);
}

static void assert_same_picture(const AVFrame *decoded, const struct encoder_output *o)
{
    for (int y = 0; y < decoded->height; y++)
        assert_memory_equal(decoded->data[0] + (ptrdiff_t)y * decoded->linesize[0],
                            o->planes[0] + (ptrdiff_t)y * o->strides[0], decoded->width);
    for (int y = 0; y < decoded->height / 2; y++) {
        const uint8_t *pairs = o->planes[1] + (ptrdiff_t)y * o->strides[1];
        for (int x = 0; x < decoded->width / 2; x++) {
            assert_int_equal(decoded->data[1][y * decoded->linesize[1] + x], pairs[2 * x]);
            assert_int_equal(decoded->data[2][y * decoded->linesize[2] + x], pairs[2 * x + 1]);
        }
    }
}

static void check_reconstruction(const char *preset, int width, int height)
{
    struct encoder *e =
        open_encoder(config_of(width, height, 500000, preset), ENCODER_CONTINUATION);
    struct headers h = headers_of(e);
    struct h264_splice splice;
    struct bytes_writer avcc, sample;
    bytes_writer_init(&avcc);
    bytes_writer_init(&sample);
    assert_int_equal(h264_splice_init(&splice, h.sps, h.sps_size, h.pps, h.pps_size), ERR_OK);
    assert_int_equal(h264_avcc_write(&avcc, h.sps, h.sps_size, h.pps, h.pps_size), ERR_OK);
    struct picture_decoder *decoder = picture_decoder_create(avcc.data, avcc.size);
    assert_non_null(decoder);

    AVFrame *picture = moving_picture_create(width, height);
    for (int n = 0; n < 50; n++) {
        struct encoder_output o;
        bool idr;
        const char *reason;
        moving_picture_paint(picture, n, 6);
        assert_int_equal(ops->encode(e, picture, n % 20 == 0, 0, &o), ERR_OK);
        bytes_writer_clear(&sample);
        assert_int_equal(h264_splice_access_unit(&splice, o.units, o.size, n, &sample, &idr),
                         ERR_OK);
        const AVFrame *decoded =
            picture_decoder_decode(decoder, sample.data, sample.size, n, &reason);
        assert_non_null(decoded);
        assert_same_picture(decoded, &o);
    }
    av_frame_free(&picture);
    picture_decoder_destroy(decoder);
    bytes_writer_finish(&avcc);
    bytes_writer_finish(&sample);
    ops->destroy(e);
}

static void reconstruction_is_what_a_decoder_of_the_spliced_stream_gets(void **state)
{
    (void)state;
    check_reconstruction("ultrafast", 320, 180);
    check_reconstruction("superfast", 320, 180);
    check_reconstruction("veryfast", 426, 240);
    check_reconstruction("faster", 256, 144);
}

static size_t packet_bytes(struct encoder *initialization, const AVFrame *picture, int qp_plus1)
{
    struct encoder_output o;
    assert_int_equal(ops->encode(initialization, picture, true, qp_plus1, &o), ERR_OK);
    assert_true(o.idr);
    assert_null(o.planes[0]);
    return o.size;
}

static void packets_grow_as_their_qp_falls(void **state)
{
    (void)state;
    struct encoder_config config = config_of(320, 180, 400000, "superfast");
    struct encoder *e = open_encoder(config, ENCODER_CONTINUATION);
    struct encoder *initialization = open_encoder(config, ENCODER_INITIALIZATION);
    AVFrame *picture = moving_picture_create(320, 180);
    AVFrame *reconstruction = av_frame_alloc();
    for (int n = 0; n < 30; n++) {
        struct encoder_output o;
        moving_picture_paint(picture, n, 8);
        assert_int_equal(ops->encode(e, picture, n == 0, 0, &o), ERR_OK);
        show_reconstruction(reconstruction, &o, 320, 180);
        size_t smaller = 0;
        for (int delta = 0; delta >= -12; delta -= 3) {
            assert_true(o.qp_plus1 + delta >= 1);
            size_t bytes = packet_bytes(initialization, reconstruction, o.qp_plus1 + delta);
            assert_true(bytes > smaller + smaller / 20);
            smaller = bytes;
        }
    }
    av_frame_free(&reconstruction);
    av_frame_free(&picture);
    ops->destroy(initialization);
    ops->destroy(e);
}

static void packets_cost_the_same_at_every_preset_with_cabac(void **state)
{
    (void)state;
    static const char *const presets[] = {"superfast", "veryfast", "faster"};
    struct encoder *made[3];
    AVFrame *picture = moving_picture_create(320, 180);
    for (int i = 0; i < 3; i++)
        made[i] = open_encoder(config_of(320, 180, 400000, presets[i]), ENCODER_INITIALIZATION);
    for (int n = 0; n < 10; n++) {
        struct encoder_output o[3];
        moving_picture_paint(picture, n, 8);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(ops->encode(made[i], picture, true, 24 + n, &o[i]), ERR_OK);
            assert_int_equal(o[i].size, o[0].size);
            assert_memory_equal(o[i].units, o[0].units, o[0].size);
        }
    }
    for (int i = 0; i < 3; i++)
        ops->destroy(made[i]);
    av_frame_free(&picture);
}

static void a_still_picture_does_not_make_packets_grow_forever(void **state)
{
    (void)state;
    struct encoder *e =
        open_encoder(config_of(160, 96, 2000000, "ultrafast"), ENCODER_CONTINUATION);
    AVFrame *picture = moving_picture_create(160, 96);
    moving_picture_paint(picture, 0, 40);
    for (int n = 0; n < 300; n++) {
        struct encoder_output o;
        assert_int_equal(ops->encode(e, picture, n == 0, 0, &o), ERR_OK);
        assert_true(o.qp_plus1 >= 21);
        if (n > 200)
            assert_true(o.size < 100);
    }
    av_frame_free(&picture);
    ops->destroy(e);
}

static void both_layouts_of_a_picture_are_coded_alike(void **state)
{
    (void)state;
    struct encoder_config config = config_of(64, 48, 100000, "superfast");
    struct encoder *a = open_encoder(config, ENCODER_CONTINUATION);
    struct encoder *b = open_encoder(config, ENCODER_CONTINUATION);
    AVFrame *planar = moving_picture_create(64, 48);
    uint8_t pairs[64 * 24];
    AVFrame *nv12 = av_frame_alloc();
    nv12->format = AV_PIX_FMT_NV12;
    nv12->width = 64;
    nv12->height = 48;
    nv12->data[0] = planar->data[0];
    nv12->linesize[0] = planar->linesize[0];
    nv12->data[1] = pairs;
    nv12->linesize[1] = 64;
    for (int n = 0; n < 10; n++) {
        struct encoder_output x, y;
        moving_picture_paint(planar, n, 20);
        for (int i = 0; i < 24 * 32; i++) {
            pairs[2 * i] = planar->data[1][i / 32 * planar->linesize[1] + i % 32];
            pairs[2 * i + 1] = planar->data[2][i / 32 * planar->linesize[2] + i % 32];
        }
        assert_int_equal(ops->encode(a, planar, n == 0, 0, &x), ERR_OK);
        assert_int_equal(ops->encode(b, nv12, n == 0, 0, &y), ERR_OK);
        assert_int_equal(x.size, y.size);
        assert_memory_equal(x.units, y.units, x.size);
    }
    av_frame_free(&nv12);
    av_frame_free(&planar);
    ops->destroy(a);
    ops->destroy(b);
}

static void pictures_of_another_size_or_format_are_refused(void **state)
{
    (void)state;
    struct encoder *e = open_encoder(config_of(64, 48, 100000, "ultrafast"), ENCODER_CONTINUATION);
    AVFrame *picture = moving_picture_create(62, 48);
    struct encoder_output o;
    assert_int_equal(ops->encode(e, picture, true, 0, &o), ERR_INVALID);
    picture->width = 64;
    picture->format = AV_PIX_FMT_YUV422P;
    assert_int_equal(ops->encode(e, picture, true, 0, &o), ERR_UNSUPPORTED);
    av_frame_free(&picture);
    picture = moving_picture_create(64, 48);
    assert_int_equal(ops->encode(e, picture, true, 0, &o), ERR_OK);
    av_frame_free(&picture);
    ops->destroy(e);
}

static void count_errors(void *context, const char *line)
{
    if (strstr(line, "x264"))
        ++*(int *)context;
}

static void refuse(struct encoder_config config)
{
    int lines = 0;
    struct encoder *e = NULL;
    log_redirect(count_errors, &lines);
    int status = ops->create(&config, &e);
    log_redirect(NULL, NULL);
    assert_int_equal(status, ERR_INVALID);
    assert_int_equal(lines, 1);
    assert_null(e);
}

static void bad_configurations_are_refused_with_a_reason(void **state)
{
    (void)state;
    struct encoder_config good = config_of(320, 180, 400000, "superfast");
    struct encoder_config bad = good;
    bad.width = 321;
    refuse(bad);
    bad.width = 0;
    refuse(bad);
    bad.width = -320;
    refuse(bad);
    bad.width = 1 << 20;
    refuse(bad);
    bad = good;
    bad.height = 14;
    refuse(bad);
    bad = good;
    bad.frame_rate = (struct rational){0, 1};
    refuse(bad);
    bad.frame_rate = (struct rational){30, 0};
    refuse(bad);
    bad.frame_rate = (struct rational){100000, 1};
    refuse(bad);
    bad = good;
    bad.bitrate_bps = 999;
    refuse(bad);
    bad = good;
    bad.vbv_buffer_bits = 0;
    refuse(bad);
    bad = good;
    bad.preset = NULL;
    refuse(bad);
    bad.preset = "medium";
    refuse(bad);
    bad = good;
    bad.width = bad.height = 16384;
    refuse(bad);
    ops->destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h21_both_roles_write_the_same_sps_and_pps),
        cmocka_unit_test(access_units_hold_slices_only),
        cmocka_unit_test(reconstruction_is_what_a_decoder_of_the_spliced_stream_gets),
        cmocka_unit_test(packets_grow_as_their_qp_falls),
        cmocka_unit_test(packets_cost_the_same_at_every_preset_with_cabac),
        cmocka_unit_test(a_still_picture_does_not_make_packets_grow_forever),
        cmocka_unit_test(both_layouts_of_a_picture_are_coded_alike),
        cmocka_unit_test(pictures_of_another_size_or_format_are_refused),
        cmocka_unit_test(bad_configurations_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
