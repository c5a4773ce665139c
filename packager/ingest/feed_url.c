#include "packager/ingest/feed_url.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/push.h"

#include <errno.h>
#include <libavformat/avio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool starts_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

bool feed_url_is_feed(const char *url)
{
    return !starts_with(url, "test:");
}

/* The length of "scheme" in "scheme:...", 0 where there is none. */
static size_t scheme_length(const char *url)
{
    size_t length =
        strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    return url[length] == ':' ? length : 0;
}

static int check_file(const char *channel, const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        log_error(channel,
                  "cannot read the input file %s: %s; give the path of a file, a URL, - or test:",
                  path, strerror(errno));
        return ERR_INVALID;
    }
    if (S_ISDIR(about.st_mode)) {
        log_error(channel, "the input %s is a directory; give a file of media", path);
        return ERR_INVALID;
    }
    if (!S_ISREG(about.st_mode)) {
        log_error(channel, "the input %s is no regular file; give - and redirect standard input",
                  path);
        return ERR_INVALID;
    }
    if (access(path, R_OK) != 0) {
        log_error(channel,
                  "cannot read the input file %s: %s; give the path of a file, a URL, - or test:",
                  path, strerror(errno));
        return ERR_INVALID;
    }
    return 0;
}

/* Some demuxers open the network themselves, with no protocol of their scheme's name. */
static bool scheme_is_known(const char *url)
{
    static const char *const demuxers[] = {"rtsp:", "rtsps:", "sap:"};
    for (size_t i = 0; i < sizeof demuxers / sizeof *demuxers; i++)
        if (starts_with(url, demuxers[i]))
            return true;
    return avio_find_protocol_name(url) != NULL;
}

/* A feed from the network stays there, and with its own kind. */
static const char *protocols_of(const char *url)
{
    static const struct {
        const char *scheme, *protocols;
    } known[] = {
        {"http:", "http,https,tcp,tls,crypto,httpproxy"},
        {"https:", "http,https,tcp,tls,crypto,httpproxy"},
        {"udp:", "udp"},
        {"rtp:", "rtp,udp"},
        {"srt:", "srt"},
        {"tcp:", "tcp"},
        {"rtsp:", "rtsp,rtp,udp,tcp,tls,http,https,srtp"},
        {"rtsps:", "rtsps,rtsp,rtp,udp,tcp,tls,http,https,srtp"},
        {"rtmp:", "rtmp,tcp"},
        {"rtmps:", "rtmps,tls,tcp"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (starts_with(url, known[i].scheme))
            return known[i].protocols;
    return NULL;
}

static bool waits_for_a_sender(const char *url)
{
    return starts_with(url, "udp:") || starts_with(url, "rtp:") || strstr(url, "mode=listener") ||
           strstr(url, "?listen") || strstr(url, "&listen");
}

/* How much of url is left without the last part of its path, which begins at path. */
static size_t without_key(const char *url, size_t path, size_t length)
{
    while (length > path && url[length - 1] == '/')
        length--;
    while (length > path && url[length - 1] != '/')
        length--;
    return length > path ? length - 1 : length;
}

void feed_url_name(const char *url, char name[FEED_NAME_BYTES])
{
    size_t length = strcspn(url, "?");
    const char *host = strstr(url, "://");
    if (!host || host > url + length) {
        snprintf(name, FEED_NAME_BYTES, "%.*s", (int)length, url);
        return;
    }
    host += 3;
    size_t authority = strcspn(host, "/?");
    const char *user_end = memrchr(host, '@', authority);
    const char *shown = user_end ? user_end + 1 : host;
    if (starts_with(url, "rtmp"))
        length = without_key(url, (size_t)(host - url) + authority, length);
    snprintf(name, FEED_NAME_BYTES, "%.*s%.*s", (int)(host - url), url, (int)(url + length - shown),
             shown);
}

static int parse_file(const char *channel, const char *path, struct feed_url *out)
{
    int status = check_file(channel, path);
    if (status)
        return status;
    out->kind = FEED_FILE;
    snprintf(out->name, sizeof out->name, "%s", path);
    return asprintf(&out->open, "file:%s", path) < 0 ? ERR_NOMEM : 0;
}

int feed_url_parse(const char *channel, const char *url, struct feed_url *out)
{
    struct feed_url parsed = {.kind = FEED_NETWORK};
    size_t scheme = scheme_length(url);
    int status = 0;

    if (strcmp(url, "-") == 0 || strcmp(url, "pipe:0") == 0 || strcmp(url, "pipe:") == 0) {
        parsed.kind = FEED_PIPE;
        snprintf(parsed.name, sizeof parsed.name, "standard input");
    } else if (starts_with(url, "file:")) {
        const char *path = url + strlen("file:");
        status = parse_file(channel, starts_with(path, "//") ? path + 2 : path, &parsed);
    } else if (scheme == 0 || access(url, F_OK) == 0) {
        status = parse_file(channel, url, &parsed);
    } else if (!push_is_for(url) && !scheme_is_known(url)) {
        feed_url_name(url, parsed.name);
        log_error(channel,
                  "cannot read the input %s: \"%.*s\" is neither a file nor a scheme that this "
                  "FFmpeg knows (ffmpeg -protocols lists them)",
                  parsed.name, (int)scheme, url);
        status = ERR_INVALID;
    } else {
        parsed.waits = waits_for_a_sender(url);
        parsed.protocols = protocols_of(url);
        feed_url_name(url, parsed.name);
        parsed.open = strdup(url);
        status = parsed.open ? 0 : ERR_NOMEM;
    }
    if (status == 0)
        *out = parsed;
    return status;
}

void feed_url_finish(struct feed_url *u)
{
    free(u->open);
    memset(u, 0, sizeof *u);
}
