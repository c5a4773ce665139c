/* Pictures as I_PCM macroblocks, of any content and with all kinds of parameter sets: legal, and
 * lossless (H21; ISO/IEC 14496-10 7.3.5, 9.3). */
#include "media/core/err.h"
#include "media/h264/pcm_picture.h"
#include "support/cmocka_all.h"
#include "support/parameter_set_builder.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"
#include "support/whole_picture.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 24 };

/* Parameter sets, read and as a record. */
struct stream {
    struct h264_sps sps;
    struct h264_pps pps;
    struct bytes_writer avcc;
};

static void stream_init(struct stream *s, const struct parameter_set_builder *b)
{
    struct parameter_set_builder second = *b;
    struct bytes_writer unit;
    bytes_writer_init(&unit);
    parameter_set_builder_sps(b, &unit);
    assert_int_equal(h264_sps_parse(&s->sps, unit.data, unit.size), 0);
    bytes_writer_clear(&unit);
    parameter_set_builder_pps(b, &unit);
    assert_int_equal(h264_pps_parse(&s->pps, &s->sps, unit.data, unit.size), 0);
    bytes_writer_finish(&unit);
    second.pps_id = 1;
    bytes_writer_init(&s->avcc);
    parameter_set_builder_record(b, &second, &s->avcc);
}

static void stream_finish(struct stream *s)
{
    bytes_writer_finish(&s->avcc);
}

/* Noise, or where value is not negative, that everywhere. */
static void fill(struct whole_picture *p, int value)
{
    size_t size = (size_t)p->stride * (size_t)p->height;
    for (size_t i = 0; i < size; i++)
        p->luma[i] = (uint8_t)(value < 0 ? rand() >> 8 : value);
    for (size_t i = 0; i < size / 2; i++)
        p->chroma[i] = (uint8_t)(value < 0 ? rand() >> 8 : value);
}

/* What the picture is written as is legal, and decodes to it. */
static void check_lossless(const struct stream *s, const struct whole_picture *p, int n)
{
    const struct h264_picture picture = {p->luma, p->chroma, p->stride, p->stride};
    struct picture_decoder *d = picture_decoder_create(s->avcc.data, s->avcc.size);
    struct slice_check *c = slice_check_create(s->avcc.data, s->avcc.size);
    struct bytes_writer sample;
    const char *reason = "";

    assert_true(d && c);
    bytes_writer_init(&sample);
    assert_int_equal(h264_pcm_picture_write(&s->sps, &s->pps, &picture, (uint16_t)n, &sample), 0);
    if (slice_check_packet_sample(c, sample.data, sample.size, n))
        fail_msg("%s", slice_check_error(c));
    const AVFrame *frame = picture_decoder_decode(d, sample.data, sample.size, n, &reason);
    if (!frame)
        fail_msg("picture %d: %s", n, reason);
    assert_int_equal(frame->width, s->sps.width);
    assert_int_equal(frame->height, s->sps.height);
    assert_true(whole_picture_shown(p, frame));
    slice_check_destroy(c);
    picture_decoder_destroy(d);
    bytes_writer_finish(&sample);
}

/* Noise, and flat pictures: those of 0 to 3 are full of what has to be escaped. */
static void check_pictures(const struct parameter_set_builder *b)
{
    static const int values[] = {-1, 0, 1, 2, 3, 16, 255, -1};
    struct stream s;
    struct whole_picture p;
    stream_init(&s, b);
    whole_picture_init(&p, b->width_in_mbs * 16, b->height_in_mbs * 16, MARGIN);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        fill(&p, values[i]);
        check_lossless(&s, &p, (4 << 2 * i) - 1); /* the numbers are idr_pic_id as well */
    }
    whole_picture_finish(&p);
    stream_finish(&s);
}

static void test_lossless(void **state)
{
    static const int sizes[][2] = {{176, 144}, {640, 360}, {426, 240}, {2, 2}, {30, 500}};
    (void)state;
    srand(5);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct parameter_set_builder b = parameter_set_builder_default();
        b.width_in_mbs = (sizes[i][0] + 15) / 16;
        b.height_in_mbs = (sizes[i][1] + 15) / 16;
        b.crop_right = (b.width_in_mbs * 16 - sizes[i][0]) / 2;
        b.crop_bottom = (b.height_in_mbs * 16 - sizes[i][1]) / 2;
        check_pictures(&b); /* CABAC */
        b.profile_idc = 100;
        b.transform_8x8 = 1;
        check_pictures(&b);
        b.profile_idc = 66;
        b.transform_8x8 = 0;
        b.cabac = 0;
        check_pictures(&b);
    }
}

/* The context variables of CABAC start from SliceQPY (9.3.1.1). */
static void test_lossless_from_every_qp(void **state)
{
    struct whole_picture p;
    (void)state;
    srand(6);
    whole_picture_init(&p, 320, 176, 0);
    for (int qp = 0; qp <= 51; qp++) {
        struct parameter_set_builder b = parameter_set_builder_default();
        struct stream s;
        b.init_qp = qp;
        stream_init(&s, &b);
        fill(&p, -1);
        check_lossless(&s, &p, qp);
        stream_finish(&s);
    }
    whole_picture_finish(&p);
}

/* Where a slice can't switch it off, the filter is on, and must find nothing to do. */
static void test_lossless_with_the_filter_on(void **state)
{
    (void)state;
    srand(7);
    for (int cabac = 0; cabac < 2; cabac++) {
        struct parameter_set_builder b = parameter_set_builder_default();
        b.cabac = cabac;
        b.deblocking_control = 0;
        b.init_qp = 51;
        b.chroma_qp_offset = 12;
        b.frame_num_bits = 16;
        check_pictures(&b);
    }
}

/* Parameter sets of one macroblock, whose fields the tests below change. */
static void one_macroblock(struct h264_sps *sps, struct h264_pps *pps)
{
    *sps = (struct h264_sps){.frame_mbs_only_flag = true,
                             .pic_order_cnt_type = 2,
                             .chroma_format_idc = 1,
                             .bit_depth_luma = 8,
                             .bit_depth_chroma = 8,
                             .log2_max_frame_num = 4,
                             .width_in_mbs = 1,
                             .height_in_mbs = 1};
    *pps = (struct h264_pps){.pic_init_qp = 26, .deblocking_filter_control_present_flag = true};
}

static uint8_t luma[16 * 16], chroma[16 * 8];
static const struct h264_picture small_picture = {luma, chroma, 16, 16};

/* A unit of one macroblock, worked out by hand, behind what out held before. */
static void check_bytes(bool cabac, const uint8_t *start, size_t start_size, const uint8_t *end,
                        size_t end_size)
{
    struct h264_sps sps;
    struct h264_pps pps;
    struct bytes_writer out;
    one_macroblock(&sps, &pps);
    pps.entropy_coding_mode_flag = cabac;
    for (int i = 0; i < 256; i++)
        luma[i] = (uint8_t)(255 - i / 2);
    for (int i = 0; i < 128; i++)
        chroma[i] = (uint8_t)((i % 2 ? 100 : 20) + i / 2);

    bytes_writer_init(&out);
    bytes_write_u8(&out, 0x5a);
    assert_int_equal(h264_pcm_picture_write(&sps, &pps, &small_picture, 0, &out), 0);
    assert_int_equal(out.size, 1 + start_size + 384 + end_size);
    assert_int_equal(out.data[0], 0x5a);
    const uint8_t *at = out.data + 1;
    assert_memory_equal(at, start, start_size);
    at += start_size;
    assert_memory_equal(at, luma, 256);
    for (int i = 0; i < 128; i++)
        assert_int_equal(at[256 + i], (i < 64 ? 20 : 100) + i % 64);
    assert_memory_equal(at + 384, end, end_size);
    bytes_writer_finish(&out);
}

static void test_bytes(void **state)
{
    static const uint8_t cavlc_start[] = {0, 0, 1, 0x86, 0x65, 0x88, 0x84, 0xa0, 0xd0};
    static const uint8_t cavlc_end[] = {0x80};
    /* The bin 1 of mb_type is the less probable one in state 46: 22 of a range of 510. */
    static const uint8_t cabac_start[] = {0, 0, 1, 0x88, 0x65, 0x88, 0x84, 0xaf, 0xfe, 0xf8};
    static const uint8_t cabac_end[] = {0xfe, 0x80};
    (void)state;
    check_bytes(false, cavlc_start, sizeof cavlc_start, cavlc_end, sizeof cavlc_end);
    check_bytes(true, cabac_start, sizeof cabac_start, cabac_end, sizeof cabac_end);
}

struct refusal {
    bool of_pps;
    size_t field; /* one byte in size */
    uint8_t value;
};

static const struct refusal refusals[] = {
    {false, offsetof(struct h264_sps, chroma_format_idc), 0},
    {false, offsetof(struct h264_sps, chroma_format_idc), 2},
    {false, offsetof(struct h264_sps, chroma_format_idc), 3},
    {false, offsetof(struct h264_sps, separate_colour_plane_flag), true},
    {false, offsetof(struct h264_sps, bit_depth_luma), 10},
    {false, offsetof(struct h264_sps, bit_depth_chroma), 9},
    {false, offsetof(struct h264_sps, pic_order_cnt_type), 0},
    {false, offsetof(struct h264_sps, frame_mbs_only_flag), false},
    {true, offsetof(struct h264_pps, weighted_pred_flag), true},
    {true, offsetof(struct h264_pps, redundant_pic_cnt_present_flag), true},
    {true, offsetof(struct h264_pps, pic_init_qp), (uint8_t)-1},
};

/* Parameter sets of another kind, and memory that was short: nothing is appended. */
static void test_refusals(void **state)
{
    struct h264_sps sps;
    struct h264_pps pps;
    struct bytes_writer out;
    (void)state;
    bytes_writer_init(&out);
    bytes_write_u8(&out, 0x5a);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *r = &refusals[i];
        one_macroblock(&sps, &pps);
        memcpy((r->of_pps ? (uint8_t *)&pps : (uint8_t *)&sps) + r->field, &r->value, 1);
        int status = h264_pcm_picture_write(&sps, &pps, &small_picture, 0, &out);
        if (status != ERR_UNSUPPORTED)
            print_message("refusal %zu\n", i);
        assert_int_equal(status, ERR_UNSUPPORTED);
        assert_int_equal(out.size, 1);
    }
    one_macroblock(&sps, &pps);
    out.status = ERR_NOMEM;
    assert_int_equal(h264_pcm_picture_write(&sps, &pps, &small_picture, 0, &out), ERR_NOMEM);
    assert_int_equal(out.size, 1);
    assert_int_equal(out.data[0], 0x5a);
    bytes_writer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lossless),
        cmocka_unit_test(test_lossless_from_every_qp),
        cmocka_unit_test(test_lossless_with_the_filter_on),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
