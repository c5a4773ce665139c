/* What a channel's Presentations take their pictures and sound from: one input, which goes on from
 * Presentation to Presentation, can be exchanged for another while the clock runs, and whose sound
 * is shared where two Presentations overlap.
 * Thread-safety: create, retune, replace and destroy from one thread; pictures from one, the
 * clock's; sound and state from any. Nothing but create, replace and destroy blocks. */
#ifndef PACKAGER_PIPELINE_SOURCE_H
#define PACKAGER_PIPELINE_SOURCE_H

#include "packager/ingest/input.h"

struct source;

/* Opens the input. config->channel is borrowed for the source's life, its URL is not. Statuses as
 * of input_create. */
int source_create(const struct input_config *config, struct source **out);
void source_destroy(struct source *s); /* NULL is fine */

/* As input_retune; an input that takes the place of this one follows it too. */
int source_retune(struct source *s, const struct input_tuning *tuning);

/* Exchanges the input. Until the new one is up, the last picture stays, with silence. The old one
 * is closed first where both want the same port; where the new one can't be had then, there is
 * none. Statuses as of input_create: the old input goes on, where it was not closed. */
int source_replace(struct source *s, const char *url, bool loop);

/* As input_picture; out->frame is NULL where there is no input and never was a picture.
 * source_picture_done is due once out->frame has been used, and soon: an exchange
 * waits for it. */
void source_picture(struct source *s, int64_t sequence, int64_t slot_us, int64_t slot_utc_us,
                    struct input_picture *out);
void source_picture_done(struct source *s);

/* Samples of the channel, counted from manifest time 0, as of input_audio; but callers may ask for
 * the same ones, as long as they are hardly older than the newest. */
void source_sound(struct source *s, int64_t first_sample, int count, int64_t slot_us,
                  float *const planes[INPUT_CHANNELS]);

void source_state(struct source *s, struct input_state *state);

#endif
