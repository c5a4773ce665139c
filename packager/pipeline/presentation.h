/* One HESP Presentation of a channel: its rungs and its sound, and the store they fill, from its
 * first frame to its announced end. Its encoders are there from its creation on, its clock is the
 * channel's.
 * Thread-safety: create, place, set_end, announce_end and destroy from one thread; begin and show
 * from the clock's, once it was placed; the rest from any. */
#ifndef PACKAGER_PIPELINE_PRESENTATION_H
#define PACKAGER_PIPELINE_PRESENTATION_H

#include "packager/config/config.h"
#include "packager/pipeline/channel_manifest.h"
#include "packager/pipeline/rung.h"
#include "packager/pipeline/sound.h"
#include "packager/pipeline/source.h"
#include "packager/pipeline/timeline.h"
#include "packager/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct presentation;

/* Opens the encoders, which takes a while. name is the channel's, for the log; it and the source
 * are borrowed for the Presentation's life, config is not. The reason of a failure is in the log.
 */
int presentation_create(const char *name, const struct config_channel *config,
                        struct source *source, struct presentation **out);
/* Stops wherever it is, and frees. The clock must be done with it. NULL is fine. */
void presentation_destroy(struct presentation *p);

/* When it starts; at the latest before it begins, and then no more. */
void presentation_place(struct presentation *p, const struct timeline *timeline);

/* The clock has come: starts the sound. */
int presentation_begin(struct presentation *p);
/* Frame n, which is due: gives the source's picture to all rungs, or to the smaller ones where the
 * machine is too slow for all of them. rushed: the clock is late, and catches up by having all of
 * them repeat what they have. */
void presentation_show(struct presentation *p, int64_t frame, bool rushed);

/* Says that it ends before frame end_frame, to the manifest and the clock (H9). */
void presentation_set_end(struct presentation *p, int64_t end_frame);
/* Has its tracks announce that end (H32): once the manifest says it. */
void presentation_announce_end(struct presentation *p);
int64_t presentation_end_frame(const struct presentation *p); /* INT64_MAX: none was set */

void presentation_set_memory(struct presentation *p, int64_t bytes);

/* Gives up what left the window since it has finished; of a finished one. */
void presentation_trim(struct presentation *p, int64_t now_us);
/* Whether all of it has left the window, and a little more. Of a finished one. */
bool presentation_expired(const struct presentation *p, int64_t now_us);

/* It has begun. */
bool presentation_begun(const struct presentation *p);
/* Every track that goes on has its first samples, so that whoever comes finds a packet, or one that
 * is being made (see store_newest_packet): it can be the active one. */
bool presentation_can_be_joined(const struct presentation *p);
/* Every track that goes on has a packet. */
bool presentation_ready(const struct presentation *p);
/* Every track holds its last frame (or has failed). */
bool presentation_finished(const struct presentation *p);

/* Its id, unique over restarts: packets of an earlier run may be in caches. */
const char *presentation_id(const struct presentation *p);
const struct timeline *presentation_timeline(const struct presentation *p);
struct store *presentation_store(const struct presentation *p);

/* What the manifest says of it; borrows. */
void presentation_describe(const struct presentation *p, struct manifest_presentation *out);

/* What the pages show; a copy, but for the borrowed histograms. */
struct presentation_state {
    struct sound_state sound;
    struct rung_state rungs[CONFIG_RUNGS_MAX];
    size_t rung_count;
    int64_t newest_sequence; /* of the largest rung that goes on, -1 before the first */
    int64_t behind_us; /* how far the newest sample is behind the clock, of the latest track that
                          goes on */
    int64_t all_behind_us; /* of the rung that is nearest to the clock, or of the sound where that
                              is later */
    int shed_level, shed_most; /* see overload.h */
};
void presentation_state(const struct presentation *p, int64_t now_us,
                        struct presentation_state *state);

#endif
