#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/push.h"
#include "packager/ingest/push_turn.h"
#include "packager/ingest/url_parts.h"
#include "packager/rtmp/session.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GUESTS = 8, BACKLOG = 16, POLL_MS = 100, RECEIVE_BYTES = 65536 };

static const int64_t greeting_us = 5000000; /* from a connection to its key */
static const char default_port[] = "1935";

/* Somebody connected. */
struct guest {
    int fd; /* -1: nobody */
    struct rtmp_session session;
    char address[PUSH_ADDRESS_BYTES];
    int64_t came_us;
    int64_t new_us;   /* it has shown the right key; 0: not yet */
    int64_t heard_us; /* it last sent something */
};

struct rtmp_push {
    struct push base;
    struct url_parts url; /* its query is not ours */
    int listener;         /* -1: not yet */
    struct guest guests[GUESTS];
    struct guest *in; /* whose turn it is; NULL: nobody's */
    size_t given;     /* bytes of in->session.flv that were read */
    uint8_t *buffer;  /* of RECEIVE_BYTES */
    const char *gone; /* why whoever was in is not any more; NULL while it is */
};

static bool is_rtmp(const char *scheme)
{
    return strcmp(scheme, "rtmp") == 0 || strcmp(scheme, "rtmps") == 0 ||
           strcmp(scheme, "rtmpt") == 0 || strcmp(scheme, "rtmpe") == 0;
}

static bool matches(const char *url)
{
    struct url_parts parts;
    char value[8];
    return url_parts_read(url, &parts) && is_rtmp(parts.scheme) &&
           url_query_value(parts.query, "listen", value, sizeof value) && strcmp(value, "0") != 0;
}

static bool has_key(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash > path && slash[1];
}

static int create(const char *channel, const char *url, struct push **out)
{
    struct url_parts parts;
    if (!url_parts_read(url, &parts) || strcmp(parts.scheme, "rtmp") != 0) {
        log_error(channel, "cannot listen for %s: only for rtmp; have TLS ended in front of it",
                  parts.scheme);
        return ERR_INVALID;
    }
    if (!has_key(parts.path)) {
        log_error(channel, "cannot listen for RTMP without a stream key: give "
                           "rtmp://HOST:PORT/APPLICATION/KEY?listen");
        return ERR_INVALID;
    }
    struct rtmp_push *p = calloc(1, sizeof *p);
    if (!p || !(p->buffer = malloc(RECEIVE_BYTES))) {
        free(p);
        return ERR_NOMEM;
    }
    p->base.ops = &push_rtmp;
    p->url = parts;
    p->url.query = "";
    p->listener = -1;
    for (int i = 0; i < GUESTS; i++)
        p->guests[i].fd = -1;
    *out = &p->base;
    return 0;
}

static int bind_to(const struct addrinfo *to)
{
    int yes = 1;
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, to->ai_addr, to->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int start_listening(struct rtmp_push *p, char reason[PUSH_REASON_BYTES])
{
    struct addrinfo wanted = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found;
    const char *port = p->url.port[0] ? p->url.port : default_port;
    int status = getaddrinfo(p->url.host[0] ? p->url.host : NULL, port, &wanted, &found);
    if (status) {
        snprintf(reason, PUSH_REASON_BYTES, "its address: %s", gai_strerror(status));
        return ERR_IO;
    }
    for (const struct addrinfo *to = found; to && p->listener < 0; to = to->ai_next)
        p->listener = bind_to(to);
    int error = errno;
    freeaddrinfo(found);
    if (p->listener >= 0)
        return 0;
    snprintf(reason, PUSH_REASON_BYTES, "cannot listen on port %s: %s", port, strerror(error));
    return ERR_IO;
}

static void see_off(struct rtmp_push *p, struct guest *g)
{
    if (g->fd < 0)
        return;
    close(g->fd);
    rtmp_session_finish(&g->session);
    memset(g, 0, sizeof *g);
    g->fd = -1;
    if (p->in != g)
        return;
    p->in = NULL;
    p->given = 0;
}

static void refuse(struct rtmp_push *p, struct guest *g, const struct push_wait *wait,
                   const char *why)
{
    char who[PUSH_ADDRESS_BYTES];
    snprintf(who, sizeof who, "%s", g->address);
    see_off(p, g);
    wait->refused(wait->context, who, why);
}

/* What it is told, as far as it takes it: a few hundred bytes, which a socket's buffer has room
 * for unless the peer doesn't read at all. */
static bool send_out(struct guest *g)
{
    struct bytes_writer *out = &g->session.out;
    if (!out->size)
        return true;
    ssize_t sent = send(g->fd, out->data, out->size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR;
    memmove(out->data, out->data + sent, out->size - (size_t)sent);
    out->size -= (size_t)sent;
    return true;
}

/* Whoever waits longest for its key to be asked for makes room. */
static struct guest *make_room(struct rtmp_push *p, const struct push_wait *wait)
{
    struct guest *oldest = NULL;
    for (int i = 0; i < GUESTS; i++) {
        struct guest *g = &p->guests[i];
        if (g->fd < 0)
            return g;
        if (g != p->in && (!oldest || g->came_us < oldest->came_us))
            oldest = g;
    }
    refuse(p, oldest, wait, "it has shown no stream key, and others came");
    return oldest;
}

static void welcome(struct rtmp_push *p, const struct push_wait *wait, int64_t now_us)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    char host[48], port[8];
    int fd = accept4(p->listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    struct guest *g = make_room(p, wait);
    *g = (struct guest){.fd = fd, .came_us = now_us};
    rtmp_session_init(&g->session, p->url.path);
    if (getnameinfo((struct sockaddr *)&from, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(g->address, sizeof g->address, "%s port %s", host, port);
}

/* It has gone, or is refused for why. */
static void lose(struct rtmp_push *p, struct guest *g, const struct push_wait *wait,
                 const char *why, bool refused)
{
    if (g == p->in) {
        p->gone = why;
        see_off(p, g);
    } else if (refused) {
        refuse(p, g, wait, why);
    } else {
        see_off(p, g);
    }
}

static void hear(struct rtmp_push *p, struct guest *g, const struct push_wait *wait, int64_t now_us)
{
    ssize_t got = recv(g->fd, p->buffer, RECEIVE_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        lose(p, g, wait, got ? strerror(errno) : "the sender ended it", false);
        return;
    }
    g->heard_us = now_us;
    int status = rtmp_session_take(&g->session, p->buffer, (size_t)got);
    bool sent = send_out(g);
    if (status || !sent)
        lose(p, g, wait, status ? g->session.why : "it cannot be answered",
             status == ERR_INVALID || status == ERR_NOMEM);
    else if (g->session.phase == RTMP_PUBLISHING && !g->new_us)
        g->new_us = now_us;
}

/* Those who are late, and those who are ready. */
static void judge(struct rtmp_push *p, struct guest *g, const struct push_wait *wait,
                  int64_t now_us)
{
    if (g->fd < 0 || g == p->in)
        return;
    if (!g->new_us) {
        if (now_us - g->came_us > greeting_us)
            refuse(p, g, wait, "it has shown no stream key in time");
        return;
    }
    enum push_turn turn = p->in ? push_turn(p->in->heard_us, g->new_us, now_us) : PUSH_TURN_NEW;
    if (turn == PUSH_TURN_REFUSED)
        refuse(p, g, wait, "somebody else is pushing");
    else if (turn == PUSH_TURN_NEW && p->in)
        lose(p, p->in, wait, "somebody else has taken over", false);
}

/* One wait of POLL_MS at most, and all that it brought. */
static void serve(struct rtmp_push *p, const struct push_wait *wait)
{
    struct pollfd polled[1 + GUESTS] = {{.fd = p->listener, .events = POLLIN}};
    for (int i = 0; i < GUESTS; i++)
        polled[1 + i] = (struct pollfd){.fd = p->guests[i].fd, .events = POLLIN};
    int ready = poll(polled, 1 + GUESTS, POLL_MS);
    int64_t now_us = clock_monotonic_us();
    for (int i = 0; ready > 0 && i < GUESTS; i++) {
        if (polled[1 + i].revents && p->guests[i].fd == polled[1 + i].fd)
            hear(p, &p->guests[i], wait, now_us);
    }
    for (int i = 0; i < GUESTS; i++)
        judge(p, &p->guests[i], wait, now_us);
    if (ready > 0 && polled[0].revents)
        welcome(p, wait, now_us);
}

static int accept_guest(struct push *base, const struct push_wait *wait,
                        char reason[PUSH_REASON_BYTES])
{
    struct rtmp_push *p = (struct rtmp_push *)base;
    int status = p->listener < 0 ? start_listening(p, reason) : 0;
    if (status)
        return status;
    while (true) {
        for (int i = 0; i < GUESTS; i++) {
            if (p->guests[i].fd < 0 || !p->guests[i].new_us)
                continue;
            p->in = &p->guests[i];
            p->given = 0;
            p->gone = NULL;
            return 0;
        }
        if (wait->over(wait->context))
            return ERR_AGAIN;
        serve(p, wait);
    }
}

static int read_flv(struct push *base, const struct push_wait *wait, uint8_t *buffer, int size,
                    char reason[PUSH_REASON_BYTES])
{
    struct rtmp_push *p = (struct rtmp_push *)base;
    while (p->in && !p->in->session.flv.size) {
        if (wait->over(wait->context))
            return ERR_AGAIN;
        serve(p, wait);
    }
    if (!p->in) {
        snprintf(reason, PUSH_REASON_BYTES, "%s", p->gone);
        return ERR_END;
    }
    struct bytes_writer *flv = &p->in->session.flv;
    size_t left = flv->size - p->given;
    size_t now = left < (size_t)size ? left : (size_t)size;
    memcpy(buffer, flv->data + p->given, now);
    p->given += now;
    if (p->given == flv->size) {
        bytes_writer_clear(flv);
        p->given = 0;
    }
    return (int)now;
}

static void drop(struct push *base)
{
    struct rtmp_push *p = (struct rtmp_push *)base;
    if (p->in)
        see_off(p, p->in);
}

static void destroy(struct push *base)
{
    struct rtmp_push *p = (struct rtmp_push *)base;
    for (int i = 0; i < GUESTS; i++)
        see_off(p, &p->guests[i]);
    if (p->listener >= 0)
        close(p->listener);
    free(p->buffer);
    free(p);
}

const struct push_ops push_rtmp = {
    .container = "live_flv",
    .matches = matches,
    .create = create,
    .destroy = destroy,
    .accept = accept_guest,
    .read = read_flv,
    .drop = drop,
};
