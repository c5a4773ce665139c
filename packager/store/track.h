/* What a store and its tracks hold inside, for the files of this folder. */
#ifndef PACKAGER_STORE_TRACK_H
#define PACKAGER_STORE_TRACK_H

#include "packager/store/ring.h"
#include "packager/store/segment.h"
#include "packager/store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Thread-safety: info, store, maker and the frame counts are fixed; the store's lock guards the
 * rest. */
struct store_track {
    struct store *store;
    struct store_track_info info;
    struct store_packet_maker maker; /* want is NULL where there is none */
    int64_t window_frames;           /* newest - oldest sequence is never more */
    int64_t kept_frames;             /* ... and never made less for want of bytes */

    struct store_ring packets;  /* the samples in the window; NULL: its packet isn't there */
    struct store_ring segments; /* the segments that these samples are in */
    int64_t next_segment_first; /* sequence number that the segment after the newest starts with */
    int64_t newest_packet;      /* highest sequence ever put, or -1 */
    bool ended;
    int64_t bytes;      /* chunks and packets in the window */
    int64_t held_bytes; /* chunks of expired segments that readers still hold */
    int64_t segments_over_bandwidth;
    int64_t peak_segment_bps;
};

/* Thread-safety: limits.window_us is fixed; tracks are added, never removed, and counted last; the
 * lock guards the rest. No call leaves the folder while it is held, but to blobs and the allocator.
 */
struct store {
    struct store_limits limits;
    struct store_track *tracks[STORE_TRACKS_MAX]; /* owned */
    atomic_size_t track_count;

    pthread_mutex_t lock;
    bool started;       /* something was appended */
    int64_t bytes;      /* of all tracks' windows */
    bool short_window;  /* the bytes ran out before the time did */
    bool closing;       /* trimmed by time from outside: advertised is final */
    int64_t advertised; /* whole seconds; what store_available_us says */

    pthread_mutex_t listener_lock; /* guards what follows, and is held while it is called */
    void (*changed)(void *context, struct store_track *track);
    void *changed_context;
};

/* How many frames beyond the newest sample a request may wait for. */
static inline int64_t store_track_frames_ahead(const struct store_track *t)
{
    return t->info.kind == STORE_AUDIO ? STORE_SOUND_FRAMES_AHEAD : STORE_FRAMES_AHEAD;
}

/* The newest sample's number, or -1; the lock is held. */
static inline int64_t store_track_newest(const struct store_track *t)
{
    return t->packets.end - 1;
}

/* The number that the newest sample has or, going by the time that the store's furthest track has
 * come to, should have by now; the lock is held. */
int64_t store_track_due(const struct store_track *t);

#endif
