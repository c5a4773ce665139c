#include "tests/support/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    if (!at)
        fail_msg("'%c' is no hexadecimal digit", c);
    return (unsigned)(at - digits);
}

/* Writes what text names to out, which has room for strlen(text) bytes; gives the count. */
static size_t parse(const char *text, uint8_t *out)
{
    size_t count = 0;
    bool quoted = false;
    for (; *text; text++) {
        if (*text == '\'') {
            quoted = !quoted;
        } else if (quoted) {
            out[count++] = (uint8_t)*text;
        } else if (*text != ' ') {
            out[count++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
            text++;
        }
    }
    return count;
}

void hex_assert(const void *data, size_t size, const char *text)
{
    const uint8_t *got = data;
    uint8_t *expected = malloc(strlen(text) + 1);
    assert_non_null(expected);
    size_t count = parse(text, expected);
    size_t same = 0;
    while (same < size && same < count && got[same] == expected[same])
        same++;
    uint8_t wanted = same < count ? expected[same] : 0;
    free(expected);
    if (same < size && same < count)
        fail_msg("byte %zu is %02x, not %02x", same, got[same], wanted);
    if (size != count)
        fail_msg("%zu bytes, not %zu", size, count);
}
