/* A channel's manifest (HESP 3.2), from a snapshot of its Presentations and their stores. */
#ifndef PACKAGER_PIPELINE_CHANNEL_MANIFEST_H
#define PACKAGER_PIPELINE_CHANNEL_MANIFEST_H

#include "manifests/hesp.h"
#include "media/core/bytes.h"
#include "packager/pipeline/timeline.h"
#include "packager/store/store.h"

#include <stddef.h>
#include <stdbool.h>
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

/* Whether a track has ended before its Presentation does: it has failed, and viewers are not to
 * look for it. Pure. */
bool channel_manifest_leaves_out(const struct manifest_presentation *of,
                                 const struct store_track_info *info,
                                 const struct store_track_state *state);

/* Appends the manifest's JSON, of the tracks that have not failed. ERR_NOT_FOUND while one of them
 * has no sample yet in the active Presentation, and where that has none. Of one to come, the first
 * segment of each track is listed. Thread-safety: any. */
int channel_manifest_write(const struct manifest_snapshot *snapshot, struct bytes_writer *out);

#endif
