/* Movie fragments of one sample (ISO/IEC 14496-12 8.8.4 to 8.8.12): moof and mdat. moof tells
 * duration, size and flags of its sample itself instead of leaving them to trex, as the CMAF
 * structural brand cmf2 asks (ISO/IEC 23000-19 7.7), so that a fragment is read without its header.
 * Thread-safety: pure functions on the caller's data. */
#ifndef MEDIA_ISOBMFF_FRAGMENT_H
#define MEDIA_ISOBMFF_FRAGMENT_H

#include "media/core/bytes.h"
#include "media/isobmff/box.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes of what is written: a moof, and an mdat's header. */
enum { ISOBMFF_MOOF_BYTES = 100, ISOBMFF_MDAT_HEADER_BYTES = 8 };

struct isobmff_fragment {
    uint32_t sequence_number; /* mfhd */
    uint32_t track_id;
    uint64_t base_decode_time; /* ticks; written as tfdt version 1, read in both */
    uint32_t duration;         /* ticks */
    uint32_t size;             /* the sample's, bytes */
    bool sync;
    int32_t data_offset; /* where the sample starts, from moof's first byte; set by the reader */
};

/* Appends a moof whose sample is the first thing in an mdat that follows at once. */
void isobmff_moof_write(struct bytes_writer *w, const struct isobmff_fragment *fragment);

/* Appends an mdat. size <= ISOBMFF_BOX_BYTES_MAX - ISOBMFF_MDAT_HEADER_BYTES. */
void isobmff_mdat_write(struct bytes_writer *w, const void *data, size_t size);

/* Reads a moof. ERR_INVALID; ERR_UNSUPPORTED for what the format allows but a Maximal Gain chunk
 * (HESP C.1) is not: several tracks, runs or samples, a composition offset, a base-data-offset, or
 * properties that only trex tells. fragment is untouched on failure. */
int isobmff_moof_read(const struct isobmff_box *moof, struct isobmff_fragment *fragment);

#endif
