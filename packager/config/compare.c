#include "packager/config/compare.h"
#include "media/core/log.h"

#include <stdio.h>
#include <string.h>

static bool same_input(const struct config_channel *a, const struct config_channel *b)
{
    return strcmp(a->input, b->input) == 0;
}

static bool same_loop(const struct config_channel *a, const struct config_channel *b)
{
    return a->loop == b->loop;
}

static bool same_ladder(const struct config_channel *a, const struct config_channel *b)
{
    if (a->rungs != b->rungs)
        return false;
    for (size_t i = 0; i < a->rungs; i++)
        if (a->ladder[i].width != b->ladder[i].width ||
            a->ladder[i].height != b->ladder[i].height ||
            a->ladder[i].bitrate_bps != b->ladder[i].bitrate_bps)
            return false;
    return true;
}

static bool same_fps(const struct config_channel *a, const struct config_channel *b)
{
    return a->fps.num == b->fps.num && a->fps.den == b->fps.den;
}

static bool same_preset(const struct config_channel *a, const struct config_channel *b)
{
    return strcmp(a->preset, b->preset) == 0;
}

/* "intra" is another number of frames at another rate, which says enough by itself. */
static bool same_refresh(const struct config_channel *a, const struct config_channel *b)
{
    return a->refresh_frames == b->refresh_frames || !same_fps(a, b);
}

static bool same_audio_bitrate(const struct config_channel *a, const struct config_channel *b)
{
    return a->audio_bitrate_bps == b->audio_bitrate_bps;
}

static bool same_segment_duration(const struct config_channel *a, const struct config_channel *b)
{
    return a->segment_duration_s == b->segment_duration_s;
}

static bool same_window(const struct config_channel *a, const struct config_channel *b)
{
    return a->window_s == b->window_s;
}

static bool same_memory(const struct config_channel *a, const struct config_channel *b)
{
    return a->memory_bytes == b->memory_bytes;
}

static bool same_init(const struct config_channel *a, const struct config_channel *b)
{
    return a->init_eager == b->init_eager;
}

static bool same_init_memory(const struct config_channel *a, const struct config_channel *b)
{
    return a->init_memory_bytes == b->init_memory_bytes;
}

/* The window and the packets' settings shape a Presentation's parts when they are made. */
static const struct {
    const char *name;
    enum config_part part;
    bool (*same)(const struct config_channel *a, const struct config_channel *b);
} settings_compared[] = {
    {"input", CONFIG_PART_INPUT, same_input},
    {"loop", CONFIG_PART_INPUT, same_loop},
    {"ladder", CONFIG_PART_ENCODING, same_ladder},
    {"fps", CONFIG_PART_ENCODING, same_fps},
    {"preset", CONFIG_PART_ENCODING, same_preset},
    {"refresh", CONFIG_PART_ENCODING, same_refresh},
    {"audio_bitrate", CONFIG_PART_ENCODING, same_audio_bitrate},
    {"segment_duration", CONFIG_PART_ENCODING, same_segment_duration},
    {"window", CONFIG_PART_ENCODING, same_window},
    {"init", CONFIG_PART_ENCODING, same_init},
    {"init_memory", CONFIG_PART_ENCODING, same_init_memory},
    {"memory", CONFIG_PART_MEMORY, same_memory},
};

static void add_name(char what[CONFIG_WHAT_BYTES], const char *name)
{
    size_t at = strlen(what);
    snprintf(what + at, CONFIG_WHAT_BYTES - at, "%s%s", at ? ", " : "", name);
}

unsigned config_compare_channel(const struct config_channel *old, const struct config_channel *new,
                                char what[CONFIG_WHAT_BYTES])
{
    unsigned parts = 0;
    what[0] = '\0';
    for (size_t i = 0; i < sizeof settings_compared / sizeof *settings_compared; i++) {
        if (settings_compared[i].same(old, new))
            continue;
        parts |= settings_compared[i].part;
        add_name(what, settings_compared[i].name);
    }
    return parts;
}

static bool same_path(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void config_compare_process(const struct config *old, const struct config *new,
                            char what[CONFIG_WHAT_BYTES])
{
    what[0] = '\0';
    if (strcmp(old->listen_address, new->listen_address) != 0 ||
        old->listen_port != new->listen_port)
        add_name(what, "listen");
    if (old->seconds != new->seconds)
        add_name(what, "seconds");
    if (old->log_format != new->log_format)
        add_name(what, "log_format");
    if (old->max_connections != new->max_connections ||
        old->max_connections_per_address != new->max_connections_per_address ||
        old->max_request_rate != new->max_request_rate ||
        memcmp(&old->exempt, &new->exempt, sizeof old->exempt) != 0)
        add_name(what, "the limits of connections and requests");
    if (!same_path(old->sign_key, new->sign_key))
        add_name(what, "sign_key");
    if (!same_path(old->metrics_token, new->metrics_token))
        add_name(what, "metrics_token");
    if (!same_path(old->tls_certificate, new->tls_certificate) ||
        !same_path(old->tls_key, new->tls_key))
        add_name(what, "tls_certificate and tls_key");
}

const struct config_channel *config_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->channel_count; i++)
        if (strcmp(config->channels[i].name, name) == 0)
            return &config->channels[i];
    return NULL;
}

void config_compare(const struct config *old, const struct config *new,
                    struct config_comparison *out)
{
    out->count = 0;
    for (size_t i = 0; i < new->channel_count; i++) {
        const struct config_channel *channel = &new->channels[i];
        const struct config_channel *before = config_find(old, channel->name);
        struct config_difference *d = &out->list[out->count++];
        *d = (struct config_difference){.verdict = CONFIG_ADDED, .name = channel->name};
        if (!before)
            continue;
        d->parts = config_compare_channel(before, channel, d->what);
        d->verdict = d->parts ? CONFIG_CHANGED : CONFIG_UNCHANGED;
    }
    for (size_t i = 0; i < old->channel_count; i++)
        if (!config_find(new, old->channels[i].name))
            out->list[out->count++] = (struct config_difference){.verdict = CONFIG_REMOVED,
                                                                 .name = old->channels[i].name};
}

void config_log_comparison(const struct config *old, const struct config *new)
{
    static struct config_comparison comparison; /* 30 kB */
    size_t counts[CONFIG_CHANGED + 1] = {0};
    char process[CONFIG_WHAT_BYTES];
    config_compare(old, new, &comparison);
    for (size_t i = 0; i < comparison.count; i++)
        counts[comparison.list[i].verdict]++;
    log_info(NULL, "%s read again: channels unchanged %zu, added %zu, removed %zu, changed %zu",
             new->file ? new->file : "the configuration", counts[CONFIG_UNCHANGED],
             counts[CONFIG_ADDED], counts[CONFIG_REMOVED], counts[CONFIG_CHANGED]);
    config_compare_process(old, new, process);
    if (process[0])
        log_warn(NULL, "%s can't be changed while running: restart for it", process);
}
