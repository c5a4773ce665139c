/* What is looked at in a request's head before anything else: whether it is small enough, and
 * whether others could read it in another way.
 * Thread-safety: from libmicrohttpd's callbacks. */
#ifndef PACKAGER_ORIGIN_HEAD_H
#define PACKAGER_ORIGIN_HEAD_H

#include <microhttpd.h>

enum {
    ORIGIN_TARGET_MAX = 4096,      /* bytes of path and query */
    ORIGIN_HEAD_MAX = 16 * 1024,   /* of the whole head; what doesn't fit into a connection's 64 kB
                                      doesn't get here: libmicrohttpd answers the same or cuts */
    ORIGIN_FIELDS_MAX = 100,       /* header fields */
    ORIGIN_UPLOAD_MAX = 64 * 1024, /* a body that nobody needs is read up to this */
};

enum origin_head_fault {
    ORIGIN_HEAD_FINE,
    ORIGIN_HEAD_TARGET_TOO_LONG, /* 414 */
    ORIGIN_HEAD_TOO_LARGE,       /* 431 */
    ORIGIN_HEAD_AMBIGUOUS,       /* 400: a cache in front of us could read another request out of
                                    the same bytes (RFC 9112 3.2, 5.1, 6.3) */
    ORIGIN_HEAD_UPLOADS,         /* 413 */
};

/* path: the target without its query. */
enum origin_head_fault origin_head_check(struct MHD_Connection *connection, const char *path);

#endif
