#include "media/core/values.h"

#include <string.h>

enum { DIGITS_MAX = 9 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool value_prefix(const char *text, char **end, int64_t *out)
{
    int64_t value = 0;
    size_t size = 0;
    for (; is_digit(text[size]); size++) {
        if (size == DIGITS_MAX)
            return false;
        value = value * 10 + (text[size] - '0');
    }
    if (!size)
        return false;
    *end = (char *)text + size;
    *out = value;
    return true;
}

bool value_integer(const char *text, int64_t lowest, int64_t highest, int64_t *out)
{
    char *end;
    int64_t value;
    if (!value_prefix(text, &end, &value) || *end || value < lowest || value > highest)
        return false;
    *out = value;
    return true;
}

/* A decimal number at the start of text as mantissa / unit, unit a power of ten. */
static bool read_decimal(const char *text, char **end, int64_t *mantissa, int64_t *unit)
{
    int64_t whole, part = 0;
    if (!value_prefix(text, end, &whole))
        return false;
    *unit = 1;
    if (**end == '.') {
        const char *digits = *end + 1;
        if (!value_prefix(digits, end, &part))
            return false;
        for (; digits < *end; digits++)
            *unit *= 10;
    }
    *mantissa = whole * *unit + part;
    return true;
}

bool value_decimal(const char *text, double *out)
{
    char *end;
    int64_t mantissa, unit;
    if (!read_decimal(text, &end, &mantissa, &unit) || *end)
        return false;
    *out = (double)mantissa / (double)unit;
    return true;
}

static bool read_amount(const char *text, int64_t thousand, int64_t *out)
{
    char *end;
    int64_t mantissa, unit, factor = 1;
    if (!read_decimal(text, &end, &mantissa, &unit))
        return false;
    const char *steps = "kMG", *step = *end ? strchr(steps, *end == 'K' ? 'k' : *end) : NULL;
    if (*end && (!step || end[1]))
        return false;
    for (; step && steps <= step; steps++)
        factor *= thousand;
    int64_t product;
    if (__builtin_mul_overflow(mantissa, factor, &product) || product % unit)
        return false;
    *out = product / unit;
    return true;
}

bool value_bits(const char *text, int64_t *out)
{
    return read_amount(text, 1000, out);
}

bool value_bytes(const char *text, int64_t *out)
{
    return read_amount(text, 1024, out);
}

bool value_rate(const char *text, struct rational *out)
{
    static const struct {
        const char *text;
        struct rational rate;
    } ntsc[] = {
        {"23.976", {24000, 1001}}, {"23.98", {24000, 1001}},   {"29.97", {30000, 1001}},
        {"59.94", {60000, 1001}},  {"119.88", {120000, 1001}},
    };
    for (size_t i = 0; i < sizeof ntsc / sizeof *ntsc; i++) {
        if (strcmp(text, ntsc[i].text) == 0) {
            *out = ntsc[i].rate;
            return true;
        }
    }
    struct rational rate;
    char *end;
    if (!read_decimal(text, &end, &rate.num, &rate.den))
        return false;
    if (*end == '/' && (rate.den != 1 || !value_integer(end + 1, 1, 1000000, &rate.den)))
        return false;
    if (*end && *end != '/')
        return false;
    rate = timebase_reduce(rate);
    if (rate.num < 1 || rate.num > 1000000 || rate.den > 1000000)
        return false;
    *out = rate;
    return true;
}

bool value_switch(const char *text, bool *out)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = i % 2;
            return true;
        }
    }
    return false;
}

const char *value_next_item(const char *text, char *item, size_t size)
{
    text += strspn(text, " \t");
    size_t all = strcspn(text, ","), used = all;
    while (used && (text[used - 1] == ' ' || text[used - 1] == '\t'))
        used--;
    if (used > size - 1)
        used = size - 1;
    memcpy(item, text, used);
    item[used] = '\0';
    return text[all] ? text + all + 1 : NULL;
}
