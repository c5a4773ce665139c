/* What hesp-packager is told to do: one const struct, filled from the command line or from a YAML
 * file, checked whole before anything else is allocated. */
#ifndef PACKAGER_CONFIG_CONFIG_H
#define PACKAGER_CONFIG_CONFIG_H

#include "media/core/log.h"
#include "media/core/networks.h"
#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONFIG_NAME_MAX = 32,
    CONFIG_RUNGS_MAX = 8,
    CONFIG_CHANNELS_MAX = 64,
    CONFIG_ERROR_BYTES = 512,
};

struct config_rung {
    int width, height;   /* even, 32..4096 */
    int64_t bitrate_bps; /* 32k..100M */
};

struct config_channel {
    char name[CONFIG_NAME_MAX + 1]; /* [a-z0-9-]{1,32}, none of time healthz metrics api web */
    char *input;                    /* owned */
    struct config_rung ladder[CONFIG_RUNGS_MAX]; /* largest first */
    size_t rungs;                                /* 1..CONFIG_RUNGS_MAX */
    struct rational fps;                         /* 1..120, in lowest terms; default 30 */
    char preset[16];           /* ultrafast, superfast, veryfast, faster; default superfast */
    int refresh_frames;        /* period of the intra refresh, 2..10000; 0, the default: none */
    int64_t audio_bitrate_bps; /* 16k..512k; default 128k */
    double segment_duration_s; /* 1..3600; default 6; the packager rounds it to whole frames */
    double window_s;           /* 2..86400; default 60 */
    int64_t memory_bytes;      /* 16M..; default 512M */
    bool init_eager;           /* packets made for every frame; default on demand */
    int64_t init_memory_bytes; /* 1M..; default 192M; decoded pictures kept for packets */
    bool loop;                 /* files only */
};

struct config {
    const char *file;         /* that --config names, from the command line; NULL: none */
    char listen_address[64];  /* numeric, without the brackets of IPv6; default 127.0.0.1 */
    uint16_t listen_port;     /* default 8080; 0: the system picks one */
    char *sign_key;           /* a file's path, owned; NULL: channels are open to everybody */
    char *metrics_token;      /* likewise; NULL: /metrics is open */
    char *tls_certificate;    /* likewise; NULL: plain HTTP */
    char *tls_key;            /* likewise; there if and only if the certificate is */
    unsigned max_connections; /* 1..1000000; default 4096 */
    unsigned max_connections_per_address; /* 0..1000000; default 1024; 0: no limit */
    unsigned max_request_rate; /* of an address, a second, 0..1000000; default 1000; 0: no limit */
    struct networks exempt;    /* from an address's limits; default: this machine */
    double seconds;            /* 0: until stopped */
    enum log_format log_format;
    struct config_channel *channels; /* owned */
    size_t channel_count;
    char *sign_url;     /* after CONFIG_SIGN, owned: what to sign */
    int64_t lifetime_s; /* and for how long: 1 second to 3650 days; default a day */
};

enum config_outcome {
    CONFIG_RUN,   /* *config is filled: go on */
    CONFIG_SIGN,  /* print a signed URL: sign_url, lifetime_s and sign_key are filled, there are no
                     channels */
    CONFIG_DONE,  /* --help or --version was answered: exit 0 */
    CONFIG_WRONG, /* error holds one line that names what is wrong and the remedy: exit 2 */
};

/* Reads the command line (argp), and the file that --config names; again for each call. config is
 * initialized here and to be given to config_finish after CONFIG_RUN and CONFIG_SIGN. The nearer
 * source wins: a channel's own key in the file, then the command line's option, then the file's
 * global key, then the default. --help and
 * --version are answered on standard output. argv may be reordered.
 * Thread-safety: one thread, as getopt has but one state. */
enum config_outcome config_from_command_line(int argc, char **argv, struct config *config,
                                             char error[CONFIG_ERROR_BYTES]);

/* Reads a YAML text of up to 1 MiB, for which name is what errors call it; never CONFIG_DONE.
 * Thread-safety: any thread. */
enum config_outcome config_from_yaml(const char *text, size_t size, const char *name,
                                     struct config *config, char error[CONFIG_ERROR_BYTES]);

void config_finish(struct config *config);

/* A copy with an input of its own, for config_channel_finish. ERR_NOMEM. */
int config_channel_copy(const struct config_channel *channel, struct config_channel *out);
void config_channel_finish(struct config_channel *channel); /* memory of zeros is fine */

#endif
