#include "e2e/viewer.h"
#include "manifests/parse.h"
#include "manifests/validate.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "support/http_client.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct viewer *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct viewer *v, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(v->error, sizeof v->error, format, arguments);
    va_end(arguments);
    return false;
}

bool viewer_refresh(struct viewer *v)
{
    struct http_answer answer;
    struct hesp_manifest manifest;
    char reason[HESP_ERROR_BYTES] = "";
    http_get(v->url, &answer);
    int status = answer.status == 200 ? hesp_parse(answer.body, answer.size, &manifest, reason)
                                      : ERR_NOT_FOUND;
    long http_status = answer.status;
    http_answer_finish(&answer);
    if (status)
        return fail(v, "%s: status %ld, %s", v->url, http_status, reason);
    hesp_manifest_finish(&v->manifest);
    v->manifest = manifest;
    if (hesp_validate(&v->manifest, reason))
        return fail(v, "%s: %s", v->url, reason);
    return true;
}

bool viewer_open(struct viewer *v, const char *manifest_url)
{
    memset(v, 0, sizeof *v);
    hesp_manifest_init(&v->manifest);
    snprintf(v->url, sizeof v->url, "%s", manifest_url);
    return viewer_refresh(v);
}

void viewer_close(struct viewer *v)
{
    hesp_manifest_finish(&v->manifest);
}

static const struct hesp_presentation *active(const struct viewer *v)
{
    for (size_t i = 0; i < v->manifest.presentation_count; i++) {
        if (!strcmp(v->manifest.presentations[i].id, v->manifest.active_presentation))
            return &v->manifest.presentations[i];
    }
    return NULL;
}

static struct rational rational_of(struct hesp_value value)
{
    return timebase_reduce((struct rational){value.value, hesp_scale(value.scale)});
}

size_t viewer_video_count(const struct viewer *v)
{
    const struct hesp_presentation *p = active(v);
    return p && p->video_count ? p->video[0].track_count : 0;
}

bool viewer_video(struct viewer *v, size_t index, struct viewer_track *track)
{
    const struct hesp_presentation *p = active(v);
    if (!p || !p->video_count || index >= p->video[0].track_count)
        return fail(v, "the active Presentation has no video track %zu", index);
    const struct hesp_switching_set *set = &p->video[0];
    const struct hesp_track *t = &set->tracks[index];
    struct hesp_value rate =
        t->media.frame_rate.given ? t->media.frame_rate : set->media.frame_rate;
    track->place = (struct hesp_place){&v->manifest, p, HESP_VIDEO, set, t};
    track->rate = rational_of(rate);
    track->segment_duration = rational_of(t->segment_duration);
    return true;
}

bool viewer_audio(struct viewer *v, struct viewer_track *track)
{
    const struct hesp_presentation *p = active(v);
    if (!p || !p->audio_count || !p->audio[0].track_count)
        return fail(v, "the active Presentation has no audio track");
    const struct hesp_switching_set *set = &p->audio[0];
    const struct hesp_track *t = &set->tracks[0];
    int64_t samples = set->media.samples_per_frame ? set->media.samples_per_frame : 1024;
    track->place = (struct hesp_place){&v->manifest, p, HESP_AUDIO, set, t};
    track->rate = timebase_reduce((struct rational){set->media.sample_rate, samples});
    track->segment_duration = rational_of(t->segment_duration);
    return true;
}

uint32_t viewer_timescale(const struct viewer_track *track)
{
    if (track->place.kind == HESP_AUDIO)
        return (uint32_t)track->place.set->media.sample_rate;
    struct hesp_value rate = track->place.set->media.frame_rate;
    return (uint32_t)rational_of(rate).num;
}

int64_t viewer_sequence(const struct viewer_track *track, uint32_t timescale, int64_t decode_time)
{
    int64_t n = timebase_sequence(decode_time, 0, timescale, track->rate, 0);
    int64_t back = timebase_muldiv_floor(n * track->rate.den, timescale, track->rate.num);
    return back == decode_time ? n : -1;
}

/* The record inside an avcC box, found by its name and length. */
static const uint8_t *find_avcc(const uint8_t *header, size_t size, size_t *record_size)
{
    for (size_t i = 4; i + 4 < size; i++) {
        if (memcmp(header + i, "avcC", 4))
            continue;
        size_t box = (size_t)header[i - 4] << 24 | (size_t)header[i - 3] << 16 |
                     (size_t)header[i - 2] << 8 | header[i - 1];
        if (box < 8 || i - 4 + box > size)
            return NULL;
        *record_size = box - 8;
        return header + i + 4;
    }
    return NULL;
}

static bool read_packet(struct viewer *v, const struct viewer_track *track, const char *url,
                        struct viewer_packet *packet)
{
    int status = cmaf_packet_read(packet->bytes, packet->size, &packet->packet);
    if (status)
        return fail(v, "%s: %s", url, err_text(status));
    if (track->place.kind == HESP_AUDIO)
        return true;
    if (!packet->packet.has_sample)
        return fail(v, "%s: a video packet without a sample", url);
    packet->avcc = find_avcc(packet->packet.header, packet->packet.header_size, &packet->avcc_size);
    if (!packet->avcc)
        return fail(v, "%s: no avcC box", url);
    packet->sequence =
        viewer_sequence(track, packet->packet.timescale, packet->packet.sample.decode_time);
    return true;
}

bool viewer_get_packet(struct viewer *v, const struct viewer_track *track, int64_t sequence,
                       struct viewer_packet *packet)
{
    char url[HESP_URL_BYTES];
    struct http_answer answer;
    memset(packet, 0, sizeof *packet);
    if (hesp_initialization_url(v->url, &track->place, sequence, url))
        return fail(v, "no address for packet %" PRId64, sequence);
    http_get(url, &answer);
    packet->arrived_utc_us = clock_utc_us();
    packet->sequence = sequence;
    packet->bytes = answer.body;
    packet->size = answer.size;
    answer.body = NULL;
    long status = answer.status;
    http_answer_finish(&answer);
    if (status != 200)
        return fail(v, "%s: status %ld: %.200s", url, status, (const char *)packet->bytes);
    return read_packet(v, track, url, packet);
}

void viewer_packet_finish(struct viewer_packet *packet)
{
    free(packet->bytes);
    memset(packet, 0, sizeof *packet);
}

static bool add_sample(struct viewer_samples *samples, const struct viewer_track *track,
                       const uint8_t *data, const struct cmaf_chunk *chunk, int64_t segment_id,
                       int64_t offset)
{
    struct viewer_sample *list = realloc(samples->list, (samples->count + 1) * sizeof *list);
    uint8_t *bytes = malloc(chunk->total_bytes);
    if (list)
        samples->list = list;
    if (!list || !bytes) {
        free(bytes);
        return false;
    }
    memcpy(bytes, data, chunk->total_bytes);
    struct viewer_sample *sample = &list[samples->count++];
    *sample = (struct viewer_sample){
        .bytes = bytes,
        .segment_id = segment_id,
        .offset = offset,
        .sequence = viewer_sequence(track, viewer_timescale(track), chunk->decode_time)};
    return !cmaf_chunk_read(bytes, chunk->total_bytes, &sample->chunk);
}

/* How far a response body has been taken apart while it comes. */
struct progress {
    size_t at;
    size_t chunks;
    size_t wanted;
};

static bool enough(void *context, const uint8_t *body, size_t size)
{
    struct progress *p = context;
    struct cmaf_chunk chunk;
    while (p->chunks < p->wanted && !cmaf_chunk_read(body + p->at, size - p->at, &chunk)) {
        p->at += chunk.total_bytes;
        p->chunks++;
    }
    return p->chunks == p->wanted;
}

static bool add_samples(struct viewer *v, const struct viewer_track *track,
                        const struct http_answer *answer, const struct progress *progress,
                        int64_t segment_id, int64_t offset, struct viewer_samples *samples)
{
    struct cmaf_chunk chunk;
    for (size_t at = 0; at < progress->at; at += chunk.total_bytes) {
        if (cmaf_chunk_read(answer->body + at, answer->size - at, &chunk) ||
            !add_sample(samples, track, answer->body + at, &chunk, segment_id,
                        offset + (int64_t)at))
            return fail(v, "no memory for samples");
    }
    if (!answer->stopped && progress->at != answer->size)
        return fail(v, "segment %" PRId64 " ends inside a chunk, at %zu of %zu bytes", segment_id,
                    progress->at, answer->size);
    return true;
}

static bool take_segment(struct viewer *v, const struct viewer_track *track, int64_t segment_id,
                         int64_t offset, size_t wanted, struct viewer_samples *samples)
{
    char url[HESP_URL_BYTES];
    char range[64];
    struct http_answer answer;
    struct progress progress = {.wanted = wanted};
    struct http_request request = {
        .url = url, .enough = enough, .context = &progress, .timeout_ms = 30000};
    if (hesp_continuation_url(v->url, &track->place, segment_id, url))
        return fail(v, "no address for segment %" PRId64, segment_id);
    snprintf(range, sizeof range, "%" PRId64 "-9007199254740991", offset);
    if (offset)
        request.range = range;
    http_fetch(&request, &answer);
    bool right = answer.status == (offset ? 206 : 200);
    if (right)
        right = add_samples(v, track, &answer, &progress, segment_id, offset, samples);
    else
        fail(v, "%s from %" PRId64 ": status %ld: %.200s", url, offset, answer.status,
             (const char *)answer.body);
    http_answer_finish(&answer);
    return right;
}

bool viewer_get_samples(struct viewer *v, const struct viewer_track *track,
                        const struct cmaf_continuation *from, size_t frames,
                        struct viewer_samples *samples)
{
    int64_t segment_id = from->segment_id;
    int64_t offset = from->offset;
    size_t end = samples->count + frames;
    while (samples->count < end) {
        size_t before = samples->count;
        if (!take_segment(v, track, segment_id, offset, end - samples->count, samples))
            return false;
        if (samples->count == before)
            return fail(v, "segment %" PRId64 " gives nothing from %" PRId64, segment_id, offset);
        segment_id++;
        offset = 0;
    }
    return true;
}

void viewer_samples_finish(struct viewer_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++)
        free(samples->list[i].bytes);
    free(samples->list);
    *samples = (struct viewer_samples){0};
}
