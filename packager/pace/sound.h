/* The sound of a feed that waits for its time: 48 kHz, two channels, float.
 *
 * Invariant: head <= tail <= head + PACE_SOUND_CAPACITY. And of a steady feed, what is taken is
 * what was put in, sample after sample: time stamps are followed by the count of the samples, and
 * what the two differ by is made up for by stretching the sound by 0.5 % at most. Only where that
 * would leave sound and picture too far apart, samples are left out, or silence put in.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_PACE_SOUND_H
#define PACKAGER_PACE_SOUND_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_SOUND_RATE = 48000, PACE_SOUND_CHANNELS = 2, PACE_SOUND_CAPACITY = 1 << 18 };

struct pace_sound {
    float *ring[PACE_SOUND_CHANNELS]; /* owned, PACE_SOUND_CAPACITY each */
    bool anchored;                    /* base_us is known */
    bool overlapping;                 /* what comes has been here already, and is left out */
    int64_t base_us;                  /* feed time of sample 0 */
    int64_t head, tail;               /* the samples that are held */
    int64_t at;                       /* the next one to take; may lie outside of head..tail */
    bool running;                     /* the last take was all sound */
    bool correcting;
    int64_t limit;          /* in samples: further off than this, `at` jumps */
    int64_t silent_samples; /* that were taken as silence, ever */
    int64_t jumps;          /* of `at`, while running, ever */
};

/* limit_us: how far sound may be off its time. ERR_NOMEM. */
int pace_sound_init(struct pace_sound *s, int64_t limit_us);
void pace_sound_set_limit(struct pace_sound *s, int64_t limit_us);
void pace_sound_finish(struct pace_sound *s); /* memory of zeros is fine */

/* Forgets the samples and their time; the counters stay. */
void pace_sound_clear(struct pace_sound *s);

/* Copies count samples whose first is at feed time pts_us. */
void pace_sound_put(struct pace_sound *s, const float *const planes[PACE_SOUND_CHANNELS], int count,
                    int64_t pts_us);

/* Fills planes with count samples, the first for feed time feed_us; silence where there are none.
 */
void pace_sound_take(struct pace_sound *s, int64_t feed_us, int count,
                     float *const planes[PACE_SOUND_CHANNELS]);

/* Fills planes with count samples of silence, which are counted, and takes nothing. */
void pace_sound_silence(struct pace_sound *s, int count, float *const planes[PACE_SOUND_CHANNELS]);

/* Microseconds of sound that wait to be taken. */
int64_t pace_sound_waiting_us(const struct pace_sound *s);

/* Feed time of the first sample that is held; only where there is one (head < tail). */
int64_t pace_sound_first_us(const struct pace_sound *s);

#endif
