/* The sound beside the picture: joined with it, followed on its own. It is checked and measured,
 * and the picture never waits for it. */
#include "player-sim/session/state.h"

#include <string.h>

/* The packet is that of two frames before the picture's time: it holds no sample, so that the first
 * frame is the one before; and that one is the decoder's preroll. */
static const int64_t lead_frames = 2;

static const char *presentation_of(const struct session_stream *st)
{
    return st->of.track->place.presentation->id;
}

void session_listening_begin(struct session *s, const struct session_stream *picture)
{
    if (s->sound.of.channel && strcmp(presentation_of(&s->sound), presentation_of(picture)) == 0)
        return;
    session_stream_close(&s->sound, &s->actions);
    session_stream_close(&s->sound_next, &s->actions);
    s->listening = (struct session_sound_state){.pending = picture->of.channel->has_sound};
}

static int64_t packet_beside(const struct session_track *sound,
                             const struct session_stream *picture)
{
    int64_t n = session_track_beside(sound, picture->of.track, picture->received) - lead_frames;
    return n < sound->first_sequence ? sound->first_sequence : n;
}

/* The first frame is the packet's own, so that the segment is taken from its start. */
void session_listening_follow(struct session *s, struct session_channel *channel)
{
    if (s->follow.by_now || !channel->has_sound)
        return; /* it was asked for with the picture's first packet, or is joined beside it */
    session_stream_close(&s->sound_next, &s->actions);
    session_stream_open(&s->sound_next, &s->actions,
                        &(struct session_rendition){channel, &channel->sound}, false,
                        channel->sound.first_sequence);
    session_stream_take_whole(&s->sound_next, &s->actions);
}

/* Without that sound it is joined beside the picture, unless there is none to come. */
void session_listening_followed(struct session *s)
{
    if (s->sound_next.of.channel)
        s->listening = (struct session_sound_state){0};
    else if (s->picture.of.channel->has_sound)
        session_listening_begin(s, &s->picture);
}

/* With the picture in the next Presentation, the old one's sound goes on to its end. */
static void go_over(struct session *s)
{
    struct session_stream *old = &s->sound;
    if (!s->picture.of.channel || (old->of.channel && !session_stream_ended(old)) ||
        (s->sound_next.of.channel &&
         strcmp(presentation_of(&s->sound_next), presentation_of(&s->picture)) != 0))
        return;
    if (old->of.channel && strcmp(presentation_of(old), presentation_of(&s->picture)) == 0)
        return;
    session_stream_close(old, &s->actions);
    if (!s->sound_next.of.channel)
        return;
    *old = s->sound_next;
    s->sound_next = (struct session_stream){0};
}

/* The picture that sound is to go with; NULL: there is none now. */
static const struct session_stream *picture_now(const struct session *s)
{
    const struct session_stream *st = s->next.id && s->entry == ENTRY_JOIN ? &s->next : &s->picture;
    return st->id && !session_stream_ended(st) ? st : NULL;
}

void session_listening_go_on(struct session *s)
{
    struct session_sound_state *l = &s->listening;
    go_over(s);
    const struct session_stream *picture = picture_now(s);
    if (!l->pending || !picture || s->actions.now_us < l->tries.next_us)
        return;
    l->pending = false;
    struct session_channel *channel = picture->of.channel;
    if (!channel->has_sound)
        return;
    session_stream_open(&s->sound, &s->actions,
                        &(struct session_rendition){channel, &channel->sound}, false,
                        l->by_now ? HESP_NOW : packet_beside(&channel->sound, picture));
    l->by_now = false;
}

int64_t session_listening_next_us(const struct session *s)
{
    return s->listening.pending && picture_now(s) ? s->listening.tries.next_us : SESSION_NEVER;
}
