#include "player-sim/link/tun.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/link/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char clone_device[] = "/dev/net/tun";

static bool is_address(const struct sockaddr *have, struct in_addr wanted)
{
    return have && have->sa_family == AF_INET &&
           ((const struct sockaddr_in *)(const void *)have)->sin_addr.s_addr == wanted.s_addr;
}

static bool has_one(const struct ifaddrs *interface, const struct tun_config *config)
{
    const struct sockaddr *far =
        interface->ifa_flags & IFF_POINTOPOINT ? interface->ifa_dstaddr : NULL;
    return is_address(interface->ifa_addr, config->address) ||
           is_address(interface->ifa_addr, config->peer) || is_address(far, config->address) ||
           is_address(far, config->peer);
}

/* The system would let two interfaces have one address, and answer through either. */
static int check_addresses(const struct tun_config *config, char *error, size_t error_bytes)
{
    struct ifaddrs *list;
    char text[INET_ADDRSTRLEN];
    int status = ERR_OK;
    if (getifaddrs(&list)) {
        error_line(error, error_bytes, "the addresses that are in use can't be read: %s",
                   strerror(errno));
        return ERR_IO;
    }
    for (const struct ifaddrs *i = list; i && !status; i = i->ifa_next)
        if (has_one(i, config)) {
            inet_ntop(AF_INET, &config->address, text, sizeof text);
            error_line(error, error_bytes,
                       "the interface %s has the address %s or its other end already: end the "
                       "other link, or give this one a namespace of its own with --netns",
                       i->ifa_name, text);
            status = ERR_EXISTS;
        }
    freeifaddrs(list);
    return status;
}

static int refuse(const char *what, char *error, size_t error_bytes)
{
    int reason = errno;
    const char *remedy = "see that the kernel has TUN devices";
    if (reason == EPERM || reason == EACCES)
        remedy = NETNS_PRIVILEGES;
    else if (reason == ENOENT || reason == ENODEV || reason == ENXIO)
        remedy = "load it with \"modprobe tun\", or give the container --device /dev/net/tun";
    error_line(error, error_bytes, "%s: %s: %s", what, strerror(reason), remedy);
    return ERR_IO;
}

static struct sockaddr socket_address(struct in_addr address)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = address};
    struct sockaddr out;
    _Static_assert(sizeof in == sizeof out, "what an ifreq has room for");
    memcpy(&out, &in, sizeof out);
    return out;
}

/* Sizes, addresses, and up. 0, or -1 with errno set. */
static int configure(const char *name, const struct tun_config *config)
{
    struct ifreq mtu = {.ifr_mtu = TUN_MTU_BYTES}, queue = {.ifr_qlen = TUN_QUEUE_PACKETS};
    struct ifreq address = {.ifr_addr = socket_address(config->address)};
    struct ifreq peer = {.ifr_dstaddr = socket_address(config->peer)};
    struct ifreq up = {.ifr_flags = IFF_UP | IFF_RUNNING | IFF_POINTOPOINT | IFF_NOARP};
    struct {
        unsigned long what;
        struct ifreq *request;
    } steps[] = {{SIOCSIFMTU, &mtu},
                 {SIOCSIFTXQLEN, &queue},
                 {SIOCSIFADDR, &address},
                 {SIOCSIFDSTADDR, &peer},
                 {SIOCSIFFLAGS, &up}};
    int failed = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !failed; i++) {
        strcpy(steps[i].request->ifr_name, name);
        failed = ioctl(fd, steps[i].what, steps[i].request);
    }
    int reason = errno;
    close(fd);
    errno = reason;
    return failed;
}

int tun_open(const struct tun_config *config, struct tun *out, char *error, size_t error_bytes)
{
    int status = check_addresses(config, error, error_bytes);
    if (status)
        return status;
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI, .ifr_name = "hesp%d"};
    int fd = open(clone_device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return refuse(clone_device, error, error_bytes);
    if (ioctl(fd, TUNSETIFF, &request)) {
        status = refuse("making a TUN device", error, error_bytes);
        goto fail;
    }
    if (configure(request.ifr_name, config)) {
        status = refuse("configuring a TUN device", error, error_bytes);
        goto fail;
    }
    *out = (struct tun){.fd = fd};
    memcpy(out->name, request.ifr_name, sizeof out->name);
    return ERR_OK;
fail:
    close(fd);
    return status;
}

void tun_close(struct tun *t)
{
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}
