#include "packager/origin/origin.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/origin/limits.h"
#include "packager/origin/listen.h"
#include "packager/origin/loop.h"
#include "packager/origin/request.h"
#include "packager/origin/respond.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CONNECTION_MEMORY = 64 * 1024, /* more than a typical chunk: less was seen to cost 43 % CPU */
    UPLOAD_MAX = 64 * 1024,        /* a body that nobody needs is read up to this */
};

const struct origin_limits origin_limits_default = {
    .packet_wait_us = 250000,
    .making_wait_us = 10000000,
    .range_wait_us = 10000000,
    .live_wait_us = 30000000,
    .stall_us = 10000000,
    .expired_grace_us = 10000000,
    .response_us = 60000000,
    .request_us = 40000000,
    .idle_s = 30,
    .scan_us = 250000,
    .max_connections = 4096,
};

struct origin {
    struct origin_service service;
    struct MHD_Daemon *daemon;
    struct origin_loop loop;
    uint16_t port;
};

static void on_connection(void *context, struct MHD_Connection *connection, void **client,
                          enum MHD_ConnectionNotificationCode code)
{
    struct origin *o = context;
    struct origin_service *s = &o->service;
    const union MHD_ConnectionInfo *info;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        origin_clients_close(&s->clients, *client);
        *client = NULL;
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *client = origin_clients_open(&s->clients, info->connect_fd,
                                  clock_monotonic_us() + s->limits.request_us);
}

static bool announces_too_much(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

    return length != NULL && strtoull(length, NULL, 10) > UPLOAD_MAX;
}

/* How often the headers say whom the request is for and where it ends. */
struct framing {
    unsigned hosts, lengths;
    bool spaced; /* a name has white space behind it, and others may read it without */
};

static enum MHD_Result count_framing(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct framing *f = context;
    size_t length = strlen(name);

    (void)kind;
    (void)value;
    f->spaced = f->spaced || (length > 0 && strchr(" \t", name[length - 1]) != NULL);
    f->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    f->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    return MHD_YES;
}

/* Whether a cache in front of us could read another request out of the same bytes (RFC 9112 3.2,
 * 5.1, 6.3), which libmicrohttpd lets pass. */
static bool is_ambiguous(struct MHD_Connection *connection)
{
    struct framing f = {0};

    MHD_get_connection_values(connection, MHD_HEADER_KIND, count_framing, &f);
    return f.spaced || f.hosts > 1 || f.lengths > 1;
}

/* The headers are there: a request begins. An answer at this point ends the connection; otherwise
 * the whole request is waited for. */
static enum MHD_Result begin(struct origin_service *s, struct MHD_Connection *connection,
                             const char *method, void **request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct origin_client *client = info->socket_context;
    struct origin_request *r = NULL;

    if (client != NULL)
        r = origin_request_create(s, client, connection, method);
    if (r == NULL)
        return MHD_NO;
    *request = r;
    if (atomic_load(&s->counters.connections) > (int64_t)s->limits.max_connections)
        return origin_respond_overload(r);
    if (is_ambiguous(connection))
        return origin_respond_ambiguous(r);
    if (announces_too_much(connection))
        return origin_respond_too_large(r);
    origin_client_uploads(client);
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *target, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **request)
{
    struct origin *o = context;
    struct origin_request *r = *request;

    (void)version;
    (void)upload;
    if (r == NULL)
        return begin(&o->service, connection, method, request);
    if (*upload_size == 0)
        return origin_request_answer(r, target);
    r->upload_bytes += *upload_size;
    *upload_size = 0;
    return r->upload_bytes <= UPLOAD_MAX ? MHD_YES : MHD_NO;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    if (*request != NULL)
        origin_request_finish(*request, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    *request = NULL;
}

/* Media paths have nothing to decode, and a decoded path could not be told from a plain one. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* Most of what libmicrohttpd has to say is about what clients do. */
static void on_log(void *context, const char *format, va_list arguments)
{
    char line[512];
    size_t length;

    (void)context;
    vsnprintf(line, sizeof line, format, arguments);
    length = strlen(line);
    if (length > 0 && line[length - 1] == '\n')
        line[length - 1] = '\0';
    log_debug("origin", "%s", line);
}

/* A little above our own bound, so that a client too many is told so. */
static unsigned daemon_connections(unsigned max_connections)
{
    return max_connections + max_connections / 8 + 8;
}

/* max_connections, or as many as there may be files for: libmicrohttpd spins while it can't accept.
 */
static unsigned connections_with_files(unsigned max_connections)
{
    unsigned fitting = origin_listen_raise_files(daemon_connections(max_connections));

    while (max_connections > 1 && daemon_connections(max_connections) > fitting)
        max_connections--;
    return max_connections;
}

/* listener: the daemon's from now on, also on failure. */
static int start_daemon(struct origin *o, int listener)
{
    const struct origin_limits *limits = &o->service.limits;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, NULL},
        {MHD_OPTION_LISTEN_SOCKET, listener, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, o},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, daemon_connections(limits->max_connections), NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_s, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL}, /* HTTP/1.1 comes with a Host */
        {MHD_OPTION_END, 0, NULL},
    };

    o->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
                         NULL, on_request, o, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return o->daemon != NULL ? ERR_OK : ERR_IO;
}

int origin_create_with(const struct origin_config *config, const struct origin_limits *limits,
                       struct origin **out)
{
    struct origin *o = calloc(1, sizeof *o);
    struct origin_service *s;
    int listener = -1;
    int status;

    if (o == NULL)
        return ERR_NOMEM;
    s = &o->service;
    s->limits = *limits;
    s->clients.counters = &s->counters;
    origin_site_init(&s->site, &s->parking);
    status = origin_hangups_init(&s->hangups);
    if (status != ERR_OK)
        goto fail_hangups;
    status = origin_parking_init(&s->parking);
    if (status != ERR_OK)
        goto fail_parking;
    s->limits.max_connections = connections_with_files(limits->max_connections);
    status = origin_listen(config, &listener, &o->port);
    if (status != ERR_OK)
        goto fail;
    status = start_daemon(o, listener);
    if (status == ERR_OK)
        status = origin_loop_start(&o->loop, s, o->daemon);
    if (status != ERR_OK) {
        log_error("origin", "cannot serve on port %u: no memory, thread or file left", o->port);
        goto fail;
    }
    *out = o;
    return ERR_OK;

fail:
    MHD_stop_daemon(o->daemon);
    origin_parking_finish(&s->parking);
fail_parking:
    origin_hangups_finish(&s->hangups);
fail_hangups:
    origin_site_finish(&s->site);
    free(o);
    return status;
}

int origin_create(const struct origin_config *config, struct origin **out)
{
    return origin_create_with(config, &origin_limits_default, out);
}

void origin_destroy(struct origin *o)
{
    if (o == NULL)
        return;
    origin_loop_stop(&o->loop);
    MHD_stop_daemon(o->daemon);
    origin_site_finish(&o->service.site);
    origin_parking_finish(&o->service.parking);
    origin_hangups_finish(&o->service.hangups);
    free(o);
}

uint16_t origin_port(const struct origin *o)
{
    return o->port;
}

int origin_add_page(struct origin *o, const struct origin_page *page)
{
    return origin_site_add_page(&o->service.site, page);
}

int origin_add_store(struct origin *o, const char *channel, const char *presentation,
                     struct store *store)
{
    return origin_site_add_store(&o->service.site, channel, presentation, store);
}

void origin_state(const struct origin *o, struct origin_state *state)
{
    const struct origin_counters *c = &o->service.counters;

    *state = (struct origin_state){
        .connections = atomic_load(&c->connections),
        .live_responses = atomic_load(&c->live_responses),
        .parked_requests = atomic_load(&c->parked_requests),
        .requests = atomic_load(&c->requests),
        .bytes_sent = atomic_load(&c->bytes_sent),
        .cut_readers = atomic_load(&c->cut_readers),
        .cpu_us = origin_loop_cpu_us(&o->loop),
    };
    for (size_t i = 0; i < sizeof state->responses_by_class / sizeof(int64_t); i++)
        state->responses_by_class[i] = atomic_load(&c->responses_by_class[i]);
}
