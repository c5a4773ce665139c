/* The live store of one Presentation: for each track a window of segments, each an append-only list
 * of chunks with byte offsets, and the Initialization Packets of the same window.
 *
 * One producer thread a track appends; any number of readers find packets and read segments. Bytes
 * are immutable, reference-counted blobs: trimming never invalidates a response under way. Which
 * segment a sample belongs to follows from its number alone (HESP 5.2), so a segment is finished at
 * the moment when its last sample is appended.
 *
 * Time is a parameter (now_us, monotonic); no function blocks.
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

struct store_limits {
    int64_t window_us; /* availabilityDuration (H7): how long samples and packets stay */
    size_t max_bytes;  /* all tracks together; when it runs out first, the window shrinks */
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

/* Makes packets on request, for a track whose packets are not put there by themselves. */
struct store_packet_maker {
    void *context;
    /* A reader wants packet `sequence`, which lies in the window and isn't there. Must not block
     * and must not call the store; sooner or later store_put_packet brings it. Called for each
     * request: the maker folds repeats. */
    void (*want)(void *context, int64_t sequence);
};

int store_create(const struct store_limits *limits, struct store **out);
void store_destroy(struct store *s); /* NULL is fine; readers must be closed before */

/* Adds a track, before the first append. maker may be NULL. The store owns the track. */
int store_add_track(struct store *s, const struct store_track_info *info,
                    const struct store_packet_maker *maker, struct store_track **out);
size_t store_track_count(const struct store *s);
struct store_track *store_track_at(const struct store *s, size_t index);
/* NULL where there is none. */
struct store_track *store_find_track(const struct store *s, enum store_kind kind, const char *id);
const struct store_track_info *store_track_info(const struct store_track *t);

/* Called after every change that readers may wait for (append, packet put, end), outside the
 * store's locks, on the producer's thread: it must be quick. One listener a store. */
void store_set_listener(struct store *s, void (*changed)(void *context, struct store_track *track),
                        void *context);

/* Where the sample after `sequence` is or will be; the store knows it once `sequence` is appended.
 */
struct store_place {
    int64_t segment_id;
    int64_t offset; /* bytes */
};

/* Appends the chunk of sample `sequence`, which is the one after the last appended (the first is 0;
 * ERR_INVALID otherwise), and takes over one reference to it, also on failure. *next is what packet
 * `sequence` has to say. Trims what has left the window or exceeds the bytes. */
int store_append(struct store_track *t, int64_t sequence, struct blob *chunk, int64_t now_us,
                 struct store_place *next);

/* Puts packet `sequence` there and takes over one reference, also on failure. Packets may come late
 * and out of order; one for a sample that isn't appended yet is ERR_INVALID, one that has left the
 * window is ERR_NOT_FOUND, a second one ERR_EXISTS. */
int store_put_packet(struct store_track *t, int64_t sequence, struct blob *packet, int64_t now_us);

/* No more samples will follow: the current segment is finished as it is. */
void store_end_track(struct store_track *t);

/* ERR_OK and a reference that is the caller's; ERR_AGAIN: wait for the next change (the packet is
 * being made, or its sample is at most three frames ahead of the newest); ERR_NOT_FOUND: 404. */
int store_find_packet(struct store_track *t, int64_t sequence, struct blob **out);

/* The most recent packet (H22). Where a maker makes them: the newest sample's, ERR_AGAIN until it
 * is there. Otherwise the newest that exists. ERR_NOT_FOUND before the first. */
int store_newest_packet(struct store_track *t, struct blob **out, int64_t *sequence);

/* A position in a segment, for one response. Holds a reference to the segment. */
struct store_reader;

struct store_range {
    int64_t first; /* bytes, >= 0 */
    int64_t last;  /* inclusive; INT64_MAX: to the end */
};

/* ERR_OK: *out is the caller's, to close; at least one byte of the range is there, or, for a range
 * from 0, the segment has started. ERR_AGAIN: wait for the next change (the segment is the next
 * one and is due within three frames; or the range begins at or beyond what exists so far).
 * ERR_NOT_FOUND: no such segment. ERR_RANGE: the segment is finished and ends before the range;
 * *length_out is then its length. */
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
    int64_t oldest_sequence; /* the oldest that is still available */
    int64_t newest_packet;   /* -1 before the first */
    int64_t oldest_segment;  /* ids */
    int64_t newest_segment;  /* -1 before the first */
    bool ended;
    size_t bytes;                    /* held by this track, chunks and packets */
    int64_t segments_over_bandwidth; /* finished segments whose rate exceeded bandwidth_bps */
    int64_t peak_segment_bps;        /* of the finished segments */
};
void store_track_state(struct store_track *t, struct store_track_state *state);

/* window_us, or less where the bytes ran out first; rounded down to a whole second (at least 1 s).
 */
int64_t store_available_us(struct store *s);
size_t store_bytes(struct store *s);

#endif
