#include "player-sim/link/trace_read.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/link/trace_format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct trace_format *const formats[] = {&trace_sabre, &trace_mahimahi, &trace_columns};

#define FORMATS_REMEDY                                                                             \
    "give Sabre's JSON, Mahimahi's milliseconds, or lines of \"seconds Mbit/s\" (docs/link.md)"

static bool none_of_these(struct trace_draft *d, const char *text, size_t bytes)
{
    struct trace_lines lines = trace_lines_of(text, bytes);
    if (!trace_lines_next(&lines))
        return trace_draft_fail(d, "has nothing in it: " FORMATS_REMEDY);
    return trace_lines_fail(&lines, d, "is of no known format: " FORMATS_REMEDY);
}

static bool parse_as(const struct trace_format *format, struct trace_draft *d, const char *text,
                     size_t bytes, struct trace **out)
{
    if (format->read(d, text, bytes))
        return trace_draft_end(d, out);
    free(d->pieces);
    return false;
}

bool trace_parse(const char *text, size_t bytes, const char *name, struct trace **out,
                 char error[TRACE_ERROR_BYTES])
{
    struct trace_draft d = {.name = name, .error = error};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->recognises(text, bytes))
            return parse_as(formats[i], &d, text, bytes, out);
    return none_of_these(&d, text, bytes);
}

/* The whole file; the caller frees it. NULL: errno says why, EFBIG for one that is too large. */
static char *load(const char *path, size_t *bytes)
{
    static const size_t room = TRACE_FILE_MAX_BYTES + 1;
    FILE *file = fopen(path, "r");
    char *text = file ? malloc(room) : NULL;
    if (!text) {
        if (file)
            fclose(file);
        return NULL;
    }
    errno = 0;
    *bytes = fread(text, 1, room, file);
    int reason = ferror(file) ? errno : *bytes == room ? EFBIG : 0;
    fclose(file);
    if (!reason)
        return text;
    free(text);
    errno = reason;
    return NULL;
}

static bool read_file(const char *path, struct trace **out, char error[TRACE_ERROR_BYTES])
{
    size_t bytes;
    char *text = load(path, &bytes);
    if (text) {
        bool read = trace_parse(text, bytes, path, out, error);
        free(text);
        return read;
    }
    if (errno == EFBIG)
        return error_line(error, TRACE_ERROR_BYTES, "%.120s: is larger than %d MB: cut it", path,
                          TRACE_FILE_MAX_BYTES >> 20);
    return error_line(error, TRACE_ERROR_BYTES,
                      "%.120s: %s: give a file, constant:RATE, or one of " TRACE_NAMES, path,
                      strerror(errno));
}

bool trace_read(const char *name, struct trace **out, char error[TRACE_ERROR_BYTES])
{
    int status = trace_profile(name, out, error);
    return status == ERR_NOT_FOUND ? read_file(name, out, error) : status == ERR_OK;
}
