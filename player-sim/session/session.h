/* One viewer of HESP channels as a pure state machine: what happens goes in with the time at which
 * it happened, what is to be done and what was observed comes out. It knows no sockets, no clock
 * and no bytes. transport/http drives it against a real origin; a simulated transport does in
 * virtual time; the browser player follows the same rules.
 *
 * What a viewer does
 *   start    The manifest of its first channel, then a join. Once its first picture is there, the
 *            manifests of the other channels, so that a zap needs none.
 *   join     The most recent Initialization Packet of a rung ({initId} "now"). The packet names
 *            segment and byte of the next frame; the Continuation Stream is read from there. The
 *            sound's packet is asked for two frames before the picture's time: one of them is the
 *            decoder's preroll.
 *   go on    The next segment is asked for when its first frame is the third one ahead, so that the
 *            origin holds the request and no round trip falls between segments; frames are handed
 *            on in order whichever response brings them first.
 *   zap      Everything of the old channel is given up at once, and a join follows: one request,
 *            one packet, a picture. Where the new channel's manifest is not known yet, it is
 *            fetched first.
 *   switch   The new rung's packet of the frame after the last one received is asked for, so that
 *            no frame reaches a decoder twice, while the old rung goes on. The new rung takes over
 *            at the first due frame that it holds, once its own continuation flows, or at once
 *            where the picture stands still; then the old one is given up. Until then, late frames
 *            of the new rung are decoded and not shown. So the picture never waits for a switch
 *            where the link carries both.
 *   playhead The first picture of a join is shown when it is decoded. Frame k is due buffer_us plus
 *            the time between both frames after that. A frame that is decoded later is a stall, and
 *            shifts the schedule by what it was late. The picture leads; sound is checked and
 *            measured, and does not stop the playhead.
 *   repair   A request that fails is told, and made again: a lost continuation joins anew, a packet
 *            that is not there (404) has the manifest fetched first; each next try waits longer,
 *            from 250 ms to 4 s. A failed switch leaves the old rung playing, and is decided anew.
 *   updates  The manifest is fetched again every fallbackPollRate seconds and where a
 *            manifestupdate event says so (HESP 6.2.1.2), from the URL that it names; and where a
 *            segment ends early, or is not there, as that of a Presentation that is over.
 *   follow   A Presentation that the manifest lists to begin where this one ends is gone on to
 *            without a stall: the packet of its first frame, on the rung of its ladder that the
 *            rate allows, is asked for a round trip and two frames (50 ms at most; 200 ms in all)
 *            before that frame is to be had, by when this one's frames come, so that the origin
 *            holds the request. Where a round trip is longer than half a frame and buffer_us,
 *            its first segment is asked for with it, and the first frame comes twice. Sound is
 *            taken from its first segment's start. All that is left of the old one is shown
 *            first, and the schedule goes on in manifest time. It is no join: no start-up, zap or
 *            switch is measured. A switch that can't be shown before that is given up (MISSED),
 *            or not begun. A lost packet is asked for anew as "now"; what is passed over is a
 *            stall.
 *            A join goes to the Presentation that is on the air as far as the manifest tells; what
 *            it can't have because its manifest was told long ago is no fault before that was told
 *            anew. Where nothing is listed at the end, the manifest is fetched a few times more;
 *            then the channel has ended.
 *
 * Times are microseconds of one monotonic clock whose zero means nothing; now_us never goes back
 * from one call to the next. Outputs depend on the calls alone.
 * Thread-safety: a session belongs to one thread at a time; sessions share nothing but channels. */
#ifndef PLAYER_SIM_SESSION_SESSION_H
#define PLAYER_SIM_SESSION_SESSION_H

#include "media/core/blob.h"
#include "player-sim/session/channel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum session_join {
    SESSION_JOIN_SAME,     /* on the rung to play */
    SESSION_JOIN_SMALLEST, /* on the lowest */
    SESSION_JOIN_AT        /* where session_join_at said, at first the lowest */
};

struct session_config {
    const char *const *urls; /* manifests of the channels; borrowed for the session's life */
    size_t channel_count;    /* 1.. */
    size_t first_channel;
    int64_t rate_bps; /* the rung to play: the highest that is not above it, else the lowest */
    enum session_join join; /* on which rung a join starts; from another one it climbs at once */
    int64_t buffer_us;      /* 0..60 s: how long the first picture stands besides its own time */
    int64_t utc_offset_us;  /* UTC minus the session's clock, for capture times */
    bool decodes;           /* session_decoded says when; else the last byte's arrival counts */
};

/* ---- what comes out ---- */

enum session_request_kind { SESSION_GET_MANIFEST, SESSION_GET_PACKET, SESSION_GET_SEGMENT };

struct session_request {
    uint32_t id; /* > 0, never used again in this session */
    enum session_request_kind kind;
    size_t channel;
    const char *url; /* a manifest's; NULL for the others, whose address is place and number */
    const struct session_channel *from; /* packet, segment: the manifest in force; borrowed until */
    const struct session_track *track;  /* the action is taken, both of them */
    int64_t number;                     /* sequence number or HESP_NOW; segment id */
    int64_t offset; /* segment: its first byte wanted, to the end (HESP 5.3.2) */
};

/* The names of metrics.md; each is a duration in microseconds. The parts of a zap are counted from
 * the moment when it was asked for, so that connection <= first_byte <= init <= zap <=
 * continuation; up to ZAP they are told together, with the first picture, and are those of its
 * packet. SWITCH and GAP are told together, when the new rung takes over. */
enum session_metric {
    SESSION_STARTUP,
    SESSION_ZAP,
    SESSION_SWITCH, /* decided, to the first frame of the new rendition decoded */
    SESSION_GAP,    /* what the picture stood still between a switch's decision and its take-over */
    SESSION_LATENCY,
    SESSION_ARRIVAL, /* capture, to the frame's last byte: of frames that were captured after their
                        stream was asked for, what stood ready before says nothing */
    SESSION_STALL,
    SESSION_CONNECTION,   /* zap, to the packet's request on an open connection */
    SESSION_FIRST_BYTE,   /* zap, to the first byte of the packet's response */
    SESSION_INIT,         /* zap, to the whole packet */
    SESSION_CONTINUATION, /* zap, to the next picture decoded */
    SESSION_SOUND,        /* zap, to the first sound of the first picture's time or later decoded */
    SESSION_METRIC_COUNT
};

/* "startup_ms" and so on; static storage. */
const char *session_metric_name(enum session_metric m);

/* What went wrong, as reports count it. */
enum session_fault {
    SESSION_FAULT_HTTP, /* a status that is no success, a broken connection, bytes that don't parse
                         */
    SESSION_FAULT_TIMEOUT,
    SESSION_FAULT_SEQUENCE_GAP,    /* frames are missing */
    SESSION_FAULT_SEQUENCE_REPEAT, /* a frame came twice */
    SESSION_FAULT_TIMESTAMP,       /* a time on no frame's start, or a wrong duration */
    SESSION_FAULT_DECODE,
    SESSION_FAULT_STAMP, /* another channel's or another frame's picture */
    SESSION_FAULT_COUNT
};

/* "http", "timeout", "sequence_gap", ...; static storage. */
const char *session_fault_name(enum session_fault f);

enum session_action_kind {
    SESSION_DO_REQUEST, /* start it */
    SESSION_DO_CANCEL,  /* give it up; no event of it is taken any more. It may have ended with the
                           event of this very call */
    SESSION_DO_DECODE,  /* decode this payload; in order for each stream; only where config.decodes
                         */
    SESSION_DO_CLOSE,   /* nothing more of this stream is decoded or shown */
    SESSION_SAW,        /* a measurement */
    SESSION_MISSED,     /* a start-up, zap or switch that was given up before it was complete */
    SESSION_FAULT,
    SESSION_SHOWED, /* a picture came on */
    SESSION_ENDED   /* the channel is over: nothing more will come unless a zap */
};

struct session_action {
    enum session_action_kind kind;
    int64_t at_us; /* when it was so: what is learnt late keeps its true time; never after now_us */
    struct session_request request; /* REQUEST */
    uint32_t request_id;            /* CANCEL */
    uint32_t stream;    /* DECODE, CLOSE, SHOWED: a stream starts with a packet; > 0, used once */
    bool video;         /* DECODE */
    bool opens;         /* DECODE: the payload is the stream's Initialization Packet, first of all;
                           sound's packet holds no sample and is never told as decoded */
    int64_t sequence;   /* DECODE, SHOWED */
    int64_t capture_us; /* DECODE, SHOWED: UTC; -1: not told */
    struct blob *payload;       /* DECODE: borrowed until the next call of the session */
    enum session_metric metric; /* SAW, MISSED */
    int64_t value_us;      /* SAW: >= 0; LATENCY and ARRIVAL may be below 0 where clocks differ */
    size_t bytes;          /* SAW of INIT: the packet's size; SHOWED: what came with the picture */
    bool fresh_connection; /* SAW of CONNECTION: it had to be opened */
    enum session_fault fault;
    const char *text; /* FAULT: one line; borrowed until the next call of the session */
    size_t channel;   /* all but REQUEST, CANCEL: what is being watched */
    const struct session_track *track; /* the rendition; NULL where none is known yet; borrowed
                                          until the next call of the session */
};

/* ---- what goes in ---- */

/* A sample that has arrived whole, in a packet or a chunk. */
struct session_sample {
    int64_t time;       /* media time (tfdt), ticks */
    uint32_t timescale; /* ticks per second; 0: as the stream's packet told */
    uint32_t duration;  /* ticks */
    size_t bytes;       /* of packet or chunk */
    int64_t capture_us; /* UTC, of its prft; -1: none */
    bool manifest_update;
    const char *manifest_url; /* of that event, as it says it; NULL: none; borrowed */
    struct blob *payload;     /* packet or chunk, or NULL; borrowed, the session takes references */
};

enum session_event_kind {
    SESSION_MANIFEST, /* channel */
    SESSION_PACKET,   /* sample (bytes is 0 and time meaningless for sound: has_sample), the rest */
    SESSION_CHUNK,    /* sample */
    SESSION_FINISHED, /* a segment's response has come to its proper end */
    SESSION_FAILED    /* fault, http_status, text: the request is over */
};

struct session_event {
    enum session_event_kind kind;
    uint32_t request;
    struct session_channel *channel; /* borrowed, the session takes a reference */
    struct session_sample sample;
    bool has_sample;
    uint32_t timescale; /* of the packet's track */
    int64_t segment_id; /* where the next sample is (HESP 4.2.5) */
    int64_t offset;
    int64_t connected_us; /* packet: when its request was on an open connection */
    int64_t first_byte_us;
    bool fresh_connection;
    enum session_fault fault; /* HTTP or TIMEOUT */
    int http_status;          /* 0: none came */
    const char *text;         /* one line that names what was asked for */
};

struct session;

/* Copies config. ERR_INVALID, ERR_NOMEM. */
int session_create(const struct session_config *config, struct session **out);
void session_destroy(struct session *s); /* NULL is fine */

/* The viewer turns up. Once, before all others. */
void session_start(struct session *s, int64_t now_us);

/* An event of a request that is neither finished nor cancelled (others are passed over). The packet
 * and manifest events end their request, as FINISHED and FAILED do. */
void session_handle(struct session *s, int64_t now_us, const struct session_event *event);

/* A frame of a stream has been decoded at at_us (<= now_us), or has failed to (ok false: a fault;
 * text says why). Streams that were closed are passed over. */
void session_decoded(struct session *s, int64_t now_us, uint32_t stream, int64_t sequence,
                     int64_t at_us, bool ok, const char *text);

/* The viewer changes channel. Also to the one he watches: a join anew. */
void session_zap(struct session *s, int64_t now_us, size_t channel);

/* The viewer has fallen too far behind: what is under way is given up, and a join follows, as after
 * a lost continuation: frames are passed over, and what the picture stands still meanwhile is a
 * stall. Nothing happens where a join or a switch is under way. */
void session_resync(struct session *s, int64_t now_us);

/* The viewer, or an ABR rule, wants another rung from now on, after zaps too. Nothing happens where
 * it is playing already; a switch under way to yet another rung is given up (MISSED). */
void session_switch(struct session *s, int64_t now_us, int64_t rate_bps);

/* With SESSION_JOIN_AT: joins from the next one on start on the highest rung that is not above
 * that. */
void session_join_at(struct session *s, int64_t rate_bps);

/* Media received ahead of what is due on screen at now_us; 0: none, or the playhead stands. */
int64_t session_ahead_us(const struct session *s, int64_t now_us);

/* Timers. session_next_us is when session_advance wants to be called, INT64_MAX for never; calling
 * it late changes no measurement. Every other call advances first. */
int64_t session_next_us(const struct session *s);
void session_advance(struct session *s, int64_t now_us);

/* The next thing to do or to note, in order; false: none. To be drained after every call. */
bool session_next_action(struct session *s, struct session_action *out);

/* What it watches: its channel as told last, NULL before; borrowed. And the rung that is shown (or
 * joined), rung_count of nothing: 0. */
const struct session_channel *session_watches(const struct session *s, size_t *channel,
                                              size_t *rung);

/* Bytes of the pictures' packets and chunks that came whole so far, shown or not. */
uint64_t session_picture_bytes(const struct session *s);

/* A channel as its manifest told it last, NULL: not yet; borrowed until the next call. */
const struct session_channel *session_known(const struct session *s, size_t channel);

/* The viewer leaves: what is under way is cancelled (actions), a zap under way is MISSED. */
void session_leave(struct session *s, int64_t now_us);

#endif
