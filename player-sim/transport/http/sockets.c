#include "player-sim/transport/http/sockets.h"
#include "media/core/clock.h"
#include "player-sim/transport/http/fetch.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const int64_t short_life_us = 1000000;

static struct http_socket *find(const struct http_client *c, curl_socket_t fd)
{
    struct http_socket *s = c->sockets;
    while (s && s->fd != fd)
        s = s->next;
    return s;
}

static void forget(struct http_socket *s)
{
    struct http_socket **at = &s->client->sockets;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    loop_watch_remove(s->client->loop, s->watch);
    free(s);
}

/* An idle connection on which something comes is at its end: HTTP/1.1 has nothing to say there. */
static void idle_ready(struct http_socket *s)
{
    int64_t now_us = clock_monotonic_us();
    s->ended = true;
    loop_watch_change(s->client->loop, s->watch, 0);
    if (now_us - s->quiet_us < short_life_us)
        http_origin_back_off(s->origin, now_us);
    s->client->spares_us = now_us;
    http_client_wake(s->client, now_us);
}

static void ready(void *context, int fd, uint32_t events)
{
    struct http_socket *s = context;
    int readiness = 0;
    if (!s->wanted) {
        idle_ready(s);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP))
        readiness |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        readiness |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        readiness |= CURL_CSELECT_ERR;
    http_client_turn(s->client, fd, readiness);
}

static struct http_socket *add(struct http_client *c, curl_socket_t fd, struct http_origin *origin)
{
    struct http_socket *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct http_socket){.client = c, .fd = fd, .origin = origin, .quiet_us = INT64_MAX};
    s->watch = loop_watch_add(c->loop, fd, 0, ready, s);
    if (!s->watch) {
        free(s);
        return NULL;
    }
    s->next = c->sockets;
    c->sockets = s;
    return s;
}

/* Data that nobody acknowledges for as long as an answer may take: the connection is dead, whatever
 * else waits on it. */
static void set_patience(const struct http_client *c, curl_socket_t fd)
{
    unsigned ms = (unsigned)(c->config.answer_us / 1000);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_fetch *f = context;
    (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    struct http_socket *stale = find(f->client, fd); /* see become_idle */
    if (stale)
        forget(stale);
    struct http_socket *s = add(f->client, fd, f->origin);
    if (!s) {
        close(fd);
        return CURL_SOCKET_BAD;
    }
    s->in_vain = f->joins;
    set_patience(f->client, fd);
    f->opened_fd = fd;
    return fd;
}

static int on_close(void *context, curl_socket_t fd)
{
    struct http_client *c = context;
    struct http_socket *s = find(c, fd);
    if (s)
        forget(s);
    c->spares_us = 0;
    return close(fd);
}

/* A socket that libcurl gave up before it was connected is closed without its callback: that can't
 * be watched any more, and passes for no connection. */
static void become_idle(struct http_socket *s)
{
    /* A connection of HTTP/2 may be told something at any time, and libcurl sees to it. */
    uint32_t events = s->client->config.version == HTTP_VERSION_1_1 ? EPOLLIN | EPOLLRDHUP : 0;
    s->quiet_us = clock_monotonic_us();
    s->client->spares_us = 0;
    if (fcntl(s->fd, F_GETFD) < 0 || loop_watch_change(s->client->loop, s->watch, events))
        forget(s);
}

static int on_interest(CURL *easy, curl_socket_t fd, int what, void *context, void *socket)
{
    struct http_client *c = context;
    struct http_socket *s = find(c, fd);
    (void)easy, (void)socket;
    if (what == CURL_POLL_REMOVE) {
        if (s)
            s->wanted = 0;
        if (s && s->origin)
            become_idle(s);
        else if (s)
            forget(s);
        return 0;
    }
    if (!s && !(s = add(c, fd, NULL)))
        return -1;
    s->wanted = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    s->quiet_us = INT64_MAX;
    s->ended = false;
    return loop_watch_change(c->loop, s->watch, s->wanted) ? -1 : 0;
}

bool http_sockets_set_multi(struct http_client *c)
{
    return !curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_interest) &&
           !curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
}

bool http_sockets_set_easy(struct http_fetch *f, CURL *easy)
{
    return !curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open) &&
           !curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, f) &&
           !curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close) &&
           !curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, f->client);
}

void http_sockets_finish(struct http_client *c)
{
    while (c->sockets)
        forget(c->sockets);
}

unsigned http_sockets_open(const struct http_client *c, const struct http_origin *o)
{
    unsigned count = 0;
    for (const struct http_socket *s = c->sockets; s; s = s->next)
        count += s->origin == o && !s->ended && !s->in_vain;
    return count;
}

static bool idle_since(const struct http_socket *s, const struct http_origin *o, int64_t since_us)
{
    return s->origin == o && !s->ended && !s->wanted && s->quiet_us != INT64_MAX &&
           s->quiet_us >= since_us;
}

unsigned http_sockets_idle_since(const struct http_client *c, const struct http_origin *o,
                                 int64_t since_us)
{
    unsigned count = 0;
    for (const struct http_socket *s = c->sockets; s; s = s->next)
        count += idle_since(s, o, since_us);
    return count;
}

int64_t http_sockets_first_quiet(const struct http_client *c, const struct http_origin *o,
                                 int64_t since_us)
{
    int64_t first_us = INT64_MAX;
    for (const struct http_socket *s = c->sockets; s; s = s->next)
        if (idle_since(s, o, since_us) && s->quiet_us < first_us)
            first_us = s->quiet_us;
    return first_us;
}

void http_socket_facts(const struct http_client *c, curl_socket_t fd, int64_t *rtt_us,
                       char name[16])
{
    struct tcp_info info = {0};
    socklen_t info_size = sizeof info, name_size = 16;
    char read[16] = "";
    *rtt_us = -1;
    if (!find(c, fd))
        return;
    if (!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_size) && info.tcpi_rtt)
        *rtt_us = info.tcpi_rtt;
    if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, read, &name_size))
        return;
    read[sizeof read - 1] = '\0';
    memcpy(name, read, sizeof read);
}
