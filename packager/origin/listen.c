#include "packager/origin/listen.h"

#include "media/core/err.h"
#include "media/core/log.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, OTHER_FILES = 512 };

static int resolve(const struct origin_config *config, struct addrinfo **out)
{
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    char port[8];

    snprintf(port, sizeof port, "%u", config->port);
    if (getaddrinfo(config->address, port, &hints, out) == 0)
        return ERR_OK;
    log_error("origin", "cannot listen on \"%s\": not a numeric IPv4 or IPv6 address",
              config->address);
    return ERR_INVALID;
}

static int bind_and_listen(int fd, const struct addrinfo *address, uint16_t *port)
{
    struct sockaddr_storage bound;
    socklen_t bound_size = sizeof bound;
    char service[8];
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &bound_size) != 0)
        return ERR_IO;
    if (getnameinfo((struct sockaddr *)&bound, bound_size, NULL, 0, service, sizeof service,
                    NI_NUMERICSERV) != 0)
        return ERR_IO;
    *port = (uint16_t)strtoul(service, NULL, 10);
    return ERR_OK;
}

int origin_listen(const struct origin_config *config, int *fd, uint16_t *port)
{
    struct addrinfo *address = NULL;
    int status = resolve(config, &address);
    int socket_fd;

    if (status != ERR_OK)
        return status;
    socket_fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_fd < 0 || bind_and_listen(socket_fd, address, port) != ERR_OK) {
        log_error("origin", "cannot listen on %s port %u: %s; free the port or choose another",
                  config->address, config->port, strerror(errno));
        if (socket_fd >= 0)
            close(socket_fd);
        status = ERR_IO;
    } else {
        *fd = socket_fd;
    }
    freeaddrinfo(address);
    return status;
}

unsigned origin_listen_raise_files(unsigned connections)
{
    rlim_t needed = (rlim_t)connections + OTHER_FILES;
    struct rlimit limit;
    rlim_t others;
    unsigned fitting;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return connections;
    limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed)
        return connections;
    others = limit.rlim_cur / 2 < OTHER_FILES ? limit.rlim_cur / 2 : OTHER_FILES;
    fitting = (unsigned)(limit.rlim_cur - others);
    log_warn("origin",
             "only %llu files may be open: no more than %u connections at a time; "
             "raise the limit (ulimit -n %llu)",
             (unsigned long long)limit.rlim_cur, fitting, (unsigned long long)needed);
    return fitting;
}
