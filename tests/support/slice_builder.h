/* Builds slice NAL units field by field, right or wrong as told, to see what the rewriter makes of
 * them and what the checker says about them. For progressive streams with pic_order_cnt_type 2. */
#ifndef TESTS_SUPPORT_SLICE_BUILDER_H
#define TESTS_SUPPORT_SLICE_BUILDER_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

enum { SLICE_BUILDER_OPERATIONS = 4 };

/* All values are int, so that a table can name a field by its offset; flags are 0 or 1. */
struct slice_builder {
    /* Of the parameter sets. */
    int frame_num_bits, cabac, deblocking_control;
    /* Of the NAL unit and the slice header, in their order. */
    int forbidden_zero_bit, nal_ref_idc, nal_unit_type;
    int first_mb_in_slice, slice_type, pic_parameter_set_id, frame_num, idr_pic_id;
    int references_override; /* num_ref_idx_active_override_flag where not 0 */
    int list_modification;   /* one operation: the picture just before */
    int no_output_of_prior_pics, long_term_reference;
    int adaptive_marking;
    int operations[SLICE_BUILDER_OPERATIONS]; /* as many as are not 0 */
    int cabac_init_idc;
    int slice_qp_delta;
    int disable_deblocking_filter_idc, alpha_offset_div2, beta_offset_div2;
    int alignment_zeros; /* CABAC: padded with zeros, which is wrong */
    /* slice_data(): for CABAC whole bytes; for CAVLC bits, behind which the stop bit is written. */
    int data_bits;
    const uint8_t *data; /* borrowed */
};

/* Sets the field at an offset inside struct slice_builder. */
void slice_builder_set(struct slice_builder *b, size_t field, int value);

/* Appends the unit, escaped, behind its four-byte length. */
void slice_builder_write(const struct slice_builder *b, struct bytes_writer *out);

/* Appends a NAL unit with emulation prevention bytes, one byte at a time. */
void slice_builder_escape(struct bytes_writer *out, const uint8_t *unit, size_t size);

#endif
