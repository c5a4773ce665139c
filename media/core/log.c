#include "media/core/log.h"
#include "media/core/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 2000, LINE_MAX_BYTES = 2 * MESSAGE_MAX + 200 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows, and the output */
static enum log_format line_format = LOG_FORMAT_TEXT;
static enum log_level lowest_level = LOG_LEVEL_INFO;
static void (*line_sink)(void *, const char *);
static void *line_sink_context;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_setup(enum log_format format, enum log_level lowest)
{
    pthread_mutex_lock(&lock);
    line_format = format;
    lowest_level = lowest;
    pthread_mutex_unlock(&lock);
}

void log_redirect(void (*sink)(void *context, const char *line), void *context)
{
    pthread_mutex_lock(&lock);
    line_sink = sink;
    line_sink_context = context;
    pthread_mutex_unlock(&lock);
}

/* Appends text to out, escaped as JSON escapes it; what does not fit is cut. */
static size_t append_escaped(char *out, size_t at, size_t capacity, const char *text, int json)
{
    for (; *text && at + 7 < capacity; text++) {
        unsigned char c = (unsigned char)*text;
        if (json && (c == '"' || c == '\\')) {
            out[at++] = '\\';
            out[at++] = (char)c;
        } else if (c < 0x20 || c == 0x7f) {
            at += (size_t)snprintf(out + at, capacity - at, json ? "\\u%04x" : "\\x%02x", c);
        } else {
            out[at++] = (char)c;
        }
    }
    out[at] = 0;
    return at;
}

static void format_line(char *out, size_t capacity, enum log_level level, const char *subject,
                        const char *message)
{
    char stamp[CLOCK_ISO8601_BYTES];
    int json = line_format == LOG_FORMAT_JSON;
    clock_iso8601(clock_utc_us(), stamp);
    size_t at = (size_t)snprintf(
        out, capacity, json ? "{\"time\":\"%s\",\"level\":\"%s\",\"subject\":\"" : "%s %-5s ",
        stamp, level_names[level]);
    if (subject) {
        at = append_escaped(out, at, capacity, subject, json);
        if (!json)
            at += (size_t)snprintf(out + at, capacity - at, ": ");
    }
    if (json)
        at += (size_t)snprintf(out + at, capacity - at, "\",\"message\":\"");
    at = append_escaped(out, at, capacity - 4, message, json);
    snprintf(out + at, capacity - at, "%s", json ? "\"}" : "");
}

void log_write(enum log_level level, const char *subject, const char *format, ...)
{
    char message[MESSAGE_MAX];
    char line[LINE_MAX_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    pthread_mutex_lock(&lock);
    if (level >= lowest_level) {
        format_line(line, sizeof line, level, subject, message);
        if (line_sink)
            line_sink(line_sink_context, line);
        else
            fprintf(stderr, "%s\n", line);
    }
    pthread_mutex_unlock(&lock);
}
