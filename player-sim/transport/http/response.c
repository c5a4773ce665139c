#include "player-sim/transport/http/response.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/transport/http/redirect.h"
#include "player-sim/transport/http/sockets.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of what nobody asked for: a status other than 200, say. */
enum { HEAD_BYTES_MAX = 64 << 10, REFUSAL_BYTES_MAX = 64 << 10 };

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- telling ---- */

/* Time never goes back from one event to the next; responses may end in another order than that of
 * their last bytes. */
static void put(struct http_fetch *f, struct http_event *e, int64_t now_us)
{
    struct http_client *c = f->client;
    c->told_us = larger(now_us, larger(c->turn_us, c->told_us));
    e->now_us = c->told_us;
    e->event.connected_us = f->connected_us;
    e->event.first_byte_us = f->first_byte_us;
    e->event.fresh_connection = f->fresh;
    e->event.http_status = f->http_status;
    http_events_put(&c->events, e);
}

void http_response_fail(struct http_fetch *f, enum session_fault fault, const char *what)
{
    static const char unknown[] = "an address that could not be made";
    struct http_event *e = f->last;
    if (!e)
        return;
    f->last = NULL;
    if (asprintf(&e->text, "GET %s: %s", f->url && *f->url ? f->url : unknown, what) < 0)
        e->text = NULL;
    for (char *c = e->text; c && *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    e->event.kind = SESSION_FAILED;
    e->event.fault = fault;
    e->event.text = e->text ? e->text : err_text(ERR_NOMEM);
    put(f, e, clock_monotonic_us());
}

/* The sink of the intake. A manifest and a packet are their requests' last event. */
static int tell(void *context, const struct session_event *event)
{
    struct http_fetch *f = context;
    bool last = event->kind != SESSION_CHUNK;
    struct http_event *e = last ? f->last : http_event_create(f->request);
    if (!e)
        return ERR_NOMEM;
    if (last)
        f->last = NULL;
    e->event = *event;
    e->event.request = f->request;
    if (event->channel)
        session_channel_ref(event->channel);
    blob_ref(event->sample.payload);
    if (event->sample.manifest_url) /* without memory it is where it always was */
        e->manifest_url = strdup(event->sample.manifest_url);
    e->event.sample.manifest_url = e->manifest_url;
    put(f, e, f->heard_us);
    return 0;
}

static void tell_finished(struct http_fetch *f)
{
    struct http_event *e = f->last;
    f->last = NULL;
    e->event.kind = SESSION_FINISHED;
    put(f, e, clock_monotonic_us());
}

/* What one may not have: the answer says why, where it is a plain line and no page. */
static bool is_refused(const struct http_fetch *f)
{
    return f->http_status == 401 || f->http_status == 403;
}

static void fail_status(struct http_fetch *f)
{
    char text[FETCH_ASIDE_BYTES + 24];
    char line[FETCH_ASIDE_BYTES + 1] = "";
    if (is_refused(f) && isalnum((unsigned char)f->aside[0]))
        memcpy(line, f->aside, sizeof f->aside);
    line[strcspn(line, "\r\n")] = 0;
    snprintf(text, sizeof text, "%d%s%s", f->http_status, *line ? ": " : "", line);
    http_response_fail(f, SESSION_FAULT_HTTP, text);
}

/* ---- the head ---- */

/* "HTTP/1.1 200 OK", "HTTP/2 200". An answer may have several heads: 103, then 200. */
static void read_status_line(struct http_fetch *f, const char *line)
{
    int length = 0;
    f->http_status = 0;
    f->range_start = -1;
    http_redirect_forget(f);
    sscanf(line, "HTTP/%7[0-9.]%n", f->version, &length);
    sscanf(line + length, "%3d", &f->http_status);
}

static void read_content_range(struct http_fetch *f, const char *line)
{
    int64_t start;
    char dash;
    if (sscanf(line, " bytes %" SCNd64 "%c", &start, &dash) == 2 && dash == '-' && start >= 0)
        f->range_start = start;
}

static bool asked_version(const struct http_fetch *f)
{
    return f->version[0] == (f->client->config.version == HTTP_VERSION_2 ? '2' : '1');
}

/* Whether the answer carries what was asked for. */
static bool fits(const struct http_fetch *f)
{
    switch (f->intake.kind) {
    case SESSION_GET_SEGMENT:
        return (f->http_status == 206 && f->range_start == f->offset) ||
               (f->http_status == 200 && !f->offset);
    case SESSION_GET_PACKET:
        return f->http_status == 200 || f->http_status == 206;
    default:
        return f->http_status == 200;
    }
}

/* A success that is none (HESP 5.3.2, H28): said at once, since its body may be endless. */
static void fail_unfit(struct http_fetch *f)
{
    char what[120];
    if (f->http_status == 206 && f->range_start < 0)
        snprintf(what, sizeof what, "206 without a Content-Range");
    else if (f->http_status == 206)
        snprintf(what, sizeof what, "206 from byte %" PRId64 ", not %" PRId64, f->range_start,
                 f->offset);
    else
        snprintf(what, sizeof what, "%d where bytes from %" PRId64 " on were asked for",
                 f->http_status, f->offset);
    http_response_fail(f, SESSION_FAULT_HTTP, what);
}

/* false: nothing more of it is wanted. */
static bool end_head(struct http_fetch *f, int64_t now_us)
{
    if (f->http_status / 100 == 1)
        return true;
    f->headed = true;
    f->heard_us = now_us;
    memcpy(f->client->facts.version, f->version, sizeof f->client->facts.version);
    if (f->small)
        return true;
    if (!asked_version(f)) {
        http_response_fail(f, SESSION_FAULT_HTTP,
                           "the server answers in HTTP/1.1, HTTP/2 was asked for");
        return false;
    }
    f->taken = fits(f);
    if (f->taken) {
        f->origin->answered = true;
        http_client_wake(f->client, http_fetch_deadline_us(f));
        return true;
    }
    if (f->http_status != 200 && f->http_status != 206)
        return true; /* its body is short; reading it keeps the connection */
    fail_unfit(f);
    return false;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct http_fetch *f = context;
    char line[160];
    int64_t now_us = clock_monotonic_us();
    if (!f->head_bytes)
        f->first_byte_us = now_us;
    f->head_bytes += size * count;
    if (f->head_bytes > HEAD_BYTES_MAX) {
        http_response_fail(f, SESSION_FAULT_HTTP, "a head above 64 KiB");
        return 0;
    }
    if (f->headed)
        return size * count; /* trailers */
    snprintf(line, sizeof line, "%.*s", (int)(size * count), data);
    if (!strncmp(line, "HTTP/", 5))
        read_status_line(f, line);
    else if (!strncasecmp(line, "Content-Range:", 14))
        read_content_range(f, line + 14);
    else if (!strncasecmp(line, "Location:", 9))
        http_redirect_learn(f, data + 9, size * count - 9);
    else if (*line == '\r' || *line == '\n')
        return end_head(f, now_us) ? size * count : 0;
    return size * count;
}

/* ---- the connection ---- */

static void note_fresh(struct http_fetch *f)
{
    struct http_facts *facts = &f->client->facts;
    curl_off_t lookup_us = 0, connect_us = 0;
    int64_t rtt_us;
    facts->connections++;
    http_socket_facts(f->client, f->opened_fd, &rtt_us, facts->congestion_control);
    curl_easy_getinfo(f->easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup_us);
    curl_easy_getinfo(f->easy, CURLINFO_CONNECT_TIME_T, &connect_us);
    /* A busy loop sees the handshake late, the kernel does not. */
    if (rtt_us < 0 || (connect_us > lookup_us && connect_us - lookup_us < rtt_us))
        rtt_us = connect_us - lookup_us;
    if (facts->rtt_us < 0 || rtt_us < facts->rtt_us)
        facts->rtt_us = rtt_us;
}

static int on_connected(void *context, char *remote, char *local, int remote_port, int local_port)
{
    struct http_fetch *f = context;
    long opened = 0;
    (void)remote, (void)local, (void)remote_port, (void)local_port;
    curl_easy_getinfo(f->easy, CURLINFO_NUM_CONNECTS, &opened);
    if (f->joins && opened)
        return CURL_PREREQFUNC_ABORT;
    f->connected_us = f->first_byte_us = clock_monotonic_us();
    f->connected = true;
    f->fresh = opened > 0;
    if (f->fresh)
        note_fresh(f);
    return CURL_PREREQFUNC_OK;
}

/* ---- the body ---- */

static bool pass_over(struct http_fetch *f)
{
    if (f->body_bytes <= REFUSAL_BYTES_MAX)
        return true;
    if (!f->small)
        fail_status(f);
    return false;
}

static void keep_aside(struct http_fetch *f, const char *data, size_t size, size_t at)
{
    for (size_t i = 0; i < size && at + i < sizeof f->aside; i++)
        f->aside[at + i] = data[i];
}

static size_t on_body(char *data, size_t unit, size_t count, void *context)
{
    struct http_fetch *f = context;
    size_t size = unit * count, at = f->body_bytes;
    f->heard_us = clock_monotonic_us();
    f->body_bytes += size;
    f->client->facts.bytes += size;
    if (f->small || is_refused(f))
        keep_aside(f, data, size, at);
    if (!f->taken)
        return pass_over(f) ? size : 0;
    if (!intake_take(&f->intake, (const uint8_t *)data, size, tell, f))
        return size;
    http_response_fail(f, SESSION_FAULT_HTTP, f->intake.text);
    return 0;
}

bool http_response_set(struct http_fetch *f, CURL *easy)
{
    return !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) &&
           !curl_easy_setopt(easy, CURLOPT_HEADERDATA, f) &&
           !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) &&
           !curl_easy_setopt(easy, CURLOPT_WRITEDATA, f) &&
           !curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected) &&
           !curl_easy_setopt(easy, CURLOPT_PREREQDATA, f);
}

/* ---- the end ---- */

static void fail_result(struct http_fetch *f, CURLcode result)
{
    char what[CURL_ERROR_SIZE + 64];
    bool cleartext = strncasecmp(f->url, "https:", 6) != 0;
    bool no_http2 = f->client->config.version == HTTP_VERSION_2 && cleartext && f->fresh &&
                    !f->headed && result != CURLE_COULDNT_CONNECT;
    snprintf(what, sizeof what, "%s%s", *f->error ? f->error : curl_easy_strerror(result),
             no_http2 ? " (does the server speak HTTP/2 without TLS?)" : "");
    http_response_fail(f, SESSION_FAULT_HTTP, what);
}

void http_response_end(struct http_fetch *f, CURLcode result)
{
    if (!f->last)
        return;
    if (result == CURLE_OPERATION_TIMEDOUT) {
        http_response_expire(f);
    } else if (f->headed && !f->taken) {
        fail_status(f);
    } else if (result) {
        fail_result(f, result);
    } else if (intake_end(&f->intake, tell, f)) {
        http_response_fail(f, SESSION_FAULT_HTTP, f->intake.text);
    } else if (f->last) {
        tell_finished(f);
    }
}

void http_response_expire(struct http_fetch *f)
{
    const struct http_config *config = &f->client->config;
    const char *missing = "not whole";
    int64_t patience_us = config->answer_us;
    char what[80];
    if (!f->connected) {
        missing = "no connection";
        if (config->connect_us < patience_us)
            patience_us = config->connect_us;
    } else if (!f->headed) {
        missing = "no answer";
    } else if (f->taken && f->intake.kind == SESSION_GET_SEGMENT) {
        missing = "not a byte more";
        patience_us = config->silence_us;
    }
    snprintf(what, sizeof what, "%s within %.3g s", missing, (double)patience_us / 1e6);
    http_response_fail(f, SESSION_FAULT_TIMEOUT, what);
}
