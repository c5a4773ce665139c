/* A rung's Initialization Stream: packets made when they are asked for, or ahead of that, by a few
 * threads with an encoder each, out of the reconstructions that are at hand or of the Continuation
 * Stream decoded again.
 * Thread-safety: offer from one thread; want and unwant, state, from any. */
#ifndef PACKAGER_INIT_PACKET_MAKER_H
#define PACKAGER_INIT_PACKET_MAKER_H

#include "packager/track/video_track.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_MAKER_THREADS_MAX = 8 };

struct packet_maker;

struct packet_maker_config {
    const struct video_track_format
        *format;          /* what it points to is borrowed for the maker's life */
    bool eager;           /* every packet is made ahead */
    size_t picture_bytes; /* reconstructions kept at hand; see picture_cache.h */
    unsigned threads;     /* 2..PACKET_MAKER_THREADS_MAX; all but one of them may replay */
};

/* Creates the first encoder, so that what is wrong with it shows here (see packet_encoder.h), and
 * starts the threads; the other encoders come with their first use. */
int packet_maker_create(const struct packet_maker_config *config, struct packet_maker **out);
/* Ends the threads; orders not begun are dropped. NULL is fine. */
void packet_maker_destroy(struct packet_maker *m);

/* Takes r->frame over; never waits. Fits video_track_config.reconstructed, m as context. */
void packet_maker_offer(void *m, struct reconstruction *r);

/* Fit store_packet_maker, m as context. */
int packet_maker_want(void *m, int64_t sequence, uint64_t client, bool exists);
void packet_maker_unwant(void *m, int64_t sequence);

struct packet_maker_state {
    int64_t packets;         /* made */
    int64_t replayed_frames; /* decoded again for older ones */
    int64_t refused;         /* requests, since too many were under way */
    int64_t skipped;         /* packets that were not made ahead, since that was late */
    int64_t orders;          /* now */
    int64_t picture_bytes;   /* now */
    int64_t cpu_us;          /* of all this */
    bool busy;               /* packets are made ahead now */
};
void packet_maker_state(struct packet_maker *m, struct packet_maker_state *state);

#endif
