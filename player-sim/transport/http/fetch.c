#include "player-sim/transport/http/fetch.h"
#include "manifests/address.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/transport/http/redirect.h"
#include "player-sim/transport/http/response.h"
#include "player-sim/transport/http/sockets.h"
#include "player-sim/transport/http/spares.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_MAX = 4 };

static const int64_t last_byte = 9007199254740991; /* HESP 5.3.2: to the end, wherever it is */
static const int64_t grace_us = 1000;

static int address_of(const struct session_request *r, char url[HESP_URL_BYTES])
{
    switch (r->kind) {
    case SESSION_GET_PACKET:
        return hesp_initialization_url(r->from->url, &r->track->place, r->number, url);
    case SESSION_GET_SEGMENT:
        return hesp_continuation_url(r->from->url, &r->track->place, r->number, url);
    default:
        if (strlen(r->url) >= HESP_URL_BYTES)
            return ERR_FULL;
        strcpy(url, r->url);
        return 0;
    }
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool has_tls(const struct http_fetch *f)
{
    return !strncasecmp(f->url, "https:", 6);
}

/* Before 8.0, libcurl says HTTP/2's preface again on a connection that it uses again, which breaks
 * it, where prior knowledge is asked for; so only who opens a connection may ask for that. */
static bool prior_knowledge_opens_only(void)
{
    return curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
}

/* Whether somebody else is about to open a connection to f's origin. */
static bool is_being_opened(const struct http_fetch *f)
{
    for (const struct http_fetch *o = f->client->fetches; o; o = o->next)
        if (o != f && o->origin == f->origin && !o->joins && !o->connected)
            return true;
    return false;
}

static bool set_version(struct http_fetch *f)
{
    bool two = f->client->config.version == HTTP_VERSION_2;
    long version = two ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    f->joins = false;
    if (two && !has_tls(f)) {
        f->joins = prior_knowledge_opens_only() &&
                   (is_being_opened(f) || http_sockets_open(f->client, f->origin) > 0);
        version = f->joins ? CURL_HTTP_VERSION_2_0 : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    }
    return !curl_easy_setopt(f->easy, CURLOPT_HTTP_VERSION, version) &&
           !curl_easy_setopt(f->easy, CURLOPT_PIPEWAIT, (long)two);
}

static bool set_trust(CURL *easy, const struct http_config *config)
{
    return (!config->insecure || (!curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L) &&
                                  !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L))) &&
           (!config->ca_file || !curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file));
}

/* No signals, no proxies, and of redirects only a manifest's (redirect.h): what is measured is the
 * origin that was named. */
static bool set_up(struct http_fetch *f)
{
    const struct http_config *config = &f->client->config;
    long connect_ms = (long)smaller((config->connect_us + 999) / 1000, INT32_MAX);
    CURL *easy = f->easy;
    return !curl_easy_setopt(easy, CURLOPT_PRIVATE, f) &&
           !curl_easy_setopt(easy, CURLOPT_URL, f->url) &&
           !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
           !curl_easy_setopt(easy, CURLOPT_SHARE, f->client->sessions) &&
           !curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") &&
           !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           !curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L) &&
           !curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms) &&
           !curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)SPARES_MAX_AGE_S) &&
           !curl_easy_setopt(easy, CURLOPT_USERAGENT, "openhesp/" OPENHESP_VERSION) &&
           !curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, f->error) && set_version(f) &&
           set_trust(easy, config) && http_sockets_set_easy(f, easy) && http_response_set(f, easy);
}

static void free_fetch(struct http_fetch *f)
{
    if (f->easy) {
        curl_multi_remove_handle(f->client->multi, f->easy);
        curl_easy_cleanup(f->easy);
    }
    intake_finish(&f->intake);
    http_event_free(f->last);
    free(f->location);
    free(f->url);
    free(f);
}

static void unlink_fetch(struct http_fetch *f)
{
    struct http_fetch **at = &f->client->fetches;
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
}

/* Out of the list and of the origin's count; what libcurl closes meanwhile is seen to later. */
static void leave(struct http_fetch *f, bool whole)
{
    struct http_client *c = f->client;
    if (!whole && f->connected && c->config.version == HTTP_VERSION_2)
        f->origin->reset_unsent = true;
    f->origin->asking--;
    f->origin->warming -= f->small;
    if (!f->small)
        f->origin->used_us = clock_monotonic_us();
    unlink_fetch(f);
    free_fetch(f);
    c->spares_us = 0;
    http_client_wake(c, 0);
}

static struct http_fetch *create(struct http_client *c, uint32_t request, int64_t now_us)
{
    struct http_fetch *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->client = c;
    f->request = request;
    f->opened_fd = CURL_SOCKET_BAD;
    f->range_start = -1;
    f->started_us = f->connected_us = f->first_byte_us = now_us;
    f->last = http_event_create(request);
    if (!f->last) {
        free(f);
        return NULL;
    }
    return f;
}

/* Hands f to libcurl, which does nothing before its next turn. One that counts on a connection
 * which is only being opened is held until then: libcurl would open another. */
static bool hand_over(struct http_fetch *f)
{
    f->held = f->joins && is_being_opened(f);
    return f->held || !curl_multi_add_handle(f->client->multi, f->easy);
}

static bool join(struct http_fetch *f, int64_t now_us)
{
    struct http_client *c = f->client;
    if (!hand_over(f))
        return false;
    f->next = c->fetches;
    c->fetches = f;
    f->origin->asking++;
    f->origin->reset_unsent = false;
    f->origin->warming += f->small;
    if (!f->small) {
        f->origin->used_us = now_us;
        c->spares_us = 0; /* it may take one */
    }
    c->facts.requests++;
    http_client_wake(c, http_fetch_deadline_us(f));
    return true;
}

static bool ask_for_range(struct http_fetch *f)
{
    char range[64];
    snprintf(range, sizeof range, "%" PRId64 "-%" PRId64, f->offset, last_byte);
    return !curl_easy_setopt(f->easy, CURLOPT_RANGE, range);
}

/* NULL: it is under way; else why not. */
static const char *launch(struct http_fetch *f, const struct session_request *r, int64_t now_us)
{
    struct http_client *c = f->client;
    char url[HESP_URL_BYTES] = "";
    int status = address_of(r, url);
    f->url = strdup(url);
    if (status || !f->url)
        return err_text(status ? status : ERR_NOMEM);
    intake_init(&f->intake, r->kind, f->url, c->config.payloads);
    f->origin = http_origin_of(&c->origins, f->url);
    if (!f->origin)
        return "no address of an origin";
    if (r->kind == SESSION_GET_PACKET)
        http_origin_learn(f->origin, f->url);
    f->easy = curl_easy_init();
    f->offset = r->offset;
    if (!f->easy || !set_up(f) || (r->kind == SESSION_GET_SEGMENT && !ask_for_range(f)))
        return err_text(ERR_NOMEM);
    return join(f, now_us) ? NULL : "the HTTP library refused the request";
}

int http_fetch_start(struct http_client *c, const struct session_request *request, int64_t now_us)
{
    struct http_fetch *f = create(c, request->id, now_us);
    if (!f)
        return ERR_NOMEM;
    const char *wrong = launch(f, request, now_us);
    if (wrong) {
        http_response_fail(f, SESSION_FAULT_HTTP, wrong);
        free_fetch(f);
        http_client_wake(c, 0);
    }
    return 0;
}

bool http_fetch_start_small(struct http_client *c, struct http_origin *o, bool anew, int64_t now_us)
{
    struct http_fetch *f = create(c, 0, now_us);
    if (!f)
        return false;
    f->small = true;
    f->asks_time = o->time_url != NULL;
    f->head_only = !f->asks_time;
    f->origin = o;
    f->url = strdup(o->time_url ? o->time_url : o->url);
    f->easy = curl_easy_init();
    if (!f->url || !f->easy || !set_up(f) ||
        curl_easy_setopt(f->easy, CURLOPT_NOBODY, (long)f->head_only) ||
        curl_easy_setopt(f->easy, CURLOPT_FRESH_CONNECT, (long)anew) || !join(f, now_us)) {
        free_fetch(f);
        return false;
    }
    return true;
}

/* Whether the connection that f counted on was none any more: not there, or at its end when f came
 * to it. libcurl sees to that itself with HTTP/1.1. */
static bool counted_in_vain(const struct http_fetch *f, CURLcode result)
{
    if (result == CURLE_ABORTED_BY_CALLBACK)
        return f->joins;
    return result && result != CURLE_OPERATION_TIMEDOUT && f->connected && !f->fresh &&
           !f->head_bytes && f->client->config.version == HTTP_VERSION_2;
}

/* As one that opens a connection of its own, or counts on another one. */
static bool start_again(struct http_fetch *f)
{
    struct http_client *c = f->client;
    if (++f->tries > TRIES_MAX || curl_multi_remove_handle(c->multi, f->easy))
        return false;
    f->connected = false;
    return set_version(f) && hand_over(f);
}

bool http_fetch_go_to(struct http_fetch *f, const char *url)
{
    struct http_client *c = f->client;
    struct http_origin *origin = http_origin_of(&c->origins, url);
    char *copy = strdup(url);
    if (!origin || !copy || curl_multi_remove_handle(c->multi, f->easy) ||
        curl_easy_setopt(f->easy, CURLOPT_URL, copy)) {
        free(copy);
        return false;
    }
    free(f->url);
    f->url = copy;
    f->intake.url = copy;
    f->origin->asking--;
    f->origin = origin;
    origin->asking++;
    origin->used_us = clock_monotonic_us();
    f->connected = f->headed = f->taken = false;
    f->head_bytes = f->body_bytes = 0;
    f->http_status = 0;
    f->tries = 0;
    c->facts.requests++;
    return set_version(f) && hand_over(f);
}

void http_fetch_release(struct http_client *c)
{
    for (struct http_fetch *f = c->fetches, *next; f; f = next) {
        next = f->next;
        if (f->held && !is_being_opened(f) && !(set_version(f) && hand_over(f)))
            http_fetch_fail(f, "the HTTP library refused the request");
    }
}

void http_fetch_end(struct http_fetch *f, CURLcode result)
{
    if (counted_in_vain(f, result) && start_again(f))
        return;
    if (!result && http_redirect_follow(f))
        return;
    if (f->small)
        http_spares_ended(f, result);
    else
        http_response_end(f, result);
    leave(f, !result);
}

void http_fetch_cancel(struct http_fetch *f)
{
    leave(f, false);
}

/* A segment flows for as long as it does; everything else is to be there in time. */
static int64_t patience_end_us(const struct http_fetch *f)
{
    const struct http_config *config = &f->client->config;
    if (f->taken && f->intake.kind == SESSION_GET_SEGMENT)
        return f->heard_us + config->silence_us;
    int64_t patience_us = config->answer_us;
    if (!f->connected)
        patience_us = smaller(patience_us, config->connect_us);
    return f->started_us + patience_us;
}

int64_t http_fetch_deadline_us(const struct http_fetch *f)
{
    return f->overdue_us ? f->overdue_us : patience_end_us(f);
}

/* In two steps: a loop that comes late finds bytes waiting, and reads them first. */
void http_fetch_check(struct http_fetch *f, int64_t now_us)
{
    if (now_us < http_fetch_deadline_us(f))
        return;
    if (!f->overdue_us) {
        f->overdue_us = now_us + grace_us;
        return;
    }
    f->overdue_us = 0;
    if (now_us < patience_end_us(f))
        return;
    if (f->small)
        http_spares_ended(f, CURLE_OPERATION_TIMEDOUT);
    else
        http_response_expire(f);
    leave(f, false);
}

void http_fetch_fail(struct http_fetch *f, const char *what)
{
    if (f->small)
        http_spares_ended(f, CURLE_FAILED_INIT);
    else
        http_response_fail(f, SESSION_FAULT_HTTP, what);
    leave(f, false);
}
