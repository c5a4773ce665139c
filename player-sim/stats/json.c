#include "player-sim/stats/json.h"

#include "media/core/err.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *trims_json(const struct trim *trims, size_t count, const double *values)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < count; i++) {
        json_t *value = isnan(values[i]) ? json_null() : json_real(values[i]);
        if (json_object_set_new(object, trims[i].text, value)) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *stats_json(const struct stats *s, const struct trim *trims, size_t trim_count,
                   const double *trim_values)
{
    if (!s->n)
        return json_pack("{s:i}", "n", 0);
    json_t *trim = trims_json(trims, trim_count, trim_values);
    if (!trim)
        return NULL;
    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:[f, f], s:o}", "n",
                     (json_int_t)s->n, "tc", s->tc, "mean", s->mean, "tm90", s->tm90, "tm99",
                     s->tm99, "iqm", s->iqm, "p50", s->p50, "p90", s->p90, "p99", s->p99, "max",
                     s->max, "ci95", s->ci95[0], s->ci95[1], "trim", trim);
}

/* To so many digits as are written: the number that is read again is the same. */
static double rounded(double number)
{
    char text[40];
    snprintf(text, sizeof text, "%.*g", STATS_JSON_DIGITS, number);
    return strtod(text, NULL);
}

json_t *stats_list_json(const double *numbers, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        if (json_array_append_new(list, json_real(rounded(numbers[i])))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Behind a bracket that opens a list of numbers: where it closes, or NULL. */
static const char *end_of_numbers(const char *at)
{
    static const char of_numbers[] = "0123456789+-.eE, \n";
    const char *end = at + strspn(at, of_numbers);
    return *end == ']' ? end : NULL;
}

int stats_json_write(const json_t *report, FILE *out)
{
    char *text = json_dumps(report, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    bool within = false; /* a string, where a bracket is only a bracket */
    if (!text)
        return ERR_NOMEM;
    for (const char *at = text; *at; at++) {
        const char *end = !within && *at == '[' ? end_of_numbers(at + 1) : NULL;
        within = within != (*at == '"');
        if (within && *at == '\\')
            fputc(*at++, out);
        fputc(*at, out);
        if (!end)
            continue;
        for (at++; at < end; at++) /* a blank is left where the line went on */
            if (!isspace((unsigned char)*at) || (at[-1] == ',' && at + 1 < end))
                fputc(*at == '\n' ? ' ' : *at, out);
        fputc(']', out);
    }
    free(text);
    fputc('\n', out);
    return ferror(out) ? ERR_IO : 0;
}
