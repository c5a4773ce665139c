#include "player-sim/command/number_file.h"

#include "media/core/option_errors.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 128, ROOM_AT_FIRST = 1024 };

struct column {
    struct stats_sample *samples;
    size_t n, room;
};

struct line {
    char text[LINE_BYTES]; /* without its end; what is longer is cut, and no number */
    bool cut;
};

/* false at the end of the file. A 0 byte becomes a question mark, so that it ends no text. */
static bool read_line(FILE *file, struct line *line)
{
    size_t size = 0;
    int c = getc_unlocked(file);
    if (c == EOF)
        return false;
    line->cut = false;
    for (; c != EOF && c != '\n'; c = getc_unlocked(file)) {
        if (size + 1 < LINE_BYTES)
            line->text[size++] = c ? (char)c : '?';
        else
            line->cut = true;
    }
    line->text[size] = 0;
    return true;
}

/* Takes the blanks around the text away; a carriage return is one. */
static char *strip(char *text)
{
    static const char blanks[] = " \t\r";
    text += strspn(text, blanks);
    size_t size = strlen(text);
    while (size && strchr(blanks, text[size - 1]))
        size--;
    text[size] = 0;
    return text;
}

/* What is wrong with the text; NULL where it is a duration. */
static const char *read_duration(const char *text, double *out)
{
    char *end;
    if (strspn(text, "0123456789.eE+-") != strlen(text))
        return "is no number"; /* nor are nan, inf and 0x10, which strtod takes */
    double value = strtod(text, &end);
    if (end == text || *end)
        return "is no number";
    if (value < 0)
        return "is negative, which no duration is";
    if (!stats_is_duration(value))
        return "is too large for a duration";
    *out = value;
    return NULL;
}

static bool append(struct column *c, double value)
{
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : ROOM_AT_FIRST;
        struct stats_sample *more = reallocarray(c->samples, room, sizeof *more);
        if (!more)
            return false;
        c->samples = more;
        c->room = room;
    }
    c->samples[c->n++] = (struct stats_sample){.value = value, .count = 1};
    return true;
}

static bool read_column(FILE *file, const char *name, struct column *c, char *error,
                        size_t error_bytes)
{
    struct line line;
    errno = 0;
    for (uint64_t number = 1; read_line(file, &line); number++) {
        double value;
        if (line.text[0] == '#')
            continue;
        char *text = strip(line.text);
        if (!*text && !line.cut)
            continue;
        const char *wrong = line.cut ? "is too long for a number" : read_duration(text, &value);
        if (wrong)
            return error_line(error, error_bytes,
                              "%.200s: line %llu: \"%.40s%s\" %s: give one number a line, 0 or "
                              "more, as in 12.5",
                              name, (unsigned long long)number, text,
                              line.cut || strlen(text) > 40 ? "..." : "", wrong);
        if (!append(c, value))
            return error_line(error, error_bytes,
                              "%.200s: no memory for more than %zu numbers: split it", name, c->n);
    }
    if (ferror(file))
        return error_line(error, error_bytes, "%.200s: %s: give a file that can be read", name,
                          strerror(errno));
    return true;
}

bool number_file_read(const char *path, struct stats_sample **samples, size_t *n, char *error,
                      size_t error_bytes)
{
    bool standard = !strcmp(path, "-");
    const char *name = standard ? "standard input" : path;
    FILE *file = standard ? stdin : fopen(path, "r");
    struct column c = {NULL, 0, 0};
    if (!file)
        return error_line(error, error_bytes, "%.200s: %s: give a file that can be read", name,
                          strerror(errno));
    bool complete = read_column(file, name, &c, error, error_bytes);
    if (!standard)
        fclose(file);
    if (!complete) {
        free(c.samples);
        return false;
    }
    *samples = c.samples;
    *n = c.n;
    return true;
}
