#include "support/link_traffic.h"
#include "media/core/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SINK_PORT = 7000, SOURCE_PORT = 7001, BUFFER_BYTES = 65536 };

struct serving {
    int ready, stop;
    int64_t bytes;
};

static int open_socket(int type, const char *address, uint16_t port, bool server)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (server ? bind(fd, (struct sockaddr *)&to, sizeof to)
               : connect(fd, (struct sockaddr *)&to, sizeof to)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* ---- the host's side ---- */

static int run_sink(void *argument)
{
    const struct serving *s = argument;
    unsigned char packet[2048];
    int64_t count = 0;
    int fd = open_socket(SOCK_DGRAM | SOCK_NONBLOCK, "0.0.0.0", SINK_PORT, true);
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->stop, .events = POLLIN}};
    if (fd < 0 || write(s->ready, "r", 1) != 1)
        return 1;
    do {
        if (poll(fds, 2, -1) < 0)
            return 1;
        while (recv(fd, packet, sizeof packet, 0) >= 0)
            count++;
    } while (!fds[1].revents);
    return write(s->ready, &count, sizeof count) == sizeof count ? 0 : 1;
}

static void feed(int fd, int64_t bytes)
{
    static const unsigned char zeros[BUFFER_BYTES];
    while (bytes > 0) {
        ssize_t sent =
            send(fd, zeros, (size_t)(bytes < BUFFER_BYTES ? bytes : BUFFER_BYTES), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes -= sent;
    }
}

static int run_source(void *argument)
{
    const struct serving *s = argument;
    int client, fd = open_socket(SOCK_STREAM, "0.0.0.0", SOURCE_PORT, true);
    if (fd < 0 || listen(fd, 4) || write(s->ready, "r", 1) != 1)
        return 1;
    while ((client = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        feed(client, s->bytes);
        close(client);
    }
    return 1;
}

static bool start(struct link_server *s, const struct netns_lab *lab, int (*work)(void *),
                  int64_t bytes)
{
    int ready[2], stop[2];
    char byte;
    if (pipe2(ready, O_CLOEXEC) || pipe2(stop, O_CLOEXEC))
        return false;
    struct serving serving = {.ready = ready[1], .stop = stop[0], .bytes = bytes};
    *s = (struct link_server){.pipe = ready[0], .stop = stop[1]};
    s->pid = netns_lab_fork(lab, work, &serving);
    close(ready[1]);
    close(stop[0]);
    return s->pid > 0 && read(s->pipe, &byte, 1) == 1;
}

bool link_traffic_sink(struct link_server *s, const struct netns_lab *lab)
{
    return start(s, lab, run_sink, 0);
}

int64_t link_traffic_sink_count(struct link_server *s)
{
    int64_t count = -1;
    int status;
    if (write(s->stop, "s", 1) != 1 || read(s->pipe, &count, sizeof count) != sizeof count)
        count = -1;
    close(s->stop);
    close(s->pipe);
    waitpid(s->pid, &status, 0);
    return status ? -1 : count;
}

bool link_traffic_source(struct link_server *s, const struct netns_lab *lab, int64_t bytes)
{
    return start(s, lab, run_source, bytes);
}

void link_traffic_source_end(struct link_server *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    close(s->stop);
    close(s->pipe);
}

/* ---- the command's side ---- */

static int burst(const char *host, int count, int bytes, int linger_ms)
{
    static const unsigned char payload[BUFFER_BYTES];
    int fd = open_socket(SOCK_DGRAM, host, SINK_PORT, false);
    for (int i = 0; i < count; i++) {
        size_t size = (size_t)(bytes - LINK_TRAFFIC_IP_UDP_BYTES);
        if (send(fd, payload, size, 0) != (ssize_t)size) {
            fprintf(stderr, "burst: packet %d: %s\n", i, strerror(errno));
            return 1;
        }
    }
    usleep((useconds_t)linger_ms * 1000);
    return 0;
}

static int fetch(const char *host)
{
    static unsigned char buffer[BUFFER_BYTES];
    int64_t start_us = clock_monotonic_us(), bytes = 0;
    ssize_t got;
    int fd = open_socket(SOCK_STREAM, host, SOURCE_PORT, false);
    if (fd < 0) {
        fprintf(stderr, "fetch: %s\n", strerror(errno));
        return 1;
    }
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0)
        bytes += got;
    printf("%" PRId64 " %" PRId64 "\n", bytes, clock_monotonic_us() - start_us);
    return got ? 1 : 0;
}

int link_traffic_main(int argc, char **argv)
{
    const char *host = getenv("HESP_LINK_HOST");
    if (host && argc == 5 && strcmp(argv[1], "burst") == 0)
        return burst(host, atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
    if (host && argc == 2 && strcmp(argv[1], "fetch") == 0)
        return fetch(host);
    fprintf(stderr, "usage: burst COUNT BYTES LINGER_MS, or fetch, behind a link\n");
    return 2;
}
