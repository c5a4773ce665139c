/* Inside the session: one track being followed, from its Initialization Packet through one segment
 * after the other. It asks for what it needs, hands its frames on in order, whichever response
 * brings them first, and tells what is wrong with them.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_STREAM_H
#define PLAYER_SIM_SESSION_STREAM_H

#include "player-sim/session/actions.h"
#include "player-sim/session/early.h"
#include "player-sim/session/frames.h"

enum {
    /* The next segment is asked for when its first frame is this far ahead of the last received:
     * an origin holds such requests. */
    SESSION_AHEAD_FRAMES = 3,
    /* A frame that is further behind than this would be waited for in vain. */
    SESSION_REPEATS_MAX = 64
};

/* A segment whose response is under way. */
struct session_source {
    uint32_t request; /* 0: none under way, though there may have been one */
    int64_t segment;  /* -1: there is no such source */
    bool finished;    /* its response has ended as it ought to */
    bool brought;     /* a frame of it was handed on */
};

/* Zero-filled follows nothing. */
struct session_stream {
    struct session_rendition of; /* one reference; channel NULL: nothing is followed */
    bool video;
    bool broken;             /* nothing more will come of it; a fault says why */
    bool missing;            /* because what it asked for is not there: the manifest may say why */
    bool stopped;            /* its requests were given up; frames may still wait */
    uint32_t packet_request; /* 0: none */
    int64_t asked;           /* the packet's number, or HESP_NOW */
    bool whole;              /* ahead was asked for with the packet: the track from its start on */

    uint32_t id;         /* 0 until its packet is there, like all that follows */
    uint32_t timescale;  /* of the packet's track */
    int64_t first;       /* the packet's frame; -1: sound, asked for by HESP_NOW */
    int64_t received;    /* the last one in order; sound's packet counts as its frame; -1: none */
    int64_t last;        /* of the Presentation; -1: not known yet */
    int64_t received_us; /* when `received` came */

    struct session_source current, ahead;
    bool ahead_failed; /* not to be asked for again before current has finished */
    bool has_arrived;
    struct session_early arrived;   /* of current */
    struct session_earlies earlies; /* of ahead */

    struct session_frames frames; /* video: not shown yet */
    int64_t shown;                /* the last one shown; -1: none */
    int64_t asked_us;             /* when its first segment was asked for */
    int64_t flows_us;             /* when the first frame after the packet was decoded; -1 */
};

/* Follows a track that nothing follows yet: asks for packet `number` or HESP_NOW. */
void session_stream_open(struct session_stream *st, struct session_actions *a,
                         const struct session_rendition *of, bool video, int64_t number);

/* After open with the track's first packet: asks for the first segment from its start, before the
 * packet says where to go on, so that no round trip falls between them. A picture that the packet
 * brings too comes twice. For sound it is the way to its first frame, which no packet leads to. */
void session_stream_take_whole(struct session_stream *st, struct session_actions *a);

/* Everything of it is given up: requests, waiting frames, what is being decoded. */
void session_stream_close(struct session_stream *st, struct session_actions *a);

/* Frees without a word. */
void session_stream_finish(struct session_stream *st);

/* Asks for nothing more; frames that wait may still be shown. */
void session_stream_stop(struct session_stream *st, struct session_actions *a);

/* A newer manifest of its channel: where it has this track, its figures and addresses hold now. */
void session_stream_told(struct session_stream *st, struct session_actions *a,
                         struct session_channel *channel);

bool session_stream_owns(const struct session_stream *st, uint32_t request);

/* The events of its requests. After each of them frames may be in order, see below. */
void session_stream_packet(struct session_stream *st, struct session_actions *a,
                           const struct session_event *event);
void session_stream_chunk(struct session_stream *st, struct session_actions *a,
                          const struct session_event *event);
/* Whether a request's status says that what it asked for is not there. */
bool session_stream_lacks(int http_status);

/* Both: true where it looks as if the Presentation were over: the segment that is read has ended
 * before segmentDuration says; one is not there. Of failed, the fault was told. */
bool session_stream_finished(struct session_stream *st, uint32_t request);
bool session_stream_failed(struct session_stream *st, uint32_t request, int http_status);

/* Takes the next frame of its segments that is in order, until there is none. */
bool session_stream_next(struct session_stream *st, struct session_actions *a, int64_t *sequence);

/* A frame has a picture (or sound) since at_us; SESSION_BROKEN: it will never have one. */
void session_stream_decoded(struct session_stream *st, int64_t sequence, int64_t at_us);

/* The last frame of the Presentation was received. */
bool session_stream_ended(const struct session_stream *st);

#endif
