/* What a feed has to say, without ever a flood: libraries' own messages as debug lines of ours, and
 * a bound on how often a feed that comes and goes is reported. */
#ifndef PACKAGER_INGEST_FEED_LOG_H
#define PACKAGER_INGEST_FEED_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Has libav's and libsrt's warnings and errors go to the debug log, 20 lines a second at most,
 * instead of to standard error. Thread-safety: any thread, any number of times. */
void feed_log_capture_libav(void);

/* At most FEED_LOG_BURST lines within a minute. Thread-safety: belongs to one thread at a time. */
enum { FEED_LOG_BURST = 10 };

struct feed_log_limit {
    int64_t minute_us; /* when the current minute began */
    int lines;
    const char *about; /* what the lines are about; NULL: "the feed comes and goes" */
};

/* May one more line be written now? The last one that may says that others will be missing. */
bool feed_log_allows(struct feed_log_limit *limit, const char *channel, int64_t now_us);

#endif
