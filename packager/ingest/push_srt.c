#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/push.h"
#include "packager/ingest/push_srt_options.h"
#include "packager/ingest/push_turn.h"
#include "packager/ingest/url_parts.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <srt/access_control.h>
#include <srt/srt.h>

enum { CALLS = 16, BACKLOG = 8, POLL_MS = 100, MESSAGE_BYTES = 1456 };

static const int64_t handshake_us = 500000; /* from a caller's stream id to its connection */

/* A caller whose stream id was looked at. */
struct call {
    SRTSOCKET socket;
    char address[PUSH_ADDRESS_BYTES];
    int64_t came_us;
    bool refused; /* for its stream id */
};

struct srt_push {
    struct push base;
    char *url; /* owned; options point into it */
    struct url_parts parts;
    struct srt_options options;
    int epoll;
    SRTSOCKET listener; /* SRT_INVALID_SOCK: not yet */
    SRTSOCKET in, next; /* whose turn it is, and who else has come; or SRT_INVALID_SOCK */
    char next_address[PUSH_ADDRESS_BYTES];
    int64_t heard_us, next_us; /* when in last sent something, when next came */
    uint8_t message[MESSAGE_BYTES];
    int message_bytes, given;

    pthread_mutex_t lock; /* guards what follows, which libsrt's threads write */
    struct call calls[CALLS];
    int call_count;
};

static bool matches(const char *url)
{
    struct url_parts parts;
    char mode[16];
    return url_parts_read(url, &parts) && strcmp(parts.scheme, "srt") == 0 &&
           url_query_value(parts.query, "mode", mode, sizeof mode) && strcmp(mode, "listener") == 0;
}

static void free_push(struct srt_push *p)
{
    pthread_mutex_destroy(&p->lock);
    free(p->url);
    free(p);
}

static int create(const char *channel, const char *url, struct push **out)
{
    struct srt_push *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_NOMEM;
    pthread_mutex_init(&p->lock, NULL);
    p->base.ops = &push_srt;
    p->listener = p->in = p->next = SRT_INVALID_SOCK;
    p->url = strdup(url);
    int status = p->url ? 0 : ERR_NOMEM;
    if (status == 0 && (!url_parts_read(p->url, &p->parts) || !p->parts.port[0])) {
        log_error(channel, "cannot listen for SRT without a port: give "
                           "srt://HOST:PORT?mode=listener");
        status = ERR_INVALID;
    }
    status = status ? status : srt_options_read(channel, p->parts.query, &p->options);
    if (status) {
        free_push(p);
        return status;
    }
    if (!p->options.passphrase[0] && !p->options.stream_id[0])
        log_warn(channel,
                 "whoever reaches port %s may push: give the SRT listener a passphrase= "
                 "and a streamid=",
                 p->parts.port);
    srt_startup();
    p->epoll = srt_epoll_create();
    if (p->epoll < 0) {
        srt_cleanup();
        free_push(p);
        return ERR_STATE;
    }
    *out = &p->base;
    return 0;
}

static void address_text(const struct sockaddr *from, socklen_t size, char out[PUSH_ADDRESS_BYTES])
{
    char host[48], port[8];
    if (getnameinfo(from, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV))
        snprintf(out, PUSH_ADDRESS_BYTES, "an unknown address");
    else
        snprintf(out, PUSH_ADDRESS_BYTES, "%s port %s", host, port);
}

/* All of a secret is looked at, wherever it begins to differ. */
static bool same_secret(const char *shown, const char *ours)
{
    size_t length = strlen(ours);
    unsigned different = strlen(shown) != length;
    for (size_t i = 0; i < length && shown[i]; i++)
        different |= (unsigned char)shown[i] ^ (unsigned char)ours[i];
    return !different;
}

/* In a thread of libsrt's, before it looks at the passphrase: -1 refuses the caller. */
static int look_at_caller(void *opaque, SRTSOCKET caller, int version, const struct sockaddr *from,
                          const char *stream_id)
{
    struct srt_push *p = opaque;
    bool ours =
        !p->options.stream_id[0] || same_secret(stream_id ? stream_id : "", p->options.stream_id);
    socklen_t size =
        from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    struct call call = {.socket = caller, .came_us = clock_monotonic_us(), .refused = !ours};
    (void)version;
    address_text(from, size, call.address);
    pthread_mutex_lock(&p->lock);
    if (p->call_count < CALLS)
        p->calls[p->call_count++] = call;
    pthread_mutex_unlock(&p->lock);
    if (ours)
        return 0;
    srt_setrejectreason(caller, SRT_REJX_FORBIDDEN);
    return -1;
}

static bool start_on(struct srt_push *p, const struct addrinfo *to)
{
    int readable = SRT_EPOLL_IN | SRT_EPOLL_ERR;
    p->listener = srt_create_socket();
    return p->listener != SRT_INVALID_SOCK && srt_options_apply(&p->options, p->listener) &&
           srt_bind(p->listener, to->ai_addr, (int)to->ai_addrlen) == 0 &&
           srt_listen_callback(p->listener, look_at_caller, p) == 0 &&
           srt_listen(p->listener, BACKLOG) == 0 &&
           srt_epoll_add_usock(p->epoll, p->listener, &readable) == 0;
}

static int start_listening(struct srt_push *p, char reason[PUSH_REASON_BYTES])
{
    struct addrinfo wanted = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_DGRAM}, *found;
    int status =
        getaddrinfo(p->parts.host[0] ? p->parts.host : NULL, p->parts.port, &wanted, &found);
    if (status) {
        snprintf(reason, PUSH_REASON_BYTES, "its address: %s", gai_strerror(status));
        return ERR_IO;
    }
    bool started = start_on(p, found);
    freeaddrinfo(found);
    if (started)
        return 0;
    snprintf(reason, PUSH_REASON_BYTES, "cannot listen on port %s: %s", p->parts.port,
             srt_getlasterror_str());
    if (p->listener != SRT_INVALID_SOCK)
        srt_close(p->listener);
    p->listener = SRT_INVALID_SOCK;
    return ERR_IO;
}

/* A call that has become a connection; its address. */
static void take_call(struct srt_push *p, SRTSOCKET socket, char address[PUSH_ADDRESS_BYTES])
{
    snprintf(address, PUSH_ADDRESS_BYTES, "an unknown address");
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->call_count; i++) {
        if (p->calls[i].socket != socket)
            continue;
        memcpy(address, p->calls[i].address, PUSH_ADDRESS_BYTES);
        p->calls[i] = p->calls[--p->call_count];
        break;
    }
    pthread_mutex_unlock(&p->lock);
}

/* Tells of one call that was refused; false: there is none. Of a passphrase libsrt tells the caller
 * only: it is wrong where no connection follows. */
static bool tell_refused(struct srt_push *p, const struct push_wait *wait, int64_t now_us)
{
    struct call call;
    bool found = false;
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->call_count && !found; i++) {
        call = p->calls[i];
        found = call.refused || now_us - call.came_us >= handshake_us;
        if (found)
            p->calls[i] = p->calls[--p->call_count];
    }
    pthread_mutex_unlock(&p->lock);
    if (!found)
        return false;
    const char *why = call.refused ? "its stream id is not the one given here"
                      : p->options.passphrase[0]
                          ? "its passphrase is not the one given here"
                          : "no connection followed; it wants a passphrase, and none is given here";
    wait->refused(wait->context, call.address, why);
    return true;
}

static void let_go(struct srt_push *p, SRTSOCKET *socket)
{
    if (*socket == SRT_INVALID_SOCK)
        return;
    srt_epoll_remove_usock(p->epoll, *socket);
    srt_close(*socket);
    *socket = SRT_INVALID_SOCK;
}

/* Of several who come while somebody is in, the latest stays. */
static void welcome(struct srt_push *p, const struct push_wait *wait, int64_t now_us)
{
    SRTSOCKET socket;
    char address[PUSH_ADDRESS_BYTES];
    while ((socket = srt_accept(p->listener, NULL, NULL)) != SRT_INVALID_SOCK) {
        take_call(p, socket, address);
        if (p->next != SRT_INVALID_SOCK) {
            let_go(p, &p->next);
            wait->refused(wait->context, p->next_address, "others came");
        }
        p->next = socket;
        p->next_us = now_us;
        memcpy(p->next_address, address, sizeof address);
    }
}

/* True: in has lost its turn. */
static bool judge_next(struct srt_push *p, const struct push_wait *wait, int64_t now_us)
{
    if (p->next == SRT_INVALID_SOCK)
        return false;
    enum push_turn turn = push_turn(p->heard_us, p->next_us, now_us);
    if (turn == PUSH_TURN_REFUSED) {
        let_go(p, &p->next);
        wait->refused(wait->context, p->next_address, "somebody else is pushing");
    }
    return turn == PUSH_TURN_NEW;
}

/* One wait of POLL_MS at most, and who came in it. */
static void serve(struct srt_push *p, const struct push_wait *wait)
{
    SRT_EPOLL_EVENT events[3];
    int count = srt_epoll_uwait(p->epoll, events, 3, POLL_MS);
    int64_t now_us = clock_monotonic_us();
    for (int i = 0; i < count && i < 3; i++)
        if (events[i].fd == p->listener)
            welcome(p, wait, now_us);
    while (tell_refused(p, wait, now_us))
        ;
}

static int accept_caller(struct push *base, const struct push_wait *wait,
                         char reason[PUSH_REASON_BYTES])
{
    struct srt_push *p = (struct srt_push *)base;
    int readable = SRT_EPOLL_IN | SRT_EPOLL_ERR, no = 0;
    int status = p->listener == SRT_INVALID_SOCK ? start_listening(p, reason) : 0;
    if (status)
        return status;
    while (p->next == SRT_INVALID_SOCK) {
        if (wait->over(wait->context))
            return ERR_AGAIN;
        serve(p, wait);
    }
    p->in = p->next;
    p->next = SRT_INVALID_SOCK;
    p->heard_us = clock_monotonic_us();
    p->message_bytes = p->given = 0;
    srt_setsockflag(p->in, SRTO_RCVSYN, &no, sizeof no);
    srt_epoll_add_usock(p->epoll, p->in, &readable);
    return 0;
}

/* The next message into p->message: 0, ERR_AGAIN or ERR_END. */
static int receive(struct srt_push *p)
{
    int got = srt_recvmsg(p->in, (char *)p->message, sizeof p->message);
    if (got > 0) {
        p->message_bytes = got;
        p->given = 0;
        p->heard_us = clock_monotonic_us();
        return 0;
    }
    return got < 0 && srt_getlasterror(NULL) == SRT_EASYNCRCV ? ERR_AGAIN : ERR_END;
}

static int read_message(struct push *base, const struct push_wait *wait, uint8_t *buffer, int size,
                        char reason[PUSH_REASON_BYTES])
{
    struct srt_push *p = (struct srt_push *)base;
    int status = p->given < p->message_bytes ? 0 : receive(p);
    while (status == ERR_AGAIN) {
        if (wait->over(wait->context))
            return ERR_AGAIN;
        serve(p, wait);
        status = receive(p);
        if (judge_next(p, wait, clock_monotonic_us())) {
            snprintf(reason, PUSH_REASON_BYTES, "somebody else has taken over");
            return ERR_END;
        }
    }
    if (status) {
        snprintf(reason, PUSH_REASON_BYTES, "the sender ended it");
        return ERR_END;
    }
    int left = p->message_bytes - p->given;
    int now = left < size ? left : size;
    memcpy(buffer, p->message + p->given, (size_t)now);
    p->given += now;
    return now;
}

static void drop(struct push *base)
{
    struct srt_push *p = (struct srt_push *)base;
    let_go(p, &p->in);
}

static void destroy(struct push *base)
{
    struct srt_push *p = (struct srt_push *)base;
    let_go(p, &p->in);
    let_go(p, &p->next);
    let_go(p, &p->listener);
    srt_epoll_release(p->epoll);
    srt_cleanup();
    free_push(p);
}

const struct push_ops push_srt = {
    .container = "mpegts",
    .matches = matches,
    .create = create,
    .destroy = destroy,
    .accept = accept_caller,
    .read = read_message,
    .drop = drop,
};
