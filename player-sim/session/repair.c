/* What fails is tried again, later and later. */
#include "player-sim/session/state.h"

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
        session_manifests_update(s);
    if (s->picture.stopped)
        session_join_again(s, missing);
}

static void repair_join(struct session *s)
{
    bool missing = s->next.missing;
    session_stream_close(&s->next, &s->actions);
    session_join_again(s, missing);
}

/* What has been received of it is still shown. A rung that is about to take over will do so. */
static void repair_picture(struct session *s)
{
    session_stream_stop(&s->picture, &s->actions);
    if (!s->next.of.channel)
        session_join_again(s, false);
}

static void repair_sound(struct session *s)
{
    struct session_sound_state *l = &s->listening;
    l->pending = true;
    l->by_now = s->sound.missing && s->sound.asked != HESP_NOW && !l->now_tried;
    l->now_tried |= l->by_now;
    if (!l->by_now)
        session_tries_failed(&l->tries, s->actions.now_us);
    session_stream_close(&s->sound, &s->actions);
}

void session_repair(struct session *s)
{
    if (s->next.broken && s->entry == ENTRY_SWITCH)
        repair_switch(s);
    else if (s->next.broken)
        repair_join(s);
    if (s->picture.broken && !s->picture.stopped)
        repair_picture(s);
    if (s->sound.broken)
        repair_sound(s);
}
