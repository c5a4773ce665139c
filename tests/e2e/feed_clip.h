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
    bool mute;  /* without a sound stream */
    bool blind; /* without a picture stream */
    /* All may be NULL or 0. */
    const char *filter;       /* ffmpeg's, for the pictures */
    const char *const *coded; /* ffmpeg's arguments instead of those for H.264 and AAC */
    const char *picture_codec, *sound_codec; /* ffmpeg's encoders; NULL: libx264, aac */
    int channels;                            /* of the sound, which is the same on all: 1, 2 or 6 */
    int beats_seen; /* pictures end after so many, while the sound goes on */
};

/* H.264 with B-frames and a key frame at each beat, AAC of 44.1 kHz, mono. */
void feed_clip_make(const struct feed_clip *clip);

int feed_clip_beat_frames(struct rational rate);
int feed_clip_frames(const struct feed_clip *clip);

/* Whether a decoded picture shows the flash, after scaling and coding. */
bool feed_clip_is_flash(const AVFrame *picture);
/* The number that it is stamped with; -1 where none can be read. */
int64_t feed_clip_number(const AVFrame *picture);
/* How many pictures ago the bar was at the left, from where it is now, in a picture that shows the
 * whole of a clip of clip_width; -1 where no bar is seen (the flash has none). It goes round once
 * in feed_clip_bar_round pictures. Deinterlacing leaves it whole, which it doesn't the stamp: cells
 * that change at each field look like lines to it. */
int feed_clip_bar(const AVFrame *picture, int clip_width);
int feed_clip_bar_round(int clip_width);
/* Beeps are louder than this, and the tone is not. */
float feed_clip_beep_level(void);

#endif
