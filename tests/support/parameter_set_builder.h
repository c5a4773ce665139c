/* Builds SPS, PPS and configuration records field by field, right or wrong as told. */
#ifndef TESTS_SUPPORT_PARAMETER_SET_BUILDER_H
#define TESTS_SUPPORT_PARAMETER_SET_BUILDER_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

/* All values are int, so that a table can name a field by its offset; flags are 0 or 1. */
struct parameter_set_builder {
    /* The SPS. Profiles of 100 and above get 4:2:0, 8 bits and no scaling lists. */
    int profile_idc, constraint_flags, level_idc, sps_id;
    int frame_num_bits, poc_type; /* 0 with 4 bits of POC, or 2 */
    int reference_frames;
    int gaps_allowed, interlaced;
    int width_in_mbs, height_in_mbs;
    int crop_right, crop_bottom; /* in units of two luma samples */
    int vui;                     /* with bitstream_restriction and an HRD */
    int reorder_frames;
    /* The PPS. */
    int pps_id, slice_groups, references_l0;
    int cabac, weighted_pred, deblocking_control, redundant_pictures, transform_8x8;
    int init_qp, chroma_qp_offset;
};

/* Sets the field at an offset inside struct parameter_set_builder. */
void parameter_set_builder_set(struct parameter_set_builder *b, size_t field, int value);

/* What the rewriter and the checker take: 320x176, main profile, CABAC. */
struct parameter_set_builder parameter_set_builder_default(void);

/* Append a NAL unit, escaped, without length. */
void parameter_set_builder_sps(const struct parameter_set_builder *b, struct bytes_writer *out);
void parameter_set_builder_pps(const struct parameter_set_builder *b, struct bytes_writer *out);

/* Appends a configuration record with the SPS and the PPS of `first`, and the PPS of `second`. */
void parameter_set_builder_record(const struct parameter_set_builder *first,
                                  const struct parameter_set_builder *second,
                                  struct bytes_writer *out);

#endif
