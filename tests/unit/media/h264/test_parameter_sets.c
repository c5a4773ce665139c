/* SPS, PPS, the configuration record and the codec's name (ISO/IEC 14496-10 7.3.2, ISO/IEC 14496-15
 * 5.3.3.1, RFC 6381; H21: one SPS, two PPS that differ in their id only). */
#include "media/core/err.h"
#include "media/h264/avcc.h"
#include "media/h264/pps.h"
#include "media/h264/splice.h"
#include "media/h264/sps.h"
#include "support/parameter_set_builder.h"
#include "support/slice_check.h"
#include "support/x264_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct sets {
    struct bytes_writer sps, pps;
};

static void build(struct sets *s, const struct parameter_set_builder *b)
{
    bytes_writer_init(&s->sps);
    bytes_writer_init(&s->pps);
    parameter_set_builder_sps(b, &s->sps);
    parameter_set_builder_pps(b, &s->pps);
}

static void finish(struct sets *s)
{
    bytes_writer_finish(&s->sps);
    bytes_writer_finish(&s->pps);
}

static int init_splice(const struct parameter_set_builder *b)
{
    struct sets s;
    struct h264_splice splice;
    build(&s, b);
    int status = h264_splice_init(&splice, s.sps.data, s.sps.size, s.pps.data, s.pps.size);
    finish(&s);
    return status;
}

static void test_built_sets_are_read(void **state)
{
    struct parameter_set_builder b = parameter_set_builder_default();
    struct sets s;
    struct h264_sps sps;
    struct h264_pps pps;

    (void)state;
    b.profile_idc = 100;
    b.crop_right = 3;
    b.crop_bottom = 4;
    b.transform_8x8 = true;
    b.chroma_qp_offset = -2;
    b.reorder_frames = 2;
    b.sps_id = 5;
    b.references_l0 = 3;
    b.constraint_flags = 0x40;
    build(&s, &b);
    assert_int_equal(h264_sps_parse(&sps, s.sps.data, s.sps.size), 0);
    assert_int_equal(sps.profile_idc, 100);
    assert_int_equal(sps.constraint_flags, 0x40);
    assert_int_equal(sps.level_idc, 30);
    assert_int_equal(sps.seq_parameter_set_id, 5);
    assert_int_equal(sps.chroma_format_idc, 1);
    assert_int_equal(sps.bit_depth_luma, 8);
    assert_int_equal(sps.log2_max_frame_num, 4);
    assert_int_equal(sps.pic_order_cnt_type, 2);
    assert_int_equal(sps.max_num_ref_frames, 1);
    assert_true(sps.frame_mbs_only_flag);
    assert_int_equal(sps.width, 320 - 6);
    assert_int_equal(sps.height, 176 - 8);
    assert_int_equal(sps.sar_width, 4);
    assert_int_equal(sps.sar_height, 3);
    assert_true(sps.bitstream_restriction_flag);
    assert_int_equal(sps.max_num_reorder_frames, 2);
    assert_int_equal(sps.max_dec_frame_buffering, 1);

    assert_int_equal(h264_pps_parse(&pps, &sps, s.pps.data, s.pps.size), 0);
    assert_int_equal(pps.pic_parameter_set_id, 0);
    assert_int_equal(pps.seq_parameter_set_id, 5);
    assert_true(pps.entropy_coding_mode_flag);
    assert_int_equal(pps.num_ref_idx_l0_default_active, 3);
    assert_int_equal(pps.pic_init_qp, 23);
    assert_int_equal(pps.chroma_qp_index_offset, -2);
    assert_true(pps.deblocking_filter_control_present_flag);
    assert_false(pps.weighted_pred_flag);
    assert_true(pps.transform_8x8_mode_flag);
    finish(&s);
}

static void test_x264_sets_are_read(void **state)
{
    struct x264_pair_config config = {.preset = "superfast", .slices = 1, .frames = 1};
    struct x264_pair pair;
    struct h264_splice splice;
    char name[H264_CODEC_NAME_BYTES];

    (void)state;
    x264_pair_init(&pair, &config);
    assert_int_equal(
        h264_splice_init(&splice, pair.sps.data, pair.sps.size, pair.pps.data, pair.pps.size), 0);
    assert_int_equal(splice.sps.width, X264_PAIR_WIDTH);
    assert_int_equal(splice.sps.height, X264_PAIR_HEIGHT);
    assert_int_equal(splice.sps.profile_idc, 100);
    assert_int_equal(splice.sps.level_idc, 30);
    assert_int_equal(splice.sps.log2_max_frame_num, 4);
    assert_true(splice.sps.bitstream_restriction_flag);
    assert_int_equal(splice.sps.max_num_reorder_frames, 0);
    assert_true(splice.pps.entropy_coding_mode_flag);
    assert_true(splice.pps.transform_8x8_mode_flag);
    assert_int_equal(h264_codec_name(pair.sps.data, pair.sps.size, name), 0);
    assert_string_equal(name, "avc1.64001E");
    x264_pair_finish(&pair);
}

/* H21: two PPS that differ in their id only; checked by an independent reader. */
static void test_record_has_two_pps(void **state)
{
    struct parameter_set_builder first = parameter_set_builder_default();
    (void)state;
    for (int profile = 66; profile <= 110; profile += 11) {
        struct parameter_set_builder second;
        struct sets s;
        struct bytes_writer record, expected;
        first.profile_idc = profile == 99 ? 100 : profile;
        first.transform_8x8 = profile >= 99;
        second = first;
        second.pps_id = 1;
        build(&s, &first);
        bytes_writer_init(&record);
        bytes_writer_init(&expected);
        parameter_set_builder_record(&first, &second, &expected);
        assert_int_equal(h264_avcc_write(&record, s.sps.data, s.sps.size, s.pps.data, s.pps.size),
                         0);
        assert_int_equal(record.size, expected.size);
        assert_memory_equal(record.data, expected.data, expected.size);
        struct slice_check *check = slice_check_create(record.data, record.size);
        assert_string_equal(slice_check_error(check), "");
        slice_check_destroy(check);
        bytes_writer_finish(&record);
        bytes_writer_finish(&expected);
        finish(&s);
    }
}

static void test_record_refuses(void **state)
{
    struct parameter_set_builder b = parameter_set_builder_default();
    struct sets s;
    struct bytes_writer record;

    (void)state;
    bytes_writer_init(&record);
    bytes_write_u8(&record, 0x77);
    b.pps_id = 2;
    build(&s, &b);
    assert_int_equal(h264_avcc_write(&record, s.sps.data, s.sps.size, s.pps.data, s.pps.size),
                     ERR_UNSUPPORTED);
    assert_int_equal(h264_avcc_write(&record, s.pps.data, s.pps.size, s.pps.data, s.pps.size),
                     ERR_INVALID);
    assert_int_equal(h264_avcc_write(&record, s.sps.data, s.sps.size, s.sps.data, s.sps.size),
                     ERR_INVALID);
    assert_int_equal(record.size, 1);
    assert_int_equal(record.data[0], 0x77);
    bytes_writer_finish(&record);
    finish(&s);
}

static void test_codec_name_refuses(void **state)
{
    char name[H264_CODEC_NAME_BYTES] = "untouched";
    static const uint8_t pps[] = {0x68, 1, 2, 3};
    static const uint8_t sps[] = {0x67, 66, 0xe0};
    (void)state;
    assert_int_equal(h264_codec_name(pps, sizeof pps, name), ERR_INVALID);
    assert_int_equal(h264_codec_name(sps, sizeof sps, name), ERR_TRUNCATED);
    assert_int_equal(h264_codec_name(sps, 0, name), ERR_TRUNCATED);
    assert_string_equal(name, "untouched");
}

/* H21: the rewrite only starts on streams that it can make legal. */
static void test_splice_init_refuses(void **state)
{
    static const struct {
        size_t field;
        int value;
    } cases[] = {
        {offsetof(struct parameter_set_builder, poc_type), 0},
        {offsetof(struct parameter_set_builder, reference_frames), 3},
        {offsetof(struct parameter_set_builder, reference_frames), 0},
        {offsetof(struct parameter_set_builder, gaps_allowed), 1},
        {offsetof(struct parameter_set_builder, interlaced), 1},
        {offsetof(struct parameter_set_builder, pps_id), 1},
        {offsetof(struct parameter_set_builder, slice_groups), 2},
        {offsetof(struct parameter_set_builder, weighted_pred), 1},
        {offsetof(struct parameter_set_builder, redundant_pictures), 1},
    };
    struct parameter_set_builder b = parameter_set_builder_default();
    (void)state;
    assert_int_equal(init_splice(&b), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        b = parameter_set_builder_default();
        parameter_set_builder_set(&b, cases[i].field, cases[i].value);
        assert_int_equal(init_splice(&b), ERR_UNSUPPORTED);
    }
}

static void test_values_out_of_range(void **state)
{
    struct parameter_set_builder b = parameter_set_builder_default();
    (void)state;
    b.crop_right = 160;
    assert_int_equal(init_splice(&b), ERR_INVALID);
    b = parameter_set_builder_default();
    b.frame_num_bits = 17;
    assert_int_equal(init_splice(&b), ERR_INVALID);
    b = parameter_set_builder_default();
    b.width_in_mbs = 1056;
    assert_int_equal(init_splice(&b), ERR_INVALID);
    b = parameter_set_builder_default();
    b.chroma_qp_offset = 13;
    assert_int_equal(init_splice(&b), ERR_INVALID);
}

/* A PPS is read up to its end, which says where it is (more_rbsp_data). An SPS has no such thing:
 * what is cut in the middle must be noticed. */
static void test_cut_sets_give_a_status(void **state)
{
    struct parameter_set_builder b = parameter_set_builder_default();
    struct sets s;
    struct h264_sps sps;
    struct h264_pps pps;
    (void)state;
    build(&s, &b);
    assert_int_equal(h264_sps_parse(&sps, s.sps.data, s.sps.size), 0);
    for (size_t size = 0; size + 2 < s.sps.size; size++) {
        struct h264_sps untouched = {.level_idc = 99};
        uint8_t *cut = malloc(size + !size);
        memcpy(cut, s.sps.data, size);
        assert_int_equal(h264_sps_parse(&untouched, cut, size), ERR_TRUNCATED);
        assert_int_equal(untouched.level_idc, 99);
        free(cut);
    }
    for (size_t size = 0; size < s.pps.size; size++) {
        uint8_t *cut = malloc(size + !size);
        memcpy(cut, s.pps.data, size);
        assert_int_not_equal(h264_pps_parse(&pps, &sps, cut, size), 0);
        free(cut);
    }
    finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_sets_are_read), cmocka_unit_test(test_x264_sets_are_read),
        cmocka_unit_test(test_record_has_two_pps),  cmocka_unit_test(test_record_refuses),
        cmocka_unit_test(test_codec_name_refuses),  cmocka_unit_test(test_splice_init_refuses),
        cmocka_unit_test(test_values_out_of_range), cmocka_unit_test(test_cut_sets_give_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
