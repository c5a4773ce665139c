/* An HLS feed from one opening of it to the next. libavformat's demuxer begins again near the end
 * of whatever the playlist lists, be it shown already: a feed that stands still would show its last
 * segments over and over, and one that has ended all of it. So it is watched which segment came
 * last, and it is opened again once there is another.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INGEST_HLS_WATCH_H
#define PACKAGER_INGEST_HLS_WATCH_H

#include <libavformat/avformat.h>
#include <stdbool.h>

enum { HLS_URL_BYTES = 1024 };

struct hls_watch {
    bool is_hls;                  /* the owner's to set, once it has been opened as that */
    char playlist[HLS_URL_BYTES]; /* that was read last */
    char played[HLS_URL_BYTES];   /* the segment that was opened last; empty: none ever */
    int (*open)(AVFormatContext *, AVIOContext **, const char *, int, AVDictionary **);
};

/* Has it see what format opens; watch must outlive format. Before avformat_open_input, whose
 * options it adds to. */
void hls_watch_begin(struct hls_watch *w, AVFormatContext *format, AVDictionary **options);

/* Reads the playlist again where segments of one were played before. 0: open it; options then tell
 * where to begin. A negative AVERROR of libavformat's where the playlist can't be read, or, with
 * *why, AVERROR(EAGAIN) where there is nothing new in it. interrupt as libavformat takes it. */
int hls_watch_ask(const struct hls_watch *w, const AVIOInterruptCB *interrupt,
                  AVDictionary **options, const char **why);

/* How long a segment of what was opened may be, in seconds, by its playlist, which is read once
 * more for that; 0 where it does not say. */
int hls_watch_target_s(const struct hls_watch *w, const AVIOInterruptCB *interrupt,
                       const char *protocols);

#endif
