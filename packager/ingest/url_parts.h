/* The parts of "scheme://host:port/path?name=value&name".
 * Thread-safety: pure; any thread. */
#ifndef PACKAGER_INGEST_URL_PARTS_H
#define PACKAGER_INGEST_URL_PARTS_H

#include <stdbool.h>
#include <stddef.h>

enum { URL_HOST_BYTES = 256, URL_PORT_BYTES = 8, URL_PATH_BYTES = 512 };

struct url_parts {
    char scheme[16];
    char host[URL_HOST_BYTES]; /* without the brackets of IPv6; may be empty */
    char port[URL_PORT_BYTES]; /* digits; empty where none is given */
    char path[URL_PATH_BYTES]; /* without its first slash */
    const char *query;         /* inside url, behind the question mark; "" where there is none */
};

/* False, with *out untouched, for what has not this form or is too long. A user in front of the
 * host is passed over. */
bool url_parts_read(const char *url, struct url_parts *out);

/* The first value of that name, with %XX and + (a space) decoded, as libavformat's own listeners
 * read them; "" where the name stands alone. False where there is none, or it is too long for
 * capacity. */
bool url_query_value(const char *query, const char *name, char *value, size_t capacity);

/* The next name=value, decoded as above; both empty where they are too long. NULL: there are no
 * more; else what to go on with. */
const char *url_query_next(const char *query, char *name, size_t name_capacity, char *value,
                           size_t value_capacity);

#endif
