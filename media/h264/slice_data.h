/* Puts the slice data of a NAL unit behind another slice header (ISO/IEC 14496-10 7.3.4, 7.3.2.11).
 * Bytes that the new header does not shift are copied in bulk, still escaped; only CAVLC data that
 * end up at another bit position are unescaped, shifted and escaped again.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef MEDIA_H264_SLICE_DATA_H
#define MEDIA_H264_SLICE_DATA_H

#include "media/core/bits.h"
#include "media/h264/nal.h"

#include <stdbool.h>

/* Appends to out a whole unit: the NAL header byte and slice header that header has collected, then
 * the slice data of nal. old stands at them, in nal's first unescaped bytes. Both header->out and
 * old are used up. cabac: entropy_coding_mode_flag. ERR_TRUNCATED where there are no data,
 * ERR_INVALID where cabac_alignment_one_bit is 0, ERR_NOMEM; out may then hold half a unit. */
int h264_slice_data_append(struct bytes_writer *out, struct bits_writer *header,
                           struct bits_reader *old, const struct h264_nal *nal, bool cabac);

#endif
