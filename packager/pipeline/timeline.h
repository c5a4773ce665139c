/* The output clock of a channel: which moment belongs to which frame, and when the channel ends.
 * Invariant: frame n of a rate r belongs to start_us + floor(n * 10^6 / r), whatever else happens;
 * no error adds up. Thread-safety: pure functions, any thread. */
#ifndef PACKAGER_PIPELINE_TIMELINE_H
#define PACKAGER_PIPELINE_TIMELINE_H

#include "media/core/timebase.h"

#include <stdint.h>

struct timeline {
    int64_t start_us; /* monotonic time of frame 0, of sound and picture */
    struct rational video_rate;
    struct rational audio_rate; /* frames of 1024 samples */
    struct rational segment_duration;
};

/* Monotonic times at which a frame begins. */
int64_t timeline_video_us(const struct timeline *t, int64_t frame);
int64_t timeline_audio_us(const struct timeline *t, int64_t frame);

/* seconds rounded to whole frames of rate, at least one (H27: exact boundaries need them). */
struct rational timeline_whole_frames(double seconds, struct rational rate);

/* The number of frames that the channel is to have in all when its end is announced at now_us
 * (HESP 3.2.5: at least 2 s ahead): the first frame number at or after now_us + ahead_us at which
 * no track's last segment is shorter than a second, or than the others. ahead_us >= 2000000. */
int64_t timeline_end_frame(const struct timeline *t, int64_t now_us, int64_t ahead_us);

/* The number of audio frames that cover the first video_frames frames of picture. */
int64_t timeline_audio_frames(const struct timeline *t, int64_t video_frames);

#endif
