#include "player-sim/link/ends.h"
#include "media/core/err.h"
#include "player-sim/link/netns.h"

#include <arpa/inet.h>
#include <unistd.h>

struct making {
    struct tun_config config;
    struct tun *out;
    char *error;
    size_t error_bytes;
};

static int make(void *argument)
{
    struct making *m = argument;
    return tun_open(&m->config, m->out, m->error, m->error_bytes);
}

static int make_in(int netns, const char *address, const char *peer, struct tun *out, char *error,
                   size_t error_bytes)
{
    struct making m = {.out = out, .error = error, .error_bytes = error_bytes};
    inet_pton(AF_INET, address, &m.config.address);
    inet_pton(AF_INET, peer, &m.config.peer);
    return netns_run(netns, make, &m, error, error_bytes);
}

int ends_open(const char *host_netns, struct ends *out, char *error, size_t error_bytes)
{
    struct ends e = {.netns = -1, .host.fd = -1, .self.fd = -1};
    int hosts;
    int status = netns_open(host_netns, &hosts, error, error_bytes);
    if (status)
        return status;
    status = make_in(hosts, ENDS_HOST_ADDRESS, ENDS_SELF_ADDRESS, &e.host, error, error_bytes);
    close(hosts);
    if (!status)
        status = netns_create(&e.netns, error, error_bytes);
    if (!status)
        status =
            make_in(e.netns, ENDS_SELF_ADDRESS, ENDS_HOST_ADDRESS, &e.self, error, error_bytes);
    if (status)
        ends_close(&e);
    else
        *out = e;
    return status;
}

void ends_close(struct ends *e)
{
    tun_close(&e->host);
    tun_close(&e->self);
    if (e->netns >= 0)
        close(e->netns);
    e->netns = -1;
}
