/* A decoded picture as an IDR picture of I_PCM macroblocks (ISO/IEC 14496-10 7.3.5, 7.4.5): it
 * decodes to the very same samples. Behind the splice every P picture may follow any IDR picture,
 * so that a decoder which is given picture n in this form goes on with P pictures n+1, n+2, ... to
 * exactly what the stream itself decodes to.
 *
 * It is made for decoders of our own, not for viewers. Such a picture may have more bytes than
 * MinCR and the coded picture buffer of the stream's level allow (A.3), and below the High profile
 * samples of I_PCM macroblocks are not allowed to be 0 (A.2.1, A.2.2); they are written as they
 * are.
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_H264_PCM_PICTURE_H
#define MEDIA_H264_PCM_PICTURE_H

#include "media/core/bytes.h"
#include "media/h264/pps.h"
#include "media/h264/sps.h"

#include <stdint.h>

/* NV12 of 8 bits: a plane of luma, and one of half as many rows with Cb and Cr in turn. Of both,
 * the coded size is readable, 16 * width_in_mbs x 16 * height_in_mbs luma samples: what cropping
 * takes away is predicted from, too. All of it is borrowed. */
struct h264_picture {
    const uint8_t *luma, *chroma;
    int luma_stride, chroma_stride; /* bytes from row to row */
};

/* Appends the picture as one slice NAL unit (nal_ref_idc 3, IDR) with a four-byte length in front.
 * It refers to pps by its id; idr_pic_id has to differ from that of an IDR picture directly before
 * it (7.4.3). ERR_UNSUPPORTED where the parameter sets are not of the kind that h264_slice_supports
 * agrees to, or not of 8 bits and 4:2:0; ERR_NOMEM. On failure out holds what it held before. */
int h264_pcm_picture_write(const struct h264_sps *sps, const struct h264_pps *pps,
                           const struct h264_picture *picture, uint16_t idr_pic_id,
                           struct bytes_writer *out);

#endif
