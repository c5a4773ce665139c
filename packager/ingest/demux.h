/* One opening of a feed: libavformat with a way out of every wait.
 * Thread-safety: an object belongs to one thread at a time; only *stop may be set by others. */
#ifndef PACKAGER_INGEST_DEMUX_H
#define PACKAGER_INGEST_DEMUX_H

#include "packager/ingest/feed_url.h"
#include "packager/ingest/hls_watch.h"
#include "packager/ingest/push.h"

#include <libavformat/avformat.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct demux {
    const struct feed_url *url; /* borrowed */
    const atomic_bool *stop;    /* borrowed; once set, every wait ends within about 0.1 s */
    atomic_llong deadline_us;   /* a wait ends here as well; libavformat's threads read it */
    AVFormatContext *format;    /* NULL while closed */
    AVIOContext *io;            /* of standard input or push */
    AVIOContext *connection;    /* of another listener, once somebody has called */
    struct push *push;          /* the owner's; NULL where libavformat opens the URL */
    bool reason_given;          /* reason stands already, and says more than a status can */
    struct hls_watch hls;       /* over all openings */
    bool paced;                 /* read ahead at our pace; otherwise taken as it comes */
    int64_t max_step_us;        /* a greater step of its time stamps is a jump, and no gap */
    int64_t silence_us;         /* with no packet for so long, it is lost */
    /* Called about ten times a second while standard input gives nothing; NULL: not wanted. The
     * owner sets these three after demux_init. */
    void (*waiting)(void *context);
    void *waiting_context;
    /* Somebody who wanted to push was not let in; as in push.h. */
    void (*refused)(void *context, const char *who, const char *why);
    char reason[128]; /* why the last call failed, for the log */
};

/* Memory of zeros becomes a closed demuxer. url and stop must outlive it. */
void demux_init(struct demux *d, const struct feed_url *url, const atomic_bool *stop);

/* Opens the feed and finds its streams. Blocks; where url->waits, until somebody sends, and where
 * that is by a connection, until somebody connects: who then sends nothing for 2 s is let go again.
 * ERR_IO with d->reason; d is closed then. */
int demux_open(struct demux *d);
void demux_close(struct demux *d); /* closed is fine */

/* The next packet; the caller unrefs it. ERR_END at the end, ERR_IO with d->reason: the feed is
 * lost, close it. */
int demux_read(struct demux *d, AVPacket *packet);

/* Nothing but these streams is wanted: where others are fetched by themselves (HLS), they are not
 * any more. A negative index is passed over. */
void demux_keep(struct demux *d, const int *streams, int count);

/* Back to a file's first packet. The streams may be new ones: open the decoders again.
 * ERR_IO with d->reason; d is closed then. */
int demux_rewind(struct demux *d);

#endif
