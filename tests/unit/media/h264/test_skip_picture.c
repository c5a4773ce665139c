/* Pictures that repeat the one before: legal behind IDR and P pictures, of any size, with both
 * entropy codings, and the same in every sample (H5, H21; ISO/IEC 14496-10 7.3.4, 9.3). */
#include "media/core/err.h"
#include "media/h264/pcm_picture.h"
#include "media/h264/skip_picture.h"
#include "support/cmocka_all.h"
#include "support/parameter_set_builder.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"
#include "support/whole_picture.h"

#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 5, SKIP_BYTES = 40, SKIP_MBS_A_BYTE = 128 };

struct stream {
    struct h264_splice splice;
    struct bytes_writer avcc;
};

static void stream_init(struct stream *s, const struct parameter_set_builder *b)
{
    struct parameter_set_builder second = *b;
    struct bytes_writer sps, pps;
    bytes_writer_init(&sps);
    bytes_writer_init(&pps);
    parameter_set_builder_sps(b, &sps);
    parameter_set_builder_pps(b, &pps);
    assert_int_equal(h264_splice_init(&s->splice, sps.data, sps.size, pps.data, pps.size), 0);
    bytes_writer_finish(&sps);
    bytes_writer_finish(&pps);
    second.pps_id = 1;
    bytes_writer_init(&s->avcc);
    parameter_set_builder_record(b, &second, &s->avcc);
}

/* A picture of noise from sequence number first on, and then itself. */
static void check_repeats(const struct parameter_set_builder *b, int64_t first)
{
    struct stream s;
    struct whole_picture p;
    struct bytes_writer sample;
    const char *reason = "";
    stream_init(&s, b);
    whole_picture_init(&p, b->width_in_mbs * 16, b->height_in_mbs * 16, 0);
    for (size_t i = 0; i < (size_t)p.stride * (size_t)p.height; i++)
        p.luma[i] = (uint8_t)(rand() >> 8);
    for (size_t i = 0; i < (size_t)p.stride * (size_t)p.height / 2; i++)
        p.chroma[i] = (uint8_t)(rand() >> 8);
    const struct h264_picture picture = {p.luma, p.chroma, p.stride, p.stride};
    struct picture_decoder *d = picture_decoder_create(s.avcc.data, s.avcc.size);
    struct slice_check *c = slice_check_create(s.avcc.data, s.avcc.size);
    assert_true(d && c);
    for (int64_t n = first; n <= first + SKIPPED; n++) {
        bytes_writer_init(&sample);
        if (n == first)
            assert_int_equal(h264_pcm_picture_write(&s.splice.sps, &s.splice.pps, &picture,
                                                    (uint16_t)n, &sample),
                             0);
        else
            assert_int_equal(h264_skip_picture_write(&s.splice, n, &sample), 0);
        if (n > first)
            assert_true((int)sample.size <=
                        SKIP_BYTES + b->width_in_mbs * b->height_in_mbs / SKIP_MBS_A_BYTE);
        if (slice_check_sample(c, sample.data, sample.size, n))
            fail_msg("%s", slice_check_error(c));
        const AVFrame *frame = picture_decoder_decode(d, sample.data, sample.size, n, &reason);
        if (!frame)
            fail_msg("picture %d: %s", (int)n, reason);
        assert_true(whole_picture_shown(&p, frame));
        bytes_writer_finish(&sample);
    }
    slice_check_destroy(c);
    picture_decoder_destroy(d);
    whole_picture_finish(&p);
    bytes_writer_finish(&s.avcc);
}

static void a_skipped_picture_is_the_one_before(void **state)
{
    static const int sizes[][2] = {{1, 1},  {2, 1},    {11, 9},   {40, 23},
                                   {1, 40}, {120, 68}, {256, 144}};
    (void)state;
    srand(5);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct parameter_set_builder b = parameter_set_builder_default();
        b.level_idc = 52;
        b.width_in_mbs = sizes[i][0];
        b.height_in_mbs = sizes[i][1];
        check_repeats(&b, (int64_t)i); /* CABAC */
        b.profile_idc = 100;
        b.transform_8x8 = 1;
        check_repeats(&b, 70000);
        b.profile_idc = 66;
        b.transform_8x8 = 0;
        b.cabac = 0;
        check_repeats(&b, (int64_t)i);
    }
}

/* The context variable starts from SliceQPY (9.3.1.1): with either value as the likelier one. */
static void from_every_qp_and_with_the_filter_on_as_well(void **state)
{
    (void)state;
    srand(6);
    for (int qp = 0; qp <= 51; qp++) {
        struct parameter_set_builder b = parameter_set_builder_default();
        b.init_qp = qp;
        b.deblocking_control = qp % 2;
        b.frame_num_bits = 4 + qp % 13;
        check_repeats(&b, qp);
    }
}

static void what_was_there_before_stays(void **state)
{
    struct parameter_set_builder b = parameter_set_builder_default();
    struct stream s;
    struct bytes_writer out;
    (void)state;
    stream_init(&s, &b);
    bytes_writer_init(&out);
    bytes_write_u8(&out, 0x5a);
    assert_int_equal(h264_skip_picture_write(&s.splice, 1, &out), 0);
    assert_int_equal(out.data[0], 0x5a);
    assert_int_equal(out.data[4], out.size - 5);
    bytes_writer_finish(&out);
    bytes_writer_finish(&s.avcc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_skipped_picture_is_the_one_before),
        cmocka_unit_test(from_every_qp_and_with_the_filter_on_as_well),
        cmocka_unit_test(what_was_there_before_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
