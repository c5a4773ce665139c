/* What the two files of a feed's reader share: feed_reader.c opens, demuxes and opens again;
 * feed_frames.c decodes, and hands pictures and sound on to the pace.
 * Thread-safety: all of it is the reader's thread's. */
#ifndef PACKAGER_INGEST_FEED_READER_H
#define PACKAGER_INGEST_FEED_READER_H

#include "packager/ingest/decode.h"
#include "packager/ingest/feed.h"
#include "packager/ingest/feed_log.h"
#include "packager/ingest/picture_filter.h"
#include "packager/ingest/resample.h"
#include "packager/ingest/stream_watch.h"

#include <stdbool.h>
#include <stdint.h>

/* The reader's own state of one feed. */
struct feed_reader {
    struct feed *feed;
    struct decode decoders[PACE_STREAMS];
    int64_t packet_us[PACE_STREAMS]; /* when the last packet of each came, or was looked for */
    struct stream_watch watches[PACE_STREAMS];
    bool announced[PACE_STREAMS]; /* by the container; a cover is no picture that goes on */
    int streams_at_first;         /* that the container had when it was opened */
    struct picture_filter filter;
    struct resample resample;
    AVPacket *packet;
    AVFrame *frame;
    int64_t output_us; /* when something was last decoded */
    bool joined;       /* a picture was decoded since it was opened */
    bool keyed;        /* and so was a key frame, or the decoder needs none */
    int64_t begun_us;  /* when it was opened */
    bool told_interlaced;
    bool produced;   /* anything, since it was opened or rewound */
    bool paused;     /* standard input gave nothing for so long that it was lost */
    int64_t told_us; /* when the log was last told that it can't be opened; 0: not since up */
    int64_t jumps;   /* of its time stamps, that were seen */
    int64_t jump_told_us, damage_told_us; /* when the log was last told of either; 0: never */
};

extern const char *const feed_stream_names[PACE_STREAMS];

/* The reader is to end. */
bool feed_reader_stopped(const struct feed_reader *r);
/* Waits on the feed's condition, with its lock held, for a tenth of a second at most. */
void feed_reader_wait_for_room(struct feed *f);
/* Whether trouble of one kind is to be told: at most once a minute. Where it is, *told_us is now.
 */
bool feed_reader_tells(int64_t *told_us, int64_t now_us);

/* Decodes a packet (NULL: none will follow) and hands on what comes of it; waits while a paced
 * source has been read far enough ahead. What can't be decoded is counted. */
void feed_frames_decode(struct feed_reader *r, enum pace_stream stream, const AVPacket *packet);
/* Hands on whatever decoders and filter still hold: the feed has ended. */
void feed_frames_drain(struct feed_reader *r);
/* Where the filter's pictures go; context is the reader. */
void feed_frames_give(void *context, AVFrame *picture, const struct picture_filter_time *time);

#endif
