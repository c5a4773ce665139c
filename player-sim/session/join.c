/* From a channel to its first picture: its manifest, and the most recent packet of a rung. */
#include "player-sim/session/state.h"

#include <assert.h>

/* What a manifest says of now may be ahead of what can be had by what it takes to make a frame. */
static const int64_t edge_error_us = 100000;

void session_join_begin(struct session *s)
{
    s->join = (struct session_join_state){.pending = true};
}

void session_join_again(struct session *s, bool manifest_first)
{
    s->join.pending = true;
    s->join.manifest_first |= manifest_first;
    session_tries_failed(&s->join.tries, s->actions.now_us);
}

static int64_t start_bps(const struct session *s)
{
    switch (s->config.join) {
    case SESSION_JOIN_SMALLEST:
        return 0;
    case SESSION_JOIN_AT:
        return s->join_bps;
    default:
        return s->config.rate_bps;
    }
}

/* The channel with the Presentation that is on the air as far as its manifest tells. NULL: it tells
 * of none, and is old. */
static struct session_channel *on_air(const struct session *s, struct session_channel *told)
{
    int64_t edge_us = session_manifests_edge_us(s, s->channel) - edge_error_us;
    struct session_channel *c = told, *next;
    while (session_presentation_end_us(c->presentation) <= edge_us) {
        next = session_channel_after(told, c->presentation);
        if (!next)
            return session_manifests_old(s, s->channel) ? NULL : c;
        c = next;
    }
    return c;
}

void session_join_go_on(struct session *s)
{
    struct session_channel *told = s->manifests[s->channel].told;
    if (!s->join.pending || s->actions.now_us < s->join.tries.next_us)
        return;
    struct session_channel *to = told && !s->join.manifest_first ? on_air(s, told) : NULL;
    if (!to) {
        session_manifests_ask(s, s->channel);
        return;
    }
    assert(!s->next.of.channel);
    size_t rung = session_channel_rung(to, start_bps(s));
    s->join.pending = false;
    s->entry = ENTRY_JOIN;
    session_stream_open(&s->next, &s->actions, &(struct session_rendition){to, &to->rungs[rung]},
                        true, HESP_NOW);
}

int64_t session_join_next_us(const struct session *s)
{
    bool later = s->actions.now_us < s->join.tries.next_us;
    return s->join.pending && later ? s->join.tries.next_us : SESSION_NEVER;
}

void session_join_give_up(struct session *s)
{
    const struct session_rendition *of = s->next.of.channel ? &s->next.of : &s->picture.of;
    session_anatomy_give_up(&s->anatomy, &s->actions, of);
    session_change_give_up(s);
    session_stream_close(&s->next, &s->actions);
    session_stream_close(&s->picture, &s->actions);
    session_stream_close(&s->sound, &s->actions);
    session_stream_close(&s->sound_next, &s->actions);
    s->playhead = (struct session_playhead){0};
    s->join = (struct session_join_state){0};
    s->change.tries = (struct session_tries){0};
    s->listening = (struct session_sound_state){0};
    s->follow = (struct session_follow_state){0};
    s->end = (struct session_end_state){0};
}
