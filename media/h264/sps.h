/* The sequence parameter set (ISO/IEC 14496-10 7.3.2.1.1 and E.1.1): what the splice must know of
 * it, and what a caller wants to say about the stream. Names are those of the standard.
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_H264_SPS_H
#define MEDIA_H264_SPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A parameter set of more bytes than this is not taken. */
enum { H264_PARAMETER_SET_MAX_BYTES = 4096 };

/* Owns nothing: copyable. */
struct h264_sps {
    uint8_t profile_idc;
    uint8_t constraint_flags; /* the byte between profile_idc and level_idc */
    uint8_t level_idc;
    uint8_t seq_parameter_set_id; /* 0..31 */
    uint8_t chroma_format_idc;    /* 0..3; 1 is 4:2:0 */
    bool separate_colour_plane_flag;
    uint8_t bit_depth_luma, bit_depth_chroma; /* 8..14 */
    uint8_t log2_max_frame_num;               /* 4..16 */
    uint8_t pic_order_cnt_type;               /* 0..2 */
    uint8_t max_num_ref_frames;               /* 0..16 */
    bool gaps_in_frame_num_value_allowed_flag;
    bool frame_mbs_only_flag;
    uint32_t width_in_mbs, height_in_mbs; /* of a frame, before cropping */
    uint32_t width, height;               /* luma samples, after cropping */
    uint32_t sar_width, sar_height;       /* sample aspect ratio; 0:0 where unspecified */
    bool bitstream_restriction_flag;      /* without it the two fields below are 0 */
    uint8_t max_num_reorder_frames;
    uint8_t max_dec_frame_buffering;
};

/* Reads an SPS NAL unit (no start code, no length, still escaped). ERR_TRUNCATED; ERR_INVALID for
 * another type of unit or a value out of range; ERR_UNSUPPORTED where it is longer than
 * H264_PARAMETER_SET_MAX_BYTES. *sps is untouched on failure. */
int h264_sps_parse(struct h264_sps *sps, const uint8_t *data, size_t size);

#endif
