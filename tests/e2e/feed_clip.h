/* Clips for feeds, made by ffmpeg: pictures that tell their own number by a stamp, a white flash of
 * three pictures at the beginning of each beat, and a beep of 80 ms that begins with it, over a
 * quiet tone. A beat is the whole number of pictures nearest to a second.
 * Whatever goes wrong fails the test. Thread-safety: one thread at a time. */
#ifndef TESTS_E2E_FEED_CLIP_H
#define TESTS_E2E_FEED_CLIP_H

#include "media/core/timebase.h"

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

enum { FEED_CLIP_CHANNEL = 11 }; /* that the stamps tell */

struct feed_clip {
    const char *path;     /* its ending tells ffmpeg the container */
    struct rational rate; /* of the pictures */
    int beats;            /* how long it is */
    int width, height;
    bool mute;                               /* without a sound stream */
    bool blind;                              /* without a picture stream */
    const char *picture_codec, *sound_codec; /* ffmpeg's encoders; NULL: libx264, aac */
};

/* With B-frames and a key frame at each beat, and sound of 44.1 kHz. */
void feed_clip_make(const struct feed_clip *clip);

int feed_clip_beat_frames(struct rational rate);
int feed_clip_frames(const struct feed_clip *clip);

/* Whether a decoded picture shows the flash, after scaling and coding. */
bool feed_clip_is_flash(const AVFrame *picture);
/* The number that it is stamped with; -1 where none can be read. */
int64_t feed_clip_number(const AVFrame *picture);
/* Beeps are louder than this, and the tone is not. */
float feed_clip_beep_level(void);

#endif
