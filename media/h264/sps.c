#include "media/h264/sps.h"
#include "media/core/err.h"
#include "media/h264/nal.h"
#include "media/h264/syntax.h"

enum {
    CHROMA_444 = 3,
    EXTENDED_SAR = 255,
    MBS_MAX = 1055, /* of a row or a column, level 6.2 (A.3.1) */
};

/* Profiles that carry chroma_format_idc and what follows it (7.3.2.1.1). */
static bool has_chroma_format(unsigned profile_idc)
{
    switch (profile_idc) {
    case 44:
    case 83:
    case 86:
    case 100:
    case 110:
    case 118:
    case 122:
    case 128:
    case 134:
    case 135:
    case 138:
    case 139:
    case 244:
        return true;
    default:
        return false;
    }
}

static void read_chroma_format(struct h264_sps *sps, struct bits_reader *r)
{
    sps->chroma_format_idc = (uint8_t)h264_syntax_ue(r, 3);
    if (sps->chroma_format_idc == CHROMA_444)
        sps->separate_colour_plane_flag = bits_read_flag(r);
    sps->bit_depth_luma = (uint8_t)(8 + h264_syntax_ue(r, 6));
    sps->bit_depth_chroma = (uint8_t)(8 + h264_syntax_ue(r, 6));
    bits_skip(r, 1);       /* qpprime_y_zero_transform_bypass_flag */
    if (bits_read_flag(r)) /* seq_scaling_matrix_present_flag */
        h264_syntax_skip_scaling_lists(r, sps->chroma_format_idc == CHROMA_444 ? 12 : 8);
}

static void read_pic_order_cnt(struct h264_sps *sps, struct bits_reader *r)
{
    sps->pic_order_cnt_type = (uint8_t)h264_syntax_ue(r, 2);
    if (sps->pic_order_cnt_type == 0)
        h264_syntax_ue(r, 12); /* log2_max_pic_order_cnt_lsb_minus4 */
    if (sps->pic_order_cnt_type != 1)
        return;
    bits_skip(r, 1);       /* delta_pic_order_always_zero_flag */
    (void)bits_read_se(r); /* offset_for_non_ref_pic */
    (void)bits_read_se(r); /* offset_for_top_to_bottom_field */
    uint32_t cycle = h264_syntax_ue(r, 255);
    for (uint32_t i = 0; i < cycle && !r->status; i++)
        (void)bits_read_se(r); /* offset_for_ref_frame */
}

static void read_cropping(struct h264_sps *sps, struct bits_reader *r)
{
    uint32_t chroma_array_type = sps->separate_colour_plane_flag ? 0 : sps->chroma_format_idc;
    uint32_t unit_x = chroma_array_type == 1 || chroma_array_type == 2 ? 2 : 1;
    uint32_t unit_y = (chroma_array_type == 1 ? 2 : 1) * (sps->frame_mbs_only_flag ? 1 : 2);
    uint32_t most = 16 * MBS_MAX;
    uint32_t columns =
        (h264_syntax_ue(r, most) + h264_syntax_ue(r, most)) * unit_x;             /* left, right */
    uint32_t rows = (h264_syntax_ue(r, most) + h264_syntax_ue(r, most)) * unit_y; /* top, bottom */
    if (columns >= sps->width || rows >= sps->height) {
        h264_syntax_fail(r, ERR_INVALID);
        return;
    }
    sps->width -= columns;
    sps->height -= rows;
}

static void read_picture_size(struct h264_sps *sps, struct bits_reader *r)
{
    sps->width_in_mbs = 1 + h264_syntax_ue(r, MBS_MAX - 1);
    uint32_t height_in_map_units = 1 + h264_syntax_ue(r, MBS_MAX - 1);
    sps->frame_mbs_only_flag = bits_read_flag(r);
    if (!sps->frame_mbs_only_flag)
        bits_skip(r, 1); /* mb_adaptive_frame_field_flag */
    sps->height_in_mbs = height_in_map_units * (sps->frame_mbs_only_flag ? 1 : 2);
    sps->width = 16 * sps->width_in_mbs;
    sps->height = 16 * sps->height_in_mbs;
    bits_skip(r, 1);       /* direct_8x8_inference_flag */
    if (bits_read_flag(r)) /* frame_cropping_flag */
        read_cropping(sps, r);
}

static void read_aspect_ratio(struct h264_sps *sps, struct bits_reader *r)
{
    /* Table E-1 */
    static const uint8_t table[][2] = {
        {0, 0},   {1, 1},   {12, 11}, {10, 11}, {16, 11},  {40, 33}, {24, 11}, {20, 11}, {32, 11},
        {80, 33}, {18, 11}, {15, 11}, {64, 33}, {160, 99}, {4, 3},   {3, 2},   {2, 1},
    };
    uint32_t aspect_ratio_idc = bits_read(r, 8);
    if (aspect_ratio_idc == EXTENDED_SAR) {
        sps->sar_width = bits_read(r, 16);
        sps->sar_height = bits_read(r, 16);
    } else if (aspect_ratio_idc < sizeof table / sizeof table[0]) {
        sps->sar_width = table[aspect_ratio_idc][0];
        sps->sar_height = table[aspect_ratio_idc][1];
    }
}

/* E.1.2 */
static void skip_hrd(struct bits_reader *r)
{
    uint32_t cpb_cnt = 1 + h264_syntax_ue(r, 31);
    bits_skip(r, 8); /* bit_rate_scale, cpb_size_scale */
    for (uint32_t i = 0; i < cpb_cnt && !r->status; i++) {
        (void)bits_read_ue(r); /* bit_rate_value_minus1 */
        (void)bits_read_ue(r); /* cpb_size_value_minus1 */
        bits_skip(r, 1);       /* cbr_flag */
    }
    bits_skip(r, 20); /* three lengths of delays, time_offset_length */
}

static void read_bitstream_restriction(struct h264_sps *sps, struct bits_reader *r)
{
    bits_skip(r, 1);       /* motion_vectors_over_pic_boundaries_flag */
    h264_syntax_ue(r, 16); /* max_bytes_per_pic_denom */
    h264_syntax_ue(r, 16); /* max_bits_per_mb_denom */
    h264_syntax_ue(r, 16); /* log2_max_mv_length_horizontal */
    h264_syntax_ue(r, 16); /* log2_max_mv_length_vertical */
    sps->max_num_reorder_frames = (uint8_t)h264_syntax_ue(r, 16);
    sps->max_dec_frame_buffering = (uint8_t)h264_syntax_ue(r, 16);
}

static void read_vui(struct h264_sps *sps, struct bits_reader *r)
{
    if (bits_read_flag(r)) /* aspect_ratio_info_present_flag */
        read_aspect_ratio(sps, r);
    if (bits_read_flag(r)) /* overscan_info_present_flag */
        bits_skip(r, 1);
    if (bits_read_flag(r)) { /* video_signal_type_present_flag */
        bits_skip(r, 4);
        if (bits_read_flag(r)) /* colour_description_present_flag */
            bits_skip(r, 24);
    }
    if (bits_read_flag(r)) { /* chroma_loc_info_present_flag */
        h264_syntax_ue(r, 5);
        h264_syntax_ue(r, 5);
    }
    if (bits_read_flag(r)) /* timing_info_present_flag */
        bits_skip(r, 65);
    bool nal_hrd_parameters_present_flag = bits_read_flag(r);
    if (nal_hrd_parameters_present_flag)
        skip_hrd(r);
    bool vcl_hrd_parameters_present_flag = bits_read_flag(r);
    if (vcl_hrd_parameters_present_flag)
        skip_hrd(r);
    if (nal_hrd_parameters_present_flag || vcl_hrd_parameters_present_flag)
        bits_skip(r, 1); /* low_delay_hrd_flag */
    bits_skip(r, 1);     /* pic_struct_present_flag */
    sps->bitstream_restriction_flag = bits_read_flag(r);
    if (sps->bitstream_restriction_flag)
        read_bitstream_restriction(sps, r);
}

static void read_sps(struct h264_sps *sps, struct bits_reader *r)
{
    sps->profile_idc = (uint8_t)bits_read(r, 8);
    sps->constraint_flags = (uint8_t)bits_read(r, 8);
    sps->level_idc = (uint8_t)bits_read(r, 8);
    sps->seq_parameter_set_id = (uint8_t)h264_syntax_ue(r, 31);
    if (has_chroma_format(sps->profile_idc))
        read_chroma_format(sps, r);
    sps->log2_max_frame_num = (uint8_t)(4 + h264_syntax_ue(r, 12));
    read_pic_order_cnt(sps, r);
    sps->max_num_ref_frames = (uint8_t)h264_syntax_ue(r, 16);
    sps->gaps_in_frame_num_value_allowed_flag = bits_read_flag(r);
    read_picture_size(sps, r);
    if (bits_read_flag(r)) /* vui_parameters_present_flag */
        read_vui(sps, r);
}

int h264_sps_parse(struct h264_sps *sps, const uint8_t *data, size_t size)
{
    struct h264_nal nal;
    uint8_t rbsp[H264_PARAMETER_SET_MAX_BYTES];
    struct bits_reader r;
    struct h264_sps read = {.chroma_format_idc = 1, .bit_depth_luma = 8, .bit_depth_chroma = 8};

    int status = h264_nal_init(&nal, data, size);
    if (status)
        return status;
    if (nal.nal_unit_type != H264_NAL_SPS)
        return ERR_INVALID;
    if (size > sizeof rbsp)
        return ERR_UNSUPPORTED;
    bits_reader_init(&r, rbsp, h264_nal_unescape(rbsp, sizeof rbsp, data, size));
    bits_skip(&r, 8);
    read_sps(&read, &r);
    if (!r.status)
        *sps = read;
    return r.status;
}
