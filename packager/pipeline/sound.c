#include "packager/pipeline/sound.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/pipeline/event_repeat.h"
#include "packager/track/audio_track.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A frame that is made so late becomes silence, which costs the encoder little: sound gets back to
 * its time and never builds up latency. */
static const int64_t late_us = 300000;

const char sound_track_id[] = "audio";

struct sound {
    struct sound_config config;
    struct timeline timeline;
    int64_t first_sample; /* of the channel's */
    struct audio_track *track;
    struct store_track *store_track;
    pthread_t thread;
    bool running;
    struct event_repeat update; /* the thread's */
    _Atomic int64_t end_frame;  /* INT64_MAX until announced */
    _Atomic int64_t changed_until;
    _Atomic bool stop;
    _Atomic int64_t silenced;
    _Atomic bool finished, failed;
    struct histogram capture_to_available;
};

/* The encoder gives a frame back one or two frames later: how many the store has. */
static int64_t stored_frames(const struct sound *s)
{
    struct store_track_state state;
    store_track_state(s->store_track, &state);
    return state.newest_sequence + 1;
}

static int push(struct sound *s, int64_t frame)
{
    float left[AUDIO_TRACK_FRAME];
    float right[AUDIO_TRACK_FRAME];
    float *planes[AUDIO_TRACK_CHANNELS] = {left, right};
    int64_t slot_us = timeline_audio_us(&s->timeline, frame);
    int64_t now_us = clock_monotonic_us();
    int64_t capture = slot_us + (clock_utc_us() - now_us);
    bool announced =
        atomic_load(&s->end_frame) != INT64_MAX || frame < atomic_load(&s->changed_until);
    source_sound(s->config.source, s->first_sample + frame * AUDIO_TRACK_FRAME, AUDIO_TRACK_FRAME,
                 slot_us, planes);
    if (now_us - slot_us > late_us) {
        memset(left, 0, sizeof left);
        memset(right, 0, sizeof right);
        atomic_fetch_add(&s->silenced, 1);
    }
    return audio_track_push(s->track, (const float *const *)planes, frame, capture,
                            event_repeat_due(&s->update, announced, frame, s->timeline.audio_rate));
}

static void *work(void *argument)
{
    struct sound *s = argument;
    int64_t stored = 0;
    for (int64_t frame = 0; stored < atomic_load(&s->end_frame); frame++) {
        clock_sleep_until_us(timeline_audio_us(&s->timeline, frame + 1));
        if (atomic_load(&s->stop))
            break;
        int status = push(s, frame);
        if (status) {
            log_error(s->config.channel, "sound stops: frame %" PRId64 " could not be made: %s",
                      frame, err_text(status));
            atomic_store(&s->failed, true);
            break;
        }
        int64_t before = stored;
        stored = stored_frames(s);
        if (stored > before)
            histogram_add(&s->capture_to_available,
                          clock_monotonic_us() - timeline_audio_us(&s->timeline, before));
    }
    store_end_track(s->store_track);
    atomic_store(&s->finished, true);
    return NULL;
}

int sound_create(const struct sound_config *config, struct sound **out)
{
    struct audio_track_config track = {.bitrate_bps = config->bitrate_bps,
                                       .segment_duration = config->segment_duration,
                                       .id = sound_track_id,
                                       .language = "und",
                                       .store = config->store};
    struct sound *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->config = *config;
    atomic_init(&s->end_frame, INT64_MAX);
    event_repeat_init(&s->update);
    histogram_init(&s->capture_to_available);
    int status = audio_track_create(&track, &s->track);
    if (status) {
        sound_destroy(s);
        return status;
    }
    s->store_track = store_find_track(config->store, STORE_AUDIO, sound_track_id);
    *out = s;
    return 0;
}

int sound_start(struct sound *s, const struct timeline *timeline)
{
    s->timeline = *timeline;
    s->first_sample = timeline_first_sample(timeline);
    if (pthread_create(&s->thread, NULL, work, s))
        return ERR_STATE;
    s->running = true;
    pthread_setname_np(s->thread, "sound");
    return 0;
}

void sound_announce_end(struct sound *s, int64_t end_frame)
{
    atomic_store(&s->end_frame, end_frame);
}

void sound_announce_change(struct sound *s, int64_t until_frame)
{
    atomic_store(&s->changed_until, until_frame);
}

void sound_destroy(struct sound *s)
{
    if (!s)
        return;
    if (s->running) {
        atomic_store(&s->stop, true);
        pthread_join(s->thread, NULL);
    }
    audio_track_destroy(s->track);
    free(s);
}

void sound_state(const struct sound *s, struct sound_state *state)
{
    *state = (struct sound_state){.cpu_us = audio_track_cpu_us(s->track),
                                  .finished = atomic_load(&s->finished),
                                  .failed = atomic_load(&s->failed),
                                  .silenced_frames = atomic_load(&s->silenced),
                                  .capture_to_available = &s->capture_to_available};
}
