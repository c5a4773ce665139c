#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "packager/access/signed_url.h"
#include "packager/config/config.h"
#include "packager/config/sources.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool config_fail(char error[CONFIG_ERROR_BYTES], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_line_list(error, CONFIG_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

void config_finish(struct config *config)
{
    for (size_t i = 0; i < config->channel_count; i++)
        free(config->channels[i].input);
    free(config->channels);
    free(config->sign_key);
    free(config->metrics_token);
    free(config->tls_certificate);
    free(config->tls_key);
    free(config->sign_url);
    *config = (struct config){0};
}

int config_channel_copy(const struct config_channel *channel, struct config_channel *out)
{
    char *input = strdup(channel->input);
    if (!input)
        return ERR_NOMEM;
    *out = *channel;
    out->input = input;
    return 0;
}

void config_channel_finish(struct config_channel *channel)
{
    free(channel->input);
    *channel = (struct config_channel){0};
}

/* What is being built: the config, and the channel that all channels start from. */
struct build {
    const struct config_sources *sources;
    struct config config;
    struct config_channel model;
    char *error;
};

/* Reads one text into config or channel. The format gives its place: --fps, live.yaml: fps. */
__attribute__((format(printf, 5, 6))) static bool read_setting(struct build *b, size_t setting,
                                                               const char *text,
                                                               struct config_channel *channel,
                                                               const char *place_format, ...)
{
    char why[SETTING_WHY_BYTES], place[160];
    if (!text || settings[setting].read(text, &b->config, channel, why))
        return true;
    va_list arguments;
    va_start(arguments, place_format);
    vsnprintf(place, sizeof place, place_format, arguments);
    va_end(arguments);
    return config_fail(b->error, "%s: \"%.60s\": %s", place, text, why);
}

static bool read_globals(struct build *b)
{
    const struct config_sources *from = b->sources;
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        char key[SETTING_NAME_BYTES];
        setting_key(&settings[i], key);
        if (!read_setting(b, i, settings[i].initial, &b->model, "the default of %s", key) ||
            !read_setting(b, i, from->file ? from->file->values[i] : NULL, &b->model, "%.100s: %s",
                          from->file_name, key) ||
            !read_setting(b, i, from->options[i], &b->model, "--%s", settings[i].option))
            return false;
    }
    return true;
}

static bool is_standard_input(const char *input)
{
    return strcmp(input, "-") == 0;
}

/* Appends a channel like the model; place names it in errors. */
static bool add_channel(struct build *b, const char *place, const char *name, const char *input)
{
    char why[SETTING_WHY_BYTES];
    struct config *config = &b->config;
    if (config->channel_count == CONFIG_CHANNELS_MAX)
        return config_fail(b->error, "%s: there are more than %d channels: leave some out", place,
                           CONFIG_CHANNELS_MAX);
    struct config_channel *channel = &config->channels[config->channel_count];
    *channel = b->model;
    if (!setting_read_name(name, channel->name, why))
        return config_fail(b->error, "%s: the name \"%.40s\" %s", place, name, why);
    if (!*input)
        return config_fail(
            b->error, "%s: channel %s has no input: give a file, a URL, - or test:", place, name);
    for (size_t i = 0; i < config->channel_count; i++) {
        const struct config_channel *other = &config->channels[i];
        if (strcmp(other->name, name) == 0)
            return config_fail(b->error, "%s: there are two channels named %s: rename one", place,
                               name);
        if (is_standard_input(other->input) && is_standard_input(input))
            return config_fail(b->error,
                               "%s: channels %s and %s both read standard input: give one another",
                               place, other->name, name);
    }
    channel->input = strdup(input);
    if (!channel->input)
        return config_fail(b->error, "out of memory");
    config->channel_count++;
    return true;
}

static bool add_file_channel(struct build *b, size_t index)
{
    const struct config_file_channel *from = &b->sources->file->channels[index];
    char place[160];
    snprintf(place, sizeof place, "%.100s: channels[%zu]", b->sources->file_name, index);
    if (!from->name)
        return config_fail(b->error, "%s: there is no name: add one, for example name: demo",
                           place);
    if (!from->input)
        return config_fail(b->error, "%s: there is no input: add one, for example input: \"test:\"",
                           place);
    if (!add_channel(b, place, from->name, from->input))
        return false;
    struct config_channel *channel = &b->config.channels[b->config.channel_count - 1];
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        char key[SETTING_NAME_BYTES];
        setting_key(&settings[i], key);
        if (!read_setting(b, i, from->values[i], channel, "%s.%s", place, key))
            return false;
    }
    return true;
}

static bool add_argument(struct build *b, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (!equals)
        return config_fail(b->error,
                           "\"%.100s\" is not NAME=INPUT: give a name too, for example demo=%.100s",
                           argument, *argument ? argument : "test:");
    char name[CONFIG_NAME_MAX + 2], place[120];
    snprintf(name, sizeof name, "%.*s", (int)(equals - argument), argument);
    snprintf(place, sizeof place, "\"%.100s\"", argument);
    return add_channel(b, place, name, equals + 1);
}

static bool add_channels(struct build *b)
{
    const struct config_sources *from = b->sources;
    b->config.channels = calloc(CONFIG_CHANNELS_MAX, sizeof *b->config.channels);
    if (!b->config.channels)
        return config_fail(b->error, "out of memory");
    for (size_t i = 0; from->file && i < from->file->channel_count; i++)
        if (!add_file_channel(b, i))
            return false;
    for (size_t i = 0; i < from->argument_count; i++)
        if (!add_argument(b, from->arguments[i]))
            return false;
    if (!b->config.channel_count)
        return config_fail(b->error,
                           "%.100s%sno channel: give at least one NAME=INPUT, for example "
                           "demo=test: (see hesp-packager --help)",
                           from->file_name ? from->file_name : "", from->file_name ? ": " : "");
    return true;
}

static bool check_tls(struct build *b)
{
    const struct config *c = &b->config;
    const char *file = b->sources->file_name;
    if (!c->tls_certificate == !c->tls_key)
        return true;
    return config_fail(
        b->error, "%.100s%s%s \"%.100s\" comes without --%s: give both, or none for HTTP",
        file ? file : "", file ? ": " : "", c->tls_key ? "--tls-key" : "--tls-certificate",
        c->tls_key ? c->tls_key : c->tls_certificate, c->tls_key ? "tls-certificate" : "tls-key");
}

/* What --sign-url needs; channels are none of it. */
static bool read_signing(struct build *b)
{
    const struct config_sources *from = b->sources;
    const char *expires = from->expires ? from->expires : "1d";
    if (!access_read_lifetime(expires, &b->config.lifetime_s))
        return config_fail(
            b->error,
            "--expires: \"%.60s\" is no time from 1s to 3650d: write 90s, 15m, 6h or "
            "7d",
            expires);
    if (!b->config.sign_key)
        return config_fail(
            b->error,
            "--sign-url \"%.100s\" needs a key: give --sign-key FILE, or sign_key in "
            "the file of --config",
            from->sign_url);
    b->config.sign_url = strdup(from->sign_url);
    return b->config.sign_url || config_fail(b->error, "out of memory");
}

static bool read_task(struct build *b)
{
    const struct config_sources *from = b->sources;
    if (from->sign_url)
        return read_signing(b);
    if (from->expires)
        return config_fail(b->error, "--expires \"%.60s\" comes without --sign-url: give both",
                           from->expires);
    return check_tls(b) && add_channels(b);
}

bool config_build(const struct config_sources *sources, struct config *out,
                  char error[CONFIG_ERROR_BYTES])
{
    struct build b = {.sources = sources, .error = error};
    if (!read_globals(&b) || !read_task(&b)) {
        config_finish(&b.config);
        return false;
    }
    for (size_t i = 0; i < b.config.channel_count; i++)
        settings_settle(&b.config.channels[i]);
    *out = b.config;
    return true;
}

enum config_outcome config_from_yaml(const char *text, size_t size, const char *name,
                                     struct config *config, char error[CONFIG_ERROR_BYTES])
{
    struct config_file *file = NULL;
    error[0] = '\0';
    if (!config_file_load(text, size, name, &file, error))
        return CONFIG_WRONG;
    struct config_sources sources = {.file_name = name, .file = file};
    bool built = config_build(&sources, config, error);
    config_file_free(file);
    return built ? CONFIG_RUN : CONFIG_WRONG;
}
