#include "packager/origin/handshakes.h"

#include "media/core/err.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TAKEN_MAX = 64 };

int origin_handshakes_init(struct origin_handshakes *h)
{
    *h = (struct origin_handshakes){.epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
    return h->epoll_fd < 0 ? ERR_IO : ERR_OK;
}

void origin_handshakes_finish(struct origin_handshakes *h)
{
    close(h->epoll_fd);
}

static void push(struct origin_handshake **list, struct origin_handshake *hs)
{
    hs->previous = NULL;
    hs->next = *list;
    if (*list != NULL)
        (*list)->previous = hs;
    *list = hs;
}

static void take_off(struct origin_handshakes *h, struct origin_handshake *hs)
{
    struct origin_handshake **list = hs->parked ? &h->parked : &h->running;

    if (hs->previous != NULL)
        hs->previous->next = hs->next;
    else
        *list = hs->next;
    if (hs->next != NULL)
        hs->next->previous = hs->previous;
}

void origin_handshakes_begin(struct origin_handshakes *h, struct origin_handshake *hs,
                             struct MHD_Connection *connection, gnutls_session_t session, int fd,
                             int64_t cut_at_us)
{
    *hs = (struct origin_handshake){
        .connection = connection, .session = session, .fd = fd, .cut_at_us = cut_at_us};
    push(&h->running, hs);
}

void origin_handshakes_end(struct origin_handshakes *h, struct origin_handshake *hs)
{
    struct epoll_event unused = {0};

    if (hs->connection == NULL)
        return;
    take_off(h, hs);
    if (hs->watched)
        epoll_ctl(h->epoll_fd, EPOLL_CTL_DEL, hs->fd, &unused);
    *hs = (struct origin_handshake){0};
}

/* GnuTLS describes a session only once its handshake is over. */
static bool is_through(const struct origin_handshake *hs)
{
    char *description = gnutls_session_get_desc(hs->session);

    gnutls_free(description);
    return description != NULL;
}

/* One that can't be watched runs on: that costs CPU, but nothing hangs. */
static void park(struct origin_handshakes *h, struct origin_handshake *hs)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.ptr = hs};

    if (gnutls_record_get_direction(hs->session) == 1)
        event.events |= EPOLLOUT;
    if (epoll_ctl(h->epoll_fd, hs->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, hs->fd, &event) != 0)
        return;
    take_off(h, hs);
    hs->watched = true;
    hs->parked = true;
    push(&h->parked, hs);
    MHD_suspend_connection(hs->connection);
}

void origin_handshakes_park(struct origin_handshakes *h)
{
    struct origin_handshake *next;

    for (struct origin_handshake *hs = h->running; hs != NULL; hs = next) {
        next = hs->next;
        if (is_through(hs))
            origin_handshakes_end(h, hs);
        else
            park(h, hs);
    }
}

static void resume(struct origin_handshakes *h, struct origin_handshake *hs)
{
    take_off(h, hs);
    hs->parked = false;
    push(&h->running, hs);
    MHD_resume_connection(hs->connection);
}

void origin_handshakes_resume(struct origin_handshakes *h)
{
    struct epoll_event events[TAKEN_MAX];
    int count = h->parked != NULL ? epoll_wait(h->epoll_fd, events, TAKEN_MAX, 0) : 0;

    for (int i = 0; i < count; i++)
        resume(h, events[i].data.ptr);
}

int origin_handshakes_cut_overdue(struct origin_handshakes *h, int64_t now_us)
{
    struct linger drop = {.l_onoff = 1, .l_linger = 0};
    int count = 0;

    for (struct origin_handshake *hs = h->parked; hs != NULL; hs = hs->next) {
        if (hs->cut_at_us > now_us)
            continue;
        hs->cut_at_us = INT64_MAX;
        setsockopt(hs->fd, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
        shutdown(hs->fd, SHUT_RDWR);
        count++;
    }
    return count;
}

void origin_handshakes_resume_all(struct origin_handshakes *h)
{
    while (h->parked != NULL)
        resume(h, h->parked);
}
