/* The splice: rewrites the slice headers of both streams so that every P picture of the
 * Continuation Stream may follow any IDR picture of the Initialization Stream as well as its own
 * predecessor.
 *
 * Every P picture n carries frame_num 1, memory_management_control_operation 5 and
 * pic_parameter_set_id n & 1; every IDR picture n carries pic_parameter_set_id 0 and idr_pic_id
 * n mod 65536. (ISO/IEC 14496-10 7.3.3, 7.3.3.3, 7.4.1.2.4; HESP 4.2.3.)
 *
 * Bytes in and out are NAL units with four-byte lengths in front (ISO/IEC 14496-15 5.3.3), as x264
 * gives them with b_annexb = 0. */
#ifndef MEDIA_H264_SPLICE_H
#define MEDIA_H264_SPLICE_H

#include "media/core/bytes.h"
#include "media/h264/pps.h"
#include "media/h264/sps.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What both encoders of a rung agree on. Owns nothing: copyable. */
struct h264_splice {
    struct h264_sps sps;
    struct h264_pps pps;
};

/* Reads the parameter sets (NAL units without start code or length, still escaped) and checks that
 * the rewrite can work on them: frame_mbs_only, one reference, pic_order_cnt_type 2, no weighted
 * prediction, one slice group, PPS id 0. ERR_UNSUPPORTED where not. */
int h264_splice_init(struct h264_splice *splice, const uint8_t *sps, size_t sps_size,
                     const uint8_t *pps, size_t pps_size);

/* Appends the sample of picture `sequence` to out: the access unit's slices rewritten; SPS, PPS,
 * AUD and SEI dropped (they belong to the sample entry, or to nobody). *idr says whether it is an
 * IDR picture; a mixture of IDR and other slices, and B or I slices outside an IDR, are
 * ERR_UNSUPPORTED. On failure out holds what it held before. */
int h264_splice_access_unit(const struct h264_splice *splice, const uint8_t *units, size_t size,
                            int64_t sequence, struct bytes_writer *out, bool *idr);

#endif
