/* Periodic intra refresh in both encoders of a rung: still one set of parameters (H21), and IDR
 * pictures where they are asked for, nowhere else (H24). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/core/err.h"
#include "media/core/log.h"
#include "media/h264/splice.h"
#include "packager/encode/encoder.h"
#include "support/moving_picture.h"

#include <string.h>

static const struct encoder_ops *const ops = &encoder_x264;
static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster"};

enum { SLICE = 1, IDR_SLICE = 5, SEI = 6 };

static struct encoder_config config_of(int width, int height, const char *preset,
                                       int refresh_frames)
{
    return (struct encoder_config){
        .role = ENCODER_CONTINUATION,
        .width = width,
        .height = height,
        .frame_rate = {30, 1},
        .bitrate_bps = 1000000,
        .vbv_buffer_bits = 250000,
        .preset = preset,
        .refresh_frames = refresh_frames,
    };
}

struct headers {
    const uint8_t *sps, *pps;
    size_t sps_size, pps_size;
};

static struct encoder *open_encoder(struct encoder_config config, enum encoder_role role,
                                    struct headers *h)
{
    struct encoder *e = NULL;
    config.role = role;
    assert_int_equal(ops->create(&config, &e), ERR_OK);
    assert_int_equal(ops->headers(e, &h->sps, &h->sps_size, &h->pps, &h->pps_size), ERR_OK);
    return e;
}

static void h21_both_roles_write_the_same_sps_and_pps(void **state)
{
    (void)state;
    static const int widths[] = {64, 640, 1920}, periods[] = {2, 12, 60, ENCODER_REFRESH_MAX};
    for (int i = 0; i < 4 * 3 * 4; i++) {
        int width = widths[i / 4 % 3];
        struct encoder_config config =
            config_of(width, width * 9 / 16, presets[i % 4], periods[i / 12]);
        struct headers x, y;
        struct encoder *a = open_encoder(config, ENCODER_CONTINUATION, &x);
        struct encoder *b = open_encoder(config, ENCODER_INITIALIZATION, &y);
        assert_int_equal(x.sps_size, y.sps_size);
        assert_memory_equal(x.sps, y.sps, x.sps_size);
        assert_int_equal(x.pps_size, y.pps_size);
        assert_memory_equal(x.pps, y.pps, x.pps_size);
        struct h264_splice splice;
        assert_int_equal(h264_splice_init(&splice, x.sps, x.sps_size, x.pps, x.pps_size), ERR_OK);
        assert_int_equal(splice.sps.max_num_ref_frames, 1);
        assert_int_equal(splice.sps.max_num_reorder_frames, 0);
        ops->destroy(a);
        ops->destroy(b);
    }
}

/* Which types of NAL units there are, as a set. */
static unsigned types_in(const uint8_t *units, size_t size)
{
    unsigned types = 0;
    for (size_t at = 0; at < size;) {
        const uint8_t *u = units + at;
        types |= 1U << (u[4] & 31);
        at += 4 + ((size_t)u[0] << 24 | (size_t)u[1] << 16 | (size_t)u[2] << 8 | u[3]);
    }
    return types;
}

static void check_pictures(const char *preset)
{
    struct headers h;
    struct h264_splice splice;
    struct bytes_writer sample;
    struct encoder *e = open_encoder(config_of(160, 96, preset, 12), ENCODER_CONTINUATION, &h);
    AVFrame *picture = moving_picture_create(160, 96);
    int waves = 0;
    bytes_writer_init(&sample);
    assert_int_equal(h264_splice_init(&splice, h.sps, h.sps_size, h.pps, h.pps_size), ERR_OK);
    for (int n = 0; n < 120; n++) {
        struct encoder_output o;
        bool asked = n % 50 == 0, idr;
        /* With a cut at 30, which must not make an IDR or I picture. */
        moving_picture_paint(picture, n < 30 ? n : 1000 - 9 * n, 6);
        assert_int_equal(ops->encode(e, picture, asked, 0, &o), ERR_OK);
        assert_int_equal(o.idr, asked);
        unsigned types = types_in(o.units, o.size);
        waves += !asked && types & 1U << SEI;
        assert_int_equal(types & ~(1U << SEI), 1U << (asked ? IDR_SLICE : SLICE));
        bytes_writer_clear(&sample);
        assert_int_equal(h264_splice_access_unit(&splice, o.units, o.size, n, &sample, &idr),
                         ERR_OK);
        assert_int_equal(idr, asked);
        assert_int_equal(types_in(sample.data, sample.size), 1U << (asked ? IDR_SLICE : SLICE));
    }
    assert_int_equal(waves, 4 + 4 + 1); /* at 12, 24 ... from each IDR picture on */
    bytes_writer_finish(&sample);
    av_frame_free(&picture);
    ops->destroy(e);
}

static void h24_only_what_is_asked_for_is_an_idr_picture(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        check_pictures(presets[i]);
}

static void swallow(void *context, const char *line)
{
    *(bool *)context |= strstr(line, "2..10000") != NULL;
}

static void other_periods_are_refused(void **state)
{
    (void)state;
    static const int periods[] = {-60, -1, 1, ENCODER_REFRESH_MAX + 1};
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        struct encoder_config config = config_of(64, 48, "ultrafast", periods[i]);
        struct encoder *e = NULL;
        bool told = false;
        log_redirect(swallow, &told);
        int status = ops->create(&config, &e);
        log_redirect(NULL, NULL);
        assert_int_equal(status, ERR_INVALID);
        assert_true(told);
        assert_null(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h21_both_roles_write_the_same_sps_and_pps),
        cmocka_unit_test(h24_only_what_is_asked_for_is_an_idr_picture),
        cmocka_unit_test(other_periods_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
