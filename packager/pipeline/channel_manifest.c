#include "packager/pipeline/channel_manifest.h"
#include "manifests/write.h"
#include "media/core/clock.h"
#include "media/core/err.h"

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

static void add_segments(struct hesp_track *track, const struct store_track_info *info,
                         const struct store_track_state *state, int *status)
{
    size_t count = (size_t)(state->newest_segment - state->oldest_segment + 1);
    track->segments = list(count, sizeof *track->segments, status);
    if (*status)
        return;
    track->segment_count = count;
    for (size_t i = 0; i < count; i++) {
        int64_t id = state->oldest_segment + (int64_t)i;
        track->segments[i] = (struct hesp_segment){
            .id = id,
            .has_bounds = true,
            .bounds = {
                .has_start = true,
                .start = info->ticks_per_frame *
                         timebase_segment_first_frame(id, info->segment_duration, info->frame_rate),
                .scale = info->timescale}};
    }
}

static void fill_track(struct hesp_track *track, const struct store_track_info *info,
                       const struct store_track_state *state, int *status)
{
    char base[sizeof info->id + 1];
    snprintf(base, sizeof base, "%s/", info->id);
    track->id = text(info->id, status);
    track->media.base_url = text(base, status);
    track->media.codecs = text(info->codecs, status);
    track->bandwidth = info->bandwidth_bps;
    track->segment_duration = scaled(info->segment_duration);
    if (info->kind == STORE_VIDEO)
        track->resolution = (struct hesp_resolution){.given = true,
                                                     .width = info->width,
                                                     .height = info->height,
                                                     .sar_width = info->sar_width,
                                                     .sar_height = info->sar_height};
    add_segments(track, info, state, status);
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

bool channel_manifest_leaves_out(const struct manifest_snapshot *s,
                                 const struct store_track_info *info,
                                 const struct store_track_state *state)
{
    int64_t frames = s->end_frame;
    if (frames != INT64_MAX && info->kind == STORE_AUDIO)
        frames = timeline_audio_frames(&s->timeline, frames);
    return state->ended && state->newest_sequence + 1 < frames;
}

/* The tracks of one kind as one switching set, or none where there is no such track. */
static size_t add_set(const struct manifest_snapshot *s, enum store_kind kind,
                      struct hesp_switching_set **sets, struct hesp_value *newest, int *status)
{
    size_t all = store_track_count(s->store);
    struct hesp_switching_set *set = list(1, sizeof *set, status);
    *sets = set;
    if (*status)
        return 0;
    set->tracks = list(all, sizeof *set->tracks, status);
    for (size_t i = 0; i < all && !*status; i++) {
        struct store_track *track = store_track_at(s->store, i);
        const struct store_track_info *info = store_track_info(track);
        struct store_track_state state;
        if (info->kind != kind)
            continue;
        store_track_state(track, &state);
        if (channel_manifest_leaves_out(s, info, &state))
            continue;
        if (state.newest_sequence < 0) {
            *status = ERR_NOT_FOUND;
            break;
        }
        if (!set->track_count)
            fill_set(set, info, status);
        fill_track(&set->tracks[set->track_count++], info, &state, status);
        int64_t time = state.newest_sequence * info->ticks_per_frame;
        if (!newest->given ||
            timebase_muldiv_floor(time, newest->scale, info->timescale) > newest->value)
            *newest = (struct hesp_value){.given = true, .value = time, .scale = info->timescale};
    }
    if (set->track_count)
        return 1;
    free(set->tracks);
    set->tracks = NULL;
    return 0;
}

static void fill_presentation(const struct manifest_snapshot *s, struct hesp_presentation *p,
                              struct hesp_value *newest, int *status)
{
    char base[64];
    snprintf(base, sizeof base, "%s/", s->presentation);
    p->id = text(s->presentation, status);
    p->base_url = text(base, status);
    p->bounds = (struct hesp_bounds){.has_start = true, .scale = s->timeline.video_rate.num};
    if (s->end_frame != INT64_MAX) {
        p->bounds.has_end = true;
        p->bounds.end = s->end_frame * s->timeline.video_rate.den;
    }
    p->video_count = add_set(s, STORE_VIDEO, &p->video, newest, status);
    if (!*status)
        p->audio_count = add_set(s, STORE_AUDIO, &p->audio, newest, status);
    if (!*status && !p->video_count && !p->audio_count)
        *status = ERR_NOT_FOUND;
}

static void fill_manifest(const struct manifest_snapshot *s, struct hesp_manifest *m, int *status)
{
    char created[CLOCK_ISO8601_BYTES];
    clock_iso8601(s->now_utc_us, created);
    m->creation_date = text(created, status);
    m->availability_duration = (struct hesp_value){
        .given = true, .value = store_available_us(s->store) / 1000000, .scale = 1};
    m->fallback_poll_rate = FALLBACK_POLL_S;
    m->stream_type = HESP_LIVE;
    m->active_presentation = text(s->presentation, status);
    m->time_source.scheme = text("urn:mpeg:dash:utc:http-iso:2014", status);
    m->time_source.value = text("/time", status);
    m->presentations = list(1, sizeof *m->presentations, status);
    if (*status)
        return;
    m->presentation_count = 1;
    fill_presentation(s, &m->presentations[0], &m->current_time, status);
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
