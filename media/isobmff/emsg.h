/* emsg, the event message box (ISO/IEC 23009-1 5.10.3.3).
 * Thread-safety: pure functions on the caller's data. */
#ifndef MEDIA_ISOBMFF_EMSG_H
#define MEDIA_ISOBMFF_EMSG_H

#include "media/core/bytes.h"
#include "media/isobmff/box.h"

#include <stddef.h>
#include <stdint.h>

struct isobmff_emsg {
    uint8_t version;           /* 0 or 1; written is always 0 */
    const char *scheme_id_uri; /* borrowed, as everything here: from the input after reading */
    const char *value;
    uint32_t timescale;         /* ticks per second */
    uint64_t presentation_time; /* version 0: presentation_time_delta, < 2^32; 1: the time itself */
    uint32_t event_duration;    /* ticks */
    uint32_t id;
    const uint8_t *message_data;
    size_t message_data_size;
};

/* Appends a version 0 box. */
void isobmff_emsg_write(struct bytes_writer *w, const struct isobmff_emsg *emsg);

/* Reads a box of version 0 or 1. ERR_INVALID; ERR_UNSUPPORTED for another version. emsg is
 * untouched on failure. */
int isobmff_emsg_read(const struct isobmff_box *box, struct isobmff_emsg *emsg);

#endif
