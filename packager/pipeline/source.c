#include "packager/pipeline/source.h"
#include "media/core/err.h"
#include "packager/pipeline/recent_sound.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 };

struct source {
    struct input_config config; /* of the input as it was last tuned; url is NULL */
    struct input_tuning tuning; /* the last, which may be to come; frame_rate.num 0: none */
    char *url;                  /* owned */

    /* The input changes with both locks held, so that either of them keeps it. */
    pthread_mutex_t picture_lock; /* and guards the kept picture */
    pthread_mutex_t sound_lock;   /* and guards the sound */
    struct input *input;          /* NULL: none could be had */
    const AVFrame *last;          /* borrowed from the input: what it gave last */
    AVFrame *kept;                /* of the input before, until this one is up */
    struct recent_sound sound;
};

int source_create(const struct input_config *config, struct source **out)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    pthread_mutex_init(&s->picture_lock, NULL);
    pthread_mutex_init(&s->sound_lock, NULL);
    s->config = *config;
    s->config.url = NULL;
    s->url = strdup(config->url);
    int status = s->url ? input_create(config, &s->input) : ERR_NOMEM;
    if (status) {
        source_destroy(s);
        return status;
    }
    *out = s;
    return 0;
}

void source_destroy(struct source *s)
{
    if (!s)
        return;
    input_destroy(s->input);
    av_frame_free(&s->kept);
    pthread_mutex_destroy(&s->sound_lock);
    pthread_mutex_destroy(&s->picture_lock);
    free(s->url);
    free(s);
}

int source_retune(struct source *s, const struct input_tuning *tuning)
{
    int status = s->input ? input_retune(s->input, tuning) : 0;
    if (!status)
        s->tuning = *tuning;
    return status;
}

/* Puts input in the place of the one there is, which is given back. Its last picture is kept. */
static struct input *exchange(struct source *s, struct input *input)
{
    pthread_mutex_lock(&s->picture_lock);
    pthread_mutex_lock(&s->sound_lock);
    struct input *old = s->input;
    if (s->last && !s->kept)
        s->kept = av_frame_clone(s->last);
    s->last = NULL;
    s->input = input;
    pthread_mutex_unlock(&s->sound_lock);
    pthread_mutex_unlock(&s->picture_lock);
    return old;
}

/* A tuning that is in force by now, and may have been for long, is where the next input begins. One
 * that is still to come comes for it as well: it does no harm twice. */
static int create_input(struct source *s, const char *url, bool loop, struct input **out)
{
    struct input_config config = s->config;
    config.url = url;
    config.loop = loop;
    int status = input_create(&config, out);
    if (!status && s->tuning.frame_rate.num) {
        status = input_retune(*out, &s->tuning);
        if (status)
            input_destroy(*out);
    }
    return status;
}

int source_replace(struct source *s, const char *url, bool loop)
{
    struct input *input = NULL;
    char *own_url = strdup(url);
    if (!own_url)
        return ERR_NOMEM;
    if (input_share_port(s->url, url))
        input_destroy(exchange(s, NULL));
    int status = create_input(s, url, loop, &input);
    if (status) {
        free(own_url);
        return status;
    }
    input_destroy(exchange(s, input));
    free(s->url);
    s->url = own_url;
    return 0;
}

/* The picture of the input before stays until this one has one. */
static bool show_kept(struct source *s)
{
    struct input_state state = {.feed = INPUT_STARTING};
    if (!s->kept)
        return false;
    if (s->input)
        input_state(s->input, &state);
    if (state.feed != INPUT_STARTING)
        av_frame_free(&s->kept);
    return s->kept != NULL;
}

void source_picture(struct source *s, int64_t sequence, int64_t slot_us, int64_t slot_utc_us,
                    struct input_picture *out)
{
    pthread_mutex_lock(&s->picture_lock);
    bool kept = show_kept(s);
    *out = (struct input_picture){.capture_utc_us = slot_utc_us, .repeated = true};
    if (s->input)
        input_picture(s->input, sequence, slot_us, slot_utc_us, out);
    s->last = s->input ? out->frame : NULL;
    if (kept)
        *out = (struct input_picture){
            .frame = s->kept, .capture_utc_us = slot_utc_us, .repeated = true};
}

void source_picture_done(struct source *s)
{
    pthread_mutex_unlock(&s->picture_lock);
}

/* Reads on up to sample end. slot_us is the time of sample `first`. */
static void read_sound(struct source *s, int64_t first, int64_t end, int64_t slot_us)
{
    float left[BLOCK], right[BLOCK];
    float *const planes[INPUT_CHANNELS] = {left, right};
    /* Nobody has asked for so long that what lies between would only be thrown away. */
    if (first - s->sound.next > RECENT_SOUND_SAMPLES)
        s->sound.next = first;
    while (s->sound.next < end) {
        int64_t from = s->sound.next;
        int count = end - from < BLOCK ? (int)(end - from) : BLOCK;
        int64_t from_us = slot_us + timebase_muldiv_floor(from - first, 1000000, INPUT_SAMPLE_RATE);
        if (s->input) {
            input_audio(s->input, from, count, from_us, planes);
        } else {
            memset(left, 0, sizeof left);
            memset(right, 0, sizeof right);
        }
        recent_sound_put(&s->sound, (const float *const *)planes, count);
    }
}

void source_sound(struct source *s, int64_t first_sample, int count, int64_t slot_us,
                  float *const planes[INPUT_CHANNELS])
{
    pthread_mutex_lock(&s->sound_lock);
    read_sound(s, first_sample, first_sample + count, slot_us);
    recent_sound_copy(&s->sound, first_sample, count, planes);
    pthread_mutex_unlock(&s->sound_lock);
}

void source_state(struct source *s, struct input_state *state)
{
    *state = (struct input_state){.feed = INPUT_LOST};
    pthread_mutex_lock(&s->sound_lock);
    if (s->input)
        input_state(s->input, state);
    pthread_mutex_unlock(&s->sound_lock);
}
