#include "player-sim/session/stream.h"

#include "player-sim/session/continuity.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_FOUND = 404, RANGE_NOT_SATISFIABLE = 416 };

static const struct session_source no_source = {.segment = -1};

void session_stream_open(struct session_stream *st, struct session_actions *a,
                         const struct session_rendition *of, bool video, int64_t number)
{
    assert(!st->of.channel);
    *st = (struct session_stream){
        .of = {session_channel_ref(of->channel), of->track},
        .video = video,
        .asked = number,
        .first = -1,
        .received = -1,
        .last = session_track_last(of->track),
        .current = no_source,
        .ahead = no_source,
        .shown = -1,
        .flows_us = -1,
    };
    st->packet_request = session_actions_request(a, SESSION_GET_PACKET, &st->of, number, 0);
}

static void drop_early(struct session_stream *st)
{
    session_earlies_drop(&st->earlies);
    if (st->has_arrived)
        blob_unref(st->arrived.sample.payload);
    st->has_arrived = false;
}

void session_stream_finish(struct session_stream *st)
{
    drop_early(st);
    session_earlies_finish(&st->earlies);
    session_frames_finish(&st->frames);
    session_channel_unref(st->of.channel);
    *st = (struct session_stream){0};
}

void session_stream_stop(struct session_stream *st, struct session_actions *a)
{
    session_actions_cancel(a, &st->packet_request);
    session_actions_cancel(a, &st->current.request);
    session_actions_cancel(a, &st->ahead.request);
    drop_early(st);
    st->stopped = true;
}

void session_stream_close(struct session_stream *st, struct session_actions *a)
{
    if (!st->of.channel)
        return;
    session_stream_stop(st, a);
    if (st->id)
        session_actions_close(a, st->id);
    session_stream_finish(st);
}

bool session_stream_owns(const struct session_stream *st, uint32_t request)
{
    return request && (request == st->packet_request || request == st->current.request ||
                       request == st->ahead.request);
}

bool session_stream_ended(const struct session_stream *st)
{
    return st->id && st->last >= 0 && st->received >= st->last;
}

/* ---- what to ask for ---- */

static struct session_source ask_segment(struct session_stream *st, struct session_actions *a,
                                         int64_t segment, int64_t offset)
{
    uint32_t request = session_actions_request(a, SESSION_GET_SEGMENT, &st->of, segment, offset);
    return (struct session_source){.request = request, .segment = segment};
}

void session_stream_take_whole(struct session_stream *st, struct session_actions *a)
{
    assert(!st->id && st->asked == st->of.track->first_sequence);
    st->whole = true;
    st->asked_us = a->now_us;
    st->ahead = ask_segment(st, a, st->of.track->first_segment, 0);
}

/* Nothing more of it is wanted: what was asked for in the belief that it goes on is given up. */
static void drop_unneeded(struct session_stream *st, struct session_actions *a)
{
    if (!st->ahead.brought) {
        session_actions_cancel(a, &st->ahead.request);
        st->ahead = no_source;
    }
    if (!st->current.brought)
        session_actions_cancel(a, &st->current.request);
}

/* Asks for the segment after current in time, so that no round trip falls between them; and gives
 * it up where the Presentation turns out to end before it. */
static void ask_ahead(struct session_stream *st, struct session_actions *a)
{
    if (session_stream_ended(st)) {
        drop_unneeded(st, a);
        return;
    }
    if (!st->current.request || st->ahead.segment >= 0 || st->ahead_failed || st->received < 0)
        return;
    int64_t end = session_track_segment_end(st->of.track, st->current.segment);
    if (end < 0 || (st->last >= 0 && end >= st->last))
        return;
    if (end + 1 - st->received <= SESSION_AHEAD_FRAMES)
        st->ahead = ask_segment(st, a, st->current.segment + 1, 0);
}

static bool is_same(const struct session_track *a, const struct session_track *b)
{
    return strcmp(a->name, b->name) == 0 && a->first_sequence == b->first_sequence &&
           a->rate.num == b->rate.num && a->rate.den == b->rate.den &&
           a->start.num == b->start.num && a->start.den == b->start.den;
}

static const struct session_track *find_track(const struct session_stream *st,
                                              const struct session_channel *channel)
{
    if (!st->video)
        return channel->has_sound && is_same(&channel->sound, st->of.track) ? &channel->sound
                                                                            : NULL;
    for (size_t i = 0; i < channel->rung_count; i++)
        if (is_same(&channel->rungs[i], st->of.track))
            return &channel->rungs[i];
    return NULL;
}

void session_stream_told(struct session_stream *st, struct session_actions *a,
                         struct session_channel *channel)
{
    if (!st->of.channel)
        return;
    const char *id = st->of.track->place.presentation->id;
    const struct hesp_presentation *told = session_channel_presentation(channel, id);
    if (!told)
        return;
    /* The Presentation may be over by now, and its tracks no longer those of the channel. */
    bool ended = session_stream_ended(st);
    struct session_track as_told = *st->of.track;
    as_told.place.presentation = told;
    st->last = session_track_last(&as_told);
    st->broken |= ended && !session_stream_ended(st); /* nobody asks for what comes after that */
    struct session_channel *view = session_channel_view(channel, told);
    const struct session_track *track = view ? find_track(st, view) : NULL;
    if (track) {
        session_channel_ref(view);
        session_channel_unref(st->of.channel);
        st->of = (struct session_rendition){view, track};
    }
    if (st->id)
        ask_ahead(st, a);
}

/* ---- what arrives ---- */

static void hand_on(struct session_stream *st, struct session_actions *a, int64_t n,
                    const struct session_sample *sample, bool opens)
{
    st->received = n;
    st->received_us = a->now_us;
    if (st->video) {
        struct session_frame frame = {.sequence = n,
                                      .time_us = session_track_time_us(st->of.track, n),
                                      .capture_us = sample->capture_us,
                                      .decoded_us = SESSION_UNDECODED,
                                      .bytes = sample->bytes};
        if (session_frames_push(&st->frames, &frame)) {
            session_actions_fault(a, &st->of, SESSION_FAULT_HTTP,
                                  "%s: frame %" PRId64 ": more frames wait than can be held",
                                  st->of.track->name, n);
            st->broken = true;
            return;
        }
    }
    session_actions_decode(a, &st->of,
                           &(struct session_action){.stream = st->id,
                                                    .video = st->video,
                                                    .opens = opens,
                                                    .sequence = n,
                                                    .capture_us = sample->capture_us,
                                                    .payload = sample->payload});
}

/* The number of the frame that the packet opens the stream with; -1: it is of no use. */
static int64_t read_packet(struct session_stream *st, struct session_actions *a,
                           const struct session_event *event)
{
    if (!st->video) /* whole: the first frame is the packet's own */
        return st->whole ? st->asked - 1 : st->asked;
    if (!event->has_sample) {
        session_actions_fault(a, &st->of, SESSION_FAULT_HTTP, "%s: a packet without a picture",
                              st->of.track->name);
        return -1;
    }
    int64_t n = session_continuity_number(a, &st->of, &event->sample, st->timescale);
    if (n >= 0 && st->asked != HESP_NOW)
        session_continuity_holds(a, &st->of, n, st->asked);
    return n;
}

/* From where the packet says, unless it is coming already. */
static void ask_continuation(struct session_stream *st, struct session_actions *a,
                             const struct session_event *event)
{
    int64_t segment = event->segment_id, offset = event->offset;
    if (st->whole && !st->video) {
        segment = st->of.track->first_segment;
        offset = 0;
    }
    if (st->ahead.segment == segment) {
        st->current = st->ahead;
    } else {
        session_actions_cancel(a, &st->ahead.request);
        drop_early(st);
        st->asked_us = a->now_us;
        st->current = ask_segment(st, a, segment, offset);
    }
    st->ahead = no_source;
    st->ahead_failed = false;
    ask_ahead(st, a);
}

void session_stream_packet(struct session_stream *st, struct session_actions *a,
                           const struct session_event *event)
{
    st->packet_request = 0;
    st->timescale = event->timescale;
    st->first = read_packet(st, a, event);
    if (st->first < 0 && st->video) {
        st->broken = true;
        return;
    }
    st->id = ++a->last_stream;
    if (st->video) {
        hand_on(st, a, st->first, &event->sample, true);
    } else {
        struct session_action opening = {.stream = st->id,
                                         .opens = true,
                                         .sequence = st->first,
                                         .capture_us = -1,
                                         .payload = event->sample.payload};
        session_actions_decode(a, &st->of, &opening);
        st->received = st->first;
    }
    if (session_stream_ended(st))
        drop_unneeded(st, a);
    else
        ask_continuation(st, a, event);
}

void session_stream_chunk(struct session_stream *st, struct session_actions *a,
                          const struct session_event *event)
{
    bool is_ahead = event->request == st->ahead.request;
    struct session_early early = {event->sample,
                                  is_ahead ? st->ahead.segment : st->current.segment};
    blob_ref(early.sample.payload);
    if (!is_ahead) {
        assert(!st->has_arrived);
        st->arrived = early;
        st->has_arrived = true;
    } else if (!session_earlies_push(&st->earlies, &early)) {
        blob_unref(early.sample.payload);
        session_actions_fault(a, &st->of, SESSION_FAULT_HTTP,
                              "%s: segment %" PRId64 " runs too far ahead of the one before it",
                              st->of.track->name, early.segment);
        st->broken = true;
    }
}

bool session_stream_finished(struct session_stream *st, uint32_t request)
{
    bool is_ahead = request == st->ahead.request;
    struct session_source *source = is_ahead ? &st->ahead : &st->current;
    source->request = 0;
    source->finished = true;
    int64_t end = session_track_segment_end(st->of.track, source->segment);
    return !is_ahead && !session_stream_ended(st) && st->received < end;
}

/* Whether current has brought all that it had. */
static bool is_complete(const struct session_stream *st)
{
    int64_t end = session_track_segment_end(st->of.track, st->current.segment);
    return st->ahead.brought || (st->current.brought && end >= 0 && st->received >= end);
}

bool session_stream_lacks(int http_status)
{
    return http_status == NOT_FOUND || http_status == RANGE_NOT_SATISFIABLE;
}

bool session_stream_failed(struct session_stream *st, uint32_t request, int http_status)
{
    bool lacks = session_stream_lacks(http_status);
    bool of_packet = request == st->packet_request, ended = session_stream_ended(st);
    if (request == st->packet_request) {
        st->packet_request = 0;
        st->broken = true;
        st->missing = http_status == NOT_FOUND;
    } else if (request == st->ahead.request && !st->ahead.brought) {
        session_earlies_drop(&st->earlies);
        st->ahead = no_source;
        st->ahead_failed = true;
    } else if (request == st->current.request && is_complete(st)) {
        session_stream_finished(st, request);
    } else {
        *(request == st->ahead.request ? &st->ahead.request : &st->current.request) = 0;
        st->broken = !session_stream_ended(st);
        st->missing = lacks;
    }
    return lacks && !of_packet && !ended;
}

/* The early sample whose turn it is: of the current segment, or the very next one. */
static bool take_early(struct session_stream *st, struct session_early *out)
{
    if (st->has_arrived) {
        st->has_arrived = false;
        *out = st->arrived;
        return true;
    }
    const struct session_early *head = session_earlies_head(&st->earlies);
    if (!head)
        return false;
    uint32_t timescale = head->sample.timescale ? head->sample.timescale : st->timescale;
    int64_t n = -1;
    session_track_sequence(st->of.track, head->sample.time, timescale, &n);
    if (head->segment > st->current.segment && st->received >= 0 && n > st->received + 1)
        return false;
    *out = session_earlies_pop(&st->earlies);
    return true;
}

/* Goes on to the next segment where the current one has finished. */
static bool move_on(struct session_stream *st, struct session_actions *a)
{
    if (!st->current.finished || session_stream_ended(st))
        return false;
    if (!st->current.brought) {
        session_actions_fault(a, &st->of, SESSION_FAULT_HTTP,
                              "%s: segment %" PRId64 " brought no new frame", st->of.track->name,
                              st->current.segment);
        st->broken = true;
        st->missing = true;
        return false;
    }
    if (st->ahead.segment >= 0)
        st->current = st->ahead;
    else
        st->current = ask_segment(st, a, st->current.segment + 1, 0);
    st->ahead = no_source;
    st->ahead_failed = false;
    ask_ahead(st, a);
    return true;
}

static bool take(struct session_stream *st, struct session_actions *a,
                 const struct session_early *early)
{
    int64_t n = session_continuity_number(a, &st->of, &early->sample, st->timescale);
    if (n < 0 || (st->whole && n <= st->first))
        return false; /* of no use; the packet has brought it */
    int64_t expected = st->received >= 0 ? st->received + 1 : st->whole ? st->asked : n;
    bool holds = session_continuity_holds(a, &st->of, n, expected);
    /* Too far ahead to be waited for, or too far behind to be a repetition: whichever of the two is
     * wrong, a join is the way out. */
    st->broken = n - expected >= SESSION_FRAMES_MAX || expected - n >= SESSION_REPEATS_MAX;
    if (st->broken || (!holds && n < expected))
        return false;
    if (st->first < 0)
        st->first = n - 1; /* sound: the packet was that of the frame before */
    hand_on(st, a, n, &early->sample, false);
    if (early->segment == st->current.segment)
        st->current.brought = true;
    else
        st->ahead.brought = true;
    ask_ahead(st, a);
    return true;
}

bool session_stream_next(struct session_stream *st, struct session_actions *a, int64_t *sequence)
{
    while (st->id && !st->broken && !st->stopped) {
        struct session_early early;
        if (take_early(st, &early)) {
            bool taken = take(st, a, &early);
            blob_unref(early.sample.payload);
            if (taken && !st->broken) {
                *sequence = st->received;
                return true;
            }
        } else if (!move_on(st, a)) {
            return false;
        }
    }
    return false;
}

void session_stream_decoded(struct session_stream *st, int64_t sequence, int64_t at_us)
{
    struct session_frame *frame = session_frames_find(&st->frames, sequence);
    if (frame)
        frame->decoded_us = at_us;
    if (at_us >= 0 && sequence > st->first && st->flows_us < 0)
        st->flows_us = at_us;
}
