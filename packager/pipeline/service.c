#include "packager/pipeline/service.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/access/secret_file.h"
#include "packager/config/compare.h"
#include "packager/ingest/feed_log.h"
#include "packager/pipeline/pages.h"
#include "packager/web/files.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For the last requests of a channel's viewers, and for the last bytes to reach a slow one. */
static const int64_t linger_us = 2000000;
/* An encoder that hangs must not keep a channel that is to go. */
static const int64_t end_limit_us = 20000000;

static int add_store(struct service *s, const struct channel *c, struct presentation *p)
{
    return origin_add_store(s->origin, channel_name(c), presentation_id(p), presentation_store(p));
}

/* Room for one more in the list. */
static int reserve_channel(struct service *s)
{
    if (s->channel_count < s->channel_capacity)
        return 0;
    size_t capacity = s->channel_capacity ? 2 * s->channel_capacity : 16;
    pthread_mutex_lock(&s->lock);
    struct service_channel **grown = realloc(s->channels, capacity * sizeof *grown);
    if (grown) {
        s->channels = grown;
        s->channel_capacity = capacity;
    }
    pthread_mutex_unlock(&s->lock);
    return grown ? 0 : ERR_NOMEM;
}

/* Of what was freed, the allocator keeps most for threads that are no more. */
static void give_memory_back(void)
{
    malloc_trim(0);
}

/* Nothing of it may be the origin's. */
static void destroy_channel(struct service_channel *entry)
{
    if (!entry)
        return;
    for (size_t i = 0; i < entry->leftover_count; i++)
        presentation_destroy(entry->leftovers[i]);
    channel_destroy(entry->channel);
    free(entry);
}

/* True once the origin has nothing of it any more. */
static bool is_let_go(struct service *s, const struct service_channel *entry)
{
    bool gone = origin_remove_page(s->origin, entry->manifest_path) == 0;
    struct presentation *p;
    for (size_t i = 0; (p = channel_presentation(entry->channel, i)) != NULL; i++)
        if (origin_remove_store(s->origin, channel_name(entry->channel), presentation_id(p)))
            gone = false;
    return gone && entry->leftover_count == 0;
}

static int create_channel(struct service *s, const struct config_channel *config)
{
    struct service_channel *entry = calloc(1, sizeof *entry);
    int status = entry ? reserve_channel(s) : ERR_NOMEM;
    if (!status)
        status = channel_create(config, s->next_number, &entry->channel);
    if (status) {
        destroy_channel(entry);
        return status;
    }
    s->next_number++;
    entry->service = s;
    snprintf(entry->manifest_path, sizeof entry->manifest_path, "/%s/manifest.json", config->name);
    /* From here on it is in the list, and leaves by way of it. */
    pthread_mutex_lock(&s->lock);
    s->channels[s->channel_count++] = entry;
    pthread_mutex_unlock(&s->lock);
    status = pages_add_manifest(entry);
    if (!status)
        status = add_store(s, entry->channel, channel_presentation(entry->channel, 0));
    if (status)
        entry->phase = SERVICE_LEAVING;
    return status;
}

/* path NULL: none are asked for. again: there are some that hold meanwhile. */
static int read_secrets(const char *path, const char *option, bool again,
                        struct access_secrets *out)
{
    char why[ACCESS_WHY_BYTES];
    if (!path)
        out->count = 0;
    int status = path ? access_secrets_read(path, out, why) : 0;
    if (status && again)
        log_warn("access", "--%s: %s; until then what was there before holds", option, why);
    else if (status)
        log_error("access", "--%s: %s", option, why);
    return status;
}

/* Each by itself: one that can't be read leaves the other as it is. */
static int read_access(struct service *s, bool again)
{
    const struct config *config = &s->config;
    int keys = read_secrets(config->sign_key, "sign-key", again, &s->access.keys);
    int tokens = read_secrets(config->metrics_token, "metrics-token", again, &s->access.tokens);
    return keys ? keys : tokens;
}

void service_reload_credentials(struct service *s)
{
    const struct config *config = &s->config;
    if (!read_access(s, true) && (config->sign_key || config->metrics_token))
        log_info("access", "read again: keys of signed URLs %zu, tokens of /metrics %zu",
                 s->access.keys.count, s->access.tokens.count);
    origin_set_access(s->origin, &s->access);
    if (config->tls_certificate)
        origin_set_certificate(s->origin, config->tls_certificate, config->tls_key);
}

int service_create(struct config *config, struct service *s)
{
    struct origin_config origin = {.port = config->listen_port,
                                   .certificate_path = config->tls_certificate,
                                   .key_path = config->tls_key,
                                   .max_connections = config->max_connections,
                                   .max_connections_per_address =
                                       config->max_connections_per_address,
                                   .max_request_rate = config->max_request_rate,
                                   .exempt = config->exempt,
                                   .files = web_files,
                                   .file_count = web_file_count};
    feed_log_capture_libav();
    *s = (struct service){.config = *config, .started_us = clock_monotonic_us(), .next_number = 1};
    *config = (struct config){0};
    pthread_mutex_init(&s->lock, NULL);
    snprintf(origin.address, sizeof origin.address, "%s", s->config.listen_address);
    s->failed = calloc(s->config.channel_count, sizeof *s->failed);
    int status = s->failed ? read_access(s, false) : ERR_NOMEM;
    if (!status)
        status = origin_create(&origin, &s->origin);
    if (!status)
        origin_set_access(s->origin, &s->access);
    for (size_t i = 0; i < s->config.channel_count && !status; i++)
        status = create_channel(s, &s->config.channels[i]);
    if (!status)
        status = pages_add(s);
    if (status == ERR_NOMEM || status == ERR_STATE) /* others have said what is wrong */
        log_error(NULL, "the packager cannot start: %s; give it more memory or fewer channels",
                  err_text(status));
    return status;
}

void service_destroy(struct service *s)
{
    origin_destroy(s->origin);
    for (size_t i = 0; i < s->channel_count; i++)
        destroy_channel(s->channels[i]);
    free(s->channels);
    free(s->failed);
    config_finish(&s->config);
    pthread_mutex_destroy(&s->lock);
    *s = (struct service){0};
}

/* Frees the Presentations that the origin has let go of. */
static void drop_leftovers(struct service *s, struct service_channel *entry)
{
    size_t kept = 0;
    for (size_t i = 0; i < entry->leftover_count; i++) {
        struct presentation *p = entry->leftovers[i];
        if (origin_remove_store(s->origin, channel_name(entry->channel), presentation_id(p)))
            entry->leftovers[kept++] = p;
        else
            presentation_destroy(p);
    }
    if (kept < entry->leftover_count)
        give_memory_back();
    entry->leftover_count = kept;
}

static void take_expired(struct service *s, struct service_channel *entry, int64_t now_us)
{
    if (entry->leftover_count >= CHANNEL_PRESENTATIONS_MAX)
        return;
    channel_trim(entry->channel, now_us);
    pthread_mutex_lock(&s->lock);
    struct presentation *expired = channel_take_expired(entry->channel, now_us);
    pthread_mutex_unlock(&s->lock);
    if (expired)
        entry->leftovers[entry->leftover_count++] = expired;
}

/* The one that was to follow, where there was one, is served no more. */
static void end_channel(struct service *s, struct service_channel *entry, int64_t now_us)
{
    pthread_mutex_lock(&s->lock);
    struct presentation *given_up = channel_announce_end(entry->channel, now_us);
    pthread_mutex_unlock(&s->lock);
    if (given_up)
        entry->leftovers[entry->leftover_count++] = given_up;
    entry->phase = SERVICE_ENDING;
    entry->leaves_us = now_us + end_limit_us;
}

/* A Presentation after the wanted settings follows the one there is. The manifest says so before
 * any track does: pages wait for the lock. */
static int follow(struct service *s, struct service_channel *entry,
                  const struct config_channel *wanted)
{
    struct presentation *next;
    int status = channel_prepare(entry->channel, wanted, &next);
    if (status)
        return status;
    status = add_store(s, entry->channel, next);
    if (status) {
        log_error(wanted->name, "the change cannot be served: %s", err_text(status));
        presentation_destroy(next);
        return status;
    }
    pthread_mutex_lock(&s->lock);
    channel_follow(entry->channel, next, wanted, clock_monotonic_us());
    pthread_mutex_unlock(&s->lock);
    channel_retune(entry->channel);
    return 0;
}

/* Makes a settled channel what it is wanted to be. */
static void change_channel(struct service *s, struct service_channel *entry,
                           const struct config_channel *wanted)
{
    char what[CONFIG_WHAT_BYTES];
    unsigned parts = config_compare_channel(channel_config(entry->channel), wanted, what);
    int status = 0;
    if (!parts)
        return;
    log_info(wanted->name, "changing %s", what);
    if (parts & CONFIG_PART_MEMORY)
        channel_set_memory(entry->channel, wanted->memory_bytes);
    if (parts & CONFIG_PART_ENCODING)
        status = follow(s, entry, wanted);
    if (!status && parts & CONFIG_PART_INPUT)
        status = channel_set_input(entry->channel, wanted);
    entry->failed = status != 0;
    if (status)
        log_error(wanted->name, "%s could not all be changed: mend the file and send SIGHUP again",
                  what);
}

static struct service_channel *find_channel(const struct service *s, const char *name)
{
    for (size_t i = 0; i < s->channel_count; i++)
        if (strcmp(channel_name(s->channels[i]->channel), name) == 0)
            return s->channels[i];
    return NULL;
}

/* Does whatever brings the channels nearer to what is wanted, and can be done now. */
static void reconcile(struct service *s, int64_t now_us)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        struct service_channel *entry = s->channels[i];
        const struct config_channel *wanted = config_find(&s->config, channel_name(entry->channel));
        if (entry->phase != SERVICE_RUNNING)
            continue;
        if (!wanted) {
            log_info(channel_name(entry->channel), "removed: announcing the end");
            end_channel(s, entry, now_us);
        } else if (!entry->failed && channel_settled(entry->channel)) {
            change_channel(s, entry, wanted);
        }
    }
    for (size_t i = 0; i < s->config.channel_count; i++) {
        const struct config_channel *wanted = &s->config.channels[i];
        if (s->failed[i] || find_channel(s, wanted->name))
            continue;
        s->failed[i] = create_channel(s, wanted) != 0;
        if (s->failed[i])
            log_error(wanted->name,
                      "the channel could not be added: mend the file and send SIGHUP again");
    }
}

/* True once it is gone, and so is entry. */
static bool leave(struct service *s, size_t index)
{
    struct service_channel *entry = s->channels[index];
    if (!is_let_go(s, entry))
        return false;
    pthread_mutex_lock(&s->lock);
    s->channel_count--;
    memmove(s->channels + index, s->channels + index + 1,
            (s->channel_count - index) * sizeof *s->channels);
    pthread_mutex_unlock(&s->lock);
    log_info(channel_name(entry->channel), "the channel is gone");
    destroy_channel(entry);
    give_memory_back();
    return true;
}

static void end_on(struct service_channel *entry, int64_t now_us)
{
    if (!entry->finished && channel_finished(entry->channel)) {
        entry->finished = true;
        entry->leaves_us = now_us + linger_us;
    }
    if (now_us >= entry->leaves_us)
        entry->phase = SERVICE_LEAVING;
}

void service_tick(struct service *s, int64_t now_us)
{
    for (size_t i = 0; i < s->channel_count;) {
        struct service_channel *entry = s->channels[i];
        drop_leftovers(s, entry);
        take_expired(s, entry, now_us);
        /* When all of it ends, the channels stay to the last. */
        if (entry->phase == SERVICE_ENDING && !s->ending)
            end_on(entry, now_us);
        if (entry->phase != SERVICE_LEAVING || s->ending || !leave(s, i))
            i++;
    }
    if (!s->ending)
        reconcile(s, now_us);
}

static void swap(char **a, char **b)
{
    char *kept = *a;
    *a = *b;
    *b = kept;
}

/* What holds for the process stays as it was; which files hold secrets, too, but not what is in
 * them. running is to be finished with what it gets in return. */
static void keep_process(struct config *wanted, struct config *running)
{
    swap(&wanted->sign_key, &running->sign_key);
    swap(&wanted->metrics_token, &running->metrics_token);
    swap(&wanted->tls_certificate, &running->tls_certificate);
    swap(&wanted->tls_key, &running->tls_key);
    memcpy(wanted->listen_address, running->listen_address, sizeof wanted->listen_address);
    wanted->listen_port = running->listen_port;
    wanted->max_connections = running->max_connections;
    wanted->max_connections_per_address = running->max_connections_per_address;
    wanted->max_request_rate = running->max_request_rate;
    wanted->exempt = running->exempt;
    wanted->seconds = running->seconds;
    wanted->log_format = running->log_format;
}

void service_reload(struct service *s, struct config *config)
{
    bool *failed = calloc(config->channel_count, sizeof *failed);
    if (!failed) {
        log_error(NULL, "out of memory: the configuration stays as it is");
        config_finish(config);
        service_refuse_reload(s);
        return;
    }
    config_log_comparison(&s->config, config);
    pthread_mutex_lock(&s->lock);
    keep_process(config, &s->config);
    free(s->failed);
    config_finish(&s->config);
    s->failed = failed;
    s->config = *config;
    s->reloads.done++;
    s->reloads.last_utc_us = clock_utc_us();
    pthread_mutex_unlock(&s->lock);
    *config = (struct config){0};
    for (size_t i = 0; i < s->channel_count; i++)
        s->channels[i]->failed = false;
}

void service_refuse_reload(struct service *s)
{
    pthread_mutex_lock(&s->lock);
    s->reloads.refused++;
    pthread_mutex_unlock(&s->lock);
}

void service_announce_end(struct service *s, int64_t now_us)
{
    s->ending = true;
    for (size_t i = 0; i < s->channel_count; i++)
        if (s->channels[i]->phase == SERVICE_RUNNING)
            end_channel(s, s->channels[i], now_us);
}

bool service_finished(const struct service *s)
{
    for (size_t i = 0; i < s->channel_count; i++)
        if (s->channels[i]->phase != SERVICE_LEAVING && !channel_finished(s->channels[i]->channel))
            return false;
    return true;
}
