#include "packager/origin/range.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One or more digits at *at, which is moved behind them. */
static bool read_number(const char **at, int64_t *out)
{
    int64_t value = 0;

    if (!is_digit(**at))
        return false;
    for (; is_digit(**at); (*at)++) {
        int digit = **at - '0';
        value = value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
    }
    *out = value;
    return true;
}

bool origin_range_parse(const char *value, struct store_range *range)
{
    static const char unit[] = "bytes=";
    const size_t unit_length = sizeof unit - 1;
    struct store_range found = {0, INT64_MAX};
    const char *at;

    if (strncasecmp(value, unit, unit_length) != 0)
        return false;
    at = value + unit_length;
    if (!read_number(&at, &found.first) || *at++ != '-')
        return false;
    if (*at != '\0' && !read_number(&at, &found.last))
        return false;
    if (*at != '\0' || found.last < found.first)
        return false;
    *range = found;
    return true;
}
