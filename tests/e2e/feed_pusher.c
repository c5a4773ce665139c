#include "e2e/feed_pusher.h"
#include "support/cmocka_all.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PUMP_BYTES = 16384, KILL_MS = 10000 };

int feed_pusher_free_port(int socket_type)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, socket_type, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

void feed_pusher_init(struct feed_pusher *f, enum feed_pusher_kind kind)
{
    *f = (struct feed_pusher){.kind = kind, .into = -1, .ffmpeg = {.in = -1, .out = -1}};
    if (kind != FEED_PUSHER_STDIN)
        f->port = feed_pusher_free_port(SOCK_DGRAM); /* as UDP and SRT both want it */
}

void feed_pusher_input(const struct feed_pusher *f, char *out, size_t capacity)
{
    static const char *const forms[] = {"-", "udp://127.0.0.1:%d",
                                        "srt://127.0.0.1:%d?mode=listener", "srt://127.0.0.1:%d"};
    snprintf(out, capacity, forms[f->kind], f->port);
}

static void *pump(void *argument)
{
    struct feed_pusher *f = argument;
    char buffer[PUMP_BYTES];
    ssize_t size;
    while ((size = read(f->ffmpeg.out, buffer, sizeof buffer)) > 0) {
        for (ssize_t done = 0, written; done < size; done += written) {
            written = write(f->into, buffer + done, (size_t)(size - done));
            if (written <= 0)
                return NULL;
        }
    }
    return NULL;
}

void feed_pusher_start(struct feed_pusher *f, const char *clip_path)
{
    static const char *const forms[] = {"-", "udp://127.0.0.1:%d?pkt_size=1316",
                                        "srt://127.0.0.1:%d", "srt://127.0.0.1:%d?mode=listener"};
    char target[96];
    bool piped = f->kind == FEED_PUSHER_STDIN;
    snprintf(target, sizeof target, forms[f->kind], f->port);
    const char *const argv[] = {"ffmpeg", "-nostdin", "-v", "error",  "-re",  "-i", clip_path,
                                "-c",     "copy",     "-f", "mpegts", target, NULL};
    assert_true(process_start(&f->ffmpeg, argv, piped ? PROCESS_STDOUT : PROCESS_NO_PIPE));
    if (piped)
        assert_int_equal(pthread_create(&f->pump, NULL, pump, f), 0);
}

bool feed_pusher_runs(struct feed_pusher *f)
{
    if (process_wait(&f->ffmpeg, 0) == -1)
        return true;
    char *log = process_log(&f->ffmpeg);
    print_error("the pusher to port %d has ended:\n%s\n", f->port, log);
    free(log);
    return false;
}

void feed_pusher_kill(struct feed_pusher *f)
{
    if (f->ffmpeg.pid <= 0)
        return;
    process_signal(&f->ffmpeg, SIGKILL);
    assert_int_not_equal(process_wait(&f->ffmpeg, KILL_MS), -1);
    if (f->kind == FEED_PUSHER_STDIN)
        pthread_join(f->pump, NULL);
    process_finish(&f->ffmpeg);
}
