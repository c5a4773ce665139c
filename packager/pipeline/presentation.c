#include "packager/pipeline/presentation.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/encode/encoder.h"
#include "packager/pipeline/overload.h"
#include "packager/track/audio_track.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRESENTATION_ID_BYTES = 32 };

static const int64_t margin_us = 1000000; /* for who asks for the far end of the window */
static const int64_t tell_change_s = 10;  /* a rung that has left the manifest */

/* The smallest rung stands in line with sound, feeds and the clock, each larger one behind it. Three
 * of niceness are half as much of a machine that hasn't enough for both. */
enum { NICE_STEP = 2, NICE_MAX = 10 };

struct presentation {
    const char *channel; /* the channel's name */
    char id[PRESENTATION_ID_BYTES];
    struct timeline timeline; /* written before the clock sees it, but for start_us of the first */
    struct source *source;    /* borrowed */
    struct store *store;
    struct sound *sound;
    struct rung *rungs[CONFIG_RUNGS_MAX];
    size_t rung_count;
    _Atomic bool begun;
    _Atomic int64_t end_frame;
    struct overload overload; /* the clock's */
    size_t failed_rungs;      /* the clock's: that were noticed */
    _Atomic int shed_level;
};

static void name_it(char out[PRESENTATION_ID_BYTES])
{
    char iso[CLOCK_ISO8601_BYTES];
    size_t at = 0;
    clock_iso8601(clock_utc_us(), iso);
    for (const char *c = iso; *c && at + 1 < PRESENTATION_ID_BYTES; c++) {
        if (*c != '-' && *c != ':')
            out[at++] = *c;
    }
    out[at] = 0;
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

static int nice_of(const struct config_channel *config, size_t rung)
{
    int nice = NICE_STEP * (int)(config->rungs - 1 - rung);
    return nice < NICE_MAX ? nice : NICE_MAX;
}

static int create_rungs(struct presentation *p, const struct config_channel *config)
{
    overload_init(&p->overload, config->rungs, p->timeline.video_rate);
    for (size_t i = 0; i < config->rungs; i++) {
        struct rung_config rung = {.channel = p->channel,
                                   .encoder = &encoder_x264,
                                   .nice = nice_of(config, i),
                                   .preset = config->preset,
                                   .refresh_frames = config->refresh_frames,
                                   .size = config->ladder[i],
                                   .frame_rate = p->timeline.video_rate,
                                   .segment_duration = p->timeline.segment_duration,
                                   .init_eager = config->init_eager,
                                   .init_memory_bytes = init_memory_share(config, i),
                                   .store = p->store};
        int status = rung_create(&rung, &p->rungs[i]);
        if (status) {
            log_error(p->channel, "rung %dx%d cannot be encoded: %s", rung.size.width,
                      rung.size.height, err_text(status));
            return status;
        }
        p->rung_count++;
    }
    return 0;
}

/* The segments being written can't be trimmed: memory that doesn't hold them is exceeded. */
static void warn_of_little_memory(const char *name, const struct config_channel *config)
{
    int64_t bits_per_s = config->audio_bitrate_bps;
    for (size_t i = 0; i < config->rungs; i++)
        bits_per_s += config->ladder[i].bitrate_bps;
    double growing_bytes = (double)bits_per_s / 8 * config->segment_duration_s;
    if (growing_bytes > (double)config->memory_bytes / 2)
        log_warn(name,
                 "segments of %g s may take %.0f MB of the %.0f MB allowed: shorten "
                 "--segment-duration or raise --memory",
                 config->segment_duration_s, growing_bytes / 1e6,
                 (double)config->memory_bytes / 1e6);
}

static int create_parts(struct presentation *p, const struct config_channel *config)
{
    /* Half a second more than the manifest says, which counts whole ones: a viewer who asks for the
     * far end does so some time after the manifest was made. */
    struct store_limits limits = {.window_us = (int64_t)floor(config->window_s) * 1000000 + 500000,
                                  .max_bytes = (size_t)config->memory_bytes};
    struct sound_config sound = {.channel = p->channel,
                                 .bitrate_bps = config->audio_bitrate_bps,
                                 .segment_duration = p->timeline.segment_duration,
                                 .source = p->source};
    int status = store_create(&limits, &p->store);
    if (status)
        log_error(p->channel, "no store for the channel: %s", err_text(status));
    if (!status)
        status = create_rungs(p, config);
    if (!status) {
        sound.store = p->store;
        status = sound_create(&sound, &p->sound);
        if (status)
            log_error(p->channel, "sound cannot be encoded: %s", err_text(status));
    }
    return status;
}

int presentation_create(const char *name, const struct config_channel *config,
                        struct source *source, struct presentation **out)
{
    struct presentation *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_NOMEM;
    p->channel = name;
    p->source = source;
    p->timeline = (struct timeline){
        .start = {0, 1},
        .video_rate = config->fps,
        .audio_rate = timebase_reduce((struct rational){AUDIO_TRACK_RATE, AUDIO_TRACK_FRAME}),
        .segment_duration = timeline_whole_frames(config->segment_duration_s, config->fps)};
    atomic_init(&p->end_frame, INT64_MAX);
    name_it(p->id);
    warn_of_little_memory(name, config);
    int status = create_parts(p, config);
    if (status) {
        presentation_destroy(p);
        return status;
    }
    *out = p;
    return 0;
}

void presentation_destroy(struct presentation *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->rung_count; i++)
        rung_destroy(p->rungs[i]);
    sound_destroy(p->sound);
    store_destroy(p->store);
    free(p);
}

void presentation_place(struct presentation *p, const struct timeline *timeline)
{
    p->timeline = *timeline;
}

int presentation_begin(struct presentation *p)
{
    int status = sound_start(p->sound, &p->timeline);
    if (!status)
        atomic_store(&p->begun, true);
    return status;
}

/* Tells the viewers of the others when a rung has failed, and gives how many frames wait for each.
 */
static void look_at_rungs(struct presentation *p, int64_t frame, int64_t waiting[CONFIG_RUNGS_MAX])
{
    struct rational rate = p->timeline.video_rate;
    size_t failed = 0;
    for (size_t i = 0; i < p->rung_count; i++) {
        waiting[i] = rung_waiting(p->rungs[i]);
        failed += waiting[i] < 0;
    }
    if (failed == p->failed_rungs)
        return;
    int64_t until = frame + tell_change_s * rate.num / rate.den;
    p->failed_rungs = failed;
    for (size_t i = 0; i < p->rung_count; i++)
        rung_announce_change(p->rungs[i], until);
    sound_announce_change(p->sound, timeline_audio_frames(&p->timeline, until));
}

/* Takes pictures from the largest rungs while the machine cannot encode all of them. A clock that
 * is late itself is as good a sign of it as a late rung. */
static void shed(struct presentation *p, int64_t waiting[CONFIG_RUNGS_MAX], bool rushed)
{
    int before = p->overload.level;
    if (rushed)
        waiting[p->rung_count - 1] = OVERLOAD_LATE_FRAMES;
    if (!overload_step(&p->overload, waiting))
        return;
    atomic_store(&p->shed_level, p->overload.level);
    if (p->overload.level > before && before == 0)
        log_warn(p->channel,
                 "the encoders are too slow for this machine: %s; give it less to do, or --preset "
                 "ultrafast",
                 p->rung_count > 1 ? "the largest rungs get fewer new pictures"
                                   : "pictures are repeated");
    if (p->overload.level == 0)
        log_info(p->channel, "the encoders are in time again");
}

void presentation_show(struct presentation *p, int64_t frame, bool rushed)
{
    int64_t waiting[CONFIG_RUNGS_MAX];
    struct input_picture picture = {0};
    int64_t slot_us = timeline_video_us(&p->timeline, frame);
    int64_t slot_utc_us = slot_us + (clock_utc_us() - clock_monotonic_us());
    if (!rushed)
        source_picture(p->source, frame, slot_us, slot_utc_us, &picture);
    look_at_rungs(p, frame, waiting);
    shed(p, waiting, rushed);
    for (size_t i = 0; i < p->rung_count; i++)
        rung_offer(p->rungs[i], frame,
                   overload_gives(&p->overload, i, frame) ? picture.frame : NULL,
                   picture.capture_utc_us, slot_utc_us);
    if (!rushed)
        source_picture_done(p->source);
}

void presentation_set_end(struct presentation *p, int64_t end_frame)
{
    atomic_store(&p->end_frame, end_frame);
}

void presentation_announce_end(struct presentation *p)
{
    int64_t end = atomic_load(&p->end_frame);
    for (size_t i = 0; i < p->rung_count; i++)
        rung_announce_end(p->rungs[i], end);
    sound_announce_end(p->sound, timeline_audio_frames(&p->timeline, end));
}

int64_t presentation_end_frame(const struct presentation *p)
{
    return atomic_load(&p->end_frame);
}

void presentation_set_memory(struct presentation *p, int64_t bytes)
{
    store_set_max_bytes(p->store, (size_t)bytes);
}

void presentation_trim(struct presentation *p, int64_t now_us)
{
    int64_t kept_us = store_available_us(p->store) + margin_us;
    store_trim_before(p->store, now_us - p->timeline.start_us - kept_us);
}

bool presentation_expired(const struct presentation *p, int64_t now_us)
{
    int64_t end_us = timeline_video_us(&p->timeline, presentation_end_frame(p));
    return now_us >= end_us + store_available_us(p->store) + margin_us;
}

bool presentation_begun(const struct presentation *p)
{
    return atomic_load(&p->begun);
}

/* Only of one that has begun: before, the clock may be placing it. */
static bool has_failed(const struct presentation *p, struct store_track *track,
                       struct store_track_state *state)
{
    struct manifest_presentation self;
    presentation_describe(p, &self);
    store_track_state(track, state);
    return channel_manifest_leaves_out(&self, store_track_info(track), state);
}

/* Every track that goes on has more samples and packets than these; there is one. */
static bool has_more(const struct presentation *p, int64_t sample, int64_t packet)
{
    size_t good = 0;
    if (!presentation_begun(p))
        return false;
    for (size_t i = 0; i < store_track_count(p->store); i++) {
        struct store_track_state state;
        if (has_failed(p, store_track_at(p->store, i), &state))
            continue;
        if (state.newest_sequence <= sample || state.newest_packet <= packet)
            return false;
        good++;
    }
    return good > 0;
}

bool presentation_can_be_joined(const struct presentation *p)
{
    return has_more(p, 0, -2);
}

bool presentation_ready(const struct presentation *p)
{
    return has_more(p, -2, -1);
}

bool presentation_finished(const struct presentation *p)
{
    struct sound_state sound;
    struct rung_state rung;
    sound_state(p->sound, &sound);
    bool finished = sound.finished || !presentation_begun(p);
    for (size_t i = 0; i < p->rung_count; i++) {
        rung_state(p->rungs[i], &rung);
        finished = finished && rung.finished;
    }
    return finished && presentation_end_frame(p) != INT64_MAX;
}

const char *presentation_id(const struct presentation *p)
{
    return p->id;
}

const struct timeline *presentation_timeline(const struct presentation *p)
{
    return &p->timeline;
}

struct store *presentation_store(const struct presentation *p)
{
    return p->store;
}

void presentation_describe(const struct presentation *p, struct manifest_presentation *out)
{
    *out = (struct manifest_presentation){.id = p->id,
                                          .timeline = p->timeline,
                                          .end_frame = presentation_end_frame(p),
                                          .store = p->store};
}

static int64_t track_behind_us(const struct presentation *p, const struct store_track *track,
                               const struct store_track_state *state, int64_t clock_us)
{
    return clock_us - p->timeline.start_us -
           timebase_frame_us(state->newest_sequence + 1, store_track_info(track)->frame_rate);
}

/* How far the latest of the tracks that go on is behind, and how far all of the picture is, or the
 * sound: less than that viewers get, of one rung or another. */
static void measure(const struct presentation *p, int64_t now_us, struct presentation_state *state)
{
    int64_t end_frame = presentation_end_frame(p);
    int64_t end_us =
        end_frame == INT64_MAX ? INT64_MAX : timeline_video_us(&p->timeline, end_frame);
    int64_t clock_us = now_us < end_us ? now_us : end_us;
    int64_t picture_us = clock_us - p->timeline.start_us, sound_us = 0;
    for (size_t i = 0; i < store_track_count(p->store); i++) {
        struct store_track *track = store_track_at(p->store, i);
        struct store_track_state stored;
        if (has_failed(p, track, &stored))
            continue;
        int64_t behind_us = track_behind_us(p, track, &stored, clock_us);
        state->behind_us = behind_us > state->behind_us ? behind_us : state->behind_us;
        if (store_track_info(track)->kind == STORE_AUDIO)
            sound_us = behind_us;
        else if (behind_us < picture_us)
            picture_us = behind_us;
    }
    state->all_behind_us = picture_us > sound_us ? picture_us : sound_us;
}

/* Of the largest rung that goes on, or where none does, of the largest. */
static int64_t newest_sequence(const struct presentation *p)
{
    struct store_track_state state;
    if (!presentation_begun(p))
        return -1;
    for (size_t i = 0; i < p->rung_count; i++)
        if (!has_failed(p, store_track_at(p->store, i), &state))
            return state.newest_sequence;
    store_track_state(store_track_at(p->store, 0), &state);
    return state.newest_sequence;
}

void presentation_state(const struct presentation *p, int64_t now_us,
                        struct presentation_state *state)
{
    *state = (struct presentation_state){.rung_count = p->rung_count,
                                         .shed_level = atomic_load(&p->shed_level),
                                         .shed_most = p->overload.most};
    if (presentation_begun(p))
        measure(p, now_us, state);
    sound_state(p->sound, &state->sound);
    for (size_t i = 0; i < p->rung_count; i++)
        rung_state(p->rungs[i], &state->rungs[i]);
    state->newest_sequence = newest_sequence(p);
}
