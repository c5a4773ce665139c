/* From Presentation to Presentation: one that is listed to begin where this one ends is asked for
 * ahead, so that the origin holds the request, and the picture goes on in its schedule. */
#include "player-sim/session/state.h"

/* How long before its first frame the next Presentation is asked for: a round trip and what it may
 * be early. That is less than the 250 ms and the three frames for which an origin holds a request.
 */
static const int64_t lead_max_us = 200000, early_us = 50000;
static const int64_t early_frames = 2;
/* A switch is given up for it, unless it has that long to be shown. */
static const int64_t switch_us = 500000;
/* A join that finds its Presentation to have been over for longer than that joins the next one
 * where that is now. */
static const int64_t late_join_us = 250000;

struct session_channel *session_follow_target(const struct session *s)
{
    const struct session_stream *st = &s->picture;
    struct session_channel *told = s->manifests[s->channel].told;
    if (!st->of.channel || !told)
        return NULL;
    const struct hesp_presentation *p =
        session_channel_presentation(told, st->of.track->place.presentation->id);
    return p ? session_channel_after(told, p) : NULL;
}

static const struct session_track *wanted(const struct session *s, const struct session_channel *to)
{
    return &to->rungs[session_channel_rung(to, s->config.rate_bps)];
}

static int64_t lead_us(const struct session *s, const struct session_track *to)
{
    int64_t frames_us = timebase_frame_us(early_frames, to->rate);
    int64_t besides_us = frames_us < early_us ? frames_us : early_us;
    return s->round_trip_us < lead_max_us - besides_us ? s->round_trip_us + besides_us
                                                       : lead_max_us;
}

/* When its first frame is there: as much after the last one received as their times differ. */
static int64_t available_us(const struct session *s, const struct session_channel *to)
{
    const struct session_stream *st = &s->picture;
    return st->received_us + session_presentation_start_us(to->presentation) -
           session_track_time_us(st->of.track, st->received);
}

/* Until when a switch has time to be shown before the next Presentation is. */
static int64_t switch_until_us(const struct session *s, const struct session_channel *to)
{
    int64_t start_us = session_presentation_start_us(to->presentation);
    return session_playhead_due(&s->playhead, start_us) - switch_us;
}

bool session_follow_is_near(const struct session *s)
{
    const struct session_channel *to = session_follow_target(s);
    return to && s->actions.now_us >= switch_until_us(s, to);
}

/* The channel was over, or a join came upon the end of a Presentation that was. */
bool session_follow_is_late(const struct session *s)
{
    const struct session_stream *st = &s->picture;
    const struct session_channel *to = session_follow_target(s);
    if (!to || !session_stream_ended(st))
        return false;
    int64_t start_us = session_presentation_start_us(to->presentation);
    return s->end.over ||
           (st->flows_us < 0 && session_manifests_edge_us(s, s->channel) > start_us + late_join_us);
}

/* When to ask; NEVER: nothing is to be asked for. */
static int64_t due_us(const struct session *s)
{
    const struct session_stream *st = &s->picture;
    const struct session_channel *to = session_follow_target(s);
    bool ended = session_stream_ended(st), switches = s->entry == ENTRY_SWITCH;
    if (!to || st->received < 0 || (!ended && (st->stopped || s->join.pending)))
        return SESSION_NEVER;
    if ((s->next.of.channel && !switches) || session_follow_is_late(s))
        return SESSION_NEVER;
    int64_t at_us = available_us(s, to) - (s->follow.by_now ? 0 : lead_us(s, wanted(s, to)));
    if (s->follow.by_now && at_us < s->follow.tries.next_us)
        at_us = s->follow.tries.next_us;
    int64_t until_us = switch_until_us(s, to);
    return s->next.of.channel && s->next.id && until_us > at_us ? until_us : at_us;
}

/* Whether a round trip after the packet would be too late for the second picture. */
static bool needs_whole(const struct session *s, const struct session_track *track)
{
    return s->round_trip_us != SESSION_NEVER &&
           s->round_trip_us > s->config.buffer_us + timebase_frame_us(1, track->rate) / 2;
}

void session_follow_go_on(struct session *s)
{
    if (s->actions.now_us < due_us(s))
        return;
    struct session_channel *to = session_follow_target(s);
    const struct session_track *track = wanted(s, to);
    session_change_give_up(s);
    s->join.pending = false;
    s->entry = ENTRY_FOLLOW;
    session_stream_open(&s->next, &s->actions, &(struct session_rendition){to, track}, true,
                        s->follow.by_now ? HESP_NOW : track->first_sequence);
    if (!s->follow.by_now && needs_whole(s, track))
        session_stream_take_whole(&s->next, &s->actions);
    session_listening_follow(s, to);
}

int64_t session_follow_next_us(const struct session *s)
{
    return due_us(s);
}

/* By HESP_NOW at once, and then later and later. */
void session_follow_failed(struct session *s)
{
    if (s->follow.by_now)
        session_tries_failed(&s->follow.tries, s->actions.now_us);
    s->follow.by_now = true;
}

/* The manifest is asked for, in which the Presentation is the active one. */
void session_follow_done(struct session *s)
{
    s->follow = (struct session_follow_state){0};
    session_listening_followed(s);
    session_manifests_update(s, NULL);
}
