#include "player-sim/command/live_options.h"
#include "media/core/values.h"
#include "player-sim/command/channel_name.h"
#include "player-sim/decode/stamp_check.h"

#include <stdlib.h>
#include <string.h>

static const char documentation[] =
    "Watches live HESP channels as so many viewers would: joins them, changes channel and quality, "
    "and tells how long each of it took."
    "\v"
    "URL is a channel's manifest. Give several, and zaps go from one to another at random.\n"
    "\n"
    "Examples:\n"
    "  player-sim live http://localhost:8080/one/manifest.json\n"
    "  player-sim live --sessions 20 --duration 60 --zap-every random:5 \\\n"
    "      --switch-every 7 --json run.json --html run.html \\\n"
    "      http://localhost:8080/{one,two}/manifest.json\n"
    "  player-sim live --http 2 --insecure https://edge.example/one/manifest.json\n"
    "\n"
    "SECONDS of --zap-every and --switch-every: 0 is never, 5 is every five seconds, random:5 is "
    "at exponentially distributed times of that mean. Times are told as trimmed means (tm90: "
    "without the highest tenth), with percentiles beside them.\n"
    "\n"
    "Exit codes: 0 success, 1 failure, or errors were seen (a request that failed, a frame "
    "missing, repeated, at a wrong time, undecodable, or of another channel), 2 wrong usage.\n";

static struct live_options *options_of(struct settings_reading *r)
{
    return r->options;
}

static bool read_sessions(struct settings_reading *r, const char *text)
{
    int64_t n = 0;
    bool good = settings_count(r, text, 1, LIVE_SESSIONS_MAX, &n,
                               "give 1 to 10000 sessions, for example --sessions 20");
    options_of(r)->run.sessions = (size_t)n;
    return good;
}

static bool read_decode(struct settings_reading *r, const char *text)
{
    int64_t n = 0;
    if (strcmp(text, "none") != 0 && !value_integer(text, 0, LIVE_SESSIONS_MAX, &n))
        return settings_wrong(
            r, "say how many sessions decode, for example --decode 2 or --decode none");
    options_of(r)->run.decoding = (size_t)n;
    return true;
}

static bool read_http(struct settings_reading *r, const char *text)
{
    if (strcmp(text, "1.1") == 0)
        options_of(r)->run.http.version = HTTP_VERSION_1_1;
    else if (strcmp(text, "2") == 0)
        options_of(r)->run.http.version = HTTP_VERSION_2;
    else
        return settings_wrong(r, "give 1.1 or 2, for example --http 2");
    return true;
}

static bool read_insecure(struct settings_reading *r, const char *text)
{
    options_of(r)->run.http.insecure = strcmp(text, "true") == 0;
    return true;
}

static bool read_ca_file(struct settings_reading *r, const char *text)
{
    options_of(r)->run.http.ca_file = *text ? text : NULL;
    return true;
}

enum { VIEWERS, CONNECTIONS, RUN };

static const char *const group_headers[] = {"Viewers:", "Connections:", "Run and report:"};

static const struct setting rows[] = {
    {"sessions", "N", "1", "Viewers at once", read_sessions, VIEWERS},
    {"duration", "SECONDS", "30", "How long all of them watch", viewer_read_duration, VIEWERS},
    {"ramp", "SECONDS", "1", "Over which they turn up before that", viewer_read_ramp, VIEWERS},
    {"zap-every", "SECONDS", "0", "How often each changes channel", viewer_read_zap, VIEWERS},
    {"switch-every", "SECONDS", "0", "How often each changes quality", viewer_read_switch, VIEWERS},
    {"abr", "RULE", "fixed", VIEWER_ABR_HELP, viewer_read_abr, VIEWERS},
    {"estimator", "NAME", "",
     "How a rule learns the link's bandwidth: ewma, sliding, dash.js, hls.js (default: as the "
     "rule's "
     "own player does, else ewma)",
     viewer_read_estimator, VIEWERS},
    {"join", "RUNG", "same", VIEWER_JOIN_HELP, viewer_read_join, VIEWERS},
    {"buffer", "MS", "33", "How long a join's first picture stands besides its own time",
     viewer_read_buffer, VIEWERS},
    {"resync", "MS", "0", "Who has fallen so far behind joins anew at the live edge; 0 is never",
     viewer_read_resync, VIEWERS},
    {"http", "VERSION", "1.1", "1.1, or 2 (over TLS, or in the clear with prior knowledge)",
     read_http, CONNECTIONS},
    {"cacert", "FILE", "", "Certificates to trust (PEM) instead of the system's", read_ca_file,
     CONNECTIONS},
    {"insecure", NULL, "false", "Take any certificate", read_insecure, CONNECTIONS},
    {"decode", "N", "2", "How many sessions decode what they get, or none", read_decode, RUN},
    {"seed", "N", "1", "Of all that is random", viewer_read_seed, RUN},
    {"trim", "SPEC", "", "Tell this statistic too, e.g. 'TM(10%:90%)', 'PR(:300)'; repeatable",
     viewer_read_trim, RUN},
};

static bool add_url(struct settings_reading *r, const char *url)
{
    struct live_options *o = options_of(r);
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return settings_wrong(r,
                              "%.120s is no HTTP address: give a manifest's, for example "
                              "http://localhost:8080/one/manifest.json",
                              url);
    if (o->channel_count == STAMP_CHECK_CHANNELS_MAX)
        return settings_wrong(r, "more than %d channels at once are not watched",
                              STAMP_CHECK_CHANNELS_MAX);
    o->urls[o->channel_count++] = url;
    return true;
}

static struct output_paths *outputs_of(void *options)
{
    return &((struct live_options *)options)->outputs;
}

static const struct settings settings = {
    .program = "player-sim live",
    .arguments = "URL...",
    .documentation = documentation,
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .group_headers = group_headers,
    .outputs_of = outputs_of,
    /* Samples are for merging, and two runs of real time are not one. */
    .output_count = OUTPUT_SAMPLES,
    .take_argument = add_url,
};

static bool name_channels(struct settings_reading *r)
{
    struct live_options *o = options_of(r);
    o->names = calloc(o->channel_count, sizeof *o->names);
    if (!o->names)
        return settings_wrong(r, "out of memory");
    for (size_t i = 0; i < o->channel_count; i++)
        if (!(o->names[i] = channel_name(o->urls[i], o->names, i)))
            return settings_wrong(r, "out of memory");
    return true;
}

static void take_viewers(struct live_options *o)
{
    const struct viewer_options *v = &o->viewers;
    o->run.duration_us = v->duration_us;
    o->run.ramp_us = v->ramp_us;
    o->run.zap = v->zap;
    o->run.change = v->change;
    o->run.rule = v->rule;
    o->run.estimator = viewer_estimator(v);
    o->run.rate_bps = v->wanted_bps;
    o->run.join = v->join;
    o->run.buffer_us = v->buffer_us;
    o->run.resync_us = v->resync_us;
    o->run.seed = v->seed;
}

static bool check(struct settings_reading *r)
{
    struct live_options *o = options_of(r);
    if (!o->channel_count)
        return settings_wrong(r, "there is nothing to watch: give the manifest of a channel, for "
                                 "example http://localhost:8080/one/manifest.json");
    o->run.urls = o->urls;
    o->run.channel_count = o->channel_count;
    if (o->run.decoding > o->run.sessions)
        o->run.decoding = o->run.sessions;
    take_viewers(o);
    return name_channels(r);
}

enum settings_outcome live_options_read(int argc, char **argv, struct live_options *out,
                                        char error[SETTINGS_ERROR_BYTES])
{
    struct live_options read = {.urls = calloc((size_t)argc + 1, sizeof *read.urls)};
    struct settings_reading r = {.options = &read, .error = error};
    enum settings_outcome outcome = SETTINGS_WRONG;
    read.run.http = http_config_default;
    if (!read.urls)
        settings_wrong(&r, "out of memory");
    else
        outcome = settings_read(&settings, argc, argv, &read, error);
    if (outcome == SETTINGS_RUN && !check(&r))
        outcome = SETTINGS_WRONG;
    if (outcome == SETTINGS_RUN)
        *out = read;
    else
        live_options_finish(&read);
    return outcome;
}

void live_options_finish(struct live_options *o)
{
    for (size_t i = 0; o->names && i < o->channel_count; i++)
        free(o->names[i]);
    free(o->names);
    free(o->urls);
}
