/* What CABAC (ISO/IEC 14496-10 9.3) writes around the samples of an I slice whose macroblocks are
 * all I_PCM. The arithmetic engine starts afresh behind every macroblock's samples (9.3.1.2), so
 * that a run of it codes three bins at most and all that it writes is one short number. Context
 * variables live on through the slice.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef MEDIA_H264_CABAC_PCM_H
#define MEDIA_H264_CABAC_PCM_H

#include "media/core/bits.h"

#include <stdbool.h>
#include <stdint.h>

/* A context variable (9.3.1.1): pStateIdx 0..62 and valMPS. */
struct h264_cabac_context {
    uint8_t state;
    bool mps;
};

/* A slice on its way. Owns nothing: copyable. */
struct h264_cabac_pcm {
    struct h264_cabac_context contexts[3]; /* ctxIdx 3..5, of mb_type in I slices */
    bool begun;                            /* a macroblock is written */
};

/* Starts a slice. slice_qp: SliceQPY, 0..51. */
void h264_cabac_pcm_init(struct h264_cabac_pcm *c, int slice_qp);

/* Writes what goes in front of a macroblock's samples: end_of_slice_flag 0 where there is a
 * macroblock before it, mb_type I_PCM, pcm_alignment_zero_bits (7.3.4, 7.3.5). neighbours: how many
 * of the macroblocks to the left and above are part of the slice, 0..2, which is ctxIdxInc since
 * they are I_PCM too (9.3.3.1.1.3). */
void h264_cabac_pcm_write_type(struct h264_cabac_pcm *c, struct bits_writer *w,
                               unsigned neighbours);

/* Writes what goes behind the last macroblock's samples: end_of_slice_flag 1, whose last bit is
 * rbsp_stop_one_bit (9.3.4.5), and rbsp_alignment_zero_bits. */
void h264_cabac_pcm_write_end(struct bits_writer *w);

#endif
