#include "media/h264/slice.h"
#include "media/core/err.h"
#include "media/h264/syntax.h"

#include <assert.h>

enum {
    SLICE_P = 0, /* slice_type % 5, table 7-6 */
    SLICE_I = 2,
};

bool h264_slice_supports(const struct h264_sps *sps, const struct h264_pps *pps)
{
    return sps->frame_mbs_only_flag && !sps->separate_colour_plane_flag &&
           sps->pic_order_cnt_type == 2 && !pps->weighted_pred_flag &&
           !pps->redundant_pic_cnt_present_flag;
}

static void read_start(struct h264_slice *slice, struct bits_reader *r, const struct h264_sps *sps)
{
    uint32_t size_in_mbs = sps->width_in_mbs * sps->height_in_mbs;
    slice->first_mb_in_slice = h264_syntax_ue(r, size_in_mbs - 1);
    slice->slice_type = (uint8_t)h264_syntax_ue(r, 9);
    if (slice->slice_type % 5 != SLICE_P && slice->slice_type % 5 != SLICE_I)
        h264_syntax_fail(r, ERR_UNSUPPORTED);
    slice->pic_parameter_set_id = (uint8_t)h264_syntax_ue(r, 255);
    slice->frame_num = (uint16_t)bits_read(r, sps->log2_max_frame_num);
    if (!slice->idr)
        return;
    slice->idr_pic_id = (uint16_t)h264_syntax_ue(r, UINT16_MAX);
    if (slice->slice_type % 5 != SLICE_I || slice->frame_num != 0) /* 7.4.3 */
        h264_syntax_fail(r, ERR_INVALID);
}

/* ref_pic_list_modification() of list 0 (7.3.3.1): at most one operation for each of the references
 * (7.4.3.1), and the end mark. */
static void read_list_modification(struct bits_reader *r, uint32_t references)
{
    if (!bits_read_flag(r))
        return;
    for (uint32_t i = 0; i <= references && !r->status; i++) {
        uint32_t modification_of_pic_nums_idc = h264_syntax_ue(r, 3);
        if (modification_of_pic_nums_idc == 3)
            return;
        if (modification_of_pic_nums_idc == 2)
            h264_syntax_fail(r, ERR_UNSUPPORTED); /* a long-term reference */
        (void)h264_syntax_ue(r, UINT16_MAX);      /* abs_diff_pic_num_minus1 */
    }
    h264_syntax_fail(r, ERR_INVALID);
}

static void read_lists(struct bits_reader *r, const struct h264_pps *pps)
{
    uint32_t references = pps->num_ref_idx_l0_default_active;
    if (bits_read_flag(r)) /* num_ref_idx_active_override_flag */
        references = 1 + h264_syntax_ue(r, 31);
    read_list_modification(r, references);
}

/* dec_ref_pic_marking() (7.3.3.3) */
static void read_marking(struct h264_slice *slice, struct bits_reader *r)
{
    if (slice->idr) {
        bits_skip(r, 1); /* no_output_of_prior_pics_flag */
        slice->long_term_reference_flag = bits_read_flag(r);
    } else {
        slice->adaptive_ref_pic_marking_mode_flag = bits_read_flag(r);
    }
    if (slice->long_term_reference_flag || slice->adaptive_ref_pic_marking_mode_flag)
        h264_syntax_fail(r, ERR_UNSUPPORTED);
}

static void read_quality(const struct h264_slice *slice, struct bits_reader *r,
                         const struct h264_pps *pps)
{
    if (pps->entropy_coding_mode_flag && slice->slice_type % 5 != SLICE_I)
        (void)h264_syntax_ue(r, 2);   /* cabac_init_idc */
    (void)h264_syntax_se(r, -87, 87); /* slice_qp_delta */
    if (!pps->deblocking_filter_control_present_flag)
        return;
    if (h264_syntax_ue(r, 2) != 1) {    /* disable_deblocking_filter_idc */
        (void)h264_syntax_se(r, -6, 6); /* slice_alpha_c0_offset_div2 */
        (void)h264_syntax_se(r, -6, 6); /* slice_beta_offset_div2 */
    }
}

int h264_slice_read(struct h264_slice *slice, struct bits_reader *r, const struct h264_nal *nal,
                    const struct h264_sps *sps, const struct h264_pps *pps)
{
    struct h264_slice read = {.idr = nal->nal_unit_type == H264_NAL_IDR};

    assert(nal->nal_unit_type == H264_NAL_IDR || nal->nal_unit_type == H264_NAL_SLICE);
    assert(h264_slice_supports(sps, pps));
    if (nal->nal_ref_idc == 0)
        return read.idr ? ERR_INVALID : ERR_UNSUPPORTED;
    read_start(&read, r, sps);
    read.lists_at = r->at;
    if (read.slice_type % 5 == SLICE_P)
        read_lists(r, pps);
    read.marking_at = r->at;
    read_marking(&read, r);
    read.quality_at = r->at;
    read_quality(&read, r, pps);
    read.data_at = r->at;
    if (!r->status)
        *slice = read;
    return r->status;
}
