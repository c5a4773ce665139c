/* An FLV file (Adobe, "Video File Format Specification 10.1", annex E) out of RTMP's messages,
 * whose bodies are those of its tags. Thread-safety: pure; any thread. */
#ifndef PACKAGER_RTMP_FLV_H
#define PACKAGER_RTMP_FLV_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

/* It promises neither sound nor picture: which there are, the tags will show. */
void flv_write_header(struct bytes_writer *w);

/* type: 8 sound, 9 picture, 18 data, whose "@setDataFrame", said to servers only, goes. size: below
 * 2^24. */
void flv_write_tag(struct bytes_writer *w, uint8_t type, uint32_t timestamp_ms, const uint8_t *data,
                   size_t size);

#endif
