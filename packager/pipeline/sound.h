/* The sound of a Presentation at work: a thread that asks the source for each frame's samples when
 * their time has passed, and pushes them through the audio track. Thread-safety: create, start,
 * announce and destroy from one thread; state from any. */
#ifndef PACKAGER_PIPELINE_SOUND_H
#define PACKAGER_PIPELINE_SOUND_H

#include "packager/pipeline/histogram.h"
#include "packager/pipeline/source.h"
#include "packager/pipeline/timeline.h"
#include "packager/store/store.h"

struct sound;

struct sound_config {
    const char *channel; /* for the log; borrowed */
    int64_t bitrate_bps;
    struct rational segment_duration;
    struct store *store;
    struct source *source; /* borrowed */
};

int sound_create(const struct sound_config *config, struct sound **out);
/* Starts the thread; frame 0 begins at timeline->start_us. */
int sound_start(struct sound *s, const struct timeline *timeline);
void sound_announce_end(struct sound *s, int64_t end_frame);
/* The manifest has changed: manifestupdate events in the frames before until_frame (H32).
 * Thread-safety: any. */
void sound_announce_change(struct sound *s, int64_t until_frame);
void sound_destroy(struct sound *s); /* NULL is fine */

struct sound_state {
    int64_t cpu_us;
    bool finished;                                /* the last frame is stored, or it has failed */
    bool failed;                                  /* it has ended before its time */
    int64_t silenced_frames;                      /* made as silence because the encoder was late */
    const struct histogram *capture_to_available; /* the sound's */
};
void sound_state(const struct sound *s, struct sound_state *state);

extern const char sound_track_id[];

#endif
