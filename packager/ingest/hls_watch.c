#include "packager/ingest/hls_watch.h"
#include "packager/ingest/hls_news.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAYLIST_BYTES = 1 << 20, BEHIND_SEGMENTS = 3 /* as libavformat's demuxer begins */ };

/* The feed's own address, and those that are called like one. */
static bool is_playlist(const AVFormatContext *format, const char *url)
{
    size_t length = strcspn(url, "?#");
    return strcmp(url, format->url) == 0 ||
           (length > 5 && strncmp(url + length - 5, ".m3u8", 5) == 0) ||
           (length > 4 && strncmp(url + length - 4, ".m3u", 4) == 0);
}

/* The address of a segment comes after those of its key and its initialization. */
static int open_seen(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                     AVDictionary **options)
{
    struct hls_watch *w = format->opaque;
    int status = w->open(format, io, url, flags, options);
    if (status >= 0)
        snprintf(is_playlist(format, url) ? w->playlist : w->played, HLS_URL_BYTES, "%s", url);
    return status;
}

void hls_watch_begin(struct hls_watch *w, AVFormatContext *format, AVDictionary **options)
{
    w->open = format->io_open;
    format->io_open = open_seen;
    format->opaque = w;
    /* A connection that is kept is not seen, and what is opened ahead not played. */
    av_dict_set(options, "http_persistent", "0", 0);
    av_dict_set(options, "http_multiple", "0", 0);
}

/* All of it as text, up to PLAYLIST_BYTES; the caller frees. */
static int fetch(const char *url, const AVIOInterruptCB *interrupt, const char *protocols,
                 char **text)
{
    AVDictionary *options = NULL;
    AVIOContext *io = NULL;
    if (protocols)
        av_dict_set(&options, "protocol_whitelist", protocols, 0);
    int status = avio_open2(&io, url, AVIO_FLAG_READ, interrupt, &options);
    av_dict_free(&options);
    if (status < 0)
        return status;
    char *read = malloc(PLAYLIST_BYTES);
    status = read ? avio_read(io, (unsigned char *)read, PLAYLIST_BYTES - 1) : AVERROR(ENOMEM);
    avio_closep(&io);
    if (status < 0) {
        free(read);
        return status;
    }
    read[status] = 0;
    *text = read;
    return 0;
}

int hls_watch_ask(const struct hls_watch *w, const AVIOInterruptCB *interrupt,
                  AVDictionary **options, const char **why)
{
    struct hls_news news;
    char *text, begin[16];
    if (!w->is_hls || !w->played[0])
        return 0;
    const AVDictionaryEntry *protocols = av_dict_get(*options, "protocol_whitelist", NULL, 0);
    int status = fetch(w->playlist, interrupt, protocols ? protocols->value : NULL, &text);
    if (status < 0)
        return status;
    hls_news_read(text, w->played, &news);
    free(text);
    if (!hls_news_worth_opening(&news)) {
        *why =
            news.ended ? "it has ended, and nothing else has begun" : "its playlist stands still";
        return AVERROR(EAGAIN);
    }
    snprintf(begin, sizeof begin, "%d",
             news.unplayed < BEHIND_SEGMENTS ? -news.unplayed : -BEHIND_SEGMENTS);
    av_dict_set(options, "live_start_index", begin, 0);
    return 0;
}

int hls_watch_target_s(const struct hls_watch *w, const AVIOInterruptCB *interrupt,
                       const char *protocols)
{
    struct hls_news news;
    char *text;
    if (fetch(w->playlist, interrupt, protocols, &text) < 0)
        return 0;
    hls_news_read(text, w->played, &news);
    free(text);
    return news.target_s;
}
