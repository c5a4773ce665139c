#include "player-sim/transport/http/loop.h"
#include "media/core/clock.h"
#include "media/core/err.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH_MAX = 128, WAIT_MAX_MS = 60000 };

struct loop_watch {
    int fd;
    uint32_t events;
    loop_ready *ready;
    void *context;
    bool in_epoll, removed;
    struct loop_watch *next; /* of the removed ones */
};

/* A descriptor of the loop's user. */
struct user_watch {
    struct loop_watch *watch;
    struct http_loop *loop;
    int fd;
    void (*ready)(void *context);
    void *context;
    struct user_watch *next;
};

struct http_loop {
    int epoll_fd;
    struct timers timers;
    struct loop_watch *removed;
    struct user_watch *users;
    bool handed_out;
};

/* ---- timers ---- */

struct timers *loop_timers(struct http_loop *l)
{
    return &l->timers;
}

/* Each timer at most once on average: one that is always due must not keep the sockets waiting. */
static void run_timers(struct http_loop *l)
{
    int64_t now_us = clock_monotonic_us();
    struct timer *t;
    for (size_t i = l->timers.count; i && (t = timers_take(&l->timers, now_us)); i--)
        t->due(t->context);
}

/* ---- descriptors ---- */

int loop_watch_change(struct http_loop *l, struct loop_watch *w, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = w};
    int how = !w->in_epoll ? EPOLL_CTL_ADD : events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    if (events == w->events)
        return 0;
    if (epoll_ctl(l->epoll_fd, how, w->fd, &e))
        return ERR_IO;
    w->in_epoll = events != 0;
    w->events = events;
    return 0;
}

struct loop_watch *loop_watch_add(struct http_loop *l, int fd, uint32_t events, loop_ready *ready,
                                  void *context)
{
    struct loop_watch *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->fd = fd;
    w->ready = ready;
    w->context = context;
    if (loop_watch_change(l, w, events)) {
        free(w);
        return NULL;
    }
    return w;
}

void loop_watch_remove(struct http_loop *l, struct loop_watch *w)
{
    if (!w)
        return;
    loop_watch_change(l, w, 0);
    w->removed = true;
    w->next = l->removed;
    l->removed = w;
}

static void free_removed(struct http_loop *l)
{
    while (l->removed) {
        struct loop_watch *w = l->removed;
        l->removed = w->next;
        free(w);
    }
}

static void user_ready(void *context, int fd, uint32_t events)
{
    struct user_watch *u = context;
    (void)fd, (void)events;
    loop_note_event(u->loop);
    u->ready(u->context);
}

int http_loop_watch(struct http_loop *l, int fd, void (*ready)(void *context), void *context)
{
    struct user_watch *u = calloc(1, sizeof *u);
    if (!u)
        return ERR_NOMEM;
    *u = (struct user_watch){.loop = l, .fd = fd, .ready = ready, .context = context};
    u->watch = loop_watch_add(l, fd, EPOLLIN, user_ready, u);
    if (!u->watch) {
        free(u);
        return ERR_IO;
    }
    u->next = l->users;
    l->users = u;
    return 0;
}

void http_loop_unwatch(struct http_loop *l, int fd)
{
    for (struct user_watch **at = &l->users; *at; at = &(*at)->next) {
        struct user_watch *u = *at;
        if (u->fd != fd)
            continue;
        *at = u->next;
        loop_watch_remove(l, u->watch);
        free(u);
        return;
    }
}

/* ---- the loop ---- */

int http_loop_create(struct http_loop **out)
{
    struct http_loop *l = calloc(1, sizeof *l);
    if (!l)
        return ERR_NOMEM;
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll_fd < 0 || curl_global_init(CURL_GLOBAL_DEFAULT)) {
        if (l->epoll_fd >= 0)
            close(l->epoll_fd);
        free(l);
        return ERR_IO;
    }
    *out = l;
    return 0;
}

void http_loop_destroy(struct http_loop *l)
{
    if (!l)
        return;
    while (l->users)
        http_loop_unwatch(l, l->users->fd);
    assert(!l->timers.count); /* a client is left */
    free_removed(l);
    timers_finish(&l->timers);
    close(l->epoll_fd);
    curl_global_cleanup();
    free(l);
}

void loop_note_event(struct http_loop *l)
{
    l->handed_out = true;
}

/* Rounded up: a timer that is looked at too early would only be looked at twice. */
static int wait_ms(const struct http_loop *l, int64_t deadline_us)
{
    int64_t until_us = deadline_us, now_us = clock_monotonic_us();
    if (timers_next_us(&l->timers) < until_us)
        until_us = timers_next_us(&l->timers);
    if (l->handed_out || until_us <= now_us)
        return 0;
    if (until_us - now_us > (int64_t)WAIT_MAX_MS * 1000)
        return WAIT_MAX_MS;
    return (int)((until_us - now_us + 999) / 1000);
}

/* false: epoll failed, or a signal came, which the caller may want to look at. */
static bool turn(struct http_loop *l, int64_t deadline_us)
{
    struct epoll_event ready[BATCH_MAX];
    run_timers(l);
    int count = epoll_wait(l->epoll_fd, ready, BATCH_MAX, wait_ms(l, deadline_us));
    for (int i = 0; i < count; i++) {
        struct loop_watch *w = ready[i].data.ptr;
        if (!w->removed)
            w->ready(w->context, w->fd, ready[i].events);
    }
    if (count < 0)
        return false;
    free_removed(l);
    return true;
}

int http_loop_run(struct http_loop *l, int64_t deadline_us)
{
    bool healthy;
    l->handed_out = false;
    do
        healthy = turn(l, deadline_us);
    while (healthy && !l->handed_out && clock_monotonic_us() < deadline_us);
    return healthy || errno == EINTR ? 0 : ERR_IO;
}
