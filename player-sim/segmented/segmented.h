/* One viewer of channels that are delivered in segments (DASH, HLS and their low-latency forms) as
 * a pure state machine, the counterpart of player-sim/session, which is the viewer of HESP: what
 * happens goes in with the time at which it happened, what is to be done and what was observed
 * comes out. It knows no sockets, no clock and no bytes but their number.
 *
 * What a viewer does
 *   join     The channel's manifest; where the delivery has them, the playlist and the
 *            initialization segment of the rung that the rule joins on; then media, from the frame
 *            where he wants to start. It is decoded from the keyframe of its segment on, and shown
 *            once all frames up to it are there.
 *   go on    One request for media at a time, as players do. The rule is asked once a segment,
 * right before its first request: when the one before is done, there is room in the buffer, and
 *            (live) the segment is there to be asked for. Another rung's playlist and
 *            initialization segment are fetched where they are not known yet.
 *   playhead It starts when start_us of media are there, stands still when there is none, and goes
 *            on when resume_us are there. Live, what a viewer stood still puts him behind for good,
 *            unless a catch-up policy plays faster.
 *   zap      Everything of the old channel is given up at once, and a join follows; what was learnt
 *            about the link stays.
 *   repair   A request that fails is told, and made again; each next try waits longer, from 250 ms
 *            to 4 s. Media of a live channel that was not to be had may be gone: a viewer who has
 *            fallen out of the window joins anew.
 *
 * Times are microseconds of one monotonic clock whose zero means nothing; now_us never goes back
 * from one call to the next. Outputs depend on the calls alone.
 * Thread-safety: a viewer belongs to one thread at a time; viewers share nothing. */
#ifndef PLAYER_SIM_SEGMENTED_SEGMENTED_H
#define PLAYER_SIM_SEGMENTED_SEGMENTED_H

#include "media/core/timebase.h"
#include "player-sim/abr/abr.h"
#include "player-sim/segmented/catchup.h"
#include "player-sim/segmented/delivery.h"
#include "player-sim/session/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct segmented_config {
    size_t channel_count; /* 1.. */
    size_t first_channel;
    struct segmented_delivery delivery; /* a row of the table, or one that was altered */
    const struct abr_rule *rule;
    const struct abr_estimator *estimator;
    const struct segmented_catchup *catchup; /* NULL: none; live only */
    int64_t wanted_bps;                      /* of the rule "fixed" */
    int64_t default_bps; /* throughput to join with while nothing is known of the link; 0: the
                            lowest rung. hls.js: abrEwmaDefaultEstimate, 500000 */
};

/* ---- what comes out ---- */

enum segmented_request_kind {
    SEGMENTED_GET_MANIFEST, /* a channel's MPD or multivariant playlist */
    SEGMENTED_GET_PLAYLIST, /* of a rung; segment and part: not to be answered before it can tell of
                               them (blocking playlist reload); -1: at once */
    SEGMENTED_GET_INIT,     /* a rung's initialization segment */
    SEGMENTED_GET_MEDIA     /* of a rung: a segment, or a part of it */
};

struct segmented_request {
    uint32_t id; /* > 0, never used again in this viewer */
    enum segmented_request_kind kind;
    size_t channel, rung; /* rung: 0 for a manifest */
    int64_t segment;      /* MEDIA, PLAYLIST; the one of frame 0 is 0 */
    int64_t part;         /* MEDIA: -1 for the whole segment */
    int64_t first_frame;  /* MEDIA: what it holds */
    int64_t frame_count;
    bool streams; /* MEDIA: DATA events are wanted; else they are passed over */
};

enum segmented_action_kind {
    SEGMENTED_DO_REQUEST, /* start it. Where what it asks for is not made yet, the origin answers
                             as it becomes available */
    SEGMENTED_DO_CANCEL,  /* give it up; no event of it is taken any more */
    SEGMENTED_SAW,        /* a measurement */
    SEGMENTED_MISSED,     /* a start-up, zap or switch that was given up before it was complete */
    SEGMENTED_FAULT,
    SEGMENTED_SHOWED,  /* pictures were on screen, one after the other, without a stall between */
    SEGMENTED_DECIDED, /* the rule has chosen */
    SEGMENTED_ENDED    /* the channel is over: nothing more will come unless a zap */
};

struct segmented_action {
    enum segmented_action_kind kind;
    int64_t at_us;                    /* when it was so; never after now_us; SHOWED: of the first */
    struct segmented_request request; /* REQUEST */
    uint32_t request_id;              /* CANCEL */
    /* SAW, MISSED. Of session_metric these are told: STARTUP, ZAP (first picture decodable), SWITCH
     * (decided, to the first frame of the new rung decodable) and with it GAP (what it stalled for
     * it), STALL (at its end), CONNECTION, FIRST_BYTE and INIT (zap, to the first initialization
     * segment's request on an open connection, its first byte and its last; without initialization
     * segments the first two, of the first media), CONTINUATION (zap, to the next picture). The
     * latency of frames is in SHOWED. */
    enum session_metric metric;
    int64_t value_us;      /* SAW: >= 0 */
    uint64_t bytes;        /* SAW of INIT: the initialization segment's size */
    bool fresh_connection; /* SAW of CONNECTION: it had to be opened */
    enum session_fault fault;
    const char *text;    /* FAULT: one line; static or the event's */
    int64_t first_frame; /* SHOWED: frame first_frame + i was shown (i frames' time / rate) later */
    int64_t frame_count;
    int64_t latency_us;   /* SHOWED: of the first frame, behind its capture; live only, else 0 */
    int64_t rate_ppm;     /* SHOWED: playback rate, 1000000 is normal; then all have one latency */
    int64_t segment;      /* DECIDED */
    int64_t buffer_us;    /* DECIDED: media ahead of the playhead at the decision */
    int64_t delay_us;     /* DECIDED: how long the rule waits before it asks */
    size_t channel, rung; /* all but REQUEST and CANCEL: what is being watched; rung: what it is
                             about, DECIDED the one chosen */
};

/* ---- what goes in ---- */

/* What a manifest or playlist tells, on the viewer's clock. */
struct segmented_manifest {
    struct rational rate;    /* frames per second */
    uint32_t segment_frames; /* > 0; each segment begins with a keyframe */
    uint32_t part_frames; /* 1..segment_frames: frames of a part, or of a chunk; the last one of a
                             segment may hold fewer */
    int64_t capture0_us;  /* when frame 0 was captured; on demand 0 */
    int64_t available_us; /* from the capture of a part's, chunk's or segment's last frame until
                             the origin has it, >= 0 */
    int64_t first_frame;  /* oldest that can be had: a segment's first, >= 0 */
    int64_t newest_frame; /* newest that can be had; >= first_frame */
    int64_t last_frame;   /* with which the channel ends; -1: live, not known */
    const int64_t *bitrates_bps; /* [rung_count], rising; borrowed for the viewer's life */
    size_t rung_count;           /* 1..ABR_RUNGS_MAX */
};

enum segmented_event_kind {
    SEGMENTED_MANIFEST, /* manifest; of GET_MANIFEST and GET_PLAYLIST; their request is over */
    SEGMENTED_DATA,     /* frames, bytes and the times: so much of a response is there */
    SEGMENTED_FINISHED, /* bytes and the times: an INIT's or MEDIA's response is whole */
    SEGMENTED_FAILED    /* fault, http_status, text: the request is over */
};

struct segmented_event {
    enum segmented_event_kind kind;
    uint32_t request;
    struct segmented_manifest manifest;
    int64_t frames; /* DATA: whole frames of the request's that are there, from its first on */
    uint64_t bytes; /* of the response's body so far; FINISHED: > 0 */
    int64_t connected_us; /* when the request was on an open connection */
    bool fresh_connection;
    int64_t first_byte_us;
    int64_t transfer_us; /* FINISHED: how long bytes were coming in, without the pauses in which the
                            origin had none; -1: not known */
    enum session_fault fault;
    int http_status;  /* 0: none came */
    const char *text; /* one line that names what was asked for; borrowed until the action is taken
                       */
};

struct segmented;

/* Copies config. ERR_INVALID, ERR_NOMEM. */
int segmented_create(const struct segmented_config *config, struct segmented **out);
void segmented_destroy(struct segmented *s); /* NULL is fine */

/* Tells of a channel beforehand, whose manifest is not fetched then: before the start, for a
 * delivery that keeps what it knows (asserted: not anew). told is copied. */
void segmented_know(struct segmented *s, size_t channel, const struct segmented_manifest *told);

/* The viewer turns up. Once, before all others. */
void segmented_start(struct segmented *s, int64_t now_us);

/* An event of a request that is neither over nor cancelled (others are passed over). */
void segmented_handle(struct segmented *s, int64_t now_us, const struct segmented_event *event);

/* The viewer changes channel. Also to the one he watches: a join anew. */
void segmented_zap(struct segmented *s, int64_t now_us, size_t channel);

/* Timers. segmented_next_us is when segmented_advance wants to be called, INT64_MAX for never;
 * calling it late changes no measurement, but delays requests. Every other call advances first. */
int64_t segmented_next_us(const struct segmented *s);
void segmented_advance(struct segmented *s, int64_t now_us);

/* The next thing to do or to note, in order; false: none. To be drained after every call. */
bool segmented_next_action(struct segmented *s, struct segmented_action *out);

/* What he watches: false where the channel's manifest is not there yet. rung: of the picture that
 * is shown, or joined. buffer_us: media ahead of the playhead at the last call. */
struct segmented_view {
    size_t channel, rung;
    int64_t buffer_us;
    int64_t latency_us; /* live and playing; else -1 */
    bool playing;
};
bool segmented_watches(const struct segmented *s, struct segmented_view *out);

/* The viewer leaves: what is under way is cancelled (actions), a zap under way is MISSED, a stall
 * that goes on is told up to now, as are the pictures that were shown. */
void segmented_leave(struct segmented *s, int64_t now_us);

#endif
