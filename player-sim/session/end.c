/* Where nothing is listed yet that goes on from a Presentation (follow.c): the one that is active
 * when this one is over is joined, at its first frame where it goes on from here. Where there is
 * none, the channel has ended. */
#include "player-sim/session/state.h"

#include <string.h>

static const int64_t poll_gap_us = 1000000;
static const unsigned polls_max = 4; /* at once, and three more */

static const char *presentation_of(const struct session_stream *st)
{
    return st->of.track->place.presentation->id;
}

/* The schedule goes on: the first frame is due when the last one has been shown. */
static void follow(struct session *s, const struct session_rendition *to)
{
    s->entry = ENTRY_FOLLOW;
    session_stream_open(&s->next, &s->actions, to, true, to->track->first_sequence);
}

static void lead_on(struct session *s, struct session_channel *told)
{
    const struct session_stream *st = &s->picture;
    struct session_rendition to = {told,
                                   &told->rungs[session_channel_rung(told, s->config.rate_bps)]};
    bool ended = session_stream_ended(st);
    if (!ended && session_channel_presentation(told, presentation_of(st)))
        return; /* its end is still to come */
    if (ended && !s->end.over && !s->follow.by_now &&
        session_track_time_us(to.track, to.track->first_sequence) >
            session_track_time_us(st->of.track, st->last)) {
        follow(s, &to);
        return;
    }
    session_stream_stop(&s->picture, &s->actions);
    session_join_begin(s);
}

bool session_end_reached(const struct session *s)
{
    return session_stream_ended(&s->picture);
}

static bool is_shown(const struct session *s)
{
    return session_end_reached(s) && !s->picture.frames.count;
}

/* When to ask whether another Presentation leads on; it may be told a little later. */
static int64_t next_poll_us(const struct session *s)
{
    if (s->manifests[s->channel].request || s->end.polls == polls_max)
        return SESSION_NEVER;
    return s->end.polls ? s->manifests[s->channel].answered_us + poll_gap_us : s->actions.now_us;
}

static void ask_what_follows(struct session *s)
{
    const struct session_known_manifest *m = &s->manifests[s->channel];
    if (s->actions.now_us >= next_poll_us(s)) {
        s->end.polls++;
        session_manifests_ask(s, s->channel);
    } else if (s->end.polls == polls_max && !m->request && is_shown(s)) {
        int64_t shown_us = s->playhead.shown_us;
        session_actions_ended(&s->actions, shown_us > m->answered_us ? shown_us : m->answered_us);
        s->end.over = true;
        s->poll_us = m->answered_us + m->told->poll_us;
    }
}

static bool is_ending(const struct session *s)
{
    return session_stream_ended(&s->picture) && !s->end.over && !s->next.of.channel &&
           !s->join.pending && !session_follow_target(s);
}

void session_end_go_on(struct session *s)
{
    struct session_channel *told = s->manifests[s->channel].told;
    if (s->next.of.channel && s->entry == ENTRY_SWITCH && is_shown(s))
        session_change_give_up(s);
    session_follow_go_on(s);
    if (!s->picture.of.channel || s->next.of.channel || s->join.pending || !told)
        return;
    if (session_follow_target(s) && !session_follow_is_late(s))
        return;
    if (told->presentation != s->picture.of.track->place.presentation &&
        strcmp(told->presentation->id, presentation_of(&s->picture)) != 0)
        lead_on(s, told);
    else if (is_ending(s))
        ask_what_follows(s);
}

int64_t session_end_next_us(const struct session *s)
{
    int64_t follow_us = session_follow_next_us(s),
            poll_us = is_ending(s) ? next_poll_us(s) : SESSION_NEVER;
    return follow_us < poll_us ? follow_us : poll_us;
}
