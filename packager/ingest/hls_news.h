/* What an HLS playlist (RFC 8216) says to somebody who has played up to some segment.
 * Thread-safety: pure; any thread. */
#ifndef PACKAGER_INGEST_HLS_NEWS_H
#define PACKAGER_INGEST_HLS_NEWS_H

#include <stdbool.h>

struct hls_news {
    int segments; /* that it lists */
    int unplayed; /* those of them that follow the one that was played last */
    bool ended;   /* it will not grow any more */
    int target_s; /* how long a segment may be; 0: it does not say */
};

/* text is a media playlist; played_url, the address of the segment that was played last, is found
 * in it by its end, however the playlist writes it. Where it is not in it, all is unplayed: the
 * playlist has gone on without us, or begins anew. Where segments are parts of one file, only that
 * a playlist has ended counts. */
void hls_news_read(const char *text, const char *played_url, struct hls_news *out);

/* Is there something to play? Of a playlist that has ended only one that is new from its first
 * segment on: it can't be joined on its way. */
bool hls_news_worth_opening(const struct hls_news *news);

#endif
