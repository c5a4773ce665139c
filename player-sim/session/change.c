/* From rung to rung: the new one's packet of the frame after the last one received is asked for,
 * while the old one goes on. screen.c says when the new one takes over. */
#include "player-sim/session/state.h"

static const struct session_track *wanted(const struct session *s,
                                          const struct session_channel *channel)
{
    return &channel->rungs[session_channel_rung(channel, s->config.rate_bps)];
}

/* Whether another rung is wanted, and one can be asked for: not before the continuation of a join
 * flows, so that its second picture isn't delayed. */
static bool is_called_for(const struct session *s)
{
    const struct session_stream *st = &s->picture;
    if (!st->of.channel || st->stopped || st->flows_us < 0 || session_stream_ended(st) ||
        s->next.of.channel || s->join.pending || session_follow_is_near(s))
        return false;
    return wanted(s, st->of.channel) != st->of.track;
}

void session_change_go_on(struct session *s)
{
    if (!is_called_for(s) || s->actions.now_us < s->change.tries.next_us)
        return;
    struct session_rendition to = {s->picture.of.channel, wanted(s, s->picture.of.channel)};
    int64_t number = session_track_beside(to.track, s->picture.of.track, s->picture.received + 1);
    s->entry = ENTRY_SWITCH;
    s->change.decided_us = s->actions.now_us;
    s->change.decoded_us = -1;
    s->change.stood_us = 0;
    session_stream_open(&s->next, &s->actions, &to, true, number);
}

int64_t session_change_next_us(const struct session *s)
{
    return is_called_for(s) ? s->change.tries.next_us : SESSION_NEVER;
}

static bool is_under_way(const struct session *s)
{
    return s->next.of.channel && s->entry == ENTRY_SWITCH;
}

void session_change_give_up(struct session *s)
{
    if (!is_under_way(s))
        return;
    session_actions_missed(&s->actions, &s->next.of, SESSION_SWITCH);
    session_stream_close(&s->next, &s->actions);
}

void session_change_want(struct session *s, int64_t rate_bps)
{
    s->config.rate_bps = rate_bps;
    s->change.tries = (struct session_tries){0};
    /* Where the old rung is dead, the new one is needed all the same. */
    if (is_under_way(s) && !s->picture.stopped && wanted(s, s->next.of.channel) != s->next.of.track)
        session_change_give_up(s);
}

void session_change_stood(struct session *s, int64_t from_us, int64_t to_us)
{
    if (!is_under_way(s))
        return;
    if (from_us < s->change.decided_us)
        from_us = s->change.decided_us;
    s->change.stood_us += to_us > from_us ? to_us - from_us : 0;
}

void session_change_done(struct session *s, int64_t at_us)
{
    struct session_switch_state *c = &s->change;
    session_actions_saw(&s->actions, &s->next.of, SESSION_SWITCH, c->decoded_us - c->decided_us,
                        c->decoded_us);
    session_actions_saw(&s->actions, &s->next.of, SESSION_GAP, c->stood_us, at_us);
    c->tries = (struct session_tries){0};
}
