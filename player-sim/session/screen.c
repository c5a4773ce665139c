/* What is due comes on, in order of time, and what is next takes over. Whatever is late in being
 * looked at comes on at its own time, so that it does not matter when this is called. */
#include "player-sim/session/state.h"

/* How long the picture stands still for the rest of a Presentation while the next one is there. */
static const int64_t patience_us = 1000000;

/* A frame that can come on. at_us NEVER: there is none yet. */
struct coming {
    int64_t at_us, due_us;
    bool seamless; /* it need not wait for the picture to stand still */
};

static const struct coming nothing = {.at_us = SESSION_NEVER};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What has no picture will not be shown, nor what is late for a switch. */
static void drop_useless(struct session *s)
{
    const struct session_frame *head;
    session_frames_whole_head(&s->picture.frames);
    while ((head = session_frames_whole_head(&s->next.frames)) && s->entry != ENTRY_JOIN &&
           head->time_us <= s->playhead.time_us)
        session_frames_pop(&s->next.frames);
}

/* When the frame after the one that is shown is due. */
static int64_t picture_due(const struct session *s)
{
    const struct session_frame *head = session_frames_head(&s->picture.frames);
    int64_t time_us =
        head ? head->time_us : session_track_time_us(s->picture.of.track, s->picture.shown + 1);
    return session_playhead_due(&s->playhead, time_us);
}

static struct coming from_picture(const struct session *s)
{
    const struct session_frame *head = session_frames_head(&s->picture.frames);
    if (!head || head->decoded_us < 0)
        return nothing;
    int64_t due_us = session_playhead_due(&s->playhead, head->time_us);
    return (struct coming){.at_us = later(head->decoded_us, due_us), .due_us = due_us};
}

/* A join's first picture is shown when it is decoded, but where that is learnt late not before what
 * was shown meanwhile. */
static struct coming from_join(const struct session *s)
{
    const struct session_frame *head = session_frames_head(&s->next.frames);
    if (!head || head->decoded_us < 0)
        return nothing;
    int64_t at_us =
        s->playhead.runs ? later(head->decoded_us, s->playhead.shown_us) : head->decoded_us;
    return (struct coming){.at_us = at_us, .due_us = at_us};
}

/* A rung takes over at the first due frame that it holds, once its own continuation flows, so that
 * the picture does not wait for it; or when the picture stands still anyway. */
static struct coming from_switch(const struct session *s)
{
    const struct session_stream *st = &s->next;
    const struct session_frame *head = session_frames_head(&st->frames);
    if (!head || head->decoded_us < 0)
        return nothing;
    int64_t due_us = session_playhead_due(&s->playhead, head->time_us);
    if (st->flows_us >= 0 && later(head->decoded_us, st->flows_us) <= due_us)
        return (struct coming){.at_us = due_us, .due_us = due_us, .seamless = true};
    due_us = later(due_us, picture_due(s));
    return (struct coming){.at_us = later(head->decoded_us, due_us), .due_us = due_us};
}

/* The next Presentation is in time where all of the one before has been shown. Where the rest of
 * that is lost, or too late, it comes on all the same. */
static struct coming from_follow(const struct session *s)
{
    const struct session_stream *old = &s->picture;
    const struct session_frame *head = session_frames_head(&s->next.frames);
    if (!head || head->decoded_us < 0)
        return nothing;
    int64_t due_us = session_playhead_due(&s->playhead, head->time_us);
    bool over = !old->frames.count && (old->stopped || session_stream_ended(old));
    int64_t since_us = over ? s->playhead.shown_us : later(due_us, picture_due(s)) + patience_us;
    return (struct coming){.at_us = later(later(head->decoded_us, due_us), since_us),
                           .due_us = due_us};
}

static struct coming from_next(const struct session *s)
{
    if (!s->next.id)
        return nothing;
    if (s->entry == ENTRY_JOIN)
        return from_join(s);
    return s->entry == ENTRY_FOLLOW ? from_follow(s) : from_switch(s);
}

/* The one of both that comes on first. */
static struct coming choose(const struct session *s, bool *takes_over)
{
    struct coming old = from_picture(s), new = from_next(s);
    bool wins = new.seamless ? new.at_us <= old.at_us : new.at_us < old.at_us;
    *takes_over = wins;
    return wins ? new : old;
}

static void stood_still(struct session *s, const struct session_rendition *of, int64_t from_us,
                        int64_t to_us)
{
    if (to_us <= from_us)
        return;
    session_actions_saw(&s->actions, of, SESSION_STALL, to_us - from_us, to_us);
    session_change_stood(s, from_us, to_us);
}

/* Where a picture was on the screen that was to go on, it stood still until now. */
static void start_playhead(struct session *s, const struct session_frame *frame, int64_t at_us)
{
    if (s->playhead.runs && !session_stream_ended(&s->picture))
        stood_still(s, &s->next.of, picture_due(s), at_us);
    session_playhead_start(&s->playhead, frame->time_us, at_us, s->config.buffer_us);
}

/* When the picture that is shown was to give way; NEVER: at its Presentation's end, after which
 * none is listed. */
static int64_t owed_us(const struct session *s)
{
    if (!session_stream_ended(&s->picture))
        return picture_due(s);
    const struct session_channel *to = session_follow_target(s);
    return to ? later(session_playhead_due(&s->playhead,
                                           session_presentation_start_us(to->presentation)),
                      s->playhead.shown_us)
              : SESSION_NEVER;
}

/* Pictures that were to come before the first one of what follows, or that the old Presentation
 * still owed, are missed: the picture stands still for them, and is not behind for it later. */
static void miss_pictures(struct session *s, const struct coming *c)
{
    int64_t from_us = owed_us(s);
    stood_still(s, &s->next.of, from_us == SESSION_NEVER ? c->due_us : from_us, c->at_us);
}

static void take_over(struct session *s, int64_t at_us)
{
    enum session_entry_kind entry = s->entry;
    if (entry == ENTRY_SWITCH)
        session_change_done(s, at_us);
    else
        s->end = (struct session_end_state){0};
    session_stream_close(&s->picture, &s->actions);
    s->picture = s->next;
    s->next = (struct session_stream){0};
    s->shown_once = true;
    if (entry == ENTRY_FOLLOW)
        session_follow_done(s);
    else if (entry == ENTRY_JOIN)
        s->follow = (struct session_follow_state){0};
}

static void show(struct session *s, const struct coming *c, bool takes_over)
{
    struct session_stream *st = takes_over ? &s->next : &s->picture;
    struct session_frame frame = *session_frames_head(&st->frames);
    if (takes_over && s->entry == ENTRY_JOIN) {
        start_playhead(s, &frame, c->at_us);
    } else if (takes_over && s->entry == ENTRY_FOLLOW) {
        miss_pictures(s, c);
        session_playhead_show(&s->playhead, frame.time_us, c->due_us, c->at_us);
    } else {
        int64_t stall_us = session_playhead_show(&s->playhead, frame.time_us, c->due_us, c->at_us);
        stood_still(s, &st->of, c->at_us - stall_us, c->at_us);
    }
    if (takes_over)
        take_over(s, c->at_us);
    session_frames_pop(&s->picture.frames);
    s->picture.shown = frame.sequence;
    session_actions_showed(&s->actions, &s->picture.of, s->picture.id, &frame, c->at_us);
    if (frame.capture_us >= 0)
        session_actions_saw(&s->actions, &s->picture.of, SESSION_LATENCY,
                            c->at_us + s->config.utc_offset_us - frame.capture_us, c->at_us);
}

void session_screen_go_on(struct session *s)
{
    bool takes_over;
    struct coming c;
    drop_useless(s);
    while ((c = choose(s, &takes_over)).at_us <= s->actions.now_us) {
        show(s, &c, takes_over);
        drop_useless(s);
    }
}

int64_t session_screen_next_us(const struct session *s)
{
    bool takes_over;
    return choose(s, &takes_over).at_us;
}

void session_screen_give_up(struct session *s)
{
    if (s->playhead.runs && s->picture.of.channel)
        stood_still(s, &s->picture.of, owed_us(s), s->actions.now_us);
}
