#include "player-sim/transport/http/time_source.h"

#include <ctype.h>
#include <string.h>

enum { TEXT_MAX = 64 };

static const int64_t us_per_s = 1000000;
static const int64_t writing_us = 500;

bool time_source_is_iso(const char *scheme)
{
    static const char prefix[] = "urn:mpeg:dash:utc:http-iso";
    size_t length = sizeof prefix - 1;
    return scheme && !strncmp(scheme, prefix, length) && strchr(":", scheme[length]);
}

/* Days since 1970-01-01 of a day of the Gregorian calendar. */
static int64_t days_since_1970(int64_t year, int month, int day)
{
    /* Years begin in March here, so that the leap day is the last one. */
    year -= month <= 2;
    int64_t era = year / 400, year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

/* Digits at *at, exactly count of them, lowest to highest. */
static bool number(const char **at, int count, int lowest, int highest, int *out)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return false;
        value = 10 * value + (**at - '0');
    }
    *out = value;
    return value >= lowest && value <= highest;
}

static bool literal(const char **at, char c)
{
    return *(*at)++ == c;
}

static bool fraction(const char **at, int64_t *us, int64_t *step_us)
{
    *us = 0;
    *step_us = us_per_s;
    if (**at != '.' && **at != ',')
        return true;
    (*at)++;
    if (!isdigit((unsigned char)**at))
        return false;
    for (; isdigit((unsigned char)**at); (*at)++) {
        if (*step_us == 1)
            continue; /* nobody's clock is that good */
        *step_us /= 10;
        *us += *step_us * (**at - '0');
    }
    return true;
}

static bool zone(const char **at, int64_t *offset_s)
{
    int hours, minutes = 0;
    int sign = **at == '-' ? -1 : 1;
    *offset_s = 0;
    if (!**at)
        return true;
    if (**at == 'Z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-')
        return false;
    (*at)++;
    if (!number(at, 2, 0, 23, &hours))
        return false;
    if (**at == ':')
        (*at)++;
    if (**at && !number(at, 2, 0, 59, &minutes))
        return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool time_source_read(const char *text, size_t size, int64_t *utc_us, int64_t *step_us)
{
    char copy[TEXT_MAX];
    int year, month, day, hour, minute, second;
    int64_t us, step, offset_s;
    while (size && isspace((unsigned char)text[size - 1]))
        size--;
    for (; size && isspace((unsigned char)*text); text++)
        size--;
    if (!size || size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';

    const char *at = copy;
    if (!number(&at, 4, 1970, 9999, &year) || !literal(&at, '-') ||
        !number(&at, 2, 1, 12, &month) || !literal(&at, '-') || !number(&at, 2, 1, 31, &day) ||
        !literal(&at, 'T') || !number(&at, 2, 0, 23, &hour) || !literal(&at, ':') ||
        !number(&at, 2, 0, 59, &minute) || !literal(&at, ':') || !number(&at, 2, 0, 60, &second))
        return false;
    if (!fraction(&at, &us, &step) || !zone(&at, &offset_s) || *at)
        return false;
    int64_t seconds =
        days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_s;
    *utc_us = seconds * us_per_s + us;
    *step_us = step;
    return true;
}

struct time_source_estimate time_source_estimate(int64_t told_us, int64_t step_us, int64_t sent_us,
                                                 int64_t came_us)
{
    int64_t round_trip_us = came_us - sent_us;
    return (struct time_source_estimate){
        .offset_us = told_us + step_us / 2 - (sent_us + round_trip_us / 2),
        .error_us = round_trip_us / 2 + step_us / 2 + writing_us,
    };
}
