#include "manifests/uri.h"
#include "media/core/err.h"

#include <string.h>
#include <strings.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 3986 3.1; 0 where text does not begin with a scheme and its colon. */
static size_t scheme_size(const char *text)
{
    if (!is_letter(*text))
        return 0;
    size_t size = 1;
    while (is_letter(text[size]) || is_digit(text[size]) ||
           (text[size] && strchr("+-.", text[size])))
        size++;
    return text[size] == ':' ? size : 0;
}

static struct hesp_uri_part part_until(const char **at, const char *stops)
{
    struct hesp_uri_part part = {*at, strcspn(*at, stops)};
    *at += part.size;
    return part;
}

void hesp_uri_split(const char *text, struct hesp_uri *out)
{
    *out = (struct hesp_uri){0};
    size_t scheme = scheme_size(text);
    if (scheme) {
        out->scheme = (struct hesp_uri_part){text, scheme};
        text += scheme + 1;
    }
    if (strncmp(text, "//", 2) == 0) {
        text += 2;
        out->authority = part_until(&text, "/?#");
    }
    out->path = part_until(&text, "?#");
    if (*text == '?') {
        text++;
        out->query = part_until(&text, "#");
    }
    if (*text == '#') {
        text++;
        out->fragment = part_until(&text, "");
    }
}

/* RFC 3986 2: unreserved, or a sub-delimiter, or one of extra, or percent-encoded. */
static bool is_made_of(struct hesp_uri_part part, const char *extra)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.text[i];
        if (is_letter(c) || is_digit(c) || strchr("-._~!$&'()*+,;=", c) || strchr(extra, c))
            continue;
        if (c != '%' || part.size - i < 3 || !is_hex(part.text[i + 1]) || !is_hex(part.text[i + 2]))
            return false;
        i += 2;
    }
    return true;
}

bool hesp_uri_is_reference(const char *text)
{
    struct hesp_uri uri;
    hesp_uri_split(text, &uri);
    if (!uri.scheme.text && !uri.authority.text) {
        size_t first = strcspn(text, "/?#");
        if (memchr(text, ':', first))
            return false; /* 4.2: the first segment would pass for a scheme */
    }
    return is_made_of(uri.authority, ":@[]") && is_made_of(uri.path, ":@/") &&
           is_made_of(uri.query, ":@/?") && is_made_of(uri.fragment, ":@/?");
}

bool hesp_uri_is_absolute(const char *text)
{
    return scheme_size(text) && hesp_uri_is_reference(text);
}

struct result {
    char text[HESP_URL_BYTES];
    size_t size;
    bool full;
};

static void append(struct result *r, const char *text, size_t size)
{
    if (size > sizeof r->text - 1 - r->size) {
        r->full = true;
        return;
    }
    if (size)
        memcpy(r->text + r->size, text, size);
    r->size += size;
}

static void append_part(struct result *r, const char *before, struct hesp_uri_part part,
                        const char *after)
{
    if (!part.text)
        return;
    append(r, before, strlen(before));
    append(r, part.text, part.size);
    append(r, after, strlen(after));
}

/* 5.2.3: the base's path up to its last slash, then the reference's. */
static void merge(const struct hesp_uri *base, struct hesp_uri_part path, struct result *out)
{
    size_t keep = base->path.size;
    while (keep && base->path.text[keep - 1] != '/')
        keep--;
    if (base->authority.text && !base->path.size)
        append(out, "/", 1);
    append(out, base->path.text, keep);
    append(out, path.text, path.size);
}

static bool begins(const char *text, size_t size, const char *with)
{
    size_t length = strlen(with);
    return size >= length && memcmp(text, with, length) == 0;
}

static bool is_whole(const char *text, size_t size, const char *whole)
{
    return size == strlen(whole) && memcmp(text, whole, size) == 0;
}

/* Takes the last segment and its slash off what was written since floor. */
static void drop_segment(struct result *r, size_t floor)
{
    while (r->size > floor && r->text[r->size - 1] != '/')
        r->size--;
    if (r->size > floor)
        r->size--;
}

/* 5.2.4, steps A to E in turn; appends to what out has already. */
static void remove_dots(const char *in, size_t left, struct result *out)
{
    size_t floor = out->size, skip;
    for (; left && !out->full; in += skip, left -= skip) {
        skip = 0;
        if (begins(in, left, "../")) {
            skip = 3;
        } else if (begins(in, left, "./") || begins(in, left, "/./")) {
            skip = 2;
        } else if (begins(in, left, "/../")) {
            drop_segment(out, floor);
            skip = 3;
        } else if (is_whole(in, left, "/.") || is_whole(in, left, "/..")) {
            if (left == 3)
                drop_segment(out, floor);
            append(out, "/", 1);
            skip = left;
        } else if (is_whole(in, left, ".") || is_whole(in, left, "..")) {
            skip = left;
        } else {
            const char *slash = left > 1 ? memchr(in + 1, '/', left - 1) : NULL;
            skip = slash ? (size_t)(slash - in) : left;
            append(out, in, skip);
        }
    }
}

static bool has_control_or_blank(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f)
            return true;
    return false;
}

/* 5.2.2 for a reference that has neither scheme nor authority. */
static void resolve_path(const struct hesp_uri *base, const struct hesp_uri *reference,
                         struct result *out)
{
    struct result merged = {.size = 0};
    if (!reference->path.size) {
        append(out, base->path.text, base->path.size);
    } else if (reference->path.text[0] == '/') {
        remove_dots(reference->path.text, reference->path.size, out);
    } else {
        merge(base, reference->path, &merged);
        remove_dots(merged.text, merged.size, out);
        out->full |= merged.full;
    }
    bool inherits = !reference->path.size && !reference->query.text;
    append_part(out, "?", inherits ? base->query : reference->query, "");
}

int hesp_uri_resolve(const char *base, const char *reference, char out[HESP_URL_BYTES])
{
    struct hesp_uri b, r;
    struct result result = {.size = 0};
    hesp_uri_split(base, &b);
    hesp_uri_split(reference, &r);
    if (!b.scheme.text || has_control_or_blank(base) || has_control_or_blank(reference))
        return ERR_INVALID;
    append_part(&result, "", r.scheme.text ? r.scheme : b.scheme, ":");
    bool own = r.scheme.text || r.authority.text;
    append_part(&result, "//", own ? r.authority : b.authority, "");
    if (own) {
        remove_dots(r.path.text, r.path.size, &result);
        append_part(&result, "?", r.query, "");
    } else {
        resolve_path(&b, &r, &result);
    }
    append_part(&result, "#", r.fragment, "");
    if (result.full)
        return ERR_FULL;
    memcpy(out, result.text, result.size);
    out[result.size] = '\0';
    return 0;
}

int hesp_uri_resolve_http(const char *base, const char *reference, char out[HESP_URL_BYTES])
{
    char url[HESP_URL_BYTES];
    int status = hesp_uri_resolve(base, reference, url);
    if (!status && strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        status = ERR_UNSUPPORTED;
    if (!status)
        strcpy(out, url);
    return status;
}
