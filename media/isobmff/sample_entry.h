/* Sample entries of the two codecs: avc1 (ISO/IEC 14496-15 5.4.2) and mp4a (ISO/IEC 14496-14 6.7),
 * with btrt (ISO/IEC 14496-12 8.5.2) and, where pixels are not square, pasp (12.1.4).
 * Thread-safety: pure functions on the caller's writer. */
#ifndef MEDIA_ISOBMFF_SAMPLE_ENTRY_H
#define MEDIA_ISOBMFF_SAMPLE_ENTRY_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

/* The largest AudioSpecificConfig, so that every descriptor of esds has a one-byte size. */
enum { ISOBMFF_ASC_BYTES_MAX = 64 };

struct isobmff_avc1 {
    uint16_t width, height;         /* luma samples */
    uint32_t sar_width, sar_height; /* > 0; no pasp where they are equal */
    const uint8_t *avcc;            /* AVCDecoderConfigurationRecord, borrowed */
    size_t avcc_size;
    uint32_t bandwidth; /* bits/s for btrt; 0: no btrt */
};

struct isobmff_mp4a {
    uint32_t sample_rate; /* Hz, < 65536 */
    uint16_t channels;
    const uint8_t *asc; /* AudioSpecificConfig, borrowed */
    size_t asc_size;    /* 1..ISOBMFF_ASC_BYTES_MAX */
    uint32_t bandwidth; /* bits/s for esds and btrt; 0: unknown, no btrt */
};

void isobmff_avc1_write(struct bytes_writer *w, const struct isobmff_avc1 *entry);
void isobmff_mp4a_write(struct bytes_writer *w, const struct isobmff_mp4a *entry);

#endif
