#include "packager/config/settings.h"
#include "media/core/values.h"
#include "packager/config/ladder.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool setting_because(char why[SETTING_WHY_BYTES], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, SETTING_WHY_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

/* "ADDR:PORT" or "[ADDR6]:PORT". */
static bool read_listen(const char *text, struct config *config, struct config_channel *channel,
                        char why[SETTING_WHY_BYTES])
{
    (void)channel;
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (!colon || !value_integer(colon + 1, 0, 65535, &port))
        return setting_because(why, "give ADDRESS:PORT with a port of 0 to 65535, for example "
                                    "127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080");
    bool six = text[0] == '[' && colon > text && colon[-1] == ']';
    size_t size = (size_t)(colon - text) - (six ? 2 : 0);
    char address[sizeof config->listen_address] = "";
    if (size < sizeof address)
        memcpy(address, text + six, size);
    unsigned char binary[16];
    if (inet_pton(six ? AF_INET6 : AF_INET, address, binary) != 1)
        return setting_because(why,
                               "the address must be a number, for example 127.0.0.1 (this machine "
                               "only), 0.0.0.0 (all of its addresses) or, in brackets, [::1]");
    strcpy(config->listen_address, address);
    config->listen_port = (uint16_t)port;
    return true;
}

static bool read_ladder(const char *text, struct config *config, struct config_channel *channel,
                        char why[SETTING_WHY_BYTES])
{
    (void)config;
    return ladder_read(text, channel, why);
}

static bool read_fps(const char *text, struct config *config, struct config_channel *channel,
                     char why[SETTING_WHY_BYTES])
{
    (void)config;
    struct rational fps;
    if (!value_rate(text, &fps))
        return setting_because(why, "no frame rate: write 30, 30000/1001 or 29.97");
    if (fps.num < fps.den || fps.num > 120 * fps.den)
        return setting_because(why, "out of range: 1 to 120 frames a second");
    channel->fps = fps;
    return true;
}

/* One of a list of words. */
static bool read_word(const char *text, const char *const *words, size_t count, size_t *index,
                      char why[SETTING_WHY_BYTES])
{
    char list[128] = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            *index = i;
            return true;
        }
    }
    for (size_t i = 0; i < count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
                 !i               ? ""
                 : i + 1 == count ? " or "
                                  : ", ",
                 words[i]);
    return setting_because(why, "not known: use %s", list);
}

static bool read_preset(const char *text, struct config *config, struct config_channel *channel,
                        char why[SETTING_WHY_BYTES])
{
    static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster"};
    size_t index = 0;
    (void)config;
    if (!read_word(text, presets, 4, &index, why))
        return false;
    strcpy(channel->preset, presets[index]);
    return true;
}

static bool read_audio_bitrate(const char *text, struct config *config,
                               struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    (void)config;
    int64_t bitrate;
    if (!value_bits(text, &bitrate))
        return setting_because(why, "no bit rate: write 128k or 128000");
    if (bitrate < 16000 || bitrate > 512000)
        return setting_because(why, "out of range: 16k to 512k");
    channel->audio_bitrate_bps = bitrate;
    return true;
}

static bool read_seconds_within(const char *text, double lowest, double highest, double *out,
                                char why[SETTING_WHY_BYTES])
{
    double seconds;
    if (!value_decimal(text, &seconds))
        return setting_because(why, "no number of seconds: write %g, for example",
                               highest < 10000 ? 6 : 60.);
    if (seconds < lowest || seconds > highest)
        return setting_because(why, "out of range: %g to %.0f seconds", lowest, highest);
    *out = seconds;
    return true;
}

static bool read_segment_duration(const char *text, struct config *config,
                                  struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    (void)config;
    return read_seconds_within(text, 1, 3600, &channel->segment_duration_s, why);
}

static bool read_window(const char *text, struct config *config, struct config_channel *channel,
                        char why[SETTING_WHY_BYTES])
{
    (void)config;
    return read_seconds_within(text, 2, 86400, &channel->window_s, why);
}

static bool read_megabytes(const char *text, int64_t least, int64_t *out,
                           char why[SETTING_WHY_BYTES])
{
    int64_t bytes;
    if (!value_bytes(text, &bytes))
        return setting_because(why, "no number of bytes: write 512M or 2G");
    if (bytes < least << 20)
        return setting_because(why, "too little: give %lldM or more", (long long)least);
    *out = bytes;
    return true;
}

static bool read_memory(const char *text, struct config *config, struct config_channel *channel,
                        char why[SETTING_WHY_BYTES])
{
    (void)config;
    return read_megabytes(text, 16, &channel->memory_bytes, why);
}

static bool read_init(const char *text, struct config *config, struct config_channel *channel,
                      char why[SETTING_WHY_BYTES])
{
    static const char *const modes[] = {"on-demand", "eager"};
    size_t index = 0;
    (void)config;
    if (!read_word(text, modes, 2, &index, why))
        return false;
    channel->init_eager = index == 1;
    return true;
}

static bool read_init_memory(const char *text, struct config *config,
                             struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    (void)config;
    return read_megabytes(text, 1, &channel->init_memory_bytes, why);
}

/* A period of two seconds has no number yet: a channel's frame rate may still follow. */
enum { REFRESH_TWO_SECONDS = -1, REFRESH_MIN = 2, REFRESH_MAX = 10000 };

static bool read_refresh(const char *text, struct config *config, struct config_channel *channel,
                         char why[SETTING_WHY_BYTES])
{
    (void)config;
    int64_t frames;
    if (strcmp(text, "idr") == 0)
        frames = 0;
    else if (strcmp(text, "intra") == 0)
        frames = REFRESH_TWO_SECONDS;
    else if (strncmp(text, "intra:", 6) != 0)
        return setting_because(why, "not known: use idr, intra or intra:FRAMES");
    else if (!value_integer(text + 6, REFRESH_MIN, REFRESH_MAX, &frames))
        return setting_because(why, "no period: give %d to %d frames, for example intra:60",
                               REFRESH_MIN, REFRESH_MAX);
    channel->refresh_frames = (int)frames;
    return true;
}

void settings_settle(struct config_channel *channel)
{
    struct rational fps = channel->fps;
    if (channel->refresh_frames == REFRESH_TWO_SECONDS)
        channel->refresh_frames = (int)((4 * fps.num + fps.den) / (2 * fps.den));
}

static bool read_loop(const char *text, struct config *config, struct config_channel *channel,
                      char why[SETTING_WHY_BYTES])
{
    (void)config;
    if (!value_switch(text, &channel->loop))
        return setting_because(why, "no switch: use true or false");
    return true;
}

enum { LIMIT_MAX = 1000000 };

static bool read_limit(const char *text, unsigned lowest, unsigned *out,
                       char why[SETTING_WHY_BYTES])
{
    int64_t limit;
    if (!value_integer(text, lowest, LIMIT_MAX, &limit))
        return setting_because(why, "no limit: give %u to %d%s", lowest, LIMIT_MAX,
                               lowest ? "" : "; 0 is none");
    *out = (unsigned)limit;
    return true;
}

static bool read_max_connections(const char *text, struct config *config,
                                 struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_limit(text, 1, &config->max_connections, why);
}

static bool read_max_connections_per_address(const char *text, struct config *config,
                                             struct config_channel *channel,
                                             char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_limit(text, 0, &config->max_connections_per_address, why);
}

static bool read_max_request_rate(const char *text, struct config *config,
                                  struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_limit(text, 0, &config->max_request_rate, why);
}

static bool read_exempt(const char *text, struct config *config, struct config_channel *channel,
                        char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return networks_parse(text, &config->exempt, why, SETTING_WHY_BYTES);
}

static bool read_seconds(const char *text, struct config *config, struct config_channel *channel,
                         char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_seconds_within(text, 0, 1e9, &config->seconds, why);
}

/* A path of its own; "" is none. */
static bool read_path(const char *text, char **out, char why[SETTING_WHY_BYTES])
{
    char *copy = *text ? strdup(text) : NULL;
    if (*text && !copy)
        return setting_because(why, "out of memory");
    free(*out);
    *out = copy;
    return true;
}

static bool read_sign_key(const char *text, struct config *config, struct config_channel *channel,
                          char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_path(text, &config->sign_key, why);
}

static bool read_metrics_token(const char *text, struct config *config,
                               struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_path(text, &config->metrics_token, why);
}

static bool read_tls_certificate(const char *text, struct config *config,
                                 struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_path(text, &config->tls_certificate, why);
}

static bool read_tls_key(const char *text, struct config *config, struct config_channel *channel,
                         char why[SETTING_WHY_BYTES])
{
    (void)channel;
    return read_path(text, &config->tls_key, why);
}

static bool read_log_format(const char *text, struct config *config, struct config_channel *channel,
                            char why[SETTING_WHY_BYTES])
{
    static const char *const formats[] = {"text", "json"};
    size_t index = 0;
    (void)channel;
    if (!read_word(text, formats, 2, &index, why))
        return false;
    config->log_format = index ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
    return true;
}

const struct setting settings[SETTINGS_COUNT] = {
    {"listen", "ADDR:PORT", "127.0.0.1:8080", "Where to serve; port 0 picks a free one", false,
     read_listen},
    {"ladder", "RUNGS", "1280x720@2500k,640x360@800k", "Renditions, WIDTHxHEIGHT@BITRATE each",
     true, read_ladder},
    {"fps", "RATE", "30", "Frames per second: 25, 30000/1001, 29.97", true, read_fps},
    {"preset", "NAME", "superfast", "ultrafast, superfast, veryfast or faster: less bits, more CPU",
     true, read_preset},
    {"audio-bitrate", "BITRATE", "128k", "Bits per second of sound", true, read_audio_bitrate},
    {"segment-duration", "SECONDS", "6", "Length of a segment, rounded to whole frames", true,
     read_segment_duration},
    {"window", "SECONDS", "60", "How far back viewers can go", true, read_window},
    {"memory", "BYTES", "512M", "Most that a channel keeps; k, M, G are powers of 1024", true,
     read_memory},
    {"init", "MODE", "on-demand",
     "When packets to join with are made: on-demand, as somebody asks for them, or eager, for "
     "every frame",
     true, read_init},
    {"init-memory", "BYTES", "192M",
     "Decoded pictures that a channel keeps to make packets of; the rest is decoded again", true,
     read_init_memory},
    {"refresh", "MODE", "idr",
     "What makes joined pictures exact: idr, each segment's start; intra[:FRAMES], also a refresh "
     "each 2 s or FRAMES",
     true, read_refresh},
    {"loop", NULL, "false", "Play files again from their start when they end", true, read_loop},
    {"max-connections", "N", "4096", "Connections that may be open; others are refused (503)",
     false, read_max_connections},
    {"max-connections-per-address", "N", "1024",
     "The same for one address, or /64 of IPv6; 0 is no limit", false,
     read_max_connections_per_address},
    {"max-request-rate", "N", "1000",
     "Requests a second that one address may make (429); 0 is no limit", false,
     read_max_request_rate},
    {"exempt", "NETWORKS", "127.0.0.0/8,::1",
     "Addresses without these two limits: caches in front, or none", false, read_exempt},
    {"seconds", "N", "0", "Stop by itself after N seconds; 0 is never", false, read_seconds},
    {"sign-key", "FILE", "",
     "Serve channels by signed URLs only; FILE has a key a line, the first signs, a second one "
     "holds too",
     false, read_sign_key},
    {"metrics-token", "FILE", "", "Show /metrics only to who brings the bearer token in FILE",
     false, read_metrics_token},
    {"tls-certificate", "FILE", "", "Serve over TLS: the certificate and its chain, PEM", false,
     read_tls_certificate},
    {"tls-key", "FILE", "", "Its private key, PEM", false, read_tls_key},
    {"log-format", "FORM", "text", "Lines of the log as text or json", false, read_log_format},
};

void setting_key(const struct setting *s, char key[SETTING_NAME_BYTES])
{
    snprintf(key, SETTING_NAME_BYTES, "%s", s->option);
    for (char *at = key; *at; at++)
        if (*at == '-')
            *at = '_';
}

bool setting_read_name(const char *text, char name[CONFIG_NAME_MAX + 1],
                       char why[SETTING_WHY_BYTES])
{
    static const char *const reserved[] = {"time", "healthz", "metrics", "api", "web"};
    if (!*text)
        return setting_because(why, "is empty: give the channel a name, for example demo");
    if (strlen(text) > CONFIG_NAME_MAX)
        return setting_because(why, "is longer than %d characters: shorten it", CONFIG_NAME_MAX);
    if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        return setting_because(why, "has other characters than a to z, 0 to 9 and -: rename it");
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(text, reserved[i]) == 0)
            return setting_because(why, "is reserved for a page of the server: take another name");
    strcpy(name, text);
    return true;
}
