#include "packager/origin/hangups.h"
#include "media/core/err.h"

#include <sys/epoll.h>
#include <unistd.h>

enum { TAKEN_MAX = 64 };

int origin_hangups_init(struct origin_hangups *h)
{
    h->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return h->epoll_fd < 0 ? ERR_IO : ERR_OK;
}

void origin_hangups_finish(struct origin_hangups *h)
{
    close(h->epoll_fd);
}

void origin_hangups_watch(struct origin_hangups *h, int fd, struct origin_waiter *w)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = w};

    epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

void origin_hangups_unwatch(struct origin_hangups *h, int fd)
{
    struct epoll_event unused = {0};

    epoll_ctl(h->epoll_fd, EPOLL_CTL_DEL, fd, &unused);
}

size_t origin_hangups_take(struct origin_hangups *h, struct origin_waiter **out, size_t most)
{
    struct epoll_event events[TAKEN_MAX];
    int count = epoll_wait(h->epoll_fd, events, most < TAKEN_MAX ? (int)most : TAKEN_MAX, 0);

    for (int i = 0; i < count; i++)
        out[i] = events[i].data.ptr;
    return count > 0 ? (size_t)count : 0;
}
