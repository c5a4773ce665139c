/* What a feed's URL says before anything is opened.
 * Thread-safety: pure but for the file system; any thread. */
#ifndef PACKAGER_INGEST_FEED_URL_H
#define PACKAGER_INGEST_FEED_URL_H

#include <stdbool.h>

enum feed_kind {
    FEED_FILE,    /* a regular file: read in real time, may be repeated */
    FEED_PIPE,    /* standard input: read in real time, once */
    FEED_NETWORK, /* anything else that libavformat opens */
};

enum { FEED_NAME_BYTES = 256 };

struct feed_url {
    enum feed_kind kind;
    bool waits;                 /* opening it takes until somebody sends: no reason to give up */
    char name[FEED_NAME_BYTES]; /* for the log: feed_url_name */
    char *open;                 /* owned: what libavformat is given */
    /* What libavformat may open because of what it reads there: a playlist, or a redirection, from
     * elsewhere is not to make it read files of this machine. NULL: whatever it likes. */
    const char *protocols;
};

/* What url is called in the log, where no secret may stand: "scheme://user:password@host/path?key"
 * is "scheme://host/path", and RTMP's "rtmp://host/application/key" is "rtmp://host/application".
 */
void feed_url_name(const char *url, char name[FEED_NAME_BYTES]);

/* Does libavformat, or this program, know what url names? Other inputs' schemes are theirs. */
bool feed_url_is_feed(const char *url);

/* ERR_INVALID, with a line in the log about channel, for what no retry can mend: a file that is not
 * there or can't be read, a directory, an unknown scheme. ERR_NOMEM. */
int feed_url_parse(const char *channel, const char *url, struct feed_url *out);
void feed_url_finish(struct feed_url *u); /* memory of zeros is fine */

#endif
