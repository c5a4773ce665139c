/* A channel: one source, its output clock, and the Presentations that it makes of it, one after the
 * other. Where a change of the settings makes viewers another stream, a Presentation follows
 * another on the same clock without a frame between them; the old one stays for as long as viewers
 * may go back to it.
 * Thread-safety: one call at a time, as the service's lock sees to, but for create, prepare,
 * retune, set_input and destroy: these take their time, belong to one thread together with all
 * calls that change something, and meet the others at what doesn't change. */
#ifndef PACKAGER_PIPELINE_CHANNEL_H
#define PACKAGER_PIPELINE_CHANNEL_H

#include "packager/config/config.h"
#include "packager/pipeline/presentation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHANNEL_PRESENTATIONS_MAX = 4 };

struct channel;

/* config is copied; number (1 for the first) goes into test: stamps. The output clock starts with
 * the feed's first picture, or with a black one after a short grace. The reason of a failure is in
 * the log. */
int channel_create(const struct config_channel *config, uint16_t number, struct channel **out);
/* Stops wherever it is, and frees. NULL is fine. */
void channel_destroy(struct channel *c);

/* What it was made to be, changes under way included. */
const struct config_channel *channel_config(const struct channel *c);
const char *channel_name(const struct channel *c);

/* Nothing is under way: its last Presentation is the active one, and has no end. */
bool channel_settled(const struct channel *c);

/* A Presentation after config's ladder, rates and window, to follow; the caller's. The reason of a
 * failure is in the log. */
int channel_prepare(struct channel *c, const struct config_channel *config,
                    struct presentation **out);
/* Takes it over: announces the end of the last one, at least 5 s ahead (H9 wants two), where this
 * one starts. Only of a settled channel. config is what it was prepared after. */
void channel_follow(struct channel *c, struct presentation *next,
                    const struct config_channel *config, int64_t now_us);
/* Has the source know how the newest Presentation wants its pictures. After channel_follow. */
void channel_retune(struct channel *c);
/* Another input, or the same one played otherwise, with the Presentations as they are. The reason
 * of a failure is in the log; the input before goes on then, where it could be kept open. */
int channel_set_input(struct channel *c, const struct config_channel *config);
void channel_set_memory(struct channel *c, int64_t bytes);

/* Announces the end at least 2 s ahead (H9); a second call changes nothing. A Presentation that was
 * to follow and has not begun is not to be: it is given back, for the caller to destroy. */
struct presentation *channel_announce_end(struct channel *c, int64_t now_us);
/* The end was announced, and every track holds its last frame (or has failed). */
bool channel_finished(const struct channel *c);
/* A viewer can join. */
bool channel_ready(const struct channel *c);

/* The Presentations, oldest first, for the manifest: up to CHANNEL_PRESENTATIONS_MAX. Gives their
 * number, 0 before the first has begun. */
size_t channel_describe(const struct channel *c, struct manifest_presentation *list,
                        size_t *active);
/* The index'th of them, NULL: there are no more. */
struct presentation *channel_presentation(const struct channel *c, size_t index);
/* The one that viewers join. */
struct presentation *channel_active(const struct channel *c);
/* Gives up what has left the window of those that have ended. */
void channel_trim(struct channel *c, int64_t now_us);
/* The oldest where nobody can ask for it any more (or there are too many): not the channel's any
 * more, for the caller to destroy. NULL: none. */
struct presentation *channel_take_expired(struct channel *c, int64_t now_us);

/* What the pages show; a copy, but for the borrowed histograms. */
struct channel_state {
    struct input_state input;
    struct sound_state sound;
    struct rung_state rungs[CONFIG_RUNGS_MAX];
    size_t rung_count;
    int64_t newest_sequence; /* of the active Presentation's largest rung that goes on, -1 before
                                the first */
    int64_t behind_us; /* how far the newest sample is behind the clock, of the latest track that
                          goes on */
    int64_t all_behind_us; /* of the rung that is nearest to the clock, or of the sound where that
                              is later */
    int shed_level, shed_most; /* see overload.h */
    bool started;              /* the output clock runs */
    bool changing;             /* a Presentation is to follow, or the end is announced */
};
void channel_state(const struct channel *c, int64_t now_us, struct channel_state *state);

#endif
