/* Syntax elements that are read with the range which the standard gives them, so that a header out
 * of range makes its reader fail with ERR_INVALID (ISO/IEC 14496-10 7.2).
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_H264_SYNTAX_H
#define MEDIA_H264_SYNTAX_H

#include "media/core/bits.h"

#include <stddef.h>
#include <stdint.h>

/* Makes status stick, unless an earlier error does. */
void h264_syntax_fail(struct bits_reader *r, int status);

/* ue(v) of at most `most`, se(v) of least..most; 0 on failure. */
uint32_t h264_syntax_ue(struct bits_reader *r, uint32_t most);
int32_t h264_syntax_se(struct bits_reader *r, int32_t least, int32_t most);

/* Reads past scaling lists (7.3.2.1.1.1), each with its present flag: the first six are of 4x4, the
 * others of 8x8. */
void h264_syntax_skip_scaling_lists(struct bits_reader *r, unsigned count);

/* Where an RBSP's data end: bits up to and with rbsp_stop_one_bit. 0 where there is none. */
size_t h264_syntax_bits_with_stop(const uint8_t *rbsp, size_t size);

#endif
