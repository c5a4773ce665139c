#include "packager/ingest/url_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool copy(char *out, size_t capacity, const char *text, size_t length)
{
    if (length >= capacity)
        return false;
    memcpy(out, text, length);
    out[length] = 0;
    return true;
}

/* "host:port", "[::1]:port", "user:password@host". */
static bool read_authority(const char *text, size_t length, struct url_parts *out)
{
    const char *end = text + length;
    const char *user_end = memrchr(text, '@', length);
    const char *host = user_end ? user_end + 1 : text;
    const char *host_end = memchr(host, ':', (size_t)(end - host));
    if (host < end && *host == '[') {
        host_end = memchr(host, ']', (size_t)(end - host));
        if (!host_end ||
            !copy(out->host, sizeof out->host, host + 1, (size_t)(host_end - host) - 1))
            return false;
        host_end++;
    } else {
        host_end = host_end ? host_end : end;
        if (!copy(out->host, sizeof out->host, host, (size_t)(host_end - host)))
            return false;
    }
    if (host_end == end)
        return true;
    const char *port = host_end + 1;
    return *host_end == ':' && copy(out->port, sizeof out->port, port, (size_t)(end - port)) &&
           strspn(out->port, "0123456789") == strlen(out->port);
}

bool url_parts_read(const char *url, struct url_parts *out)
{
    struct url_parts parts = {0};
    const char *after = strstr(url, "://");
    if (!after || !copy(parts.scheme, sizeof parts.scheme, url, (size_t)(after - url)))
        return false;
    const char *authority = after + 3;
    size_t length = strcspn(authority, "/?");
    if (!read_authority(authority, length, &parts))
        return false;
    const char *path = authority + length;
    path += *path == '/';
    size_t path_length = strcspn(path, "?");
    if (!copy(parts.path, sizeof parts.path, path, path_length))
        return false;
    parts.query = path + path_length;
    parts.query += *parts.query == '?';
    *out = parts;
    return true;
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static bool decode(const char *text, size_t length, char *out, size_t capacity)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%' && i + 2 < length && isxdigit((unsigned char)text[i + 1]) &&
            isxdigit((unsigned char)text[i + 2])) {
            c = (char)(16 * hex_digit(text[i + 1]) + hex_digit(text[i + 2]));
            i += 2;
        }
        if (n + 1 >= capacity)
            return false;
        out[n++] = c;
    }
    out[n] = 0;
    return true;
}

const char *url_query_next(const char *query, char *name, size_t name_capacity, char *value,
                           size_t value_capacity)
{
    if (!*query)
        return NULL;
    size_t length = strcspn(query, "&");
    size_t name_length = strcspn(query, "=&");
    size_t value_at = name_length < length ? name_length + 1 : length;
    if (!copy(name, name_capacity, query, name_length) ||
        !decode(query + value_at, length - value_at, value, value_capacity))
        name[0] = value[0] = 0;
    return query + length + (query[length] == '&');
}

bool url_query_value(const char *query, const char *name, char *value, size_t capacity)
{
    size_t wanted = strlen(name);
    while (*query) {
        size_t length = strcspn(query, "&");
        size_t name_length = strcspn(query, "=&");
        size_t at = name_length < length ? name_length + 1 : length;
        if (name_length == wanted && strncmp(query, name, wanted) == 0)
            return decode(query + at, length - at, value, capacity);
        query += length + (query[length] == '&');
    }
    return false;
}
