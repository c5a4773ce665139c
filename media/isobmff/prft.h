/* prft, the producer reference time box (ISO/IEC 14496-12:2022 8.16.5).
 * Thread-safety: pure functions on the caller's data. */
#ifndef MEDIA_ISOBMFF_PRFT_H
#define MEDIA_ISOBMFF_PRFT_H

#include "media/core/bytes.h"
#include "media/isobmff/box.h"

#include <stdint.h>

/* The meaning of ntp_timestamp: when the picture or sound was captured, in an accurate clock. */
enum { ISOBMFF_PRFT_CAPTURED = 24 };

struct isobmff_prft {
    uint32_t flags; /* < 2^24 */
    uint32_t reference_track_id;
    uint64_t ntp_timestamp; /* RFC 5905 6: 32.32 bit seconds since 1900 */
    uint64_t media_time;    /* ticks of that track; written as version 1, read in both */
};

void isobmff_prft_write(struct bytes_writer *w, const struct isobmff_prft *prft);

/* ERR_INVALID, also for a version above 1. prft is untouched on failure. */
int isobmff_prft_read(const struct isobmff_box *box, struct isobmff_prft *prft);

#endif
