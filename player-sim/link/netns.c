#include "player-sim/link/netns.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int refuse(const char *what, int reason, char *error, size_t error_bytes)
{
    if (reason == EPERM)
        error_line(error, error_bytes, "%s: %s: " NETNS_PRIVILEGES, what, strerror(reason));
    else
        error_line(error, error_bytes, "%s: %s: see that the kernel has network namespaces", what,
                   strerror(reason));
    return ERR_IO;
}

int netns_open(const char *name, int *out_fd, char *error, size_t error_bytes)
{
    char path[sizeof "/run/netns/" + 256] = "/proc/thread-self/ns/net";
    if (name)
        snprintf(path, sizeof path, "/run/netns/%.255s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET) {
        *out_fd = fd;
        return ERR_OK;
    }
    int reason = errno;
    if (fd >= 0) {
        close(fd);
        error_line(error, error_bytes,
                   "%.60s is no network namespace (any more): remove it with \"ip netns del "
                   "%.60s\" and make it anew with \"ip netns add %.60s\"",
                   path, name, name);
        return ERR_IO;
    }
    if (!name || reason != ENOENT)
        return refuse(path, reason, error, error_bytes);
    error_line(error, error_bytes,
               "there is no network namespace %.60s: make it with \"ip netns add %.60s\"", name,
               name);
    return ERR_NOT_FOUND;
}

struct errand {
    int fd; /* -1: into a new one */
    int (*work)(void *argument);
    void *argument;
    int status;
    int reason; /* an errno where the namespace could not be entered, else 0 */
};

static void *run_errand(void *argument)
{
    struct errand *e = argument;
    if (e->fd >= 0 ? setns(e->fd, CLONE_NEWNET) : unshare(CLONE_NEWNET))
        e->reason = errno;
    else
        e->status = e->work(e->argument);
    return NULL;
}

/* The errno that kept it from running; 0: it ran. */
static int send_on(struct errand *e)
{
    pthread_t thread;
    int reason = pthread_create(&thread, NULL, run_errand, e);
    if (reason)
        return reason;
    pthread_join(thread, NULL);
    return e->reason;
}

int netns_run(int fd, int (*work)(void *argument), void *argument, char *error, size_t error_bytes)
{
    struct errand e = {.fd = fd, .work = work, .argument = argument};
    int reason = send_on(&e);
    return reason ? refuse("entering the network namespace", reason, error, error_bytes) : e.status;
}

static int raise_loopback(void)
{
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    strcpy(request.ifr_name, "lo");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int status = fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &request) ? ERR_OK : ERR_IO;
    if (fd >= 0)
        close(fd);
    return status;
}

struct newborn {
    int fd;
    int reason;
};

static int settle_in(void *argument)
{
    struct newborn *n = argument;
    if (raise_loopback()) {
        n->reason = errno;
        return ERR_IO;
    }
    n->fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    n->reason = n->fd < 0 ? errno : 0;
    return n->fd < 0 ? ERR_IO : ERR_OK;
}

int netns_create(int *out_fd, char *error, size_t error_bytes)
{
    struct newborn n = {.fd = -1};
    struct errand e = {.fd = -1, .work = settle_in, .argument = &n};
    int reason = send_on(&e);
    if (reason || e.status)
        return refuse("making a network namespace for the command", reason ? reason : n.reason,
                      error, error_bytes);
    *out_fd = n.fd;
    return ERR_OK;
}

int netns_enter(int fd)
{
    return setns(fd, CLONE_NEWNET) ? ERR_IO : ERR_OK;
}
