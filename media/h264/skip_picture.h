/* A P picture whose macroblocks are all skipped (ISO/IEC 14496-10 7.3.4): it shows the picture
 * before it once more, sample for sample, and takes a few dozen bytes and next to no time. With the
 * header that the splice gives P pictures, it may stand anywhere in a Continuation Stream: what the
 * encoder makes next refers to the same samples, as if it had not been there.
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_H264_SKIP_PICTURE_H
#define MEDIA_H264_SKIP_PICTURE_H

#include "media/core/bytes.h"
#include "media/h264/splice.h"

#include <stdint.h>

/* Appends the sample of picture `sequence` (>= 0) to out: one slice NAL unit with a four-byte
 * length in front. ERR_NOMEM; on failure out holds what it held before. */
int h264_skip_picture_write(const struct h264_splice *splice, int64_t sequence,
                            struct bytes_writer *out);

#endif
