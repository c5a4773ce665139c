#include "media/cmaf/initdata.h"
#include "media/core/bytes.h"
#include "media/core/err.h"

#include <stdbool.h>
#include <string.h>

static const int64_t integer_max = ((int64_t)1 << 53) - 1; /* HESP 3.2.1.1 */

static bool at_end(const struct bytes_reader *r)
{
    return bytes_reader_left(r) == 0;
}

static char peek(const struct bytes_reader *r)
{
    return at_end(r) ? '\0' : (char)r->data[r->at];
}

static void skip_space(struct bytes_reader *r)
{
    while (!at_end(r) && strchr(" \t\r\n", peek(r)) && peek(r))
        r->at++;
}

/* Takes c, which has to come next. */
static void expect(struct bytes_reader *r, char c)
{
    if ((char)bytes_read_u8(r) != c)
        bytes_reader_fail(r, ERR_INVALID);
}

static bool accept(struct bytes_reader *r, char c)
{
    skip_space(r);
    if (at_end(r) || peek(r) != c)
        return false;
    r->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void skip_escape(struct bytes_reader *r)
{
    char c = (char)bytes_read_u8(r);
    if (c != 'u' && (c == '\0' || !strchr("\"\\/bfnrt", c)))
        bytes_reader_fail(r, ERR_INVALID);
    for (unsigned i = 0; c == 'u' && i < 4; i++) {
        if (!is_hex((char)bytes_read_u8(r)))
            bytes_reader_fail(r, ERR_INVALID);
    }
}

struct string {
    const char *text; /* between the quotes, escapes as they stand */
    size_t size;
};

static struct string read_string(struct bytes_reader *r)
{
    expect(r, '"');
    size_t begin = r->at;
    while (!r->status) {
        uint8_t c = bytes_read_u8(r);
        if (c < 0x20)
            bytes_reader_fail(r, ERR_INVALID);
        if (c == '\\')
            skip_escape(r);
        if (c == '"')
            break;
    }
    if (r->status)
        return (struct string){0};
    return (struct string){(const char *)r->data + begin, r->at - 1 - begin};
}

static bool string_is(struct string s, const char *text)
{
    return s.size == strlen(text) && memcmp(s.text, text, s.size) == 0;
}

static int64_t read_integer(struct bytes_reader *r)
{
    char first = peek(r);
    int64_t value = 0;
    size_t digits = 0;
    for (; is_digit(peek(r)) && value <= integer_max; digits++)
        value = value * 10 + (bytes_read_u8(r) - '0');
    if (!digits || (first == '0' && digits > 1) || value > integer_max)
        bytes_reader_fail(r, ERR_INVALID);
    return value;
}

static void skip_digits(struct bytes_reader *r)
{
    if (!is_digit(peek(r)))
        bytes_reader_fail(r, ERR_INVALID);
    while (is_digit(peek(r)))
        r->at++;
}

static void skip_number(struct bytes_reader *r)
{
    if (peek(r) == '-')
        r->at++;
    if (peek(r) == '0')
        r->at++;
    else
        skip_digits(r);
    if (peek(r) == '.') {
        r->at++;
        skip_digits(r);
    }
    if (peek(r) != 'e' && peek(r) != 'E')
        return;
    r->at++;
    if (peek(r) == '+' || peek(r) == '-')
        r->at++;
    skip_digits(r);
}

static void skip_word(struct bytes_reader *r, const char *word)
{
    for (; *word; word++)
        expect(r, *word);
}

static void skip_value(struct bytes_reader *r, unsigned depth);

/* An object or an array behind its opening bracket. */
static void skip_members(struct bytes_reader *r, bool object, unsigned depth)
{
    char end = object ? '}' : ']';
    if (depth > CMAF_INITDATA_DEPTH_MAX)
        bytes_reader_fail(r, ERR_INVALID);
    if (accept(r, end))
        return;
    do {
        skip_space(r);
        if (object) {
            read_string(r);
            skip_space(r);
            expect(r, ':');
        }
        skip_value(r, depth);
    } while (!r->status && accept(r, ','));
    expect(r, end);
}

static void skip_value(struct bytes_reader *r, unsigned depth)
{
    skip_space(r);
    switch (peek(r)) {
    case '{':
    case '[':
        skip_members(r, bytes_read_u8(r) == '{', depth + 1);
        return;
    case '"':
        read_string(r);
        return;
    case 't':
        skip_word(r, "true");
        return;
    case 'f':
        skip_word(r, "false");
        return;
    case 'n':
        skip_word(r, "null");
        return;
    default:
        skip_number(r);
    }
}

struct members {
    bool has_index, has_offset;
    int64_t index, offset;
};

static void read_member_integer(struct bytes_reader *r, bool *has, int64_t *value)
{
    if (*has)
        bytes_reader_fail(r, ERR_INVALID);
    *has = true;
    *value = read_integer(r);
}

static void read_member(struct bytes_reader *r, struct members *members)
{
    skip_space(r);
    struct string name = read_string(r);
    skip_space(r);
    expect(r, ':');
    skip_space(r);
    if (string_is(name, "index"))
        read_member_integer(r, &members->has_index, &members->index);
    else if (string_is(name, "offset"))
        read_member_integer(r, &members->has_offset, &members->offset);
    else
        skip_value(r, 1);
}

int cmaf_initdata_parse(const uint8_t *text, size_t size, struct cmaf_continuation *continuation)
{
    if (size > CMAF_INITDATA_BYTES_MAX)
        return ERR_INVALID;
    struct bytes_reader r;
    bytes_reader_init(&r, text, size);
    struct members members = {0};
    skip_space(&r);
    expect(&r, '{');
    if (!accept(&r, '}')) {
        do
            read_member(&r, &members);
        while (!r.status && accept(&r, ','));
        expect(&r, '}');
    }
    skip_space(&r);
    if (r.status || !at_end(&r) || !members.has_index)
        return ERR_INVALID;
    *continuation =
        (struct cmaf_continuation){.segment_id = members.index, .offset = members.offset};
    return 0;
}
