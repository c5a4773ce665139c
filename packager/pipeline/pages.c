#include "packager/pipeline/pages.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/pipeline/channel_manifest.h"
#include "packager/pipeline/health.h"
#include "packager/pipeline/metrics.h"

#include <inttypes.h>
#include <stdio.h>

static int write_manifest(const struct channel *c, struct bytes_writer *body)
{
    struct manifest_presentation list[CHANNEL_PRESENTATIONS_MAX];
    struct manifest_snapshot snapshot = {.presentations = list, .now_utc_us = clock_utc_us()};
    snapshot.count = channel_describe(c, list, &snapshot.active);
    if (!snapshot.count)
        return 404;
    int status = channel_manifest_write(&snapshot, body);
    if (status == ERR_NOT_FOUND)
        return 404;
    return status ? 503 : 200;
}

static int render_manifest(void *context, struct bytes_writer *body)
{
    struct service_channel *c = context;
    pthread_mutex_lock(&c->service->lock);
    int status = write_manifest(c->channel, body);
    pthread_mutex_unlock(&c->service->lock);
    return status;
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
    struct service *s = context;
    pthread_mutex_lock(&s->lock);
    int status = health_write(s, clock_monotonic_us(), body);
    pthread_mutex_unlock(&s->lock);
    return status;
}

static int render_metrics(void *context, struct bytes_writer *body)
{
    struct service *s = context;
    pthread_mutex_lock(&s->lock);
    metrics_write(s, clock_monotonic_us(), body);
    pthread_mutex_unlock(&s->lock);
    return 200;
}

static void write_channel(const struct channel *c, struct bytes_writer *body)
{
    struct channel_state state;
    const char *name = channel_name(c);
    channel_state(c, clock_monotonic_us(), &state);
    bytes_printf(
        body,
        "<li><a href=\"/%s/manifest.json\">%s</a>: feed %s, Presentation %s, frame %" PRId64 ", ",
        name, name, health_feed_name(state.input.feed), presentation_id(channel_active(c)),
        state.newest_sequence);
    for (size_t k = 0; k < state.rung_count; k++)
        bytes_printf(body, "%s%s", k ? ", " : "", state.rungs[k].track_id);
    bytes_write_text(body, "</li>\n");
}

static void write_reloads(const struct service_reloads *reloads, struct bytes_writer *body)
{
    char last[CLOCK_ISO8601_BYTES];
    if (!reloads->done)
        return;
    clock_iso8601(reloads->last_utc_us, last);
    bytes_printf(body, "<p>Reloads: %" PRId64 ", the last one at %s</p>\n", reloads->done, last);
}

/* Where URLs are signed, everybody may know the channels' names, but nothing more. */
static int render_index(void *context, struct bytes_writer *body)
{
    struct service *s = context;
    bytes_write_text(body, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                           "<meta name=\"viewport\" content=\"width=device-width\">"
                           "<title>openhesp</title></head>\n<body><h1>Channels</h1>\n<ul>\n");
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->channel_count; i++)
        if (s->config.sign_key)
            bytes_printf(body, "<li>%s, by signed URL</li>\n",
                         channel_name(s->channels[i]->channel));
        else
            write_channel(s->channels[i]->channel, body);
    bytes_write_text(body, "</ul>\n");
    write_reloads(&s->reloads, body);
    pthread_mutex_unlock(&s->lock);
    bytes_write_text(body, "<p><a href=\"/healthz\">health</a>, <a href=\"/metrics\">metrics</a>, "
                           "<a href=\"/time\">time</a></p>\n</body></html>\n");
    return 200;
}

int pages_add(struct service *s)
{
    const struct origin_page pages[] = {
        {"/", "text/html; charset=utf-8", s, render_index, ORIGIN_OPEN, false},
        {"/time", "text/plain; charset=utf-8", s, render_time, ORIGIN_OPEN, false},
        {"/healthz", "application/json", s, render_health, ORIGIN_OPEN, true},
        {"/metrics", "text/plain; version=0.0.4; charset=utf-8", s, render_metrics,
         ORIGIN_WITH_TOKEN, false},
    };
    int status = 0;
    for (size_t i = 0; i < sizeof pages / sizeof *pages && !status; i++)
        status = origin_add_page(s->origin, &pages[i]);
    return status;
}

int pages_add_manifest(struct service_channel *channel)
{
    struct origin_page page = {channel->manifest_path, HESP_MANIFEST_MIME, channel,
                               render_manifest,        ORIGIN_SIGNED,      false};
    return origin_add_page(channel->service->origin, &page);
}
