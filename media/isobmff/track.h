/* trak of a fragmented track (ISO/IEC 14496-12 8.3 to 8.7): no samples of its own, durations 0.
 * Thread-safety: pure functions on the caller's data. */
#ifndef MEDIA_ISOBMFF_TRACK_H
#define MEDIA_ISOBMFF_TRACK_H

#include "media/core/bytes.h"
#include "media/isobmff/box.h"
#include "media/isobmff/sample_entry.h"

#include <stdint.h>

/* Exactly one of video and audio is set. */
struct isobmff_track {
    uint32_t track_id;  /* > 0 */
    uint32_t timescale; /* ticks per second, > 0 */
    char language[4];   /* ISO 639-2, three lower-case letters */
    const struct isobmff_avc1 *video;
    const struct isobmff_mp4a *audio;
};

/* The track's shown width in 16.16 (8.3.2): the coded width stretched by the sample aspect ratio.
 * 0 where that is below 2^-16 or above 65535. */
uint32_t isobmff_track_shown_width(const struct isobmff_avc1 *video);

/* The transformation matrix of mvhd and tkhd that changes nothing. */
void isobmff_unity_matrix_write(struct bytes_writer *w);

void isobmff_track_write(struct bytes_writer *w, const struct isobmff_track *track);

/* mdhd's timescale of a trak. ERR_INVALID where it is missing, broken or 0. */
int isobmff_track_read_timescale(const struct isobmff_box *trak, uint32_t *timescale);

#endif
