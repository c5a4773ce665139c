/* The slice header (ISO/IEC 14496-10 7.3.3), for the kind of stream that the splice works on:
 * progressive P and IDR pictures in one slice group, pic_order_cnt_type 2, no weighted prediction.
 * Names are those of the standard. Thread-safety: pure functions, any thread. */
#ifndef MEDIA_H264_SLICE_H
#define MEDIA_H264_SLICE_H

#include "media/core/bits.h"
#include "media/h264/nal.h"
#include "media/h264/pps.h"
#include "media/h264/sps.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slice header of this kind is never longer, its NAL header byte included. */
enum { H264_SLICE_HEADER_MAX_BYTES = 256 };

struct h264_slice {
    bool idr; /* IdrPicFlag */
    uint32_t first_mb_in_slice;
    uint8_t slice_type; /* 0 or 5 (P), 2 or 7 (I) */
    uint8_t pic_parameter_set_id;
    uint16_t frame_num;
    uint16_t idr_pic_id; /* 0 where not idr */
    bool long_term_reference_flag, adaptive_ref_pic_marking_mode_flag;
    /* Places in the unescaped NAL unit, in bits from its header byte on. */
    size_t lists_at;   /* behind frame_num or idr_pic_id */
    size_t marking_at; /* dec_ref_pic_marking() */
    size_t quality_at; /* behind it */
    size_t data_at;    /* slice_data() */
};

/* Whether slices of such a stream can be read. */
bool h264_slice_supports(const struct h264_sps *sps, const struct h264_pps *pps);

/* Reads the header of nal, an IDR or non-IDR slice, from r, which stands behind the header byte of
 * its unescaped bytes; leaves r at slice_data(). The parameter sets must be ones that
 * h264_slice_supports agrees to. ERR_TRUNCATED; ERR_INVALID for values out of range;
 * ERR_UNSUPPORTED for B, SI and SP slices, for a picture that is no reference, for memory
 * management control operations and for long-term references. */
int h264_slice_read(struct h264_slice *slice, struct bits_reader *r, const struct h264_nal *nal,
                    const struct h264_sps *sps, const struct h264_pps *pps);

#endif
