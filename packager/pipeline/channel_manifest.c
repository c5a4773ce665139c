#include "packager/pipeline/channel_manifest.h"
#include "manifests/write.h"
#include "media/core/clock.h"
#include "media/core/err.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FALLBACK_POLL_S = 30 };

/* strdup that remembers its failure. */
static char *text(const char *value, int *status)
{
    char *copy = strdup(value);
    if (!copy)
        *status = ERR_NOMEM;
    return copy;
}

static void *list(size_t count, size_t size, int *status)
{
    void *items = calloc(count ? count : 1, size);
    if (!items)
        *status = ERR_NOMEM;
    return items;
}

static struct hesp_value scaled(struct rational r)
{
    return (struct hesp_value){.given = true, .value = r.num, .scale = r.den};
}

/* start + ticks / timescale as bounds; false where no common scale is small enough. */
static bool set_start(struct hesp_bounds *bounds, struct rational start, int64_t ticks,
                      int64_t timescale)
{
    int64_t scale = timeline_common_scale(start.den, timescale);
    if (!scale)
        return false;
    *bounds = (struct hesp_bounds){
        .has_start = true,
        .start = start.num * (scale / start.den) + ticks * (scale / timescale),
        .scale = scale,
    };
    return true;
}

/* Their bounds may be left out, as there is a segmentDuration (3.2.16). */
static void add_segments(struct hesp_track *track, const struct timeline *timeline,
                         const struct store_track_info *info, const struct store_track_state *state,
                         int *status)
{
    int64_t newest = state->newest_segment < 0 ? 0 : state->newest_segment;
    size_t count = (size_t)(newest - state->oldest_segment + 1);
    track->segments = list(count, sizeof *track->segments, status);
    if (*status)
        return;
    track->segment_count = count;
    for (size_t i = 0; i < count; i++) {
        struct hesp_segment *segment = &track->segments[i];
        segment->id = state->oldest_segment + (int64_t)i;
        int64_t first =
            timebase_segment_first_frame(segment->id, info->segment_duration, info->frame_rate);
        segment->has_bounds = set_start(&segment->bounds, timeline->start,
                                        info->ticks_per_frame * first, info->timescale);
    }
}

static void fill_track(struct hesp_track *track, const struct timeline *timeline,
                       const struct store_track_info *info, const struct store_track_state *state,
                       int *status)
{
    char base[sizeof info->id + 1];
    snprintf(base, sizeof base, "%s/", info->id);
    track->id = text(info->id, status);
    track->media.base_url = text(base, status);
    track->media.codecs = text(info->codecs, status);
    track->bandwidth = info->bandwidth_bps;
    track->segment_duration = scaled(info->segment_duration);
    /* H14: media time starts at 0 in each Presentation. */
    if (timeline->start.num)
        track->media.media_time_offset =
            scaled((struct rational){-timeline->start.num, timeline->start.den});
    if (info->kind == STORE_VIDEO)
        track->resolution = (struct hesp_resolution){.given = true,
                                                     .width = info->width,
                                                     .height = info->height,
                                                     .sar_width = info->sar_width,
                                                     .sar_height = info->sar_height};
    add_segments(track, timeline, info, state, status);
}

static void fill_set(struct hesp_switching_set *set, const struct store_track_info *info,
                     int *status)
{
    set->media.continuation_pattern = text("content-{segmentId}.mp4", status);
    set->media.initialization_pattern = text("init-{initId}.mp4", status);
    set->media.mime_type = text(info->mime, status);
    if (info->kind == STORE_VIDEO) {
        set->id = text("video", status);
        set->media.frame_rate = scaled(info->frame_rate);
        return;
    }
    set->id = text("audio", status);
    set->language = text(info->language, status);
    set->media.channels = info->channels;
    set->media.sample_rate = info->sample_rate;
    set->media.samples_per_frame = info->samples_per_frame;
}

bool channel_manifest_leaves_out(const struct manifest_presentation *of,
                                 const struct store_track_info *info,
                                 const struct store_track_state *state)
{
    int64_t frames = of->end_frame;
    if (frames != INT64_MAX && info->kind == STORE_AUDIO)
        frames = timeline_audio_frames(&of->timeline, frames);
    return state->ended && state->newest_sequence + 1 < frames;
}

/* The tracks of one kind as one switching set, or none where there is no such track. */
static size_t add_set(const struct manifest_presentation *from, enum store_kind kind,
                      struct hesp_switching_set **sets, int *status)
{
    size_t all = store_track_count(from->store);
    struct hesp_switching_set *set = list(1, sizeof *set, status);
    *sets = set;
    if (*status)
        return 0;
    set->tracks = list(all, sizeof *set->tracks, status);
    for (size_t i = 0; i < all && !*status; i++) {
        struct store_track *track = store_track_at(from->store, i);
        const struct store_track_info *info = store_track_info(track);
        struct store_track_state state;
        if (info->kind != kind)
            continue;
        store_track_state(track, &state);
        if (channel_manifest_leaves_out(from, info, &state))
            continue;
        if (!set->track_count)
            fill_set(set, info, status);
        fill_track(&set->tracks[set->track_count++], &from->timeline, info, &state, status);
    }
    if (set->track_count)
        return 1;
    free(set->tracks);
    set->tracks = NULL;
    return 0;
}

/* H9: where one ends and the next one starts is the same moment, whatever their scales. */
static void fill_bounds(const struct manifest_presentation *from, struct hesp_bounds *bounds)
{
    struct rational start = from->timeline.start, rate = from->timeline.video_rate;
    if (!set_start(bounds, start, 0, rate.num))
        *bounds = (struct hesp_bounds){.has_start = true, .start = start.num, .scale = start.den};
    if (from->end_frame == INT64_MAX)
        return;
    bounds->has_end = true;
    bounds->end =
        bounds->start + timebase_muldiv_floor(from->end_frame * rate.den, bounds->scale, rate.num);
}

static void fill_presentation(const struct manifest_presentation *from, struct hesp_presentation *p,
                              int *status)
{
    char base[64];
    snprintf(base, sizeof base, "%s/", from->id);
    p->id = text(from->id, status);
    p->base_url = text(base, status);
    fill_bounds(from, &p->bounds);
    p->video_count = add_set(from, STORE_VIDEO, &p->video, status);
    if (!*status)
        p->audio_count = add_set(from, STORE_AUDIO, &p->audio, status);
}

/* H7: the newest moment of any track of the active Presentation, in its track's ticks. It need not
 * be exact, but must not lie before that Presentation's start. */
static void set_current_time(const struct manifest_presentation *active, struct hesp_value *newest,
                             int *status)
{
    struct rational start = active->timeline.start;
    for (size_t i = 0; i < store_track_count(active->store); i++) {
        struct store_track *track = store_track_at(active->store, i);
        const struct store_track_info *info = store_track_info(track);
        struct store_track_state state;
        store_track_state(track, &state);
        if (channel_manifest_leaves_out(active, info, &state))
            continue;
        if (state.newest_sequence < 0) {
            *status = ERR_NOT_FOUND;
            return;
        }
        int64_t time = timebase_muldiv_ceil(start.num, info->timescale, start.den) +
                       state.newest_sequence * info->ticks_per_frame;
        if (!newest->given ||
            timebase_muldiv_floor(time, newest->scale, info->timescale) > newest->value)
            *newest = (struct hesp_value){.given = true, .value = time, .scale = info->timescale};
    }
    if (!newest->given)
        *status = ERR_NOT_FOUND;
}

/* What every listed Presentation has, in whole seconds. */
static int64_t available_s(const struct manifest_snapshot *s)
{
    int64_t least_us = INT64_MAX;
    for (size_t i = 0; i < s->count; i++) {
        int64_t us = store_available_us(s->presentations[i].store);
        least_us = us < least_us ? us : least_us;
    }
    return least_us / 1000000;
}

static void fill_manifest(const struct manifest_snapshot *s, struct hesp_manifest *m, int *status)
{
    char created[CLOCK_ISO8601_BYTES];
    clock_iso8601(s->now_utc_us, created);
    m->creation_date = text(created, status);
    m->availability_duration =
        (struct hesp_value){.given = true, .value = available_s(s), .scale = 1};
    m->fallback_poll_rate = FALLBACK_POLL_S;
    m->stream_type = HESP_LIVE;
    m->active_presentation = text(s->presentations[s->active].id, status);
    m->time_source.scheme = text("urn:mpeg:dash:utc:http-iso:2014", status);
    m->time_source.value = text("/time", status);
    set_current_time(&s->presentations[s->active], &m->current_time, status);
    m->presentations = list(s->count, sizeof *m->presentations, status);
    if (!m->presentations)
        return;
    m->presentation_count = s->count;
    for (size_t i = 0; i < s->count && !*status; i++)
        fill_presentation(&s->presentations[i], &m->presentations[i], status);
}

int channel_manifest_write(const struct manifest_snapshot *snapshot, struct bytes_writer *out)
{
    struct hesp_manifest manifest;
    int status = 0;
    hesp_manifest_init(&manifest);
    fill_manifest(snapshot, &manifest, &status);
    if (!status)
        status = hesp_write(&manifest, out);
    hesp_manifest_finish(&manifest);
    return status;
}
