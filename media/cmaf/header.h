/* CMAF headers (ISO/IEC 23000-19 7.3.1): ftyp and moov of one track, with mvex, with empty sample
 * tables, without mehd and with zero durations, so that players take the track as live.
 * The track id is always CMAF_TRACK_ID. */
#ifndef MEDIA_CMAF_HEADER_H
#define MEDIA_CMAF_HEADER_H

#include "media/core/bytes.h"

#include <stddef.h>
#include <stdint.h>

enum { CMAF_TRACK_ID = 1 };

struct cmaf_video_header {
    uint32_t timescale;             /* ticks per second, > 0 */
    uint16_t width, height;         /* luma samples */
    uint32_t sar_width, sar_height; /* sample aspect ratio, 1:1 where square (then no pasp) */
    const uint8_t *avcc;            /* AVCDecoderConfigurationRecord, borrowed */
    size_t avcc_size;
    uint32_t bandwidth; /* bits/s for btrt, 0: no btrt */
};

struct cmaf_audio_header {
    uint32_t timescale;   /* the sample rate */
    uint32_t sample_rate; /* Hz, < 65536 */
    uint16_t channels;
    const uint8_t *asc; /* AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1), borrowed */
    size_t asc_size;
    uint32_t bandwidth;
    char language[4]; /* ISO 639-2, "und" where unknown */
};

/* Append the header to out: ftyp (brands cmf2, cmfc, iso6) and moov. 0; ERR_INVALID for values
 * outside the ranges above, an avcc above 1 MiB, an asc above 64 bytes or a shown width above
 * 65535, and then nothing is appended; ERR_NOMEM. Thread-safety: pure on the caller's data. */
int cmaf_header_write_video(struct bytes_writer *out, const struct cmaf_video_header *h);
int cmaf_header_write_audio(struct bytes_writer *out, const struct cmaf_audio_header *h);

#endif
