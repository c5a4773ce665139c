#include "player-sim/transport/http/spares.h"
#include "manifests/uri.h"
#include "media/core/clock.h"
#include "player-sim/transport/http/sockets.h"
#include "player-sim/transport/http/time_source.h"

#include <stdio.h>
#include <string.h>

static const int64_t renew_us = 20000000;  /* idle for that long: warm it */
static const int64_t unused_us = 30000000; /* an origin that no request used */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The value may be a list, of which the first is taken. */
static bool time_url_of(const struct session_channel *channel, char url[HESP_URL_BYTES])
{
    const struct hesp_time_source *source = &channel->manifest.time_source;
    char first[HESP_URL_BYTES];
    if (!time_source_is_iso(source->scheme) || !source->value)
        return false;
    const char *from = source->value + strspn(source->value, " \t\r\n");
    size_t length = strcspn(from, " \t\r\n");
    if (!length || length >= sizeof first)
        return false;
    snprintf(first, sizeof first, "%.*s", (int)length, from);
    return !hesp_uri_resolve(channel->url, first, url);
}

/* A time source elsewhere is asked nothing: spares there would serve nobody, and it is not the
 * origin's clock. */
void http_spares_learn(struct http_client *c, const struct session_channel *channel)
{
    char url[HESP_URL_BYTES];
    struct http_origin *o = http_origin_find(c->origins, channel->url);
    if (o)
        http_origin_learn(o, channel->url);
    if (time_url_of(channel, url) && (o = http_origin_find(c->origins, url)))
        http_origin_learn_time(o, url);
    c->spares_us = 0;
}

static void start(struct http_client *c, struct http_origin *o, unsigned count, bool anew,
                  int64_t now_us)
{
    while (count--)
        if (!http_fetch_start_small(c, o, anew, now_us))
            http_origin_back_off(o, now_us);
}

static unsigned left_of(unsigned whole, unsigned part)
{
    return whole > part ? whole - part : 0;
}

/* A connection serves one request at a time: what is open and not busy is idle. Which one a new
 * request will take is libcurl's business, so where some have been idle for too long all of them
 * are asked for something. Returns when to look again. */
static int64_t look_at_idle(struct http_client *c, struct http_origin *o, int64_t now_us)
{
    unsigned wanted = c->config.spares;
    unsigned idle = left_of(http_sockets_open(c, o), o->asking - o->warming);
    unsigned warm = http_sockets_idle_since(c, o, now_us - renew_us) + o->warming;
    idle = left_of(idle, o->warming);
    if (idle + o->warming < wanted)
        start(c, o, wanted - idle - o->warming, true, now_us);
    else if (warm < wanted)
        start(c, o, idle, false, now_us);
    int64_t quiet_us = http_sockets_first_quiet(c, o, now_us - renew_us + 1);
    return quiet_us == INT64_MAX ? INT64_MAX : quiet_us + renew_us;
}

/* libcurl keeps the reset of a stream until the connection has something else to send. */
static void send_reset(struct http_client *c, struct http_origin *o, int64_t now_us)
{
    if (o->reset_unsent)
        start(c, o, 1, false, now_us);
    o->reset_unsent = false;
}

static int64_t look_at_clock(struct http_client *c, struct http_origin *o, int64_t now_us)
{
    if (!o->time_url)
        return INT64_MAX;
    if (o->retry_us <= now_us && !o->warming) {
        o->retry_us = now_us + renew_us;
        start(c, o, 1, false, now_us);
    }
    return o->retry_us > now_us ? o->retry_us : INT64_MAX;
}

static bool has_sockets(void *context, const struct http_origin *o)
{
    const struct http_client *c = context;
    for (const struct http_socket *s = c->sockets; s; s = s->next)
        if (s->origin == o)
            return true;
    return false;
}

static int64_t look_at(struct http_client *c, struct http_origin *o, int64_t now_us)
{
    bool used = o->asking > o->warming || o->used_us + unused_us > now_us;
    if (!o->answered || !used || !(o->url || o->time_url))
        return INT64_MAX;
    if (c->config.version == HTTP_VERSION_2) {
        send_reset(c, o, now_us);
        return look_at_clock(c, o, now_us);
    }
    if (!c->config.spares)
        return INT64_MAX;
    if (o->retry_us > now_us)
        return o->retry_us;
    return look_at_idle(c, o, now_us);
}

void http_spares_look(struct http_client *c, int64_t now_us)
{
    c->spares_us = INT64_MAX;
    for (struct http_origin *o = c->origins; o; o = o->next)
        c->spares_us = smaller(c->spares_us, look_at(c, o, now_us));
    http_origins_trim(&c->origins, now_us - 2 * unused_us, has_sockets, c);
}

/* Our own clock's UTC at a moment of the monotonic one. */
static int64_t utc_at(int64_t monotonic_us)
{
    return clock_utc_us() - (clock_monotonic_us() - monotonic_us);
}

static void learn_clock(struct http_fetch *f)
{
    struct http_facts *facts = &f->client->facts;
    size_t size = f->body_bytes < sizeof f->aside ? f->body_bytes : sizeof f->aside;
    int64_t told_us, step_us;
    if (!time_source_read(f->aside, size, &told_us, &step_us))
        return;
    struct time_source_estimate e =
        time_source_estimate(told_us, step_us, utc_at(f->connected_us), utc_at(f->first_byte_us));
    if (facts->clock_error_us >= 0 && facts->clock_error_us <= e.error_us)
        return;
    facts->clock_offset_us = e.offset_us;
    facts->clock_error_us = e.error_us;
}

/* One that leaves no open connection behind was in vain, whatever its answer. With HTTP/2 libcurl
 * names none that other streams still use. */
static bool left_connection(const struct http_fetch *f)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(f->easy, CURLINFO_ACTIVESOCKET, &fd);
    return fd != CURL_SOCKET_BAD || f->client->config.version == HTTP_VERSION_2;
}

void http_spares_ended(struct http_fetch *f, CURLcode result)
{
    if (result || !left_connection(f)) {
        http_origin_back_off(f->origin, clock_monotonic_us());
        return;
    }
    if (f->client->config.version == HTTP_VERSION_1_1)
        f->origin->back_off_us = 0;
    if (f->asks_time && f->http_status == 200)
        learn_clock(f);
}
