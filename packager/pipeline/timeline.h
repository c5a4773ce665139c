/* The output clock of a Presentation: which moment belongs to which frame, when it ends, and how
 * the next one follows. Manifest time goes on from Presentation to Presentation; frames, and media
 * times with them, start again at 0 in each.
 * Invariant: frame n of a rate r belongs to start_us + floor(n * 10^6 / r), whatever else happens;
 * no error adds up. Thread-safety: pure functions, any thread. */
#ifndef PACKAGER_PIPELINE_TIMELINE_H
#define PACKAGER_PIPELINE_TIMELINE_H

#include "media/core/timebase.h"

#include <stdint.h>

struct timeline {
    int64_t start_us;      /* monotonic time of frame 0, of sound and picture */
    struct rational start; /* the same in manifest time: seconds, in lowest terms */
    struct rational video_rate;
    struct rational audio_rate; /* frames of 1024 samples */
    struct rational segment_duration;
};

/* Monotonic times at which a frame begins. */
int64_t timeline_video_us(const struct timeline *t, int64_t frame);
int64_t timeline_audio_us(const struct timeline *t, int64_t frame);

/* The timeline of the Presentation that begins where this one ends, after end_frame frames. Exact
 * as long as the scales of its predecessors have a common one of at most 10^8, as all usual rates
 * do; else start is rounded down to a microsecond. */
struct timeline timeline_following(const struct timeline *t, int64_t end_frame,
                                   struct rational video_rate, double segment_duration_s);

/* The sample of the channel's sound (48 kHz, counted from manifest time 0) that is a Presentation's
 * first. */
int64_t timeline_first_sample(const struct timeline *t);

/* The least common multiple of two scales, or 0 where it exceeds 10^8. */
int64_t timeline_common_scale(int64_t a, int64_t b);

/* seconds rounded to whole frames of rate, at least one (H27: exact boundaries need them). */
struct rational timeline_whole_frames(double seconds, struct rational rate);

/* The number of frames that the Presentation is to have in all when its end is announced at now_us
 * (HESP 3.2.5: at least 2 s ahead): the first frame number at or after now_us + ahead_us at which
 * no track's last segment is shorter than a second, or than the others. ahead_us >= 2000000. */
int64_t timeline_end_frame(const struct timeline *t, int64_t now_us, int64_t ahead_us);

/* The number of audio frames that cover the first video_frames frames of picture. */
int64_t timeline_audio_frames(const struct timeline *t, int64_t video_frames);

#endif
