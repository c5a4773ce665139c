/* What the two sides of a feed share: the reader, a thread of its own that opens, demuxes and
 * decodes (feed_reader.c), and the channel's threads that ask (input_feed.c). They meet in `pace`,
 * under `lock`; it is held for a copy at most, never for I/O or decoding. */
#ifndef PACKAGER_INGEST_FEED_H
#define PACKAGER_INGEST_FEED_H

#include "packager/ingest/demux.h"
#include "packager/ingest/feed_log.h"
#include "packager/ingest/feed_part.h"
#include "packager/ingest/feed_url.h"
#include "packager/ingest/input.h"
#include "packager/pace/pace.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct feed {
    struct input base;
    char *channel; /* owned */
    bool loop;
    struct rational output_rate; /* of pictures */
    struct feed_url url;
    struct demux demux;          /* the reader's; a file is open already when the reader starts */
    struct feed_log_limit limit; /* the reader's */
    int64_t missing_us[PACE_STREAMS]; /* the reader's: since when the log calls it missing; or 0 */
    struct feed_log_limit refusals;   /* the reader's */
    pthread_t thread;
    atomic_bool stop;
    atomic_int holders; /* the channel's side and the reader: the last one frees */
    atomic_llong cpu_us;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t room;  /* something was taken out of pace, or stop or ended is set */
    bool ended;           /* the reader touches nothing but its hold any more */
    struct pace *pace;
    bool paced;
    bool was_up;
    int64_t silent_before;    /* samples, up to when it was first up */
    struct input_state state; /* its parts and some counters are filled in when asked for */
    struct input_tuning next; /* frame_rate.num 0: none */
    struct feed_part parts[PACE_STREAMS];

    /* the picture's thread's own */
    AVFrame *shown; /* what it was last given; a black one at first */
    bool asked;     /* for a picture, ever */
};

/* Something was decoded, at now_us. Called with the lock held. Gives how long it had been lost
 * where that ends with this, 0 where it is up for the first time, -1 where it was up. */
int64_t feed_mark_up(struct feed *f, int64_t now_us);

/* It has gone, for a reason that the log tells, with advice behind it. Called by the reader,
 * without the lock. Gives whether it was up. */
bool feed_mark_lost(struct feed *f, const char *reason, const char *advice);

/* Whether picture or sound comes. Called with the lock held. */
enum input_part feed_part_now(const struct feed *f, enum pace_stream stream);

/* Tells the log, once, where the picture or the sound of a feed that is up does not come, and when
 * it comes again. Called by the reader, without the lock. */
void feed_tell_parts(struct feed *f, int64_t now_us);

/* The thread: runs until feed->stop, then gives its hold up. */
void *feed_reader_run(void *feed);

/* Gives one hold up. */
void feed_release(struct feed *f);

#endif
