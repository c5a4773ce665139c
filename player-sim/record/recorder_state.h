/* The inside of a recorder, which its files share: recorder.c requests and their events,
 * recorder_join.c until all tracks are joined, recorder_follow.c frames and packets,
 * recorder_content.c what comes of it.
 * Thread-safety: as recorder.h. */
#ifndef PLAYER_SIM_RECORD_RECORDER_STATE_H
#define PLAYER_SIM_RECORD_RECORDER_STATE_H

#include "player-sim/record/recorder.h"
#include "player-sim/record/recording.h"

enum {
    RECORDER_PACKETS_AT_ONCE = 2,
    RECORDER_TRACKS_MAX = SESSION_RUNGS_MAX + 1,
    /* Each track: a segment, and packets. */
    RECORDER_ASKED_MAX = RECORDER_TRACKS_MAX * (1 + RECORDER_PACKETS_AT_ONCE),
};

/* A request that is under way, or about to be. */
struct recorder_asked {
    struct session_request request;
    size_t track; /* meaningless for the manifest */
    bool started;
    int64_t at_utc_us; /* by our own clock */
};

struct recorder_track {
    const struct session_track *of;
    struct recording seen; /* from first_sequence on; the sound: from its join on */
    bool joined;
    bool lost; /* nothing more comes of it */
    uint32_t timescale;
    uint32_t join_bytes;   /* of the packet it was joined with */
    int64_t segment;       /* under way */
    int64_t segment_bytes; /* which of it has come */
    int64_t last_sequence; /* of its newest frame */
    unsigned tries;        /* in vain, in a row */
    unsigned packets_asked;
    size_t next_packet; /* no packet of this frame or a later one was asked for yet */
    size_t packets_refused;
};

struct recorder {
    struct recorder_config config;
    struct session_channel *channel;                   /* one reference; NULL before the manifest */
    struct recorder_track tracks[RECORDER_TRACKS_MAX]; /* the rungs, then the sound */
    size_t track_count;
    size_t rung_count;
    struct recorder_asked asked[RECORDER_ASKED_MAX];
    size_t asked_count;
    uint32_t last_id;
    int64_t segment_frames;
    int64_t first_segment, first_sequence; /* of the rungs' recordings */
    size_t segments_wanted;
    int64_t every; /* packets */
    uint32_t box_bytes;
    bool over, early;
    char text[RECORDER_TEXT_BYTES];
};

/* Puts a request on the list; track of it. */
void recorder_ask(struct recorder *r, int64_t now_us, enum session_request_kind kind,
                  struct recorder_track *track, int64_t number, int64_t offset);

/* Ends the recording early, now; the text is one line. */
void recorder_end(struct recorder *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Nothing more comes of a track. A rung: the recording is over when all have as many whole segments
 * as that one, at once where it has none. The sound: it goes on. */
void recorder_lose(struct recorder *r, struct recorder_track *t, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline bool recorder_is_sound(const struct recorder *r, const struct recorder_track *t)
{
    return r->rung_count && t == &r->tracks[r->rung_count];
}

static inline bool recorder_has_enough(const struct recorder *r, const struct recorder_track *t)
{
    return t->seen.frames >= r->segments_wanted * (size_t)r->segment_frames;
}

/* recorder_join.c */
void recorder_on_manifest(struct recorder *r, int64_t now_us, struct session_channel *channel);
/* The packet that a track is joined with; NULL: it could not be had, which is the sound's only. */
void recorder_on_joined(struct recorder *r, int64_t now_us, struct recorder_track *t,
                        const struct session_event *packet);

/* recorder_follow.c */
void recorder_ask_packets(struct recorder *r, int64_t now_us, struct recorder_track *t);
void recorder_on_chunk(struct recorder *r, int64_t now_us, const struct recorder_asked *a,
                       const struct session_event *e);
void recorder_on_finished(struct recorder *r, int64_t now_us, struct recorder_track *t);

#endif
