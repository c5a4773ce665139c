/* A channel's output clock never stops. This is where a feed's pictures and sound are laid onto it:
 * whatever rate, jitter and clock the feed has, each slot gets its picture (the newest that is due,
 * or none: the last one again), and each run of samples its sound (or silence).
 *
 * Invariants: pictures come out in the order that they went in. At most PACE_PICTURES_MAX of them,
 * about a second, and five seconds of sound are held. Sound and picture use one offset between feed
 * time and clock, and are never further than 45 ms apart by their time stamps, except while a
 * picture is late itself.
 *
 * There are two kinds of sources. A *paced* one (a file, a pipe) is read ahead: its reader waits
 * while pace_full, and its clock starts with the first slot after that. A *live* one is never held
 * back: what no slot had room for goes, the oldest first.
 *
 * A value of PACE_NO_PTS as time stamp means unknown. No clock is read here; now_us and slot_us are
 * of the same monotonic clock, and now_us never goes back.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_PACE_PACE_H
#define PACKAGER_PACE_PACE_H

#include "media/core/timebase.h"
#include "packager/pace/sound.h"
#include "packager/pace/timeline.h"

#include <stdbool.h>
#include <stdint.h>

struct pace;

struct pace_config {
    struct rational slot_rate;      /* of the output's pictures: 1 to 240 a second */
    void (*release)(void *picture); /* ends a picture that no slot had room for */
};

/* ERR_NOMEM. */
int pace_create(const struct pace_config *config, struct pace **out);
void pace_destroy(struct pace *p); /* releases what is queued; NULL is fine */

/* The slots that are asked for from now on come at another rate. */
void pace_set_slot_rate(struct pace *p, struct rational slot_rate);

struct pace_source {
    bool paced;
    bool pictures, sound; /* what it is known to have; reading ahead waits for both */
    int64_t max_step_us;  /* > 0; a step forward beyond this (live: beyond the time that has passed)
                             is a jump of the time stamps, not a gap */
};

/* The feed was opened (again): its time stamps and its offset are found anew, what is left of it
 * goes. */
void pace_begin(struct pace *p, const struct pace_source *source);

/* Takes picture over, whatever happens. duration_us: 0 where unknown. */
void pace_put_picture(struct pace *p, void *picture, int64_t pts_us, int64_t duration_us,
                      int64_t capture_utc_us, int64_t now_us);

/* Copies count samples (48 kHz, float). */
void pace_put_sound(struct pace *p, const float *const planes[PACE_SOUND_CHANNELS], int count,
                    int64_t pts_us, int64_t now_us);

/* A paced source has been read far enough ahead. Never of a live one. */
bool pace_full(const struct pace *p);

/* The source starts again with its first time stamps, and follows its own end without a gap. */
void pace_rewind(struct pace *p);

/* Nothing more comes: what is queued is played out. */
void pace_end(struct pace *p);

/* No picture or sound is left. */
bool pace_empty(const struct pace *p);

struct pace_taken {
    void *picture; /* the caller's now */
    int64_t pts_us;
    int64_t capture_utc_us; /* as it was put */
};

/* The picture of the slot at slot_us. False: none is due, the last one stays; taken is untouched.
 */
bool pace_take_picture(struct pace *p, int64_t slot_us, struct pace_taken *taken);

/* Fills planes with count samples, the first one for slot_us. Asked for once they are due, in order
 * and without gaps. */
void pace_take_sound(struct pace *p, int64_t slot_us, int count,
                     float *const planes[PACE_SOUND_CHANNELS]);

/* Slots, whichever source they were of; INT64_MIN: none yet. */
struct pace_slots {
    int64_t asked_us; /* the last one */
    int64_t given_us; /* the last one that got its picture, or all of its sound */
};

struct pace_counts {
    int64_t dropped_pictures; /* that no slot had room for */
    int64_t silent_samples;   /* that were given out as silence for want of sound */
    int64_t discontinuities;  /* jumps of the time stamps, of pictures or sound */
    int64_t sound_jumps;      /* times that sound went out of step and was put right at once */
    struct pace_slots slots[PACE_STREAMS];
    int64_t offset_us; /* now: due time minus feed time; 0 where not found yet */
};
void pace_counts(const struct pace *p, struct pace_counts *counts);

#endif
