#include "player-sim/link/trace_format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\v\f";

struct trace_lines trace_lines_of(const char *text, size_t bytes)
{
    return (struct trace_lines){.at = text, .end = text + bytes};
}

/* A line up to its end or its comment, without blanks in front. */
static void take_line(struct trace_lines *l)
{
    size_t size = 0;
    bool comment = false;
    l->cut = false;
    for (; l->at < l->end && *l->at != '\n'; l->at++) {
        char c = *l->at ? *l->at : '?';
        comment = comment || c == '#';
        if (comment || (!size && strchr(blanks, c)))
            continue;
        if (size + 1 < sizeof l->text)
            l->text[size++] = c;
        else
            l->cut = true;
    }
    l->at += l->at < l->end;
    l->number++;
    while (size && strchr(blanks, l->text[size - 1]))
        size--;
    l->text[size] = 0;
}

static void split(struct trace_lines *l)
{
    char *rest = l->split, *field;
    memcpy(l->split, l->text, sizeof l->split);
    l->field_count = 0;
    while (l->field_count < TRACE_FIELDS_MAX && (field = strtok_r(rest, blanks, &rest)))
        l->fields[l->field_count++] = field;
}

bool trace_lines_next(struct trace_lines *l)
{
    while (l->at < l->end) {
        take_line(l);
        if (!l->text[0])
            continue;
        split(l);
        return true;
    }
    return false;
}

bool trace_lines_fail(const struct trace_lines *l, struct trace_draft *d, const char *what)
{
    bool whole = !l->cut && strlen(l->text) <= 40;
    return trace_draft_fail(d, "line %lu: \"%.40s%s\" %s", l->number, l->text, whole ? "" : "...",
                            what);
}

bool trace_number(const char *text, double *out)
{
    char *end;
    if (strspn(text, "0123456789.eE+-") != strlen(text))
        return false; /* nan, inf and 0x10, which strtod takes */
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value))
        return false;
    *out = value;
    return true;
}
