/* What a viewer sees and hears of a channel over a stretch of its pictures: all of them and all of
 * the sound, joined by packets and decoded, and what the clip's pictures and beeps tell about it.
 * Whatever goes wrong fails the test. Thread-safety: one thread. */
#ifndef TESTS_E2E_FEED_WATCH_H
#define TESTS_E2E_FEED_WATCH_H

#include "e2e/packager.h"
#include "e2e/sound_decode.h"
#include "e2e/viewer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feed_picture {
    int64_t number; /* that the clip gave it; -1 where none can be read */
    int bar;        /* feed_clip_bar, of a clip of the watch's clip_width */
    bool flash;
    double mean;        /* of its luma */
    double like_before; /* PSNR against the one before, in dB */
    int64_t capture_utc_us;
};

struct feed_watch {
    char channel[40];
    int clip_width; /* the caller's to set before feed_watch_get, where bars are looked at */
    struct rational rate;
    int64_t first;                 /* the sequence number of pictures[0] */
    struct feed_picture *pictures; /* owned */
    size_t count;
    struct sound sound;
};

/* Joins picture and sound of a channel at frame `first`, and takes all up to, not including, frame
 * `end`; demands sequence numbers, times and sound without a gap (H4, H5), and a picture of every
 * sample. */
void feed_watch_get(struct feed_watch *w, struct packager *p, const char *channel, int64_t first,
                    int64_t end);
void feed_watch_finish(struct feed_watch *w);

/* How the clip's numbers go on within frames [from, to). A step is what a picture's number is ahead
 * of that of the one before, where the clip's first picture follows its last. */
struct feed_motion {
    int64_t advance;  /* the sum of all steps */
    int64_t uneven;   /* steps that are not what `ratio` rounds to, downwards or upwards */
    int64_t repeats;  /* steps of 0 */
    int64_t longest;  /* pictures that show the same number, one after the other */
    int64_t nameless; /* pictures whose number can't be read; they are in no step */
    int64_t wraps;    /* steps over the clip's end */
};
struct feed_motion feed_watch_motion(const struct feed_watch *w, int64_t from, int64_t to,
                                     double ratio, int clip_frames);

/* Each flash that begins within frames [from, to) has a beep within 45 ms, and each beep but for
 * those near the ends has a flash. Gives how many there were. */
int feed_watch_sync(const struct feed_watch *w, int64_t from, int64_t to);

/* The same for feeds that do not go smoothly, where one or the other may be missing: of the flashes
 * with a beep within half a second, whose number is *flashes then, gives how many have it within
 * 45 ms. */
int feed_watch_in_step(const struct feed_watch *w, int64_t from, int64_t to, int *flashes);

/* Beeps that begin within the time of frames [from, to), each a beat behind the one before: 45 ms
 * more or less. */
int feed_watch_beeps(const struct feed_watch *w, int64_t from, int64_t to, double beat_s);

/* The loudest sample within the time of frames [from, to). */
double feed_watch_peak(const struct feed_watch *w, int64_t from, int64_t to);

#endif
