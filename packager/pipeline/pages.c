#include "packager/pipeline/pages.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/pipeline/channel_manifest.h"
#include "packager/pipeline/health.h"
#include "packager/pipeline/metrics.h"

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

int pages_add(struct service *s)
{
    const struct origin_page pages[] = {
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
