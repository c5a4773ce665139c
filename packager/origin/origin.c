#include "packager/origin/origin.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/origin/head.h"
#include "packager/origin/limits.h"
#include "packager/origin/listen.h"
#include "packager/origin/loop.h"
#include "packager/origin/request.h"
#include "packager/origin/respond.h"
#include "packager/origin/tls.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    CONNECTION_MEMORY = 64 * 1024, /* more than a typical chunk: less was seen to cost 43 % CPU */
    CONNECTIONS_MAX = 4096,        /* unless told otherwise */
    CUT_MAX = 16,                  /* connections that are cut, but not closed yet */
    GONE_MAX = 4096,               /* addresses remembered without any connection */
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
    .handshake_us = 10000000,
    .idle_s = 30,
    .spare_request_us = 3000000,
    .penalty_us = 250000,
    .scan_us = 250000,
};

struct origin {
    struct origin_service service;
    bool tls;
    struct MHD_Daemon *daemon;
    struct origin_loop loop;
    unsigned max_connections;
    uint16_t port;
};

static void close_client(struct origin_service *s, struct origin_client *client)
{
    if (client == NULL)
        return;
    origin_tls_end(s, client);
    origin_clients_close(&s->clients, client);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **client,
                          enum MHD_ConnectionNotificationCode code)
{
    struct origin *o = context;
    struct origin_service *s = &o->service;
    const struct sockaddr *from;
    struct origin_client *opened;
    int fd;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        close_client(s, *client);
        *client = NULL;
        return;
    }
    fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    from = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    opened = origin_clients_open(&s->clients, fd, from, clock_monotonic_us());
    if (opened != NULL && o->tls)
        origin_tls_begin(s, connection, opened);
    *client = opened;
}

static enum MHD_Result refuse_head(struct origin_request *r, enum origin_head_fault fault)
{
    switch (fault) {
    case ORIGIN_HEAD_TARGET_TOO_LONG:
        return origin_respond_target_too_long(r);
    case ORIGIN_HEAD_TOO_LARGE:
        return origin_respond_head_too_large(r);
    case ORIGIN_HEAD_UPLOADS:
        return origin_respond_too_large(r);
    default:
        return origin_respond_ambiguous(r);
    }
}

static bool always_answers(struct origin_service *s, const char *target)
{
    const struct origin_page *page = origin_site_find_page(&s->site, origin_route_path(target));

    return page != NULL && page->always;
}

/* The headers are there: a request begins. An answer at this point ends the connection; otherwise
 * the whole request is waited for. */
static enum MHD_Result begin(struct origin_service *s, struct MHD_Connection *connection,
                             const char *method, const char *target, void **request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct origin_client *client = info->socket_context;
    struct origin_request *r = NULL;
    enum origin_head_fault fault;

    if (client != NULL)
        r = origin_request_create(s, client, connection, method);
    if (r == NULL)
        return MHD_NO;
    *request = r;
    if (client->standing != ORIGIN_WELCOME && !always_answers(s, target))
        return origin_respond_overload(r);
    fault = origin_head_check(connection, target);
    if (fault != ORIGIN_HEAD_FINE)
        return refuse_head(r, fault);
    r->too_fast = !origin_client_may_ask(&s->clients, client, clock_monotonic_us());
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
        return begin(&o->service, connection, method, target, request);
    if (*upload_size == 0)
        return origin_request_answer(r, target);
    r->upload_bytes += *upload_size;
    *upload_size = 0;
    return r->upload_bytes <= ORIGIN_UPLOAD_MAX ? MHD_YES : MHD_NO;
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

/* So many more are let in to be told that they are too many. Many, as holding one that says nothing
 * costs less than cutting it and accepting the next. */
static unsigned spare_connections(unsigned max_connections)
{
    return max_connections / 2 + 8;
}

/* What libmicrohttpd is to hold: it never gets there, since at its own bound it would leave whoever
 * comes without an answer. */
static unsigned daemon_connections(unsigned max_connections)
{
    return max_connections + spare_connections(max_connections) + CUT_MAX;
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

/* service: with limits. After failure there is nothing to finish. */
static int init_clients(struct origin *o, const struct origin_config *config)
{
    struct origin_service *s = &o->service;
    unsigned wanted = config->max_connections > 0 ? config->max_connections : CONNECTIONS_MAX;
    uint64_t seed = (uint64_t)clock_monotonic_us();
    int status;

    o->max_connections = connections_with_files(wanted);
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        log_debug("origin", "no random bytes: addresses are told apart by the clock");
    status = origin_visitors_init(&s->visitors,
                                  &(struct origin_visitors_config){
                                      .connections = daemon_connections(o->max_connections),
                                      .gone = GONE_MAX,
                                      .connections_max = config->max_connections_per_address,
                                      .requests_max = config->max_request_rate,
                                      .exempt = &config->exempt,
                                      .seed = seed,
                                  });
    if (status != ERR_OK)
        return status;
    origin_clients_init(&s->clients,
                        &(struct origin_clients_config){
                            .welcome_max = o->max_connections,
                            .spare_max = spare_connections(o->max_connections),
                            .request_us = s->limits.request_us,
                            .spare_request_us = s->limits.spare_request_us,
                        },
                        &s->visitors, &s->counters);
    return ERR_OK;
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
        {MHD_OPTION_CONNECTION_LIMIT, daemon_connections(o->max_connections), NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_s, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL}, /* HTTP/1.1 comes with a Host */
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

    if (o->tls)
        o->daemon = MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, on_request, o,
                                     MHD_OPTION_ARRAY, options, MHD_OPTION_HTTPS_PRIORITIES,
                                     origin_tls_priorities, MHD_OPTION_HTTPS_CERT_CALLBACK,
                                     origin_tls_no_certificate, MHD_OPTION_END);
    else
        o->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, o, MHD_OPTION_ARRAY, options,
                                     MHD_OPTION_END);
    if (o->daemon == NULL)
        log_error("origin", "libmicrohttpd can't be started%s",
                  o->tls && MHD_is_feature_supported(MHD_FEATURE_TLS) == MHD_NO
                      ? ": it was built without TLS, leave --tls-certificate and --tls-key out"
                      : "");
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
    s->files = config->files;
    s->file_count = config->file_count;
    origin_site_init(&s->site, &s->parking);
    origin_gate_init(&s->gate);
    origin_certificates_init(&s->certificates);
    status = origin_hangups_init(&s->hangups);
    if (status != ERR_OK)
        goto fail_hangups;
    status = origin_handshakes_init(&s->handshakes);
    if (status != ERR_OK)
        goto fail_handshakes;
    status = origin_parking_init(&s->parking);
    if (status != ERR_OK)
        goto fail_parking;
    origin_lot_init(&s->penalties, &s->parking);
    status = init_clients(o, config);
    if (status != ERR_OK)
        goto fail_clients;
    o->tls = config->certificate_path != NULL;
    if (o->tls)
        status = origin_set_certificate(o, config->certificate_path, config->key_path);
    if (status == ERR_OK)
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
    origin_visitors_finish(&s->visitors);
fail_clients:
    origin_parking_finish(&s->parking);
fail_parking:
    origin_handshakes_finish(&s->handshakes);
fail_handshakes:
    origin_hangups_finish(&s->hangups);
fail_hangups:
    origin_certificates_finish(&s->certificates);
    origin_gate_finish(&s->gate);
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
    origin_visitors_finish(&o->service.visitors);
    origin_site_finish(&o->service.site);
    origin_parking_finish(&o->service.parking);
    origin_hangups_finish(&o->service.hangups);
    origin_handshakes_finish(&o->service.handshakes);
    origin_certificates_finish(&o->service.certificates);
    origin_gate_finish(&o->service.gate);
    free(o);
}

uint16_t origin_port(const struct origin *o)
{
    return o->port;
}

int origin_set_certificate(struct origin *o, const char *certificate_path, const char *key_path)
{
    char why[ORIGIN_WHY_BYTES];
    int status;

    if (!o->tls)
        return ERR_STATE;
    status = origin_certificates_load(&o->service.certificates, certificate_path, key_path, why);
    if (status != ERR_OK && o->daemon != NULL)
        log_warn("tls", "%s; until then the certificate that was there before is shown", why);
    else if (status != ERR_OK)
        log_error("tls", "%s", why);
    return status;
}

void origin_set_access(struct origin *o, const struct origin_access *access)
{
    origin_gate_set(&o->service.gate, access);
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

int origin_remove_page(struct origin *o, const char *path)
{
    return origin_site_remove_page(&o->service.site, path);
}

int origin_remove_store(struct origin *o, const char *channel, const char *presentation)
{
    return origin_site_remove_store(&o->service.site, channel, presentation);
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
        .refused_connections = atomic_load(&c->refused_connections),
        .refused_connections_of_address = atomic_load(&c->refused_connections_of_address),
        .refused_requests = atomic_load(&c->refused_requests),
        .cpu_us = origin_loop_cpu_us(&o->loop),
    };
    for (size_t i = 0; i < sizeof state->responses_by_class / sizeof(int64_t); i++)
        state->responses_by_class[i] = atomic_load(&c->responses_by_class[i]);
    for (int i = 0; i < ORIGIN_CUT_REASONS; i++)
        state->cut[i] = atomic_load(&c->cut[i]);
    state->cut_readers = state->cut[ORIGIN_CUT_STALLED] + state->cut[ORIGIN_CUT_OUTDATED] +
                         state->cut[ORIGIN_CUT_SLOW];
}
