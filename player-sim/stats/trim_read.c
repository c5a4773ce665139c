#include "media/core/option_errors.h"
#include "player-sim/stats/trim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WHOLE_DIGITS_MAX = 15, DECIMALS_MAX = 10, REASON_BYTES = 128 };

static const struct {
    const char *name;
    enum trim_kind kind;
    const char *range; /* one that is right, for errors */
    const char *brief;
} kinds[] = {
    {"TM", TRIM_TM, "TM(10%:90%)", "tm90"}, {"TC", TRIM_TC, "TC(10%:90%)", "tc90"},
    {"TS", TRIM_TS, "TS(10%:90%)", "ts90"}, {"WM", TRIM_WM, "WM(10%:90%)", "wm90"},
    {"PR", TRIM_PR, "PR(:300)", NULL},      {"P", TRIM_PERCENTILE, NULL, "p90"},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds, KIND_NAME_BYTES = 2 };

struct reading {
    const char *text, *at;
    const char *example; /* for the error */
    char *error;
};

/* false, for the caller to return. */
__attribute__((format(printf, 2, 3))) static bool refuse(struct reading *r, const char *format, ...)
{
    char reason[REASON_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_line(r->error, TRIM_ERROR_BYTES, "\"%.40s%s\" %s: write %s", r->text,
                      strlen(r->text) > 40 ? "..." : "", reason, r->example);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const char *text)
{
    size_t count = 0;
    while (is_digit(text[count]))
        count++;
    return count;
}

/* Digits, and up to 10 more behind a point. Without sign and exponent: what strtod takes besides
 * digits and one point is left standing, and refused by whoever reads on. */
static bool read_number(struct reading *r, double *out)
{
    const char *start = r->at;
    size_t whole = digits(r->at), decimals = 0;
    if (!whole)
        return refuse(r, "has \"%.10s\" where a number should stand", r->at);
    if (whole > WHOLE_DIGITS_MAX)
        return refuse(r, "has a number of more than %d digits", WHOLE_DIGITS_MAX);
    r->at += whole;
    if (*r->at == '.') {
        decimals = digits(r->at + 1);
        if (!decimals || decimals > DECIMALS_MAX)
            return refuse(r, "has %zu digits behind the point, not 1 to %d", decimals,
                          DECIMALS_MAX);
        r->at += 1 + decimals;
    }
    *out = strtod(start, NULL);
    return true;
}

static bool expect_end(struct reading *r)
{
    return !*r->at || refuse(r, "goes on with \"%.10s\" where it should end", r->at);
}

static bool read_bound(struct reading *r, double *value, bool *percent)
{
    if (!read_number(r, value))
        return false;
    *percent = *r->at == '%';
    r->at += *percent;
    return true;
}

static bool check_range(struct reading *r, const struct trim *t, bool lower_percent,
                        bool upper_percent)
{
    if (!t->has_lower && !t->has_upper)
        return refuse(r, "has no bound");
    if (t->has_lower && t->has_upper && lower_percent != upper_percent)
        return refuse(r, "has one bound with %% and one without");
    if (t->kind == TRIM_PR && t->percent)
        return refuse(r, "has percentages, and a percentile rank is asked of values");
    if (t->percent && (t->lower > 100 || t->upper > 100))
        return refuse(r, "has a bound above 100 %%");
    if (t->has_lower && (t->has_upper || t->percent) && t->lower >= t->upper)
        return refuse(r, "has a lower bound that is not below the upper one");
    if (t->percent && t->upper <= 0)
        return refuse(r, "leaves nothing within its bounds");
    return true;
}

/* What follows the bracket: LOWER:UPPER), of which one may be missing. */
static bool read_range(struct reading *r, struct trim *t)
{
    bool lower_percent = false, upper_percent = false;
    t->has_lower = *r->at != ':';
    if (t->has_lower && !read_bound(r, &t->lower, &lower_percent))
        return false;
    if (*r->at != ':')
        return refuse(r, "has no colon between lower and upper bound");
    r->at++;
    t->has_upper = *r->at != ')' && *r->at;
    if (t->has_upper && !read_bound(r, &t->upper, &upper_percent))
        return false;
    if (*r->at != ')')
        return refuse(r, "has no closing bracket behind its bounds");
    r->at++;
    t->percent = lower_percent || upper_percent;
    if (t->percent && !t->has_upper)
        t->upper = 100;
    return expect_end(r) && check_range(r, t, lower_percent, upper_percent);
}

/* One number: the upper bound, or the percentile, in percent. */
static bool read_brief(struct reading *r, struct trim *t)
{
    t->percent = t->has_upper = true;
    if (!read_number(r, &t->upper) || !expect_end(r))
        return false;
    if (t->upper > 100)
        return refuse(r, "is above 100 %%");
    if (t->upper <= 0 && t->kind != TRIM_PERCENTILE)
        return refuse(r, "leaves nothing within its bounds");
    return true;
}

static bool read_kind(struct reading *r, struct trim *t)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        size_t size = strlen(kinds[i].name);
        if (strncasecmp(r->text, kinds[i].name, size) != 0)
            continue;
        bool range = r->text[size] == '(';
        r->at = r->text + size + range;
        r->example = kinds[i].brief && !range ? kinds[i].brief : kinds[i].range;
        t->kind = kinds[i].kind;
        if (range && kinds[i].range)
            return read_range(r, t);
        r->example = kinds[i].brief ? kinds[i].brief : kinds[i].range;
        if (range)
            return refuse(r, "is a percentile, which has no bounds");
        if (!kinds[i].brief)
            return refuse(r, "has no bounds");
        return read_brief(r, t);
    }
    return refuse(r, "is none of TM, TC, TS, WM, PR, IQM and p");
}

bool trim_read(const char *text, struct trim *out, char error[TRIM_ERROR_BYTES])
{
    struct reading r = {.text = text, .at = text, .example = "tm90", .error = error};
    struct trim t = {.kind = TRIM_TM};
    if (strlen(text) >= sizeof t.text)
        return refuse(&r, "is longer than %d characters", TRIM_TEXT_BYTES - 1);
    if (!strcasecmp(text, "IQM")) {
        t.percent = t.has_lower = t.has_upper = true;
        t.lower = 25;
        t.upper = 75;
    } else if (!read_kind(&r, &t)) {
        return false;
    }
    strcpy(t.text, text);
    *out = t;
    return true;
}
