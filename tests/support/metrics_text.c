#include "support/metrics_text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 128, TYPE_BYTES = 16, SERIES_BYTES = 320, SERIES_MAX = 4096 };

struct reading {
    char family[NAME_BYTES];
    char type[TYPE_BYTES]; /* "": HELP was read, TYPE wasn't yet */
    int samples;           /* of the family so far */
    char (*families)[NAME_BYTES];
    int family_count;
    char (*series)[SERIES_BYTES];
    int series_count;
    double bucket; /* of the histogram under way: the last one's count, -1 before the first */
    double bound;
    char *error;
};

struct sample {
    char name[NAME_BYTES];
    char series[SERIES_BYTES]; /* name and labels, as written */
    double value;
};

static bool wrong(char *error, const char *line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool wrong(char *error, const char *line, const char *format, ...)
{
    va_list arguments;
    int at = snprintf(error, METRICS_ERROR_BYTES, "\"%.150s\": ", line);
    va_start(arguments, format);
    vsnprintf(error + at, METRICS_ERROR_BYTES - (size_t)at, format, arguments);
    va_end(arguments);
    return false;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length >= size && !strcmp(text + length - size, end);
}

/* A metric's or label's name; behind it, or NULL where there is none. */
static const char *skip_name(const char *at)
{
    if (!isalpha((unsigned char)*at) && *at != '_')
        return NULL;
    while (isalnum((unsigned char)*at) || *at == '_')
        at++;
    return at;
}

/* "value" with its quotes, in which only \\, \" and \n are escapes. */
static const char *skip_quoted(const char *at)
{
    if (*at++ != '"')
        return NULL;
    for (; *at && *at != '"'; at++) {
        if (*at == '\\' && (!*++at || !strchr("\\\"n", *at)))
            return NULL;
    }
    return *at ? at + 1 : NULL;
}

/* {a="b",c="d"}: behind it, or NULL. */
static const char *skip_labels(const char *at)
{
    do {
        at = skip_name(at + 1);
        if (!at || *at != '=')
            return NULL;
        at = skip_quoted(at + 1);
    } while (at && *at == ',');
    return at && *at == '}' ? at + 1 : NULL;
}

static bool read_value(const char *text, double *value)
{
    char *end;
    if (!strcmp(text, "+Inf") || !strcmp(text, "-Inf") || !strcmp(text, "NaN"))
        return false; /* legal in the format, but nothing here has cause to say so */
    if (!*text || strspn(text, "0123456789+-.e") != strlen(text))
        return false;
    *value = strtod(text, &end);
    return !*end && isfinite(*value);
}

static bool read_sample(const char *line, struct sample *sample)
{
    const char *name_end = skip_name(line);
    const char *end = name_end && *name_end == '{' ? skip_labels(name_end) : name_end;
    if (!end || *end != ' ' || name_end - line >= NAME_BYTES || end - line >= SERIES_BYTES)
        return false;
    snprintf(sample->name, sizeof sample->name, "%.*s", (int)(name_end - line), line);
    snprintf(sample->series, sizeof sample->series, "%.*s", (int)(end - line), line);
    return read_value(end + 1, &sample->value);
}

static bool name_is_right(struct reading *r, const char *line)
{
    static const char *const scaled[] = {
        "_ms", "_us", "_milliseconds", "_kb", "_microseconds", "_mb", "_kbps", "_bps", "_percent"};
    char base[NAME_BYTES];
    bool counter = !strcmp(r->type, "counter");
    snprintf(base, sizeof base, "%s", r->family);
    if (strncmp(base, "openhesp_", 9))
        return wrong(r->error, line, "the name doesn't begin with openhesp_");
    if (counter != ends_in(base, "_total"))
        return wrong(r->error, line, "counters, and only they, end in _total");
    if (counter)
        base[strlen(base) - 6] = 0;
    for (size_t i = 0; i < sizeof scaled / sizeof *scaled; i++) {
        if (ends_in(base, scaled[i]))
            return wrong(r->error, line, "%s is no base unit", scaled[i] + 1);
    }
    if (!strcmp(r->type, "histogram") && !ends_in(base, "_seconds") && !ends_in(base, "_bytes"))
        return wrong(r->error, line, "a histogram without a unit");
    return true;
}

static bool take_help(struct reading *r, const char *line)
{
    const char *name = line + strlen("# HELP ");
    const char *end = skip_name(name);
    if (!end || *end != ' ' || !end[1] || end - name >= NAME_BYTES)
        return wrong(r->error, line, "no name and text");
    if (r->family_count && (!*r->type || !r->samples))
        return wrong(r->error, line, "%s before it has no type or no sample", r->family);
    snprintf(r->family, sizeof r->family, "%.*s", (int)(end - name), name);
    for (int i = 0; i < r->family_count; i++) {
        if (!strcmp(r->families[i], r->family))
            return wrong(r->error, line, "the family is there twice");
    }
    if (r->family_count == SERIES_MAX)
        return wrong(r->error, line, "too many families");
    strcpy(r->families[r->family_count++], r->family);
    *r->type = 0;
    r->samples = 0;
    r->bucket = -1;
    return true;
}

static bool take_type(struct reading *r, const char *line)
{
    char name[NAME_BYTES], type[TYPE_BYTES], more;
    if (sscanf(line, "# TYPE %127s %15s%c", name, type, &more) != 2)
        return wrong(r->error, line, "no name and type");
    if (strcmp(name, r->family) || *r->type)
        return wrong(r->error, line, "it doesn't follow its HELP");
    if (strcmp(type, "counter") && strcmp(type, "gauge") && strcmp(type, "histogram"))
        return wrong(r->error, line, "no such type");
    strcpy(r->type, type);
    return name_is_right(r, line);
}

/* Buckets come in rising order, each counts the ones before it too, and the last, +Inf, all. */
static bool take_histogram(struct reading *r, const char *line, const struct sample *sample)
{
    const char *part = sample->name + strlen(r->family);
    const char *le = strstr(sample->series, "le=\"");
    if (!strcmp(part, "_bucket")) {
        double bound = le ? strtod(le + 4, NULL) : NAN; /* reads "+Inf" too */
        if (isnan(bound) || (r->bucket >= 0 && (bound <= r->bound || sample->value < r->bucket)))
            return wrong(r->error, line, "buckets don't rise");
        r->bucket = sample->value;
        r->bound = bound;
    } else if (!strcmp(part, "_sum")) {
        if (r->bucket < 0 || !isinf(r->bound))
            return wrong(r->error, line, "there is no bucket of +Inf before");
    } else if (!strcmp(part, "_count")) {
        if (sample->value != r->bucket)
            return wrong(r->error, line, "the last bucket has another count");
        r->bucket = -1;
    } else {
        return wrong(r->error, line, "no part of a histogram");
    }
    return true;
}

static bool take_sample(struct reading *r, const char *line)
{
    struct sample sample;
    bool histogram = !strcmp(r->type, "histogram");
    if (!read_sample(line, &sample))
        return wrong(r->error, line, "no NAME{LABELS} NUMBER");
    if (!*r->type || strncmp(sample.name, r->family, strlen(r->family)) ||
        (!histogram && strcmp(sample.name, r->family)))
        return wrong(r->error, line, "it doesn't follow its family's HELP and TYPE");
    for (int i = 0; i < r->series_count; i++) {
        if (!strcmp(r->series[i], sample.series))
            return wrong(r->error, line, "the series is there twice");
    }
    if (r->series_count == SERIES_MAX)
        return wrong(r->error, line, "too many series");
    strcpy(r->series[r->series_count++], sample.series);
    if (strcmp(r->type, "gauge") && sample.value < 0)
        return wrong(r->error, line, "it is negative");
    r->samples++;
    return !histogram || take_histogram(r, line, &sample);
}

static bool take_line(struct reading *r, const char *line)
{
    if (!strncmp(line, "# HELP ", 7))
        return take_help(r, line);
    if (!strncmp(line, "# TYPE ", 7))
        return take_type(r, line);
    if (*line == '#' || !*line)
        return wrong(r->error, line, "neither HELP, TYPE nor a sample");
    return take_sample(r, line);
}

/* Calls take for each line, which it may not keep, until it says no. */
static bool each_line(const char *text, bool (*take)(struct reading *, const char *),
                      struct reading *r)
{
    char line[1024];
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "\n");
        if (length >= sizeof line || at[length] != '\n')
            return wrong(r->error, at, "the line is too long, or its end is missing");
        memcpy(line, at, length);
        line[length] = 0;
        if (!take(r, line))
            return false;
        at += length + 1;
    }
    return true;
}

bool metrics_text_check(const char *text, char error[METRICS_ERROR_BYTES])
{
    struct reading r = {.error = error, .bucket = -1};
    r.families = calloc(SERIES_MAX, sizeof *r.families);
    r.series = calloc(SERIES_MAX, sizeof *r.series);
    bool right = r.families && r.series && each_line(text, take_line, &r);
    if (right && (!r.samples || (!strcmp(r.type, "histogram") && r.bucket >= 0)))
        right = wrong(error, r.family, "the last family isn't complete");
    free(r.families);
    free(r.series);
    return right;
}

bool metrics_text_value(const char *text, const char *series, double *value)
{
    size_t length = strlen(series);
    for (const char *at = text; at && *at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (!strncmp(at, series, length) && at[length] == ' ') {
            *value = strtod(at + length + 1, NULL);
            return true;
        }
    }
    return false;
}

double metrics_text_sum(const char *text, const char *family, int *series)
{
    size_t length = strlen(family);
    double sum = 0;
    *series = 0;
    for (const char *at = text; at && *at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, family, length) || (at[length] != ' ' && at[length] != '{'))
            continue;
        const char *end = at + strcspn(at, "\n");
        const char *value = memrchr(at, ' ', (size_t)(end - at));
        sum += strtod(value, NULL);
        (*series)++;
    }
    return sum;
}

struct following {
    struct reading reading; /* its first member, so that each_line can hand it on */
    const char *after;
    bool counter;
};

static bool follow_line(struct reading *r, const char *line)
{
    struct following *f = (struct following *)r;
    struct sample sample;
    double later;
    if (!strncmp(line, "# TYPE ", 7))
        f->counter = ends_in(line, " counter") || ends_in(line, " histogram");
    if (*line == '#' || !f->counter || !read_sample(line, &sample))
        return true;
    if (!metrics_text_value(f->after, sample.series, &later))
        return wrong(r->error, line, "it is gone");
    return later >= sample.value || wrong(r->error, line, "it has fallen to %g", later);
}

bool metrics_text_follows(const char *before, const char *after, char error[METRICS_ERROR_BYTES])
{
    struct following f = {.reading = {.error = error}, .after = after};
    return each_line(before, follow_line, &f.reading);
}
