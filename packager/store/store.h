/* The live store of one Presentation: for each track a window of segments, each an append-only list
 * of chunks with byte offsets, and the Initialization Packets of the same window.
 *
 * One producer thread a track appends; any number of readers find packets and read segments. Bytes
 * are immutable, reference-counted blobs: trimming never invalidates a response under way. Which
 * segment a sample belongs to follows from its number alone (HESP 5.2), so a segment is finished at
 * the moment when its last sample is appended.
 *
 * Time here is media time, sequence / frame_rate; no clock decides anything. No function blocks.
 * Thread-safety: every function, any thread, except that appends to one track come from one thread.
 */
#ifndef PACKAGER_STORE_STORE_H
#define PACKAGER_STORE_STORE_H

#include "media/core/blob.h"
#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct store_track;

enum {
    STORE_TRACKS_MAX = 64,
    /* A request so far beyond what is due waits, further ones fail. Due is what the furthest of
     * the store's tracks has come to: a viewer who counts from the picture, or from the manifest's
     * currentTime, which is the newest of any track, asks for the sound of that time, and on a busy
     * machine one track is made later than another. Sound comes out of its encoder up to 0.1 s
     * later than a picture of the same time does. */
    STORE_FRAMES_AHEAD = 3,
    STORE_SOUND_FRAMES_AHEAD = 12,
};

/* The window is one of media time (sequence / frame_rate), counted back from a track's own newest
 * sample: a track that stalls keeps what it has. Packets go one by one; a segment goes as a whole,
 * when its last sample has left the window.
 * When the bytes run out first, samples with their packets go oldest first over all tracks, so that
 * sound and picture reach back equally far. Neither a growing segment nor the newest second, with
 * the segments that hold it, goes for want of bytes: max_bytes can be exceeded by these, and by
 * nothing else in the window. */
struct store_limits {
    int64_t window_us; /* > 0; availabilityDuration (H7): how long samples and packets stay */
    size_t max_bytes;  /* > 0; all tracks together; when it runs out first, the window shrinks */
};

enum store_kind { STORE_VIDEO, STORE_AUDIO };

/* What is fixed for a track's life; strings are copied. */
struct store_track_info {
    enum store_kind kind;
    char id[32];                      /* unique in the store, [A-Za-z0-9._-]+, part of the URL */
    char mime[32];                    /* "video/mp4" */
    char codecs[32];                  /* RFC 6381 */
    struct rational frame_rate;       /* sequence numbers per second */
    int64_t timescale;                /* ticks per second */
    int64_t ticks_per_frame;          /* timescale * den / num of frame_rate, exactly */
    struct rational segment_duration; /* seconds */
    int64_t bandwidth_bps;            /* peak, as in the manifest (H11) */
    int width, height, sar_width, sar_height;     /* video */
    int sample_rate, channels, samples_per_frame; /* audio */
    char language[4];                             /* audio, ISO 639-2 */
};

/* Makes packets on request, for a track whose packets are not put there by themselves. Both calls
 * may come from any thread, must not block and must not call the store. */
struct store_packet_maker {
    void *context;
    /* Somebody wants packet `sequence`; exists says that it is there already, so that this only
     * tells of demand. Where it isn't, store_put_packet brings it sooner or later, once its sample
     * is there. Called for each request: the maker folds repeats, and shares its work out fairly
     * among clients, whatever their numbers mean. ERR_FULL: too many are asked for at once; nothing
     * will come of this one. */
    int (*want)(void *context, int64_t sequence, uint64_t client, bool exists);
    /* That request is over, served or not: what nobody wants any more need not be made. */
    void (*unwant)(void *context, int64_t sequence);
};

int store_create(const struct store_limits *limits, struct store **out);
void store_destroy(struct store *s); /* NULL is fine; readers must be closed before */

/* Sets limits.max_bytes anew; what exceeds it goes with the next change. */
void store_set_max_bytes(struct store *s, size_t max_bytes);

/* For a store whose tracks have all ended: what is older than media time before_us goes, as newer
 * samples would have it go. What store_available_us says stays from the first call on. */
void store_trim_before(struct store *s, int64_t before_us);

/* Adds a track, before the first append (else ERR_STATE). maker may be NULL, and is copied. The
 * store owns the track. ERR_EXISTS: the id is taken; ERR_FULL: STORE_TRACKS_MAX are there;
 * ERR_INVALID: the id, the rates, or a segment shorter than a frame. */
int store_add_track(struct store *s, const struct store_track_info *info,
                    const struct store_packet_maker *maker, struct store_track **out);
size_t store_track_count(const struct store *s);
struct store_track *store_track_at(const struct store *s, size_t index);
/* NULL where there is none. */
struct store_track *store_find_track(const struct store *s, enum store_kind kind, const char *id);
const struct store_track_info *store_track_info(const struct store_track *t);

/* Called after every change that readers may wait for (append, packet put, end), outside the
 * store's locks, on the producer's thread: it must be quick, and must not set a listener. One
 * listener a store; once this returns, the one before is not called any more. */
void store_set_listener(struct store *s, void (*changed)(void *context, struct store_track *track),
                        void *context);

/* Where the sample after `sequence` is or will be; the store knows it once `sequence` is appended.
 */
struct store_place {
    int64_t segment_id;
    int64_t offset; /* bytes */
};

/* Appends the chunk of sample `sequence`, which is the one after the last appended (the first is 0;
 * ERR_INVALID otherwise, and where the chunk is NULL or empty), and takes over one reference to it,
 * also on failure. *next is what packet `sequence` has to say: {next segment, 0} where it is the
 * last of its segment (H3, H27). Trims what has left the window or exceeds the bytes. ERR_END: the
 * track has ended. */
int store_append(struct store_track *t, int64_t sequence, struct blob *chunk,
                 struct store_place *next);

/* Puts packet `sequence` there and takes over one reference, also on failure. Packets may come late
 * and out of order; one for a sample that isn't appended yet is ERR_INVALID, one that has left the
 * window is ERR_NOT_FOUND, a second one ERR_EXISTS. */
int store_put_packet(struct store_track *t, int64_t sequence, struct blob *packet);

/* No more samples will follow: the current segment is finished as it is, and nothing waits for
 * samples any more. Packets of samples that are there may still come. A second call does nothing.
 */
void store_end_track(struct store_track *t);

/* ERR_OK and a reference that is the caller's; ERR_AGAIN: wait for the next change (the packet is
 * not made yet, or its sample is at most STORE_FRAMES_AHEAD after what is due); ERR_NOT_FOUND: 404.
 */
int store_find_packet(struct store_track *t, int64_t sequence, struct blob **out);

/* The most recent packet (H22), whose number is then *sequence. Where a maker makes them, pinned is
 * -1 at a request's first look: ERR_AGAIN where the packets of the last two samples are not there,
 * with the newest sample's number in *sequence, for which the request waits, giving it as pinned
 * from then on; a newer one will do too. Without a maker: the newest that exists, never an older
 * one than before. ERR_NOT_FOUND before the first, and where the newest has left the window. */
int store_newest_packet(struct store_track *t, int64_t pinned, struct blob **out,
                        int64_t *sequence);

/* Tells the track's maker, where it has one, that a client's request for packet `sequence` begins
 * (its statuses) and ends: for each request once. */
int store_want_packet(struct store_track *t, int64_t sequence, uint64_t client);
void store_unwant_packet(struct store_track *t, int64_t sequence);

/* What a packet is made of, where its picture is not at hand: the chunk (a reference, the
 * caller's), what the packet has to say of the sample after it, and where its segment begins, with
 * a sample that refers to none before it. The window's samples have one, and those before them in
 * its first segment. ERR_NOT_FOUND. */
struct store_sample {
    struct blob *chunk;
    struct store_place next;
    int64_t segment_first; /* sequence number */
};
int store_find_sample(struct store_track *t, int64_t sequence, struct store_sample *out);
/* Whether sample `sequence` is in the window, so that its packet exists or can be made. */
bool store_has_sample(struct store_track *t, int64_t sequence);
/* Whether sample `sequence` is not there yet although another track has come to its time: it is
 * made late, on a busy machine, and will come. */
bool store_is_late(struct store_track *t, int64_t sequence);
/* Samples that the window holds at most, the newest not counted. */
int64_t store_window_frames(const struct store_track *t);

/* A position in a segment, for one response. Holds a reference to the segment, also when that has
 * left the window: its bytes then count in store_bytes, but not against max_bytes, so that slow
 * readers don't shorten the window of the others. Whoever reads closes a reader that has expired.
 * Thread-safety: a reader belongs to one thread at a time. Reading takes no lock. */
struct store_reader;

struct store_range {
    int64_t first; /* bytes, >= 0 */
    int64_t last;  /* inclusive; INT64_MAX: to the end */
};

/* ERR_OK: *out is the caller's, to close; at least one byte of the range is there, or, for a range
 * from 0, the segment has started. ERR_AGAIN: wait for the next change (the segment is the next
 * one and is due within three frames; or the range begins at or beyond what exists so far).
 * ERR_NOT_FOUND: no such segment. ERR_RANGE: the segment is finished and ends before the range;
 * *length_out (may be NULL) is then its length. ERR_INVALID: last < first, or first < 0. A range
 * that begins inside and reaches beyond the end is cut there. */
int store_open_reader(struct store_track *t, int64_t segment_id, struct store_range range,
                      struct store_reader **out, int64_t *length_out);

/* Copies up to capacity bytes (> 0). Returns the count (> 0), ERR_AGAIN: wait for the next change,
 * or ERR_END: the range or the finished segment ends here. */
int64_t store_read(struct store_reader *r, void *buffer, size_t capacity);

/* -1 while the segment grows, its length in bytes once it is finished. */
int64_t store_reader_length(const struct store_reader *r);
/* Whether the segment that is being read has left the window (its samples are older). */
bool store_reader_expired(const struct store_reader *r);
void store_close_reader(struct store_reader *r); /* NULL is fine */

/* What the manifest, /healthz and /metrics say of a track; a copy taken in one moment. */
struct store_track_state {
    int64_t newest_sequence; /* -1 before the first */
    int64_t oldest_sequence; /* the oldest that is still available; 0 before the first */
    int64_t newest_packet;   /* -1 before the first, and where it has left the window */
    int64_t oldest_segment;  /* ids; 0 before the first */
    int64_t newest_segment;  /* -1 before the first */
    bool ended;
    size_t bytes;                    /* chunks and packets, also what only readers still hold */
    int64_t segments_over_bandwidth; /* finished segments whose rate exceeded bandwidth_bps (H11) */
    int64_t peak_segment_bps;        /* of the finished segments, over their real duration */
};
void store_track_state(struct store_track *t, struct store_track_state *state);

/* window_us, or less where the bytes ran out first: then what every track really reaches back, and
 * a figure that doesn't follow each frame up and down. Rounded down to a whole second (at least
 * 1 s). While a channel is young it is the window all the same, unless bytes have run out. */
int64_t store_available_us(struct store *s);
/* The sum of the tracks' bytes. */
size_t store_bytes(struct store *s);

#endif
