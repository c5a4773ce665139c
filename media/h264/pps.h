/* The picture parameter set (ISO/IEC 14496-10 7.3.2.2): what slice headers depend on. Names are
 * those of the standard. Thread-safety: pure functions, any thread. */
#ifndef MEDIA_H264_PPS_H
#define MEDIA_H264_PPS_H

#include "media/core/bytes.h"
#include "media/h264/sps.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owns nothing: copyable. */
struct h264_pps {
    uint8_t pic_parameter_set_id;  /* 0..255 */
    uint8_t seq_parameter_set_id;  /* 0..31 */
    bool entropy_coding_mode_flag; /* CABAC where set, else CAVLC */
    bool bottom_field_pic_order_in_frame_present_flag;
    uint8_t num_ref_idx_l0_default_active; /* 1..32 */
    uint8_t num_ref_idx_l1_default_active; /* 1..32 */
    bool weighted_pred_flag;
    uint8_t weighted_bipred_idc; /* 0..2 */
    int8_t pic_init_qp;          /* -36..51; below 0 only with more than 8 bits */
    int8_t chroma_qp_index_offset, second_chroma_qp_index_offset; /* -12..12 */
    bool deblocking_filter_control_present_flag;
    bool constrained_intra_pred_flag;
    bool redundant_pic_cnt_present_flag;
    bool transform_8x8_mode_flag;
};

/* Reads a PPS NAL unit (no start code, no length, still escaped) that refers to sps. ERR_TRUNCATED;
 * ERR_INVALID for another type of unit, a value out of range or another seq_parameter_set_id;
 * ERR_UNSUPPORTED for more than one slice group or H264_PARAMETER_SET_MAX_BYTES. *pps is untouched
 * on failure. */
int h264_pps_parse(struct h264_pps *pps, const struct h264_sps *sps, const uint8_t *data,
                   size_t size);

/* Appends the PPS NAL unit with another pic_parameter_set_id and nothing else changed. id 0..255.
 * Statuses as above; nothing is appended on failure. */
int h264_pps_write_with_id(struct bytes_writer *out, const uint8_t *data, size_t size, uint8_t id);

#endif
