/* What fails is tried again, later and later. */
#include "player-sim/session/state.h"

#include <string.h>

static const int64_t first_delay_us = 250000;
static const unsigned doublings_max = 4; /* to 4 s */

void session_tries_failed(struct session_tries *t, int64_t now_us)
{
    t->next_us = now_us + (first_delay_us << t->failures);
    if (t->failures < doublings_max)
        t->failures++;
}

/* A failed switch leaves the old rung playing, if that still does. */
static void repair_switch(struct session *s)
{
    bool missing = s->next.missing;
    session_change_give_up(s);
    session_tries_failed(&s->change.tries, s->actions.now_us);
    if (missing)
        session_manifests_update(s, NULL);
    if (s->picture.stopped)
        session_join_again(s, missing);
}

/* Where a manifest is old, it is asked for at once: waiting changes nothing about that. */
static void join_again(struct session *s, bool missing)
{
    session_join_again(s, missing);
    if (missing && session_manifests_old(s, s->channel))
        s->join.tries.next_us = s->actions.now_us;
}

static void repair_join(struct session *s)
{
    bool missing = s->next.missing;
    session_stream_close(&s->next, &s->actions);
    join_again(s, missing);
}

static void repair_follow(struct session *s)
{
    bool missing = s->next.missing;
    session_stream_close(&s->next, &s->actions);
    session_follow_failed(s);
    if (missing)
        session_manifests_update(s, NULL);
}

/* What has been received of it is still shown. A rung that is about to take over will do so. */
static void repair_picture(struct session *s)
{
    session_stream_stop(&s->picture, &s->actions);
    if (!s->next.of.channel)
        join_again(s, s->picture.missing);
}

static void repair_sound(struct session *s)
{
    struct session_sound_state *l = &s->listening;
    if (s->sound_next.of.channel) { /* it won't be long */
        session_stream_close(&s->sound, &s->actions);
        return;
    }
    l->pending = true;
    l->by_now = s->sound.missing && s->sound.asked != HESP_NOW && !l->now_tried;
    l->now_tried |= l->by_now;
    if (!l->by_now)
        session_tries_failed(&l->tries, s->actions.now_us);
    session_stream_close(&s->sound, &s->actions);
}

/* The picture may be where it belongs already: then it is joined beside that. */
static void repair_sound_next(struct session *s)
{
    bool here = s->picture.of.channel && strcmp(s->sound_next.of.channel->presentation->id,
                                                s->picture.of.channel->presentation->id) == 0;
    session_stream_close(&s->sound_next, &s->actions);
    if (here)
        session_listening_followed(s);
}

void session_repair(struct session *s)
{
    if (s->next.broken && s->entry == ENTRY_SWITCH)
        repair_switch(s);
    else if (s->next.broken && s->entry == ENTRY_FOLLOW)
        repair_follow(s);
    else if (s->next.broken)
        repair_join(s);
    if (s->picture.broken && !s->picture.stopped)
        repair_picture(s);
    if (s->sound_next.broken)
        repair_sound_next(s);
    if (s->sound.broken)
        repair_sound(s);
}
