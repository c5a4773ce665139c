#include "packager/ingest/push_srt_options.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "media/core/values.h"
#include "packager/ingest/url_parts.h"

#include <stdio.h>
#include <string.h>

enum { PASSPHRASE_MIN = 10, VALUE_BYTES = 32, NAME_BYTES = 32 };

struct number_option {
    const char *name;
    SRT_SOCKOPT option;
    int64_t lowest, highest;
    int divisor; /* libavformat's unit in libsrt's */
    bool wide;   /* 64 bits */
};

static const struct number_option numbers[] = {
    {"latency", SRTO_LATENCY, 0, 60000000, 1000, false},
    {"rcvlatency", SRTO_RCVLATENCY, 0, 60000000, 1000, false},
    {"peerlatency", SRTO_PEERLATENCY, 0, 60000000, 1000, false},
    {"pbkeylen", SRTO_PBKEYLEN, 16, 32, 1, false},
    {"maxbw", SRTO_MAXBW, 0, 1000000000, 1, true},
    {"mss", SRTO_MSS, 76, 1500, 1, false},
    {"ffs", SRTO_FC, 32, 1000000, 1, false},
    {"rcvbuf", SRTO_RCVBUF, 65536, 1000000000, 1, false},
    {"recv_buffer_size", SRTO_UDP_RCVBUF, 65536, 1000000000, 1, false},
    {"ipttl", SRTO_IPTTL, 1, 255, 1, false},
    {"iptos", SRTO_IPTOS, 0, 255, 1, false},
    {"tlpktdrop", SRTO_TLPKTDROP, 0, 1, 1, false},
    {"nakreport", SRTO_NAKREPORT, 0, 1, 1, false},
    {"lossmaxttl", SRTO_LOSSMAXTTL, 0, 1000, 1, false},
    {"minversion", SRTO_MINVERSION, 0, 0xffffff, 1, false},
};

/* Read elsewhere, or what libavformat needs and this does not. */
static const char *const others[] = {"mode",     "passphrase",     "streamid", "transtype",
                                     "pkt_size", "payload_size",   "timeout",  "listen_timeout",
                                     "linger",   "connect_timeout"};

static bool is_other(const char *name)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    return false;
}

static const struct number_option *number_named(const char *name)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(name, numbers[i].name) == 0)
            return &numbers[i];
    return NULL;
}

static bool number_of(const struct number_option *n, const char *text, int64_t *out)
{
    return value_integer(text, n->lowest, n->highest, out) &&
           (n->option != SRTO_PBKEYLEN || *out % 8 == 0);
}

/* Every name is known, and every number in its range. */
static int check(const char *channel, const char *query)
{
    char name[NAME_BYTES], value[SRT_STREAM_ID_BYTES];
    int64_t number;
    while ((query = url_query_next(query, name, sizeof name, value, sizeof value))) {
        const struct number_option *n = number_named(name);
        if (!n && !is_other(name)) {
            log_error(channel, "the SRT listener does not know \"%s\"; remove it from its URL",
                      name[0] ? name : "what is too long there");
            return ERR_INVALID;
        }
        if (n && !number_of(n, value, &number)) {
            log_error(channel, "the SRT listener's %s must be a number from %lld to %lld", name,
                      (long long)n->lowest, (long long)n->highest);
            return ERR_INVALID;
        }
    }
    return 0;
}

int srt_options_read(const char *channel, const char *query, struct srt_options *out)
{
    struct srt_options o = {.query = query};
    int status = check(channel, query);
    if (status)
        return status;
    bool given = strstr(query, "passphrase=") != NULL;
    bool read = url_query_value(query, "passphrase", o.passphrase, sizeof o.passphrase);
    if (given && (!read || strlen(o.passphrase) < PASSPHRASE_MIN)) {
        log_error(channel, "the SRT listener's passphrase must have %d to %d characters",
                  PASSPHRASE_MIN, SRT_SECRET_BYTES - 1);
        return ERR_INVALID;
    }
    given = strstr(query, "streamid=") != NULL;
    if (given && !url_query_value(query, "streamid", o.stream_id, sizeof o.stream_id)) {
        log_error(channel, "the SRT listener's streamid may have up to %d characters",
                  SRT_STREAM_ID_BYTES - 1);
        return ERR_INVALID;
    }
    *out = o;
    return 0;
}

static bool apply_number(const struct number_option *n, const char *query, SRTSOCKET listener)
{
    char text[VALUE_BYTES];
    int64_t value;
    if (!url_query_value(query, n->name, text, sizeof text) || !number_of(n, text, &value))
        return true;
    value /= n->divisor;
    int narrow = (int)value;
    const void *given = n->wide ? (const void *)&value : (const void *)&narrow;
    return srt_setsockflag(listener, n->option, given, n->wide ? sizeof value : sizeof narrow) == 0;
}

bool srt_options_apply(const struct srt_options *o, SRTSOCKET listener)
{
    int no = 0;
    srt_setsockflag(listener, SRTO_RCVSYN, &no, sizeof no);
    if (o->passphrase[0] &&
        srt_setsockflag(listener, SRTO_PASSPHRASE, o->passphrase, (int)strlen(o->passphrase)) != 0)
        return false;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!apply_number(&numbers[i], o->query, listener))
            return false;
    return true;
}
