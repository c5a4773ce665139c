#include "packager/origin/head.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How often the headers say whom the request is for and where it ends. */
struct framing {
    unsigned fields, hosts, lengths;
    bool spaced; /* a name has white space behind it, and others may read it without */
};

static enum MHD_Result count_framing(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct framing *f = context;
    size_t length = strlen(name);

    (void)kind;
    (void)value;
    f->fields++;
    f->spaced = f->spaced || (length > 0 && strchr(" \t", name[length - 1]) != NULL);
    f->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    f->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    return MHD_YES;
}

/* "&name=value", both as they were sent: nothing is decoded here. */
static enum MHD_Result add_argument(void *context, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    size_t *length = context;

    (void)kind;
    *length += 2 + strlen(name) + (value != NULL ? strlen(value) : 0);
    return MHD_YES;
}

static size_t target_length(struct MHD_Connection *connection, const char *path)
{
    size_t length = strlen(path);

    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &length);
    return length;
}

static size_t head_size(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
        ->header_size;
}

static bool announces_too_much(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

    return length != NULL && strtoull(length, NULL, 10) > ORIGIN_UPLOAD_MAX;
}

enum origin_head_fault origin_head_check(struct MHD_Connection *connection, const char *path)
{
    struct framing f = {0};

    if (target_length(connection, path) > ORIGIN_TARGET_MAX)
        return ORIGIN_HEAD_TARGET_TOO_LONG;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, count_framing, &f);
    if (f.fields > ORIGIN_FIELDS_MAX || head_size(connection) > ORIGIN_HEAD_MAX)
        return ORIGIN_HEAD_TOO_LARGE;
    if (f.spaced || f.hosts > 1 || f.lengths > 1)
        return ORIGIN_HEAD_AMBIGUOUS;
    return announces_too_much(connection) ? ORIGIN_HEAD_UPLOADS : ORIGIN_HEAD_FINE;
}
