/* Notices clients who hang up while their requests are parked: libmicrohttpd doesn't look at a
 * suspended connection. What such a request waits for is then not made for its sake.
 * Thread-safety: from the origin's loop only. */
#ifndef PACKAGER_ORIGIN_HANGUPS_H
#define PACKAGER_ORIGIN_HANGUPS_H

#include "packager/origin/parking.h"

struct origin_hangups {
    int epoll_fd; /* readable once somebody has hung up */
};

/* ERR_IO. */
int origin_hangups_init(struct origin_hangups *h);
void origin_hangups_finish(struct origin_hangups *h);

/* From now on fd is watched for its client's end of sending, as whoever closes a connection ends it
 * (a client who only shuts down that half counts as gone, too). Where it can't be, it isn't. */
void origin_hangups_watch(struct origin_hangups *h, int fd, struct origin_waiter *w);
void origin_hangups_unwatch(struct origin_hangups *h, int fd);

/* Up to `most` of those who have hung up; gives their count. */
size_t origin_hangups_take(struct origin_hangups *h, struct origin_waiter **out, size_t most);

#endif
