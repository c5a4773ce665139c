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
    s->listening = (struct session_sound_state){.pending = picture->of.channel->has_sound};
}

static int64_t packet_beside(const struct session_track *sound,
                             const struct session_stream *picture)
{
    int64_t n = session_track_beside(sound, picture->of.track, picture->received) - lead_frames;
    return n < sound->first_sequence ? sound->first_sequence : n;
}

/* The picture that sound is to go with; NULL: there is none now. */
static const struct session_stream *picture_now(const struct session *s)
{
    const struct session_stream *st =
        s->next.id && s->entry != ENTRY_SWITCH ? &s->next : &s->picture;
    return st->id && !session_stream_ended(st) ? st : NULL;
}

void session_listening_go_on(struct session *s)
{
    struct session_sound_state *l = &s->listening;
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
