/* What a decoder has to know before the first sample: the AVCDecoderConfigurationRecord of an avc1
 * or avc3 sample entry (ISO/IEC 14496-15 5.4.2), or the AudioSpecificConfig in the esds of an mp4a
 * one (ISO/IEC 14496-14 6.7, 14496-1 7.2.6).
 * Thread-safety: pure functions on the caller's data. */
#ifndef MEDIA_ISOBMFF_DECODER_CONFIG_H
#define MEDIA_ISOBMFF_DECODER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct isobmff_decoder_config {
    bool video;          /* H.264; else AAC */
    const uint8_t *data; /* into the input */
    size_t size;         /* > 0; of a record at least 7, its version 1 */
};

/* Reads it out of a header, which is ftyp and moov or moov alone, with one track of one sample
 * entry. ERR_INVALID for what breaks its format or isn't there; ERR_UNSUPPORTED for several tracks
 * or entries and for other codecs. config is untouched on failure. */
int isobmff_decoder_config_read(const uint8_t *header, size_t size,
                                struct isobmff_decoder_config *config);

#endif
