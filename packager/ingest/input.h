/* A channel's input: whatever gives pictures and sound, asked for them by the channel's own clock.
 *
 * The output clock never stops: every question is answered at once, with the last picture again and
 * with silence where the feed has nothing. Feeds that go away are opened again with back-off.
 *
 * Thread-safety: input_picture from one thread, input_audio from one (another) thread,
 * input_retune from one, input_state from any. None of them blocks. */
#ifndef PACKAGER_INGEST_INPUT_H
#define PACKAGER_INGEST_INPUT_H

#include "media/core/timebase.h"

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

struct input;

enum { INPUT_SAMPLE_RATE = 48000, INPUT_CHANNELS = 2 };

struct input_config {
    const char *channel;        /* the channel's name, for the log */
    const char *url;            /* a path, "-", "test:", or any URL that libavformat opens */
    bool loop;                  /* a file starts again at its end */
    struct rational frame_rate; /* of the output */
    int width, height;          /* of the largest rung: the size of generated pictures */
    uint16_t channel_number;    /* what test: stamps, 1 for the first channel */
    int64_t start_us;           /* channel time of frame 0 */
};

/* How pictures are asked for from a slot on, where the output's rate or size changes. */
struct input_tuning {
    struct rational frame_rate;
    int width, height;
    int64_t start_us; /* channel time of frame 0 */
    int64_t slot_us;  /* monotonic time of frame 0 */
};

/* ERR_INVALID (with a line in the log that says what is wrong) only for what no retry can mend: a
 * file that isn't there, a URL scheme that isn't known. A feed that doesn't answer yet is no error.
 */
int input_create(const struct input_config *config, struct input **out);
/* Whether both would open the same port of this machine, so that one has to be closed before the
 * other is created. Where that can't be told from the URLs, it is said to be so. */
bool input_share_port(const char *url, const char *other);
/* Ends the input's thread, at the latest after a second. NULL is fine. */
void input_destroy(struct input *in);

struct input_picture {
    const AVFrame *frame;   /* yuv420p or whatever the decoder gave; borrowed until the next call;
                               before the first picture a black one */
    int64_t capture_utc_us; /* when it was received or made; the slot's time where repeated */
    bool repeated;          /* the same picture as the call before */
};

/* The first picture that is asked for at tuning->slot_us or later is frame 0 of that tuning. One
 * that hasn't come into force yet is replaced. To be called well ahead, as it may take a while.
 * ERR_NOMEM: everything stays as it was. */
int input_retune(struct input *in, const struct input_tuning *tuning);

/* The picture of output frame `sequence`, whose time is slot_us (monotonic) or slot_utc_us (UTC).
 */
void input_picture(struct input *in, int64_t sequence, int64_t slot_us, int64_t slot_utc_us,
                   struct input_picture *out);

/* Fills planes[0] and planes[1] with count samples (48 kHz, float, -1..1) from first_sample on,
 * counted from the channel's start; slot_us is the monotonic time of the first of them. Called with
 * consecutive first_sample, once the time of the last one has passed. */
void input_audio(struct input *in, int64_t first_sample, int count, int64_t slot_us,
                 float *const planes[INPUT_CHANNELS]);

enum input_feed { INPUT_STARTING, INPUT_UP, INPUT_LOST };

/* A feed's picture or its sound: it has none, it comes, or it should and does not. */
enum input_part { INPUT_PART_NONE, INPUT_PART_UP, INPUT_PART_MISSING };

struct input_state {
    enum input_feed feed;
    enum input_part picture, sound;
    int64_t since_us; /* monotonic time of the last change of feed */
    int64_t
        repeated_pictures; /* slots that the feed had no new picture for, since it was first up */
    int64_t dropped_pictures; /* pictures of the feed that no slot had room for */
    int64_t silent_samples;   /* samples that the feed had no sound for, since it was first up */
    int64_t reopened;         /* times that the feed was opened again */
    int64_t lost;             /* times that it was up and has gone */
    int64_t open_failures;    /* times that it was tried and could not be opened */
    int64_t discontinuities;  /* of its time stamps: jumps, of picture or sound */
    int64_t sound_jumps;      /* times that sound was off its time and put right at once */
    int64_t decode_errors;
    int64_t refused_pushes; /* who wanted to push and was not let in */
    int64_t cpu_us;         /* CPU of demuxing, decoding or generating */
};
void input_state(struct input *in, struct input_state *state);

/* One kind of input; input_create picks by URL. One file a variant. */
struct input_ops {
    const char *name;
    bool (*matches)(const char *url);
    int (*create)(const struct input_config *config, struct input **out);
    void (*destroy)(struct input *in);
    int (*retune)(struct input *in, const struct input_tuning *tuning);
    void (*picture)(struct input *in, int64_t sequence, int64_t slot_us, int64_t slot_utc_us,
                    struct input_picture *out);
    void (*audio)(struct input *in, int64_t first_sample, int count, int64_t slot_us,
                  float *const planes[INPUT_CHANNELS]);
    void (*state)(struct input *in, struct input_state *state);
};

/* Each variant's struct starts with this. */
struct input {
    const struct input_ops *ops;
};

extern const struct input_ops input_test; /* "test:", packager/ingest/input_test.c */
extern const struct input_ops input_feed; /* everything libavformat opens */

#endif
