#include "packager/origin/clients.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Without this bound the kernel swallows megabytes for each reader that stands still. */
enum { UNSENT_BYTES_MAX = 32 * 1024 };

struct origin_client *origin_clients_open(struct origin_clients *c, int fd, int64_t cut_at_us)
{
    struct origin_client *client = calloc(1, sizeof *client);
    int on = 1;
    int unsent = UNSENT_BYTES_MAX;

    if (client == NULL)
        return NULL;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    client->fd = fd;
    client->cut_at_us = cut_at_us;
    client->next = c->first;
    if (c->first != NULL)
        c->first->previous = client;
    c->first = client;
    atomic_fetch_add(&c->counters->connections, 1);
    return client;
}

void origin_clients_close(struct origin_clients *c, struct origin_client *client)
{
    if (client == NULL)
        return;
    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        c->first = client->next;
    if (client->next != NULL)
        client->next->previous = client->previous;
    atomic_fetch_sub(&c->counters->connections, 1);
    free(client);
}

void origin_client_asks(struct origin_client *client, int64_t until_us)
{
    client->reads = client->uploads = false;
    client->cut_at_us = until_us;
}

void origin_client_reads(struct origin_client *client, int64_t until_us)
{
    client->reads = true;
    client->uploads = false;
    client->cut_at_us = until_us;
}

void origin_client_uploads(struct origin_client *client)
{
    client->uploads = true;
}

void origin_client_waits(struct origin_client *client)
{
    client->uploads = false;
    client->cut_at_us = INT64_MAX;
}

void origin_client_cut(struct origin_clients *c, struct origin_client *client)
{
    /* Closed with a reset: the bytes that the peer doesn't take would otherwise stay. */
    struct linger drop = {.l_onoff = 1, .l_linger = 0};

    client->cut_at_us = INT64_MAX;
    if (client->reads)
        atomic_fetch_add(&c->counters->cut_readers, 1);
    client->reads = client->uploads = false;
    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
    shutdown(client->fd, SHUT_RDWR);
}

void origin_clients_cut_overdue(struct origin_clients *c, int64_t now_us)
{
    for (struct origin_client *client = c->first; client != NULL; client = client->next)
        if (client->cut_at_us <= now_us)
            origin_client_cut(c, client);
}

void origin_clients_cut_track(struct origin_clients *c, const struct origin_track *track)
{
    for (struct origin_client *client = c->first; client != NULL; client = client->next) {
        if (client->track != track)
            continue;
        client->reads = false;
        origin_client_cut(c, client);
    }
}

void origin_clients_cut_uploads(struct origin_clients *c)
{
    for (struct origin_client *client = c->first; client != NULL; client = client->next)
        if (client->uploads)
            origin_client_cut(c, client);
}
