#include "support/abuser.h"

#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum {
    HEAD_BYTES = 2048,
    EVENTS = 256,
    TICK_MS = 10,
    LETTER_US = 200000, /* between two letters of who types slowly */
    SIP_US = 100000,    /* between two reads of who reads slowly */
    SIP_BYTES = 512,
    NARROW_BYTES = 4096, /* receive buffer of who doesn't read */
    REOPEN_US = 50000,
    NEXT_US = 200000,     /* until one who watches asks for the next segment */
    ENOUGH_BYTES = 20000, /* of a body without a length */
};

struct connection {
    struct abuser *abuser;
    enum abuse kind;
    int fd; /* -1: closed */
    int64_t due_us;
    char *out; /* owned: what is still to be sent */
    size_t out_size, out_at;
    char head[HEAD_BYTES];
    size_t head_size;
    bool in_body;
    int64_t body_left; /* until the next request, or until we have had enough */
    bool to_the_end;   /* then the connection is of no further use */
};

struct abuser {
    struct abuser_config config;
    struct abuse_random random;
    struct connection *connections;
    size_t count;
    int epoll_fd;
    int64_t leave_at_us;
    struct abuser_tally tallies[ABUSE_KINDS];
    char request[ABUSE_REQUEST_BYTES];
    pthread_t thread;
    _Atomic bool stop;
};

/* ---- connections ---- */

static void watch(struct connection *c)
{
    bool reads = c->kind != ABUSE_STALLED && c->kind != ABUSE_SLOW;
    struct epoll_event event = {.events = EPOLLRDHUP, .data.ptr = c};
    event.events |= reads ? EPOLLIN : 0;
    event.events |= c->out ? EPOLLOUT : 0;
    if (epoll_ctl(c->abuser->epoll_fd, EPOLL_CTL_MOD, c->fd, &event) && errno == ENOENT)
        epoll_ctl(c->abuser->epoll_fd, EPOLL_CTL_ADD, c->fd, &event);
}

static void drop(struct connection *c, int64_t again_us)
{
    struct linger now = {.l_onoff = 1};
    if (c->fd >= 0) {
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(c->fd);
    }
    free(c->out);
    c->fd = -1;
    c->out = NULL;
    c->due_us = again_us;
}

static void ask(struct connection *c, int64_t now_us)
{
    struct abuser *a = c->abuser;
    size_t size = abuse_request(&a->random, c->kind, &a->config.target, now_us, a->request);
    c->head_size = 0;
    c->in_body = false;
    c->due_us = INT64_MAX;
    if (c->kind == ABUSE_TYPIST || c->kind == ABUSE_BODY)
        c->due_us = now_us + LETTER_US;
    if (c->kind == ABUSE_SLOW)
        c->due_us = now_us + SIP_US;
    if (!size)
        return;
    a->tallies[c->kind].requests++;
    c->out = malloc(size);
    assert_non_null(c->out);
    memcpy(c->out, a->request, size);
    c->out_size = size;
    c->out_at = 0;
}

static void set_up(struct connection *c)
{
    const char *from = c->abuser->config.from[c->kind];
    struct sockaddr_in address = {.sin_family = AF_INET};
    int on = 1, narrow = NARROW_BYTES;
    if (c->kind == ABUSE_STALLED || c->kind == ABUSE_SLOW)
        setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow);
    if (!from)
        return;
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    inet_pton(AF_INET, from, &address.sin_addr);
    (void)bind(c->fd, (struct sockaddr *)&address, sizeof address);
}

static void open_anew(struct connection *c, int64_t now_us)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(c->abuser->config.target.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        c->due_us = now_us + REOPEN_US;
        return;
    }
    set_up(c);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
        drop(c, now_us + REOPEN_US);
        return;
    }
    c->abuser->tallies[c->kind].opened++;
    ask(c, now_us);
    watch(c);
}

static void ended(struct connection *c, int64_t now_us)
{
    c->abuser->tallies[c->kind].ended++;
    drop(c, now_us + REOPEN_US);
}

/* ---- answers ---- */

static const char *header(const char *head, const char *name)
{
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, strlen(name)) == 0)
            return line + 2 + strlen(name);
    return NULL;
}

static void take_head(struct connection *c)
{
    struct abuser_tally *tally = &c->abuser->tallies[c->kind];
    const char *length = header(c->head, "Content-Length:");
    int status = 0;
    if (sscanf(c->head, "HTTP/1.%*1[01] %d", &status) != 1 || status < 0 ||
        status >= ABUSE_STATUSES)
        status = 0;
    tally->statuses[status]++;
    if (!abuse_expects(c->kind, status)) {
        tally->strange++;
        tally->strange_status = status;
    }
    c->in_body = true;
    c->to_the_end = !length || header(c->head, "Connection: close");
    c->body_left = length ? strtoll(length, NULL, 10) : ENOUGH_BYTES;
    if ((c->kind == ABUSE_LEAVERS || c->kind == ABUSE_WATCHERS) && !length)
        c->body_left = INT64_MAX;
}

/* Takes what came as head or body; true once the answer is over. */
static bool take(struct connection *c, const char *data, size_t size)
{
    for (size_t i = 0; i < size && !c->in_body; i++) {
        if (c->head_size + 1 == HEAD_BYTES)
            return true; /* no answer of ours */
        c->head[c->head_size++] = data[i];
        c->head[c->head_size] = '\0';
        if (c->head_size < 4 || memcmp(c->head + c->head_size - 4, "\r\n\r\n", 4))
            continue;
        take_head(c);
        c->body_left -= (int64_t)(size - i - 1);
        return c->body_left <= 0;
    }
    if (c->in_body)
        c->body_left -= (int64_t)size;
    return c->in_body && c->body_left <= 0;
}

/* That a chunk ends like this by chance is none of our worries. */
static bool ends_chunks(const char *data, size_t size)
{
    return size >= 5 && memcmp(data + size - 5, "0\r\n\r\n", 5) == 0;
}

static void receive(struct connection *c, int64_t now_us, size_t most)
{
    char data[16384];
    ssize_t got = recv(c->fd, data, most < sizeof data ? most : sizeof data, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        ended(c, now_us);
        return;
    }
    if (c->kind == ABUSE_WATCHERS && ends_chunks(data, (size_t)got)) {
        c->due_us = now_us + NEXT_US;
        return;
    }
    if (!take(c, data, (size_t)got))
        return;
    int64_t pause_us = c->abuser->config.pause_us ? c->abuser->config.pause_us : 5000;
    if (c->to_the_end)
        drop(c, now_us + pause_us);
    else
        c->due_us = now_us + pause_us;
}

static void transmit(struct connection *c, int64_t now_us)
{
    ssize_t sent = send(c->fd, c->out + c->out_at, c->out_size - c->out_at, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        ended(c, now_us);
        return;
    }
    c->out_at += sent > 0 ? (size_t)sent : 0;
    if (c->out_at < c->out_size)
        return;
    free(c->out);
    c->out = NULL;
    watch(c);
}

static void type_letter(struct connection *c, int64_t now_us)
{
    c->due_us = now_us + LETTER_US;
    if (!c->out && send(c->fd, "x", 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
        ended(c, now_us);
}

static void do_what_is_due(struct connection *c, int64_t now_us)
{
    if (c->fd < 0) {
        open_anew(c, now_us);
    } else if (c->kind == ABUSE_TYPIST || c->kind == ABUSE_BODY) {
        type_letter(c, now_us);
    } else if (c->kind == ABUSE_SLOW) {
        c->due_us = now_us + SIP_US;
        receive(c, now_us, SIP_BYTES);
    } else {
        ask(c, now_us);
        watch(c);
    }
}

static void handle(struct connection *c, uint32_t events, int64_t now_us)
{
    if (c->fd >= 0 && events & EPOLLOUT && c->out)
        transmit(c, now_us);
    if (c->fd >= 0 && events & EPOLLIN)
        receive(c, now_us, SIZE_MAX);
    else if (c->fd >= 0 && events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP))
        ended(c, now_us);
}

/* ---- all of them ---- */

static void leave_together(struct abuser *a, int64_t now_us)
{
    int64_t every_us = a->config.leave_us ? a->config.leave_us : 3000000;
    if (now_us < a->leave_at_us)
        return;
    for (size_t i = 0; i < a->count; i++)
        if (a->connections[i].kind == ABUSE_LEAVERS)
            drop(&a->connections[i], now_us + REOPEN_US);
    a->leave_at_us = now_us + every_us;
}

static void *run(void *context)
{
    struct abuser *a = context;
    struct epoll_event events[EVENTS];
    while (!atomic_load(&a->stop)) {
        int count = epoll_wait(a->epoll_fd, events, EVENTS, TICK_MS);
        int64_t now_us = clock_monotonic_us();
        for (int i = 0; i < count; i++)
            handle(events[i].data.ptr, events[i].events, now_us);
        for (size_t i = 0; i < a->count; i++)
            if (a->connections[i].due_us <= now_us)
                do_what_is_due(&a->connections[i], now_us);
        leave_together(a, now_us);
    }
    return NULL;
}

struct abuser *abuser_start(const struct abuser_config *config)
{
    struct abuser *a = calloc(1, sizeof *a);
    int64_t now_us = clock_monotonic_us();
    assert_non_null(a);
    a->config = *config;
    a->random.state = config->seed;
    a->leave_at_us = now_us + (config->leave_us ? config->leave_us : 3000000);
    for (int kind = 0; kind < ABUSE_KINDS; kind++)
        a->count += config->connections[kind];
    a->connections = calloc(a->count + 1, sizeof *a->connections);
    assert_non_null(a->connections);
    size_t i = 0;
    for (int kind = 0; kind < ABUSE_KINDS; kind++)
        for (unsigned n = 0; n < config->connections[kind]; n++)
            a->connections[i++] = (struct connection){
                .abuser = a, .kind = (enum abuse)kind, .fd = -1, .due_us = now_us};
    a->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    assert_true(a->epoll_fd >= 0);
    assert_int_equal(pthread_create(&a->thread, NULL, run, a), 0);
    return a;
}

void abuser_stop(struct abuser *a, struct abuser_tally tallies[ABUSE_KINDS])
{
    atomic_store(&a->stop, true);
    pthread_join(a->thread, NULL);
    for (size_t i = 0; i < a->count; i++)
        drop(&a->connections[i], INT64_MAX);
    if (tallies)
        memcpy(tallies, a->tallies, sizeof a->tallies);
    close(a->epoll_fd);
    free(a->connections);
    free(a);
}

void abuser_print(const struct abuser_tally tallies[ABUSE_KINDS])
{
    for (int kind = 0; kind < ABUSE_KINDS; kind++) {
        const struct abuser_tally *t = &tallies[kind];
        if (!t->opened)
            continue;
        printf("%-8s %6lu connections, %6lu ended by the peer, %7lu requests:", abuse_name(kind),
               t->opened, t->ended, t->requests);
        for (int status = 0; status < ABUSE_STATUSES; status++)
            if (t->statuses[status])
                printf("  %d: %lu", status, t->statuses[status]);
        if (t->strange)
            printf("  STRANGE: %lu, the last %d", t->strange, t->strange_status);
        printf("\n");
    }
}
