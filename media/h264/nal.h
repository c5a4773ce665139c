/* NAL units (ISO/IEC 14496-10 7.3.1): units one by one out of the length-prefixed form of ISO/IEC
 * 14496-15 5.3.3, and the emulation prevention bytes (7.4.1) taken out and put in.
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_H264_NAL_H
#define MEDIA_H264_NAL_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

/* nal_unit_type, table 7-1; those that this folder tells apart. */
enum h264_nal_type {
    H264_NAL_SLICE = 1, /* of a picture that is no IDR picture */
    H264_NAL_IDR = 5,
    H264_NAL_SEI = 6,
    H264_NAL_SPS = 7,
    H264_NAL_PPS = 8,
    H264_NAL_AUD = 9,
    H264_NAL_FILLER = 12,
};

struct h264_nal {
    const uint8_t *data; /* the header byte first, still escaped; borrowed */
    size_t size;         /* > 0 */
    uint8_t nal_ref_idc;
    uint8_t nal_unit_type;
};

/* Reads the header byte of one unit. ERR_TRUNCATED where size is 0, ERR_INVALID where
 * forbidden_zero_bit is set. */
int h264_nal_init(struct h264_nal *nal, const uint8_t *data, size_t size);

/* The next unit behind its four-byte length. ERR_END where no byte is left; else as h264_nal_init,
 * and ERR_TRUNCATED where the length goes past the end. */
int h264_nal_next(struct bytes_reader *units, struct h264_nal *nal);

/* Writes the unit without its emulation prevention bytes to out, at most capacity bytes of it, and
 * gives their count. The header byte is one of them. */
size_t h264_nal_unescape(uint8_t *out, size_t capacity, const uint8_t *data, size_t size);

/* Appends a whole unit with emulation prevention bytes, also the one behind a last byte of 0. */
void h264_nal_escape(struct bytes_writer *out, const uint8_t *data, size_t size);

#endif
