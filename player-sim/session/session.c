/* The calls of a session: each notes what has happened, and then lets every rule go on. */
#include "media/core/err.h"
#include "player-sim/session/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const int64_t buffer_max_us = 60000000;

int session_create(const struct session_config *config, struct session **out)
{
    if (!config->urls || !config->channel_count || config->first_channel >= config->channel_count ||
        config->buffer_us < 0 || config->buffer_us > buffer_max_us || config->rate_bps < 0)
        return ERR_INVALID;
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->manifests = calloc(config->channel_count, sizeof *s->manifests);
    if (!s->manifests) {
        free(s);
        return ERR_NOMEM;
    }
    s->config = *config;
    s->channel = config->first_channel;
    s->actions.channel = s->channel;
    s->actions.decodes = config->decodes;
    s->round_trip_us = SESSION_NEVER;
    *out = s;
    return ERR_OK;
}

void session_destroy(struct session *s)
{
    if (!s)
        return;
    session_stream_finish(&s->picture);
    session_stream_finish(&s->next);
    session_stream_finish(&s->sound);
    session_stream_finish(&s->sound_next);
    session_actions_finish(&s->actions);
    for (size_t i = 0; i < s->config.channel_count; i++) {
        session_channel_unref(s->manifests[i].told);
        free(s->manifests[i].url);
    }
    free(s->manifests);
    free(s);
}

/* ---- every call ---- */

/* What was due before this call comes on before it. false: the viewer isn't there. */
static bool begin(struct session *s, int64_t now_us)
{
    assert(now_us >= s->actions.now_us || !s->started);
    session_actions_begin(&s->actions, now_us);
    if (!s->started || s->left)
        return false;
    session_screen_go_on(s);
    return true;
}

static void go_on(struct session *s)
{
    session_repair(s);
    session_screen_go_on(s);
    session_end_go_on(s);
    session_join_go_on(s);
    session_change_go_on(s);
    session_listening_go_on(s);
    session_manifests_go_on(s);
}

void session_start(struct session *s, int64_t now_us)
{
    assert(!s->started);
    begin(s, now_us);
    s->started = true;
    session_anatomy_begin(&s->anatomy, false, now_us);
    session_join_begin(s);
    go_on(s);
}

void session_advance(struct session *s, int64_t now_us)
{
    if (begin(s, now_us))
        go_on(s);
}

int64_t session_next_us(const struct session *s)
{
    if (!s->started || s->left)
        return SESSION_NEVER;
    const int64_t times_us[] = {
        session_screen_next_us(s), session_end_next_us(s),       session_join_next_us(s),
        session_change_next_us(s), session_listening_next_us(s), session_manifests_next_us(s),
    };
    int64_t next_us = SESSION_NEVER;
    for (size_t i = 0; i < sizeof times_us / sizeof *times_us; i++)
        next_us = times_us[i] < next_us ? times_us[i] : next_us;
    return next_us;
}

bool session_next_action(struct session *s, struct session_action *out)
{
    return session_actions_next(&s->actions, out);
}

/* ---- what is decoded ---- */

/* With a frame after the packet's, a stream has proved itself. */
static void note_flow(struct session *s, const struct session_stream *st)
{
    if (st->flows_us < 0 || st == &s->sound_next)
        return;
    if (st == &s->sound) {
        s->listening.now_tried = false;
        s->listening.tries = (struct session_tries){0};
    } else if (st == &s->picture || s->entry == ENTRY_JOIN) {
        s->join.tries = (struct session_tries){0};
    }
}

static void decoded(struct session *s, struct session_stream *st, int64_t sequence, int64_t at_us)
{
    const struct session_stream *picture = s->picture.of.channel ? &s->picture : &s->next;
    session_stream_decoded(st, sequence, at_us);
    note_flow(s, st);
    if (!st->video)
        session_anatomy_sound(&s->anatomy, &s->actions, &picture->of,
                              session_track_time_us(st->of.track, sequence), at_us);
    else if (st == &s->picture || s->entry != ENTRY_SWITCH)
        session_anatomy_picture(&s->anatomy, &s->actions, &st->of, at_us);
    else if (s->entry == ENTRY_SWITCH && s->change.decoded_us < 0)
        s->change.decoded_us = at_us;
}

static struct session_stream *stream_by_id(struct session *s, uint32_t id)
{
    struct session_stream *all[] = {&s->picture, &s->next, &s->sound, &s->sound_next};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (id && all[i]->id == id)
            return all[i];
    return NULL;
}

void session_decoded(struct session *s, int64_t now_us, uint32_t stream, int64_t sequence,
                     int64_t at_us, bool ok, const char *text)
{
    if (!begin(s, now_us))
        return;
    struct session_stream *st = stream_by_id(s, stream);
    if (st && ok) {
        decoded(s, st, sequence, at_us < now_us ? at_us : now_us);
    } else if (st) {
        session_actions_fault(&s->actions, &st->of, SESSION_FAULT_DECODE, "%s",
                              text ? text : "a frame that can't be decoded");
        session_stream_decoded(st, sequence, SESSION_BROKEN);
        st->broken |= sequence == st->first; /* nothing can be decoded after that */
    }
    go_on(s);
}

/* ---- what arrives ---- */

static void note_arrival(struct session *s, const struct session_stream *st, int64_t sequence)
{
    const struct session_frame *frame = session_frames_find(&st->frames, sequence);
    int64_t now_us = s->actions.now_us + s->config.utc_offset_us;
    if (frame && frame->capture_us >= st->asked_us + s->config.utc_offset_us)
        session_actions_saw(&s->actions, &st->of, SESSION_ARRIVAL, now_us - frame->capture_us,
                            s->actions.now_us);
}

/* The frames that are in order now. */
static void take_frames(struct session *s, struct session_stream *st)
{
    int64_t sequence;
    while (session_stream_next(st, &s->actions, &sequence)) {
        note_arrival(s, st, sequence);
        if (!s->config.decodes)
            decoded(s, st, sequence, s->actions.now_us);
    }
}

static void take_packet(struct session *s, struct session_stream *st,
                        const struct session_event *event)
{
    int64_t took_us = event->first_byte_us - event->connected_us;
    if (took_us >= 0 && took_us < s->round_trip_us)
        s->round_trip_us = took_us;
    session_stream_packet(st, &s->actions, event);
    if (!st->id || !st->video)
        return;
    if (s->entry == ENTRY_JOIN) {
        const struct session_channel *c = st->of.channel;
        int64_t sound_us = SESSION_NO_SOUND;
        if (c->has_sound)
            sound_us = session_track_time_us(
                &c->sound, session_track_beside(&c->sound, st->of.track, st->first));
        session_anatomy_packet(&s->anatomy, event, sound_us, s->actions.now_us);
        session_listening_begin(s, st);
    }
    if (!s->config.decodes)
        decoded(s, st, st->first, s->actions.now_us);
}

static void tell_failure(struct session *s, const struct session_rendition *of,
                         const struct session_event *event)
{
    session_actions_fault(&s->actions, of, event->fault, "%s",
                          event->text ? event->text : "a request has failed");
}

/* Whether a join has asked, by a manifest of long ago, for what a Presentation that is over has no
 * more: the manifest is asked for then, and what is missing after that is told. */
static bool is_outdated(const struct session *s, const struct session_stream *st,
                        const struct session_event *event)
{
    const struct session_channel *told = s->manifests[s->channel].told;
    const struct session_stream *joined = s->next.of.channel ? &s->next : &s->picture;
    bool is_over = told && strcmp(told->presentation->id, st->of.channel->presentation->id) != 0;
    return session_stream_lacks(event->http_status) && s->entry == ENTRY_JOIN &&
           joined->flows_us < 0 && st->flows_us < 0 &&
           (is_over || session_manifests_old(s, s->channel));
}

static void handle_stream(struct session *s, struct session_stream *st,
                          const struct session_event *event)
{
    bool of_packet = event->request == st->packet_request, is_over = false;
    if (st->video && (event->kind == SESSION_PACKET || event->kind == SESSION_CHUNK))
        s->picture_bytes += event->sample.bytes;
    if (event->kind == SESSION_FAILED) {
        if (!is_outdated(s, st, event))
            tell_failure(s, &st->of, event);
        is_over = session_stream_failed(st, event->request, event->http_status);
    } else if (event->kind == SESSION_PACKET && of_packet) {
        take_packet(s, st, event);
    } else if (event->kind == SESSION_CHUNK && !of_packet) {
        if (event->sample.manifest_update)
            session_manifests_update(s, event->sample.manifest_url);
        session_stream_chunk(st, &s->actions, event);
    } else if (event->kind == SESSION_FINISHED && !of_packet) {
        is_over = session_stream_finished(st, event->request);
    }
    if (is_over && st == &s->picture && session_manifests_old(s, s->channel))
        session_manifests_ask(s, s->channel); /* nobody has said so */
    take_frames(s, st);
}

static void handle_manifest(struct session *s, size_t channel, const struct session_event *event)
{
    if (event->kind == SESSION_MANIFEST) {
        session_manifests_told(s, channel, event->channel);
    } else if (event->kind == SESSION_FAILED) {
        /* After an announced end nothing need be there any more. */
        if (channel != s->channel || !session_end_reached(s))
            tell_failure(s, NULL, event);
        session_manifests_failed(s, channel);
    }
}

void session_handle(struct session *s, int64_t now_us, const struct session_event *event)
{
    if (!begin(s, now_us))
        return;
    struct session_stream *all[] = {&s->picture, &s->next, &s->sound, &s->sound_next};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (session_stream_owns(all[i], event->request)) {
            handle_stream(s, all[i], event);
            break;
        }
    for (size_t i = 0; i < s->config.channel_count; i++)
        if (event->request && s->manifests[i].request == event->request) {
            handle_manifest(s, i, event);
            break;
        }
    go_on(s);
}

/* ---- what the viewer does ---- */

void session_zap(struct session *s, int64_t now_us, size_t channel)
{
    assert(channel < s->config.channel_count);
    if (!begin(s, now_us))
        return;
    session_screen_give_up(s);
    session_join_give_up(s);
    if (channel != s->channel)
        session_manifests_leave_channel(s);
    s->channel = channel;
    s->actions.channel = channel;
    const struct session_known_manifest *m = &s->manifests[channel];
    s->poll_us = m->told ? m->answered_us + m->told->poll_us : SESSION_NEVER;
    s->poll_tries = (struct session_tries){0};
    session_anatomy_begin(&s->anatomy, true, now_us);
    session_join_begin(s);
    go_on(s);
}

void session_resync(struct session *s, int64_t now_us)
{
    if (!begin(s, now_us))
        return;
    if (s->picture.of.channel && !s->picture.stopped && !s->next.of.channel && !s->join.pending) {
        session_stream_stop(&s->picture, &s->actions);
        session_stream_close(&s->sound, &s->actions);
        session_stream_close(&s->sound_next, &s->actions);
        session_join_begin(s);
    }
    go_on(s);
}

void session_switch(struct session *s, int64_t now_us, int64_t rate_bps)
{
    if (!begin(s, now_us))
        return;
    session_change_want(s, rate_bps);
    go_on(s);
}

void session_join_at(struct session *s, int64_t rate_bps)
{
    s->join_bps = rate_bps;
}

int64_t session_ahead_us(const struct session *s, int64_t now_us)
{
    const struct session_stream *st = &s->picture;
    if (!st->of.channel || !s->playhead.runs || st->received < 0)
        return 0;
    if (s->next.id && s->entry == ENTRY_FOLLOW)
        st = &s->next; /* all of both is to be shown */
    int64_t due_us =
        session_playhead_due(&s->playhead, session_track_time_us(st->of.track, st->received));
    return due_us > now_us ? due_us - now_us : 0;
}

void session_leave(struct session *s, int64_t now_us)
{
    if (!begin(s, now_us))
        return;
    session_screen_give_up(s);
    session_join_give_up(s);
    for (size_t i = 0; i < s->config.channel_count; i++)
        session_actions_cancel(&s->actions, &s->manifests[i].request);
    s->left = true;
}

uint64_t session_picture_bytes(const struct session *s)
{
    return s->picture_bytes;
}

const struct session_channel *session_known(const struct session *s, size_t channel)
{
    return s->manifests[channel].told;
}

const struct session_channel *session_watches(const struct session *s, size_t *channel,
                                              size_t *rung)
{
    const struct session_channel *told = s->manifests[s->channel].told;
    const struct session_stream *st = s->picture.of.channel ? &s->picture : &s->next;
    const struct session_channel *of = st->of.channel;
    *channel = s->channel;
    *rung = 0;
    if (told && of && strcmp(told->presentation->id, of->presentation->id) != 0)
        told = of; /* not the active Presentation yet, or any more */
    for (size_t i = 0; told && of && i < told->rung_count; i++)
        if (strcmp(told->rungs[i].name, st->of.track->name) == 0)
            *rung = i;
    return told;
}
