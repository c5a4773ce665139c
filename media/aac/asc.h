/* The AudioSpecificConfig of AAC-LC (ISO/IEC 14496-3 1.6.2.1, 4.4.1) and the codec's name
 * (RFC 6381). Thread-safety: pure functions, any thread. */
#ifndef MEDIA_AAC_ASC_H
#define MEDIA_AAC_ASC_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

enum { AAC_OBJECT_TYPE_LC = 2, AAC_CODEC_NAME_BYTES = 16 };

struct aac_asc {
    uint8_t audio_object_type;  /* always AAC_OBJECT_TYPE_LC */
    uint32_t sample_rate;       /* Hz, 1..16777215 */
    uint8_t channels;           /* 1..6 or 8, in the order of channelConfiguration */
    uint16_t samples_per_frame; /* 1024 or 960 */
};

/* Appends the configuration: two bytes, or five with a sample rate that has no index. ERR_INVALID
 * for values outside the ranges above (then nothing is appended), ERR_NOMEM. */
int aac_asc_write(struct bytes_writer *out, const struct aac_asc *asc);

/* Reads a configuration; what follows the part of AAC-LC is ignored, except that it must not ask
 * for SBR. ERR_TRUNCATED; ERR_INVALID for reserved values; ERR_UNSUPPORTED for other object types,
 * for a program_config_element and for a core coder. *asc is untouched on failure. */
int aac_asc_read(struct aac_asc *asc, const uint8_t *data, size_t size);

/* "mp4a.40.2": the object type indication of MPEG-4 audio, then the audio object type. */
void aac_codec_name(const struct aac_asc *asc, char out[AAC_CODEC_NAME_BYTES]);

#endif
