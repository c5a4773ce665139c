/* A channel: one input, its output clock, its rungs and its sound, and the store they fill. It is
 * one HESP Presentation, from its first frame to its announced end. Thread-safety: create, announce
 * and destroy from one thread; the rest from any. */
#ifndef PACKAGER_PIPELINE_CHANNEL_H
#define PACKAGER_PIPELINE_CHANNEL_H

#include "packager/config/config.h"
#include "packager/ingest/input.h"
#include "packager/pipeline/rung.h"
#include "packager/pipeline/sound.h"
#include "packager/pipeline/timeline.h"
#include "packager/store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHANNEL_PRESENTATION_BYTES = 32 };

struct channel;

/* config is borrowed for the channel's life; number (1 for the first) goes into test: stamps. The
 * output clock starts with the feed's first picture, or with a black one after a short grace. The
 * reason of a failure is in the log. */
int channel_create(const struct config_channel *config, uint16_t number, struct channel **out);
/* Stops wherever it is, and frees. NULL is fine. */
void channel_destroy(struct channel *c);

/* Announces the Presentation's end at least 2 s ahead (H9); a second call changes nothing. */
void channel_announce_end(struct channel *c);
/* Every track holds its last frame (or has failed). */
bool channel_finished(const struct channel *c);
/* Every track has a sample and a packet: a viewer can join. */
bool channel_ready(const struct channel *c);

const char *channel_name(const struct channel *c);
/* The Presentation's id, unique over restarts: packets of an earlier run may be in caches. */
const char *channel_presentation(const struct channel *c);
struct store *channel_store(const struct channel *c);

/* What the pages show; a copy, but for the borrowed histograms. */
struct channel_state {
    struct input_state input;
    struct sound_state sound;
    struct rung_state rungs[CONFIG_RUNGS_MAX];
    size_t rung_count;
    struct timeline timeline;
    int64_t end_frame;       /* of the picture; INT64_MAX until announced */
    int64_t newest_sequence; /* of the largest rung that goes on, -1 before the first */
    int64_t behind_us; /* how far the newest sample is behind the clock, of the latest track that
                          goes on */
    int64_t all_behind_us; /* of the rung that is nearest to the clock, or of the sound where that
                              is later */
    int shed_level, shed_most; /* see overload.h */
    bool started;              /* the output clock runs */
};
void channel_state(const struct channel *c, int64_t now_us, struct channel_state *state);

#endif
