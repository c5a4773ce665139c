/* A channel's manifest (HESP 3.2), from a snapshot of its Presentations and their stores. */
#ifndef PACKAGER_PIPELINE_CHANNEL_MANIFEST_H
#define PACKAGER_PIPELINE_CHANNEL_MANIFEST_H

#include "manifests/hesp.h"
#include "media/core/bytes.h"
#include "packager/pipeline/timeline.h"
#include "packager/store/store.h"

#include <stddef.h>
#include <stdint.h>

struct manifest_presentation {
    const char *id;
    struct timeline timeline;
    int64_t end_frame; /* of the picture; INT64_MAX: open */
    struct store *store;
};

/* Presentations in their order; each but the last has an end, which is where the next one starts.
 */
struct manifest_snapshot {
    const struct manifest_presentation *presentations;
    size_t count;  /* 1.. */
    size_t active; /* index */
    int64_t now_utc_us;
};

/* Appends the manifest's JSON. ERR_NOT_FOUND while a track of the active Presentation has no sample
 * yet. Of one to come, the first segment of each track is listed. Thread-safety: any. */
int channel_manifest_write(const struct manifest_snapshot *snapshot, struct bytes_writer *out);

#endif
