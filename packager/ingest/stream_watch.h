/* Whether what comes of a stream is still decoded into something. A sender that goes on with
 * another codec under the same identifiers isn't noticed by every demuxer: packets come, and
 * nothing comes out of them any more. Opening the feed again finds the new codec.
 *
 * A stream that has not given anything since it was opened is not judged: it may have been joined
 * long before its next key frame. No clock is read here.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INGEST_STREAM_WATCH_H
#define PACKAGER_INGEST_STREAM_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* So many packets that nothing came out of, and so long: a burst of loss gives less. */
enum { STREAM_WATCH_PACKETS = 8, STREAM_WATCH_US = 800000 };

/* Memory of zeros: nothing has come yet. */
struct stream_watch {
    bool produced;     /* since it was opened */
    int packets;       /* since it last gave something */
    int64_t output_us; /* when that was */
};

static inline void stream_watch_packet(struct stream_watch *w)
{
    w->packets += w->packets < STREAM_WATCH_PACKETS;
}

static inline void stream_watch_output(struct stream_watch *w, int64_t now_us)
{
    *w = (struct stream_watch){.produced = true, .output_us = now_us};
}

static inline bool stream_watch_stuck(const struct stream_watch *w, int64_t now_us)
{
    return w->produced && w->packets == STREAM_WATCH_PACKETS &&
           now_us - w->output_us >= STREAM_WATCH_US;
}

#endif
