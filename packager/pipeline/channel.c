#include "packager/pipeline/channel.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/encode/encoder.h"
#include "packager/pipeline/channel_manifest.h"
#include "packager/pipeline/overload.h"
#include "packager/track/audio_track.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t end_ahead_us = 2200000;   /* the 2 s of HESP 3.2.5, and time to fetch */
static const int64_t start_grace_us = 1500000; /* how long a feed may take before black is shown */
static const int64_t start_lead_us = 20000;    /* from the decision to start to frame 0 */
static const int64_t late_slot_us = 500000;    /* a clock that late has been suspended */
static const int64_t rushed_us = 100000;       /* and one that late has no time to make pictures */
static const int64_t tell_change_s = 10;       /* a rung that has left the manifest */

/* The smallest rung comes right behind sound, feeds and the clock, each larger one behind it. Three
 * of niceness are half as much of a machine that hasn't enough for both. */
enum { FIRST_NICE = 1, NICE_STEP = 2, NICE_MAX = 11 };

struct channel {
    const struct config_channel *config;
    char presentation[CHANNEL_PRESENTATION_BYTES];
    struct timeline timeline; /* written before `started`, read after */
    struct store *store;
    struct input *input;
    struct sound *sound;
    struct rung *rungs[CONFIG_RUNGS_MAX];
    size_t rung_count;
    pthread_t thread; /* the output clock */
    bool running;
    _Atomic bool started;
    _Atomic bool stop;
    _Atomic int64_t end_frame;
    struct overload overload; /* the clock's */
    size_t failed_rungs;      /* the clock's: that were noticed */
    _Atomic int shed_level;
};

static void name_presentation(char out[CHANNEL_PRESENTATION_BYTES])
{
    char iso[CLOCK_ISO8601_BYTES];
    size_t at = 0;
    clock_iso8601(clock_utc_us(), iso);
    for (const char *c = iso; *c && at + 1 < CHANNEL_PRESENTATION_BYTES; c++) {
        if (*c != '-' && *c != ':')
            out[at++] = *c;
    }
    out[at] = 0;
}

/* Tells the viewers of the others when a rung has failed, and gives how many frames wait for each.
 */
static void look_at_rungs(struct channel *c, int64_t frame, int64_t waiting[CONFIG_RUNGS_MAX])
{
    struct rational rate = c->timeline.video_rate;
    size_t failed = 0;
    for (size_t i = 0; i < c->rung_count; i++) {
        waiting[i] = rung_waiting(c->rungs[i]);
        failed += waiting[i] < 0;
    }
    if (failed == c->failed_rungs)
        return;
    int64_t until = frame + tell_change_s * rate.num / rate.den;
    c->failed_rungs = failed;
    for (size_t i = 0; i < c->rung_count; i++)
        rung_announce_change(c->rungs[i], until);
    sound_announce_change(c->sound, timeline_audio_frames(&c->timeline, until));
}

/* Takes pictures from the largest rungs while the machine cannot encode all of them. A clock that
 * is late itself is as good a sign of it as a late rung. */
static void shed(struct channel *c, int64_t waiting[CONFIG_RUNGS_MAX], bool rushed)
{
    int before = c->overload.level;
    if (rushed)
        waiting[c->rung_count - 1] = OVERLOAD_LATE_FRAMES;
    if (!overload_step(&c->overload, waiting))
        return;
    atomic_store(&c->shed_level, c->overload.level);
    if (c->overload.level > before && before == 0)
        log_warn(c->config->name,
                 "the encoders are too slow for this machine: %s; give it less to do, or --preset "
                 "ultrafast",
                 c->rung_count > 1 ? "the largest rungs get fewer new pictures"
                                   : "pictures are repeated");
    if (c->overload.level == 0)
        log_info(c->config->name, "the encoders are in time again");
}

/* rushed: the clock is late, and catches up by repeating pictures. */
static void show(struct channel *c, int64_t frame, bool rushed)
{
    int64_t waiting[CONFIG_RUNGS_MAX];
    struct input_picture picture = {0};
    int64_t slot_us = timeline_video_us(&c->timeline, frame);
    int64_t slot_utc_us = slot_us + (clock_utc_us() - clock_monotonic_us());
    if (!rushed)
        input_picture(c->input, frame, slot_us, slot_utc_us, &picture);
    look_at_rungs(c, frame, waiting);
    shed(c, waiting, rushed);
    for (size_t i = 0; i < c->rung_count; i++)
        rung_offer(c->rungs[i], frame,
                   overload_gives(&c->overload, i, frame) ? picture.frame : NULL,
                   picture.capture_utc_us, slot_utc_us);
}

/* A feed's first picture is worth a short wait: a channel then starts with it and not with black.
 */
static void wait_for_feed(struct channel *c)
{
    int64_t deadline_us = clock_monotonic_us() + start_grace_us;
    struct input_state state;
    do {
        input_state(c->input, &state);
        if (state.feed == INPUT_UP || atomic_load(&c->stop) ||
            atomic_load(&c->end_frame) != INT64_MAX)
            return;
        clock_sleep_until_us(clock_monotonic_us() + 5000);
    } while (clock_monotonic_us() < deadline_us);
    log_warn(c->config->name, "no picture from %s yet: black and silence until it comes",
             c->config->input);
}

static int start(struct channel *c)
{
    c->timeline.start_us = clock_monotonic_us() + start_lead_us;
    int status = sound_start(c->sound, &c->timeline);
    if (!status)
        atomic_store(&c->started, true);
    return status;
}

static void *run_clock(void *argument)
{
    struct channel *c = argument;
    wait_for_feed(c);
    int status = start(c);
    if (status)
        log_error(c->config->name, "the channel cannot start: %s", err_text(status));
    for (int64_t frame = 0; !status && frame < atomic_load(&c->end_frame); frame++) {
        int64_t slot_us = timeline_video_us(&c->timeline, frame);
        clock_sleep_until_us(slot_us);
        if (atomic_load(&c->stop))
            break;
        int64_t late_us = clock_monotonic_us() - slot_us;
        if (late_us > late_slot_us && frame % 100 == 0)
            log_warn(c->config->name,
                     "the output clock is late by %" PRId64 " ms: is the machine overloaded?",
                     late_us / 1000);
        show(c, frame, late_us > rushed_us);
    }
    return NULL;
}

/* Each rung gets its share of the pictures' memory by its size, so that all reach equally far back.
 */
static size_t init_memory_share(const struct config_channel *config, size_t rung)
{
    int64_t all = 0;
    for (size_t i = 0; i < config->rungs; i++)
        all += (int64_t)config->ladder[i].width * config->ladder[i].height;
    int64_t own = (int64_t)config->ladder[rung].width * config->ladder[rung].height;
    return (size_t)timebase_muldiv_floor(config->init_memory_bytes, own, all);
}

static int nice_of(const struct channel *c, size_t rung)
{
    int nice = FIRST_NICE + NICE_STEP * (int)(c->config->rungs - 1 - rung);
    return nice < NICE_MAX ? nice : NICE_MAX;
}

static int create_rungs(struct channel *c)
{
    overload_init(&c->overload, c->config->rungs, c->timeline.video_rate);
    for (size_t i = 0; i < c->config->rungs; i++) {
        struct rung_config config = {.channel = c->config->name,
                                     .encoder = &encoder_x264,
                                     .nice = nice_of(c, i),
                                     .preset = c->config->preset,
                                     .refresh_frames = c->config->refresh_frames,
                                     .size = c->config->ladder[i],
                                     .frame_rate = c->timeline.video_rate,
                                     .segment_duration = c->timeline.segment_duration,
                                     .init_eager = c->config->init_eager,
                                     .init_memory_bytes = init_memory_share(c->config, i),
                                     .store = c->store};
        int status = rung_create(&config, &c->rungs[i]);
        if (status) {
            log_error(c->config->name, "rung %dx%d cannot be encoded: %s", config.size.width,
                      config.size.height, err_text(status));
            return status;
        }
        c->rung_count++;
    }
    return 0;
}

/* The segments being written can't be trimmed: memory that doesn't hold them is exceeded. */
static void warn_of_little_memory(const struct channel *c)
{
    int64_t bits_per_s = c->config->audio_bitrate_bps;
    for (size_t i = 0; i < c->config->rungs; i++)
        bits_per_s += c->config->ladder[i].bitrate_bps;
    double growing_bytes = (double)bits_per_s / 8 * c->config->segment_duration_s;
    if (growing_bytes > (double)c->config->memory_bytes / 2)
        log_warn(c->config->name,
                 "segments of %g s may take %.0f MB of the %.0f MB allowed: shorten "
                 "--segment-duration or raise --memory",
                 c->config->segment_duration_s, growing_bytes / 1e6,
                 (double)c->config->memory_bytes / 1e6);
}

static int create_parts(struct channel *c, uint16_t number)
{
    const struct config_channel *config = c->config;
    /* Half a second more than the manifest says, which counts whole ones: a viewer who asks for the
     * far end does so some time after the manifest was made. */
    struct store_limits limits = {.window_us = (int64_t)floor(config->window_s) * 1000000 + 500000,
                                  .max_bytes = (size_t)config->memory_bytes};
    struct input_config input = {.channel = config->name,
                                 .url = config->input,
                                 .loop = config->loop,
                                 .frame_rate = config->fps,
                                 .width = config->ladder[0].width,
                                 .height = config->ladder[0].height,
                                 .channel_number = number};
    struct sound_config sound = {.channel = config->name,
                                 .bitrate_bps = config->audio_bitrate_bps,
                                 .segment_duration = c->timeline.segment_duration};
    int status = store_create(&limits, &c->store);
    if (status)
        log_error(config->name, "no store for the channel: %s", err_text(status));
    if (!status)
        status = create_rungs(c);
    if (!status)
        status = input_create(&input, &c->input);
    if (!status) {
        sound.store = c->store;
        sound.input = c->input;
        status = sound_create(&sound, &c->sound);
        if (status)
            log_error(config->name, "sound cannot be encoded: %s", err_text(status));
    }
    return status;
}

int channel_create(const struct config_channel *config, uint16_t number, struct channel **out)
{
    struct channel *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    c->config = config;
    c->timeline.video_rate = config->fps;
    c->timeline.audio_rate =
        timebase_reduce((struct rational){AUDIO_TRACK_RATE, AUDIO_TRACK_FRAME});
    c->timeline.segment_duration = timeline_whole_frames(config->segment_duration_s, config->fps);
    atomic_init(&c->end_frame, INT64_MAX);
    name_presentation(c->presentation);
    warn_of_little_memory(c);
    int status = create_parts(c, number);
    if (!status && pthread_create(&c->thread, NULL, run_clock, c))
        status = ERR_STATE;
    if (status) {
        channel_destroy(c);
        return status;
    }
    c->running = true;
    pthread_setname_np(c->thread, "clock");
    *out = c;
    return 0;
}

void channel_destroy(struct channel *c)
{
    if (!c)
        return;
    atomic_store(&c->stop, true);
    if (c->running)
        pthread_join(c->thread, NULL);
    for (size_t i = 0; i < c->rung_count; i++)
        rung_destroy(c->rungs[i]);
    sound_destroy(c->sound);
    input_destroy(c->input);
    store_destroy(c->store);
    free(c);
}

void channel_announce_end(struct channel *c)
{
    int64_t unannounced = INT64_MAX;
    int64_t end = atomic_load(&c->started)
                      ? timeline_end_frame(&c->timeline, clock_monotonic_us(), end_ahead_us)
                      : 0;
    if (!atomic_compare_exchange_strong(&c->end_frame, &unannounced, end))
        return;
    for (size_t i = 0; i < c->rung_count; i++)
        rung_announce_end(c->rungs[i], end);
    sound_announce_end(c->sound, timeline_audio_frames(&c->timeline, end));
}

bool channel_finished(const struct channel *c)
{
    struct sound_state sound;
    struct rung_state rung;
    sound_state(c->sound, &sound);
    bool finished = sound.finished || !atomic_load(&c->started);
    for (size_t i = 0; i < c->rung_count; i++) {
        rung_state(c->rungs[i], &rung);
        finished = finished && rung.finished;
    }
    return finished && atomic_load(&c->end_frame) != INT64_MAX;
}

static bool has_failed(const struct channel *c, struct store_track *track,
                       struct store_track_state *state)
{
    struct manifest_snapshot snapshot = {
        .timeline = {.video_rate = c->timeline.video_rate, .audio_rate = c->timeline.audio_rate},
        .end_frame = atomic_load(&c->end_frame)};
    store_track_state(track, state);
    return channel_manifest_leaves_out(&snapshot, store_track_info(track), state);
}

bool channel_ready(const struct channel *c)
{
    size_t good = 0;
    for (size_t i = 0; i < store_track_count(c->store); i++) {
        struct store_track_state state;
        if (has_failed(c, store_track_at(c->store, i), &state))
            continue;
        if (state.newest_packet < 0)
            return false;
        good++;
    }
    return atomic_load(&c->started) && good > 0;
}

const char *channel_name(const struct channel *c)
{
    return c->config->name;
}

const char *channel_presentation(const struct channel *c)
{
    return c->presentation;
}

struct store *channel_store(const struct channel *c)
{
    return c->store;
}

static int64_t track_behind_us(const struct channel *c, const struct store_track *track,
                               const struct store_track_state *state, int64_t clock_us)
{
    return clock_us - c->timeline.start_us -
           timebase_frame_us(state->newest_sequence + 1, store_track_info(track)->frame_rate);
}

/* How far the latest of the tracks that go on is behind, and how far all of the picture is, or the
 * sound: less than that viewers get, of one rung or another. */
static void measure(const struct channel *c, int64_t now_us, struct channel_state *state)
{
    int64_t end_us = state->end_frame == INT64_MAX
                         ? INT64_MAX
                         : timeline_video_us(&c->timeline, state->end_frame);
    int64_t clock_us = now_us < end_us ? now_us : end_us;
    int64_t picture_us = clock_us - c->timeline.start_us, sound_us = 0;
    for (size_t i = 0; i < store_track_count(c->store); i++) {
        struct store_track *track = store_track_at(c->store, i);
        struct store_track_state stored;
        if (has_failed(c, track, &stored))
            continue;
        int64_t behind_us = track_behind_us(c, track, &stored, clock_us);
        state->behind_us = behind_us > state->behind_us ? behind_us : state->behind_us;
        if (store_track_info(track)->kind == STORE_AUDIO)
            sound_us = behind_us;
        else if (behind_us < picture_us)
            picture_us = behind_us;
    }
    state->all_behind_us = picture_us > sound_us ? picture_us : sound_us;
}

/* Of the largest rung that goes on, or where none does, of the largest. */
static int64_t newest_sequence(const struct channel *c)
{
    struct store_track_state state;
    for (size_t i = 0; i < c->rung_count; i++)
        if (!has_failed(c, store_track_at(c->store, i), &state))
            return state.newest_sequence;
    store_track_state(store_track_at(c->store, 0), &state);
    return state.newest_sequence;
}

void channel_state(const struct channel *c, int64_t now_us, struct channel_state *state)
{
    *state = (struct channel_state){.rung_count = c->rung_count,
                                    .end_frame = atomic_load(&c->end_frame),
                                    .started = atomic_load(&c->started),
                                    .shed_level = atomic_load(&c->shed_level),
                                    .shed_most = c->overload.most};
    if (state->started) {
        state->timeline = c->timeline;
        measure(c, now_us, state);
    }
    input_state(c->input, &state->input);
    sound_state(c->sound, &state->sound);
    for (size_t i = 0; i < c->rung_count; i++)
        rung_state(c->rungs[i], &state->rungs[i]);
    state->newest_sequence = newest_sequence(c);
}
