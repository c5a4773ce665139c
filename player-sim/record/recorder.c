#include "player-sim/record/recorder_state.h"

#include "media/core/err.h"
#include "media/core/option_errors.h"

#include <assert.h>
#include <stdlib.h>

enum { TRIES = 3, NOT_FOUND = 404 };

int recorder_create(const struct recorder_config *config, struct recorder **out)
{
    struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    r->config = *config;
    *out = r;
    return ERR_OK;
}

void recorder_destroy(struct recorder *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->track_count; i++)
        recording_finish(&r->tracks[i].seen);
    session_channel_unref(r->channel);
    free(r);
}

void recorder_set_clock(struct recorder *r, int64_t utc_offset_us)
{
    r->config.utc_offset_us = utc_offset_us;
}

void recorder_end(struct recorder *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_line_list(r->text, sizeof r->text, format, arguments);
    va_end(arguments);
    r->over = r->early = true;
}

void recorder_lose(struct recorder *r, struct recorder_track *t, const char *format, ...)
{
    va_list arguments;
    t->lost = true;
    if (recorder_is_sound(r, t))
        return;
    size_t segments = r->segment_frames ? t->seen.frames / (size_t)r->segment_frames : 0;
    va_start(arguments, format);
    if (!r->early)
        error_line_list(r->text, sizeof r->text, format, arguments);
    va_end(arguments);
    r->early = true;
    r->segments_wanted = segments < r->segments_wanted ? segments : r->segments_wanted;
    r->over = r->over || !segments;
}

void recorder_ask(struct recorder *r, int64_t now_us, enum session_request_kind kind,
                  struct recorder_track *track, int64_t number, int64_t offset)
{
    assert(r->asked_count < RECORDER_ASKED_MAX);
    r->asked[r->asked_count++] = (struct recorder_asked){
        .request = {.id = ++r->last_id,
                    .kind = kind,
                    .url = kind == SESSION_GET_MANIFEST ? r->config.url : NULL,
                    .from = r->channel,
                    .track = track->of,
                    .number = number,
                    .offset = offset},
        .track = (size_t)(track - r->tracks),
        .at_utc_us = now_us + r->config.utc_offset_us,
    };
    track->packets_asked += kind == SESSION_GET_PACKET;
}

bool recorder_next_request(struct recorder *r, struct session_request *out)
{
    for (size_t i = 0; !r->over && i < r->asked_count; i++)
        if (!r->asked[i].started) {
            r->asked[i].started = true;
            *out = r->asked[i].request;
            return true;
        }
    return false;
}

void recorder_start(struct recorder *r, int64_t now_us)
{
    recorder_ask(r, now_us, SESSION_GET_MANIFEST, &r->tracks[0], 0, 0);
}

/* A packet without a sample is none of a picture. */
static void on_packet(struct recorder *r, int64_t now_us, const struct recorder_asked *a,
                      const struct session_event *e)
{
    struct recorder_track *t = &r->tracks[a->track];
    t->packets_asked--;
    if (!t->joined) {
        recorder_on_joined(r, now_us, t, e);
        return;
    }
    if (e->has_sample)
        recording_packet(&t->seen, (size_t)(a->request.number - r->first_sequence),
                         (uint32_t)e->sample.bytes);
    t->packets_refused += !e->has_sample;
    recorder_ask_packets(r, now_us, t);
}

static void on_failed(struct recorder *r, int64_t now_us, const struct recorder_asked *a,
                      const struct session_event *e)
{
    struct recorder_track *t = &r->tracks[a->track];
    bool packet = a->request.kind == SESSION_GET_PACKET;
    bool segment = a->request.kind == SESSION_GET_SEGMENT;
    t->packets_asked -= packet;
    if (packet && t->joined) {
        t->packets_refused++;
        recorder_ask_packets(r, now_us, t);
    } else if (t->lost) {
        return;
    } else if (segment && e->http_status != NOT_FOUND && ++t->tries <= TRIES) {
        recorder_ask(r, now_us, SESSION_GET_SEGMENT, t, t->segment, t->segment_bytes);
    } else if (packet && recorder_is_sound(r, t)) {
        recorder_on_joined(r, now_us, t, NULL);
    } else {
        recorder_lose(r, t, "%s", e->text ? e->text : "a request failed");
    }
}

/* Enough frames of all rungs, and every packet that was asked for. */
static bool has_all(const struct recorder *r)
{
    for (size_t i = 0; i < r->rung_count; i++) {
        const struct recorder_track *t = &r->tracks[i];
        if (!t->joined || !recorder_has_enough(r, t) || t->packets_asked ||
            (!t->lost && t->next_packet < t->seen.frames))
            return false;
    }
    return r->rung_count;
}

static bool take_asked(struct recorder *r, const struct session_event *e,
                       struct recorder_asked *out)
{
    for (size_t i = 0; i < r->asked_count; i++) {
        if (r->asked[i].request.id != e->request)
            continue;
        *out = r->asked[i];
        if (e->kind != SESSION_CHUNK)
            r->asked[i] = r->asked[--r->asked_count];
        return true;
    }
    return false;
}

void recorder_handle(struct recorder *r, int64_t now_us, const struct session_event *event)
{
    struct recorder_asked asked;
    if (r->over || !take_asked(r, event, &asked))
        return;
    switch (event->kind) {
    case SESSION_MANIFEST:
        recorder_on_manifest(r, now_us, event->channel);
        break;
    case SESSION_PACKET:
        on_packet(r, now_us, &asked, event);
        break;
    case SESSION_CHUNK:
        if (!r->tracks[asked.track].lost)
            recorder_on_chunk(r, now_us, &asked, event);
        break;
    case SESSION_FINISHED:
        if (!r->tracks[asked.track].lost)
            recorder_on_finished(r, now_us, &r->tracks[asked.track]);
        break;
    case SESSION_FAILED:
        on_failed(r, now_us, &asked, event);
        break;
    }
    r->over = r->over || has_all(r);
}
