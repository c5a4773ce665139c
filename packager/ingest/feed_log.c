#include "packager/ingest/feed_log.h"
#include "media/core/clock.h"
#include "media/core/log.h"

#include <libavutil/log.h>
#include <pthread.h>
#include <srt/srt.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { LIBAV_LINE_BYTES = 500, LIBRARY_LINES_A_SECOND = 20 };

static const int64_t minute_us = 60000000;

static pthread_once_t captured = PTHREAD_ONCE_INIT;
static atomic_llong library_second; /* the second that library_lines counts in */
static atomic_int library_lines;

static bool library_line_allowed(void)
{
    long long second = clock_monotonic_us() / 1000000;
    if (atomic_exchange(&library_second, second) != second)
        atomic_store(&library_lines, 0);
    return atomic_fetch_add(&library_lines, 1) < LIBRARY_LINES_A_SECOND;
}

static void take_libav_line(void *object, int level, const char *format, va_list arguments)
{
    char line[LIBAV_LINE_BYTES];
    int prefix = 1;
    if (level > AV_LOG_WARNING || !library_line_allowed())
        return;
    av_log_format_line2(object, level, format, arguments, line, sizeof line, &prefix);
    line[strcspn(line, "\n")] = 0;
    if (line[0])
        log_debug("libav", "%s", line);
}

static void take_srt_line(void *opaque, int level, const char *file, int line, const char *area,
                          const char *message)
{
    (void)opaque, (void)level, (void)file, (void)line, (void)area;
    if (library_line_allowed())
        log_debug("srt", "%.*s", (int)strcspn(message, "\n"), message);
}

static void capture(void)
{
    av_log_set_callback(take_libav_line);
    srt_setlogflags(SRT_LOGF_DISABLE_TIME | SRT_LOGF_DISABLE_THREADNAME |
                    SRT_LOGF_DISABLE_SEVERITY | SRT_LOGF_DISABLE_EOL);
    srt_setloghandler(NULL, take_srt_line);
}

void feed_log_capture_libav(void)
{
    pthread_once(&captured, capture);
}

bool feed_log_allows(struct feed_log_limit *limit, const char *channel, int64_t now_us)
{
    if (now_us - limit->minute_us >= minute_us) {
        limit->minute_us = now_us;
        limit->lines = 0;
    }
    if (limit->lines >= FEED_LOG_BURST)
        return false;
    if (++limit->lines == FEED_LOG_BURST) {
        log_warn(channel, "%s; no more about it within this minute",
                 limit->about ? limit->about : "the feed comes and goes");
        return false;
    }
    return true;
}
