#include "media/h264/pps.h"
#include "media/core/err.h"
#include "media/h264/nal.h"
#include "media/h264/syntax.h"

/* Unescapes a PPS unit into rbsp and puts r behind its header byte, with the stop bit as the last
 * one that can be read. */
static int open_pps(struct bits_reader *r, uint8_t rbsp[H264_PARAMETER_SET_MAX_BYTES],
                    const uint8_t *data, size_t size)
{
    struct h264_nal nal;
    int status = h264_nal_init(&nal, data, size);
    if (status)
        return status;
    if (nal.nal_unit_type != H264_NAL_PPS)
        return ERR_INVALID;
    if (size > H264_PARAMETER_SET_MAX_BYTES)
        return ERR_UNSUPPORTED;
    size = h264_nal_unescape(rbsp, H264_PARAMETER_SET_MAX_BYTES, data, size);
    bits_reader_init(r, rbsp, size);
    r->size_bits = h264_syntax_bits_with_stop(rbsp, size);
    bits_skip(r, 8);
    return r->status;
}

/* What only follows where more_rbsp_data() says so. */
static void read_extension(struct h264_pps *pps, const struct h264_sps *sps, struct bits_reader *r)
{
    pps->transform_8x8_mode_flag = bits_read_flag(r);
    if (bits_read_flag(r)) { /* pic_scaling_matrix_present_flag */
        unsigned of_8x8 = sps->chroma_format_idc == 3 ? 6 : 2;
        h264_syntax_skip_scaling_lists(r, 6 + (pps->transform_8x8_mode_flag ? of_8x8 : 0));
    }
    pps->second_chroma_qp_index_offset = (int8_t)h264_syntax_se(r, -12, 12);
}

static void read_pps(struct h264_pps *pps, const struct h264_sps *sps, struct bits_reader *r)
{
    pps->pic_parameter_set_id = (uint8_t)h264_syntax_ue(r, 255);
    pps->seq_parameter_set_id = (uint8_t)h264_syntax_ue(r, 31);
    if (pps->seq_parameter_set_id != sps->seq_parameter_set_id)
        h264_syntax_fail(r, ERR_INVALID);
    pps->entropy_coding_mode_flag = bits_read_flag(r);
    pps->bottom_field_pic_order_in_frame_present_flag = bits_read_flag(r);
    if (h264_syntax_ue(r, 7)) /* num_slice_groups_minus1 */
        h264_syntax_fail(r, ERR_UNSUPPORTED);
    pps->num_ref_idx_l0_default_active = (uint8_t)(1 + h264_syntax_ue(r, 31));
    pps->num_ref_idx_l1_default_active = (uint8_t)(1 + h264_syntax_ue(r, 31));
    pps->weighted_pred_flag = bits_read_flag(r);
    pps->weighted_bipred_idc = (uint8_t)bits_read(r, 2);
    pps->pic_init_qp = (int8_t)(26 + h264_syntax_se(r, -62, 25));
    (void)h264_syntax_se(r, -26, 25); /* pic_init_qs_minus26 */
    pps->chroma_qp_index_offset = (int8_t)h264_syntax_se(r, -12, 12);
    pps->second_chroma_qp_index_offset = pps->chroma_qp_index_offset;
    pps->deblocking_filter_control_present_flag = bits_read_flag(r);
    pps->constrained_intra_pred_flag = bits_read_flag(r);
    pps->redundant_pic_cnt_present_flag = bits_read_flag(r);
    if (bits_reader_left(r) > 1)
        read_extension(pps, sps, r);
    if (!bits_read_flag(r)) /* rbsp_stop_one_bit */
        h264_syntax_fail(r, ERR_INVALID);
    if (pps->weighted_bipred_idc > 2)
        h264_syntax_fail(r, ERR_INVALID);
}

int h264_pps_parse(struct h264_pps *pps, const struct h264_sps *sps, const uint8_t *data,
                   size_t size)
{
    uint8_t rbsp[H264_PARAMETER_SET_MAX_BYTES];
    struct bits_reader r;
    struct h264_pps read = {0};
    int status = open_pps(&r, rbsp, data, size);
    if (status)
        return status;
    read_pps(&read, sps, &r);
    if (!r.status)
        *pps = read;
    return r.status;
}

int h264_pps_write_with_id(struct bytes_writer *out, const uint8_t *data, size_t size, uint8_t id)
{
    uint8_t rbsp[H264_PARAMETER_SET_MAX_BYTES];
    struct bits_reader r;
    struct bits_writer w;
    struct bytes_writer changed;
    size_t before = out->size;

    int status = open_pps(&r, rbsp, data, size);
    if (status)
        return status;
    bytes_writer_init(&changed);
    bits_writer_init(&w, &changed);
    bits_write(&w, data[0], 8);
    bits_write_ue(&w, id);
    (void)bits_read_ue(&r); /* the id it had */
    bits_copy(&w, &r, bits_reader_left(&r));
    bits_align(&w, false);
    status = r.status ? r.status : changed.status;
    if (!status)
        h264_nal_escape(out, changed.data, changed.size);
    if (!status && out->status) {
        status = out->status;
        out->size = before;
    }
    bytes_writer_finish(&changed);
    return status;
}
