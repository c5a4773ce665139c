/* The AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1) with the SPS and two PPS that differ
 * in their id only, which the splice alternates between; and the codec's name (RFC 6381). */
#ifndef MEDIA_H264_AVCC_H
#define MEDIA_H264_AVCC_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

enum { H264_CODEC_NAME_BYTES = 16 };

/* Appends the record: SPS, PPS 0 as given, PPS 1 made from it. sps and pps are NAL units without
 * start code or length. ERR_INVALID where they don't parse, ERR_UNSUPPORTED where the PPS id isn't
 * 0. */
int h264_avcc_write(struct bytes_writer *out, const uint8_t *sps, size_t sps_size,
                    const uint8_t *pps, size_t pps_size);

/* "avc1.PPCCLL" from an SPS NAL unit of at least four bytes. */
int h264_codec_name(const uint8_t *sps, size_t sps_size, char out[H264_CODEC_NAME_BYTES]);

#endif
