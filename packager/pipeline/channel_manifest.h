/* A channel's manifest (HESP 3.2), from a snapshot of its store. */
#ifndef PACKAGER_PIPELINE_CHANNEL_MANIFEST_H
#define PACKAGER_PIPELINE_CHANNEL_MANIFEST_H

#include "manifests/hesp.h"
#include "media/core/bytes.h"
#include "packager/pipeline/timeline.h"
#include "packager/store/store.h"

#include <stdint.h>

struct manifest_snapshot {
    const char *presentation;
    struct timeline timeline;
    int64_t end_frame; /* of the picture; INT64_MAX: open */
    int64_t now_utc_us;
    struct store *store;
};

/* Whether a track has ended before the Presentation does: it has failed, and viewers are not to
 * look for it. Pure. */
bool channel_manifest_leaves_out(const struct manifest_snapshot *snapshot,
                                 const struct store_track_info *info,
                                 const struct store_track_state *state);

/* Appends the manifest's JSON, of the tracks that have not failed. ERR_NOT_FOUND while one of them
 * has no sample yet, and where there is none. Thread-safety: any. */
int channel_manifest_write(const struct manifest_snapshot *snapshot, struct bytes_writer *out);

#endif
