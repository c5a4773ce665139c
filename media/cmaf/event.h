/* The events that HESP puts in band (HESP 6.2.1): initdata and manifestupdate.
 * Thread-safety: pure functions on the caller's data. */
#ifndef MEDIA_CMAF_EVENT_H
#define MEDIA_CMAF_EVENT_H

#include "media/cmaf/chunk.h"
#include "media/core/bytes.h"
#include "media/isobmff/box.h"

#include <stdint.h>

/* Appends an initdata event (HESP 6.2.1.1), offset always written. For video timescale and
 * event_duration are the packet's; for audio 1 and 0. */
void cmaf_event_write_initdata(struct bytes_writer *out, uint32_t timescale,
                               uint32_t event_duration,
                               const struct cmaf_continuation *continuation);

/* Appends a manifestupdate event without a URL (HESP 6.2.1.2). */
void cmaf_event_write_manifest_update(struct bytes_writer *out);

enum cmaf_event_kind {
    CMAF_EVENT_OTHER, /* another scheme or value, or a version of emsg that is not known */
    CMAF_EVENT_INITDATA,
    CMAF_EVENT_MANIFEST_UPDATE
};

/* Reads an emsg box; continuation is set for CMAF_EVENT_INITDATA. ERR_INVALID, and then nothing is
 * set. */
int cmaf_event_read(const struct isobmff_box *emsg, enum cmaf_event_kind *kind,
                    struct cmaf_continuation *continuation);

#endif
