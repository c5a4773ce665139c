#include "support/http_script.h"

#include "support/cmocka_all.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS_MAX = 4096, HEAD_BYTES = 8192, PATIENCE_S = 20 };

struct connection {
    struct http_script *server;
    pthread_t thread;
    int number, fd; /* fd -1: ended */
};

/* lock guards all that changes after the start. */
struct http_script {
    http_script_answer *answer;
    void *context;
    int listener;
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop, door_closed;
    int gate;
    struct connection connections[HTTP_SCRIPT_CONNECTIONS_MAX];
    int connection_count, open;
    struct {
        char path[HTTP_SCRIPT_PATH_BYTES];
        int connection;
    } requests[REQUESTS_MAX];
    int request_count;
};

/* ---- connections ---- */

static bool read_head(int fd, char head[HEAD_BYTES])
{
    size_t size = 0;
    while (size < 4 || memcmp(head + size - 4, "\r\n\r\n", 4) != 0) {
        if (size + 1 >= HEAD_BYTES || recv(fd, head + size, 1, 0) != 1)
            return false;
        size++;
    }
    head[size] = '\0';
    return true;
}

static void read_range(const char *head, char range[64])
{
    const char *line = strcasestr(head, "\r\nRange: ");
    range[0] = '\0';
    if (line)
        sscanf(line + 9, "%63[^\r]", range);
}

static void note_request(const struct http_script_talk *t)
{
    struct http_script *s = t->server;
    pthread_mutex_lock(&s->lock);
    assert_true(s->request_count < REQUESTS_MAX);
    strcpy(s->requests[s->request_count].path, t->path);
    s->requests[s->request_count++].connection = t->connection;
    pthread_mutex_unlock(&s->lock);
}

static void *serve(void *context)
{
    struct connection *c = context;
    struct http_script *s = c->server;
    struct http_script_talk t = {.server = s, .fd = c->fd, .connection = c->number};
    char head[HEAD_BYTES];
    while (!t.close && read_head(t.fd, head)) {
        if (sscanf(head, "%7s %127s", t.method, t.path) != 2)
            break;
        read_range(head, t.range);
        note_request(&t);
        s->answer(s->context, &t);
    }
    pthread_mutex_lock(&s->lock);
    close(c->fd);
    c->fd = -1;
    s->open--;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void add_connection(struct http_script *s, int fd)
{
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pthread_mutex_lock(&s->lock);
    if (s->stop || s->connection_count == HTTP_SCRIPT_CONNECTIONS_MAX) {
        close(fd);
    } else {
        struct connection *c = &s->connections[s->connection_count];
        *c = (struct connection){.server = s, .number = s->connection_count++, .fd = fd};
        s->open++;
        if (pthread_create(&c->thread, NULL, serve, c))
            abort();
    }
    pthread_mutex_unlock(&s->lock);
}

static void *take_connections(void *context)
{
    struct http_script *s = context;
    int fd;
    while ((fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        add_connection(s, fd);
    return NULL;
}

struct http_script *http_script_start(http_script_answer *answer, void *context)
{
    struct http_script *s = calloc(1, sizeof *s);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    assert_non_null(s);
    s->answer = answer;
    s->context = context;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(s->listener, 128), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &size), 0);
    s->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, take_connections, s), 0);
    return s;
}

void http_script_close_door(struct http_script *s)
{
    if (s->door_closed)
        return;
    s->door_closed = true;
    shutdown(s->listener, SHUT_RDWR); /* accept returns */
    pthread_join(s->thread, NULL);
    close(s->listener);
}

void http_script_stop(struct http_script *s)
{
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    for (int i = 0; i < s->connection_count; i++)
        if (s->connections[i].fd >= 0)
            shutdown(s->connections[i].fd, SHUT_RDWR);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    http_script_close_door(s);
    for (int i = 0; i < s->connection_count; i++)
        pthread_join(s->connections[i].thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void http_script_cut(struct http_script *s, int connection)
{
    pthread_mutex_lock(&s->lock);
    if (s->connections[connection].fd >= 0)
        shutdown(s->connections[connection].fd, SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
}

/* ---- counts ---- */

uint16_t http_script_port(const struct http_script *s)
{
    return s->port;
}

static int locked(struct http_script *s, const int *value)
{
    pthread_mutex_lock(&s->lock);
    int read = *value;
    pthread_mutex_unlock(&s->lock);
    return read;
}

int http_script_connections(struct http_script *s)
{
    return locked(s, &s->connection_count);
}

int http_script_open(struct http_script *s)
{
    return locked(s, &s->open);
}

int http_script_requests(struct http_script *s)
{
    return locked(s, &s->request_count);
}

int http_script_count(struct http_script *s, const char *path)
{
    int count = 0;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->request_count; i++)
        count += !strcmp(s->requests[i].path, path);
    pthread_mutex_unlock(&s->lock);
    return count;
}

int http_script_connection_of(struct http_script *s, const char *path)
{
    int connection = -1;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->request_count; i++)
        if (!strcmp(s->requests[i].path, path))
            connection = s->requests[i].connection;
    pthread_mutex_unlock(&s->lock);
    return connection;
}

/* ---- answers ---- */

bool http_script_send(struct http_script_talk *t, const void *data, size_t size)
{
    const char *at = data;
    while (size) {
        ssize_t sent = send(t->fd, at, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            t->close = true;
            return false;
        }
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool http_script_text(struct http_script_talk *t, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return http_script_send(t, text, (size_t)size);
}

bool http_script_whole(struct http_script_talk *t, const char *status, const void *body,
                       size_t size)
{
    return http_script_text(t, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, size) &&
           (!strcmp(t->method, "HEAD") || http_script_send(t, body, size));
}

bool http_script_chunk(struct http_script_talk *t, const void *data, size_t size)
{
    return http_script_text(t, "%zx\r\n", size) && http_script_send(t, data, size) &&
           http_script_send(t, "\r\n", 2);
}

bool http_script_wait(struct http_script_talk *t, int gate)
{
    struct http_script *s = t->server;
    struct timespec until;
    int status = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&s->lock);
    while (s->gate < gate && !s->stop && !status)
        status = pthread_cond_timedwait(&s->changed, &s->lock, &until);
    bool passed = s->gate >= gate && !s->stop;
    pthread_mutex_unlock(&s->lock);
    if (!passed)
        t->close = true;
    return passed;
}

void http_script_pass(struct http_script *s)
{
    pthread_mutex_lock(&s->lock);
    s->gate++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void http_script_linger(struct http_script_talk *t)
{
    char byte;
    while (recv(t->fd, &byte, 1, 0) > 0)
        ;
    t->close = true;
}
