#include "player-sim/report/names.h"
#include "media/core/err.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
static const char ellipsis[] = "\xe2\x80\xa6";    /* U+2026 */
enum { REPLACEMENT_BYTES = 3, ELLIPSIS_BYTES = 3 };

/* The bytes of the well-formed character (RFC 3629) at text, 0 where there is none. */
static size_t character_at(const unsigned char *text, uint32_t *code)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = *text < 0x80   ? 1
                  : *text < 0xc2 ? 0
                  : *text < 0xe0 ? 2
                  : *text < 0xf0 ? 3
                  : *text < 0xf5 ? 4
                                 : 0;
    if (size < 2) {
        *code = *text;
        return size;
    }
    *code = *text & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80) /* the text's end too */
            return 0;
        *code = *code << 6 | (text[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code < 0xe000;
    return *code < lowest[size] || *code > 0x10ffff || surrogate ? 0 : size;
}

/* What would move a terminal's cursor, end a line, or turn what follows around. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

char *names_clean(const char *text, size_t max_bytes)
{
    const unsigned char *from = (const unsigned char *)text;
    char *clean = malloc(max_bytes + 1);
    size_t used = 0, room_for_cut = 0; /* the longest beginning that leaves room for the ellipsis */
    if (!clean)
        return NULL;
    while (*from) {
        uint32_t code;
        size_t size = character_at(from, &code);
        bool good = size && !is_control(code);
        const void *bytes = good ? (const void *)from : replacement;
        size_t bytes_size = good ? size : (size_t)REPLACEMENT_BYTES;
        if (used + bytes_size > max_bytes) {
            memcpy(clean + room_for_cut, ellipsis, ELLIPSIS_BYTES);
            used = room_for_cut + ELLIPSIS_BYTES;
            break;
        }
        memcpy(clean + used, bytes, bytes_size);
        used += bytes_size;
        if (used + ELLIPSIS_BYTES <= max_bytes)
            room_for_cut = used;
        from += size ? size : 1;
    }
    clean[used] = '\0';
    return clean;
}

static bool find(const struct names *n, const char *name, uint16_t *out)
{
    for (size_t i = 0; i < n->count; i++) {
        if (strcmp(n->list[i], name) == 0) {
            *out = (uint16_t)i;
            return true;
        }
    }
    return false;
}

static int add(struct names *n, char *clean, uint16_t *out)
{
    char **list = realloc(n->list, (n->count + 1) * sizeof *list);
    if (!list)
        return ERR_NOMEM;
    n->list = list;
    n->list[n->count] = clean;
    *out = (uint16_t)n->count++;
    return 0;
}

int names_intern(struct names *n, const char *name, uint16_t *out)
{
    if (find(n, name, out)) /* nearly always: a name needs no cleaning */
        return 0;
    char *clean = names_clean(name, NAMES_BYTES_MAX);
    if (clean && n->count >= NAMES_MAX - 1 && !find(n, clean, out)) {
        free(clean);
        clean = strdup("(others)");
    }
    if (!clean)
        return ERR_NOMEM;
    if (find(n, clean, out)) {
        free(clean);
        return 0;
    }
    int status = add(n, clean, out);
    if (status)
        free(clean);
    return status;
}

void names_finish(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->list[i]);
    free(n->list);
    *n = (struct names){0};
}
