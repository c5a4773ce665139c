#include "packager/origin/clients.h"

#include "media/core/log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Without this bound the kernel swallows megabytes for each reader that stands still. */
enum { UNSENT_BYTES_MAX = 32 * 1024 };

static const int64_t told_each_us = 60000000;

void origin_clients_init(struct origin_clients *c, const struct origin_clients_config *config,
                         struct origin_visitors *visitors, struct origin_counters *counters)
{
    *c = (struct origin_clients){
        .config = *config, .visitors = visitors, .counters = counters, .told_at_us = INT64_MIN};
}

/* ---- lists ---- */

static void append(struct origin_client_list *list, struct origin_client *client)
{
    client->list = list;
    client->next = NULL;
    client->previous = list->last;
    if (list->last != NULL)
        list->last->next = client;
    else
        list->first = client;
    list->last = client;
    list->count++;
}

static void take_off(struct origin_client *client)
{
    struct origin_client_list *list = client->list;

    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        list->first = client->next;
    if (client->next != NULL)
        client->next->previous = client->previous;
    else
        list->last = client->previous;
    list->count--;
}

/* ---- coming and going ---- */

static void tell_too_many(struct origin_clients *c, int64_t now_us)
{
    if (c->told_at_us != INT64_MIN && now_us - c->told_at_us < told_each_us)
        return;
    c->told_at_us = now_us;
    log_warn("origin", "%u connections are open: further ones are refused (--max-connections)",
             c->welcome.count);
}

static void tell_too_many_of(struct origin_clients *c, struct origin_visitor *visitor,
                             int64_t now_us)
{
    char address[NETWORK_TEXT_BYTES];

    if (!origin_visitors_tell(c->visitors, visitor, now_us))
        return;
    origin_visitor_text(visitor, address);
    log_warn("origin",
             "%s has %u connections: further ones are refused (--max-connections-per-address, "
             "--exempt)",
             address, c->visitors->config.connections_max);
}

static enum origin_standing standing_of(struct origin_clients *c, struct origin_visitor *visitor,
                                        int64_t now_us)
{
    if (origin_visitors_crowd(c->visitors, visitor)) {
        atomic_fetch_add(&c->counters->refused_connections_of_address, 1);
        tell_too_many_of(c, visitor, now_us);
        return ORIGIN_TOO_MANY_OF_ADDRESS;
    }
    if (c->welcome.count >= c->config.welcome_max) {
        atomic_fetch_add(&c->counters->refused_connections, 1);
        tell_too_many(c, now_us);
        return ORIGIN_TOO_MANY;
    }
    return ORIGIN_WELCOME;
}

static void list_by_standing(struct origin_clients *c, struct origin_client *client, int64_t now_us)
{
    if (client->standing == ORIGIN_WELCOME) {
        append(&c->welcome, client);
        origin_client_asks(client, now_us + c->config.request_us);
        return;
    }
    append(&c->spare, client);
    origin_client_asks(client, now_us + c->config.spare_request_us);
    if (c->spare.count > c->config.spare_max)
        origin_client_cut(c, c->spare.first, ORIGIN_CUT_REFUSED);
}

static void set_up(int fd)
{
    int on = 1;
    int unsent = UNSENT_BYTES_MAX;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

struct origin_client *origin_clients_open(struct origin_clients *c, int fd,
                                          const struct sockaddr *from, int64_t now_us)
{
    struct origin_client *client = calloc(1, sizeof *client);
    struct network_address address = {{0}};

    if (client == NULL)
        return NULL;
    network_address_of(from, &address);
    client->fd = fd;
    client->visitor = origin_visitors_enter(c->visitors, &address);
    if (client->visitor == NULL) {
        free(client);
        return NULL;
    }
    set_up(fd);
    client->standing = standing_of(c, client->visitor, now_us);
    list_by_standing(c, client, now_us);
    atomic_fetch_add(&c->counters->connections, 1);
    return client;
}

void origin_clients_close(struct origin_clients *c, struct origin_client *client)
{
    if (client == NULL)
        return;
    take_off(client);
    origin_visitors_leave(c->visitors, client->visitor);
    atomic_fetch_sub(&c->counters->connections, 1);
    free(client);
}

uint64_t origin_client_number(const struct origin_client *client)
{
    return client->visitor->exempt ? (uintptr_t)client : (uintptr_t)client->visitor;
}

bool origin_client_may_ask(struct origin_clients *c, struct origin_client *client, int64_t now_us)
{
    char address[NETWORK_TEXT_BYTES];

    if (origin_visitors_ask(c->visitors, client->visitor, now_us))
        return true;
    atomic_fetch_add(&c->counters->refused_requests, 1);
    if (!origin_visitors_tell(c->visitors, client->visitor, now_us))
        return false;
    origin_visitor_text(client->visitor, address);
    log_warn("origin",
             "%s makes more than %u requests a second: further ones are refused "
             "(--max-request-rate, --exempt)",
             address, c->visitors->config.requests_max);
    return false;
}

/* ---- deadlines ---- */

void origin_client_asks(struct origin_client *client, int64_t until_us)
{
    client->uploads = false;
    client->cut_for = client->standing == ORIGIN_WELCOME ? ORIGIN_CUT_REQUEST : ORIGIN_CUT_REFUSED;
    client->cut_at_us = until_us;
}

void origin_client_reads(struct origin_client *client, int64_t until_us, enum origin_cut what)
{
    client->uploads = false;
    client->cut_for = what;
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

void origin_client_cut(struct origin_clients *c, struct origin_client *client,
                       enum origin_cut reason)
{
    /* Closed with a reset: the bytes that the peer doesn't take would otherwise stay. */
    struct linger drop = {.l_onoff = 1, .l_linger = 0};

    if (client->list == &c->cut)
        return;
    take_off(client);
    append(&c->cut, client);
    client->cut_at_us = INT64_MAX;
    client->uploads = false;
    atomic_fetch_add(&c->counters->cut[reason], 1);
    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
    shutdown(client->fd, SHUT_RDWR);
}

static void cut_overdue(struct origin_clients *c, struct origin_client_list *list, int64_t now_us)
{
    struct origin_client *next;

    for (struct origin_client *client = list->first; client != NULL; client = next) {
        next = client->next;
        if (client->cut_at_us <= now_us)
            origin_client_cut(c, client, client->cut_for);
    }
}

void origin_clients_cut_overdue(struct origin_clients *c, int64_t now_us)
{
    cut_overdue(c, &c->welcome, now_us);
    cut_overdue(c, &c->spare, now_us);
}

static void cut_uploads(struct origin_clients *c, struct origin_client_list *list)
{
    struct origin_client *next;

    for (struct origin_client *client = list->first; client != NULL; client = next) {
        next = client->next;
        if (client->uploads)
            origin_client_cut(c, client, ORIGIN_CUT_REQUEST);
    }
}

static void cut_track(struct origin_clients *c, struct origin_client_list *list,
                      const struct origin_track *track)
{
    struct origin_client *next;

    for (struct origin_client *client = list->first; client != NULL; client = next) {
        next = client->next;
        if (client->track == track)
            origin_client_cut(c, client, ORIGIN_CUT_REMOVED);
    }
}

void origin_clients_cut_track(struct origin_clients *c, const struct origin_track *track)
{
    cut_track(c, &c->welcome, track);
    cut_track(c, &c->spare, track);
}

void origin_clients_cut_uploads(struct origin_clients *c)
{
    cut_uploads(c, &c->welcome);
    cut_uploads(c, &c->spare);
}
