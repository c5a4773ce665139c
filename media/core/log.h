/* The log: one line an event on standard error, as text or as JSON.
 * Thread-safety: every function, any thread; a line is written in one piece. */
#ifndef MEDIA_CORE_LOG_H
#define MEDIA_CORE_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Sets the form of the lines and the lowest level that is written (default: text, info).
 * Call it before other threads start. */
void log_setup(enum log_format format, enum log_level lowest);

/* Writes one line. subject names what the event is about (a channel's name, "origin"); it may be
 * NULL. The message is printf-style, without a newline; control characters come out escaped.
 * A line longer than 2,000 bytes is cut. */
void log_write(enum log_level level, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Has every line go to sink instead of standard error, without its newline (a status line that
 * must be cleared first, a test that reads the log). NULL goes back to standard error. */
void log_redirect(void (*sink)(void *context, const char *line), void *context);

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
