#include "packager/pipeline/service.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/feed_log.h"
#include "packager/pipeline/channel_manifest.h"
#include "packager/pipeline/health.h"
#include "packager/pipeline/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int render_manifest(void *context, struct bytes_writer *body)
{
    const struct channel *c = context;
    struct channel_state state;
    channel_state(c, clock_monotonic_us(), &state);
    if (!state.started)
        return 404;
    struct manifest_snapshot snapshot = {.presentation = channel_presentation(c),
                                         .timeline = state.timeline,
                                         .end_frame = state.end_frame,
                                         .now_utc_us = clock_utc_us(),
                                         .store = channel_store(c)};
    int status = channel_manifest_write(&snapshot, body);
    if (status == ERR_NOT_FOUND)
        return 404;
    return status ? 503 : 200;
}

static int render_time(void *context, struct bytes_writer *body)
{
    char now[CLOCK_ISO8601_BYTES];
    (void)context;
    clock_iso8601(clock_utc_us(), now);
    bytes_write_text(body, now);
    return 200;
}

static int render_health(void *context, struct bytes_writer *body)
{
    const struct service *s = context;
    return health_write(s->channels, s->channel_count, clock_monotonic_us(), body);
}

static int render_metrics(void *context, struct bytes_writer *body)
{
    metrics_write(context, clock_monotonic_us(), body);
    return 200;
}

static int render_index(void *context, struct bytes_writer *body)
{
    const struct service *s = context;
    bytes_write_text(body, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                           "<meta name=\"viewport\" content=\"width=device-width\">"
                           "<title>openhesp</title></head>\n<body><h1>Channels</h1>\n<ul>\n");
    for (size_t i = 0; i < s->channel_count; i++) {
        struct channel_state state;
        const char *name = channel_name(s->channels[i]);
        channel_state(s->channels[i], clock_monotonic_us(), &state);
        bytes_printf(body, "<li><a href=\"/%s/manifest.json\">%s</a>: feed %s, frame %" PRId64 ", ",
                     name, name, health_feed_name(state.input.feed), state.newest_sequence);
        for (size_t k = 0; k < state.rung_count; k++)
            bytes_printf(body, "%s%s", k ? ", " : "", state.rungs[k].track_id);
        bytes_write_text(body, "</li>\n");
    }
    bytes_write_text(body,
                     "</ul>\n<p><a href=\"/healthz\">health</a>, <a href=\"/metrics\">metrics</a>, "
                     "<a href=\"/time\">time</a></p>\n</body></html>\n");
    return 200;
}

static int add_pages(struct service *s)
{
    const struct origin_page pages[] = {
        {"/", "text/html; charset=utf-8", s, render_index},
        {"/time", "text/plain; charset=utf-8", s, render_time},
        {"/healthz", "application/json", s, render_health},
        {"/metrics", "text/plain; version=0.0.4; charset=utf-8", s, render_metrics},
    };
    int status = 0;
    for (size_t i = 0; i < sizeof pages / sizeof *pages && !status; i++)
        status = origin_add_page(s->origin, &pages[i]);
    return status;
}

static int add_channel(struct service *s, size_t index)
{
    struct channel *c = s->channels[index];
    char *path = s->manifest_paths[index];
    struct origin_page page = {path, HESP_MANIFEST_MIME, c, render_manifest};
    snprintf(path, SERVICE_PATH_BYTES, "/%s/manifest.json", channel_name(c));
    int status = origin_add_page(s->origin, &page);
    if (!status)
        status =
            origin_add_store(s->origin, channel_name(c), channel_presentation(c), channel_store(c));
    return status;
}

static int create_channels(struct service *s)
{
    s->channels = calloc(s->config->channel_count, sizeof(struct channel *));
    s->manifest_paths = calloc(s->config->channel_count, sizeof *s->manifest_paths);
    if (!s->channels || !s->manifest_paths)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->config->channel_count; i++) {
        int status = channel_create(&s->config->channels[i], (uint16_t)(i + 1),
                                    &s->channels[s->channel_count]);
        if (status)
            return status;
        s->channel_count++;
        status = add_channel(s, i);
        if (status)
            return status;
    }
    return 0;
}

int service_create(const struct config *config, struct service *s)
{
    struct origin_config origin = {.port = config->listen_port};
    feed_log_capture_libav();
    *s = (struct service){.config = config, .started_us = clock_monotonic_us()};
    snprintf(origin.address, sizeof origin.address, "%s", config->listen_address);
    int status = origin_create(&origin, &s->origin);
    if (!status)
        status = create_channels(s);
    if (!status)
        status = add_pages(s);
    if (status == ERR_NOMEM || status == ERR_STATE) /* others have said what is wrong */
        log_error(NULL, "the packager cannot start: %s; give it more memory or fewer channels",
                  err_text(status));
    return status;
}

void service_destroy(struct service *s)
{
    origin_destroy(s->origin);
    for (size_t i = 0; i < s->channel_count; i++)
        channel_destroy(s->channels[i]);
    free(s->channels);
    free(s->manifest_paths);
    *s = (struct service){0};
}

void service_announce_end(struct service *s)
{
    for (size_t i = 0; i < s->channel_count; i++)
        channel_announce_end(s->channels[i]);
}

bool service_finished(const struct service *s)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        if (!channel_finished(s->channels[i]))
            return false;
    }
    return true;
}

void service_url(const struct service *s, char out[SERVICE_URL_BYTES])
{
    const char *address = s->config->listen_address;
    if (!strcmp(address, "0.0.0.0"))
        address = "127.0.0.1";
    else if (!strcmp(address, "::"))
        address = "::1";
    const char *form = strchr(address, ':') ? "http://[%s]:%u" : "http://%s:%u";
    snprintf(out, SERVICE_URL_BYTES, form, address, origin_port(s->origin));
}

static char status_mark(const struct channel_state *state)
{
    switch (health_of_channel(state)) {
    case HEALTH_OK:
        return '+';
    case HEALTH_DEGRADED:
        return '~';
    case HEALTH_DOWN:
        break;
    }
    return '!';
}

void service_status_line(const struct service *s, int64_t now_us, char *out, size_t capacity)
{
    struct origin_state o;
    int64_t up_s = (now_us - s->started_us) / 1000000;
    origin_state(s->origin, &o);
    int at =
        snprintf(out, capacity, "up %02" PRId64 ":%02" PRId64 ":%02" PRId64 "  viewers %" PRId64,
                 up_s / 3600, up_s / 60 % 60, up_s % 60, o.live_responses);
    for (size_t i = 0; i < s->channel_count && at > 0 && (size_t)at < capacity; i++) {
        struct channel_state state;
        channel_state(s->channels[i], now_us, &state);
        at += snprintf(out + at, capacity - (size_t)at, "  %c%s #%" PRId64, status_mark(&state),
                       channel_name(s->channels[i]), state.newest_sequence);
    }
}
