#include "player-sim/command/live_options.h"
#include "media/core/option_errors.h"
#include "media/core/values.h"
#include "player-sim/command/channel_name.h"
#include "player-sim/decode/stamp_check.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char program[] = "player-sim live";

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

struct reading {
    struct live_options *options;
    char *error;
    enum live_options_outcome outcome;
};

/* One row an option: help, default and reading in one place. */
struct setting {
    const char *name, *value, *initial, *help;
    bool (*read)(struct reading *r, const char *text);
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct reading *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_line_list(r->error, LIVE_OPTIONS_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

static bool read_seconds(const char *text, double lowest, int64_t *out_us)
{
    double seconds;
    if (!value_decimal(text, &seconds) || seconds < lowest || seconds > 30 * 86400.0)
        return false;
    *out_us = (int64_t)(seconds * 1e6 + 0.5);
    return true;
}

static bool read_sessions(struct reading *r, const char *text)
{
    int64_t n;
    if (!value_integer(text, 1, LIVE_SESSIONS_MAX, &n))
        return wrong(r, "give 1 to %d sessions, for example --sessions 20", LIVE_SESSIONS_MAX);
    r->options->run.sessions = (size_t)n;
    return true;
}

static bool read_duration(struct reading *r, const char *text)
{
    return read_seconds(text, 0.1, &r->options->run.duration_us) ||
           wrong(r, "give seconds from 0.1 on, for example --duration 60");
}

static bool read_ramp(struct reading *r, const char *text)
{
    return read_seconds(text, 0, &r->options->run.ramp_us) ||
           wrong(r, "give seconds, for example --ramp 2");
}

static bool read_zap(struct reading *r, const char *text)
{
    return plan_interval_read(text, &r->options->run.zap) ||
           wrong(r, "give seconds, for example --zap-every 5 or --zap-every random:5; 0 is never");
}

static bool read_switch(struct reading *r, const char *text)
{
    return plan_interval_read(text, &r->options->run.change) ||
           wrong(r, "give seconds, for example --switch-every 7 or --switch-every random:7; 0 is "
                    "never");
}

static bool read_abr(struct reading *r, const char *text)
{
    static const char fixed[] = "fixed";
    static const size_t size = sizeof fixed - 1;
    if (strncmp(text, fixed, size) == 0) {
        if (!text[size]) {
            r->options->run.rate_bps = INT64_MAX;
            return true;
        }
        if (text[size] == ':' && value_bits(text + size + 1, &r->options->run.rate_bps))
            return true;
    }
    return wrong(r, "only fixed rates are known: --abr fixed is the highest rendition, --abr "
                    "fixed:800k the highest of at most 800 kbit/s");
}

static bool read_join(struct reading *r, const char *text)
{
    if (strcmp(text, "same") == 0)
        r->options->run.join = SESSION_JOIN_SAME;
    else if (strcmp(text, "smallest") == 0)
        r->options->run.join = SESSION_JOIN_SMALLEST;
    else
        return wrong(r, "give same or smallest, for example --join smallest");
    return true;
}

static bool read_buffer(struct reading *r, const char *text)
{
    double ms;
    if (!value_decimal(text, &ms) || ms > 60000)
        return wrong(r, "give milliseconds up to 60000, for example --buffer 33");
    r->options->run.buffer_us = (int64_t)(ms * 1000 + 0.5);
    return true;
}

static bool read_seed(struct reading *r, const char *text)
{
    int64_t seed;
    if (!value_integer(text, 0, 999999999, &seed))
        return wrong(r, "give a whole number up to 999999999, for example --seed 7");
    r->options->run.seed = (uint64_t)seed;
    return true;
}

static bool read_decode(struct reading *r, const char *text)
{
    int64_t n = 0;
    if (strcmp(text, "none") != 0 && !value_integer(text, 0, LIVE_SESSIONS_MAX, &n))
        return wrong(r, "say how many sessions decode, for example --decode 2 or --decode none");
    r->options->run.decoding = (size_t)n;
    return true;
}

static bool read_trim(struct reading *r, const char *text)
{
    char why[TRIM_ERROR_BYTES];
    struct live_options *o = r->options;
    if (!*text)
        return true;
    if (o->trim_count == LIVE_TRIMS_MAX)
        return wrong(r, "more than %d are not told", LIVE_TRIMS_MAX);
    if (!trim_read(text, &o->trims[o->trim_count], why))
        return wrong(r, "%s", why);
    o->trim_count++;
    return true;
}

static bool read_http(struct reading *r, const char *text)
{
    if (strcmp(text, "1.1") == 0)
        r->options->run.http.version = HTTP_VERSION_1_1;
    else if (strcmp(text, "2") == 0)
        r->options->run.http.version = HTTP_VERSION_2;
    else
        return wrong(r, "give 1.1 or 2, for example --http 2");
    return true;
}

static bool read_insecure(struct reading *r, const char *text)
{
    r->options->run.http.insecure = strcmp(text, "true") == 0;
    return true;
}

static bool read_ca_file(struct reading *r, const char *text)
{
    r->options->run.http.ca_file = *text ? text : NULL;
    return true;
}

/* An initial of "" is "not given", and help is silent about it. */
static const struct setting settings[] = {
    {"sessions", "N", "1", "Viewers at once", read_sessions},
    {"duration", "SECONDS", "30", "How long all of them watch", read_duration},
    {"ramp", "SECONDS", "1", "Over which they turn up before that", read_ramp},
    {"zap-every", "SECONDS", "0", "How often each changes channel", read_zap},
    {"switch-every", "SECONDS", "0", "How often each changes quality", read_switch},
    {"abr", "RULE", "fixed",
     "Which rendition is played: fixed is the highest, fixed:BITRATE the highest whose "
     "bandwidth in the manifest is not above that",
     read_abr},
    {"join", "RUNG", "same",
     "Where a join starts: the same rendition that is to be played, or the smallest, which then "
     "climbs to it",
     read_join},
    {"buffer", "MS", "33", "How long a join's first picture stands besides its own time",
     read_buffer},
    {"decode", "N", "2", "How many sessions decode what they get, or none", read_decode},
    {"seed", "N", "1", "Of all that is random", read_seed},
    {"trim", "SPEC", "", "Tell this statistic too, e.g. 'TM(10%:90%)', 'PR(:300)'; repeatable",
     read_trim},
    {"http", "VERSION", "1.1", "1.1, or 2 (over TLS, or in the clear with prior knowledge)",
     read_http},
    {"cacert", "FILE", "", "Certificates to trust (PEM) instead of the system's", read_ca_file},
    {"insecure", NULL, "false", "Take any certificate", read_insecure},
};

enum { SETTINGS = sizeof settings / sizeof *settings };
/* Samples are for merging, and two runs of real time are not one. */
enum { LIVE_OUTPUTS = OUTPUT_SAMPLES };
enum { KEY_SETTING = 256, KEY_HELP = 512, KEY_OUTPUT, ARGP_OPTIONS = SETTINGS + LIVE_OUTPUTS + 2 };

static bool add_url(struct reading *r, const char *url)
{
    struct live_options *o = r->options;
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return wrong(r,
                     "%.120s is no HTTP address: give a manifest's, for example "
                     "http://localhost:8080/one/manifest.json",
                     url);
    if (o->channel_count == STAMP_CHECK_CHANNELS_MAX)
        return wrong(r, "more than %d channels at once are not watched", STAMP_CHECK_CHANNELS_MAX);
    o->urls[o->channel_count++] = url;
    return true;
}

static bool set(struct reading *r, const struct setting *s, const char *text)
{
    char why[LIVE_OPTIONS_ERROR_BYTES];
    if (s->read(r, text))
        return true;
    snprintf(why, sizeof why, "%s", r->error);
    return wrong(r, "--%s %.60s: %.200s", s->name, text, why);
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct reading *r = state->input;
    bool good = true;
    if (key >= KEY_SETTING && key < KEY_SETTING + SETTINGS)
        good = set(r, &settings[key - KEY_SETTING], argument ? argument : "true");
    else if (key >= KEY_OUTPUT && key < KEY_OUTPUT + LIVE_OUTPUTS)
        r->options->outputs.of[key - KEY_OUTPUT] = *argument ? argument : NULL;
    else if (key == KEY_HELP) {
        argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  (char *)program);
        r->outcome = LIVE_OPTIONS_DONE;
        if (fflush(stdout)) {
            wrong(r, "standard output: %s: send it where it can be written", strerror(errno));
            r->outcome = LIVE_OPTIONS_WRONG;
        }
        return ECANCELED;
    } else if (key == ARGP_KEY_ARG)
        good = add_url(r, argument);
    else if (key == ARGP_KEY_ERROR) {
        if (r->outcome == LIVE_OPTIONS_RUN) {
            option_error(state, program, r->error, LIVE_OPTIONS_ERROR_BYTES);
            r->outcome = LIVE_OPTIONS_WRONG;
        }
        return 0;
    } else
        return ARGP_ERR_UNKNOWN;
    if (good)
        return 0;
    r->outcome = LIVE_OPTIONS_WRONG;
    return EINVAL;
}

static bool name_channels(struct reading *r)
{
    struct live_options *o = r->options;
    o->names = calloc(o->channel_count, sizeof *o->names);
    if (!o->names)
        return wrong(r, "out of memory");
    for (size_t i = 0; i < o->channel_count; i++)
        if (!(o->names[i] = channel_name(o->urls[i], o->names, i)))
            return wrong(r, "out of memory");
    return true;
}

static bool check(struct reading *r)
{
    struct live_options *o = r->options;
    if (!o->channel_count)
        return wrong(r, "there is nothing to watch: give the manifest of a channel, for example "
                        "http://localhost:8080/one/manifest.json");
    o->run.urls = o->urls;
    o->run.channel_count = o->channel_count;
    if (o->run.decoding > o->run.sessions)
        o->run.decoding = o->run.sessions;
    return output_paths_check(&o->outputs, r->error, LIVE_OPTIONS_ERROR_BYTES) && name_channels(r);
}

static bool set_defaults(struct reading *r)
{
    r->options->run.http = http_config_default;
    for (size_t i = 0; i < SETTINGS; i++)
        if (!set(r, &settings[i], settings[i].initial))
            return false;
    return true;
}

static void make_argp_options(struct argp_option options[ARGP_OPTIONS], char help[SETTINGS][160])
{
    for (int i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        snprintf(help[i], 160, s->value && *s->initial ? "%s (default: %s)" : "%s", s->help,
                 s->initial);
        options[i] = (struct argp_option){s->name, KEY_SETTING + i, s->value, 0, help[i], 1};
    }
    for (int kind = 0; kind < LIVE_OUTPUTS; kind++)
        options[SETTINGS + kind] = output_option(kind, KEY_OUTPUT);
    options[SETTINGS + LIVE_OUTPUTS] =
        (struct argp_option){"help", KEY_HELP, NULL, 0, "Give this help and exit", 2};
}

enum live_options_outcome live_options_read(int argc, char **argv, struct live_options *out,
                                            char error[LIVE_OPTIONS_ERROR_BYTES])
{
    struct argp_option options[ARGP_OPTIONS] = {0};
    char help[SETTINGS][160];
    struct live_options read = {.urls = calloc((size_t)argc + 1, sizeof *read.urls)};
    struct reading r = {.options = &read, .error = error, .outcome = LIVE_OPTIONS_RUN};
    error[0] = '\0';
    struct argp argp = {options, take, "URL...", documentation, NULL, NULL, NULL};
    make_argp_options(options, help);
    if (!read.urls || !set_defaults(&r)) {
        wrong(&r, "out of memory");
        r.outcome = LIVE_OPTIONS_WRONG;
    } else if (argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL,
                          &r) &&
               r.outcome == LIVE_OPTIONS_RUN) {
        r.outcome = LIVE_OPTIONS_WRONG;
    } else if (r.outcome == LIVE_OPTIONS_RUN && !check(&r)) {
        r.outcome = LIVE_OPTIONS_WRONG;
    }
    if (r.outcome == LIVE_OPTIONS_RUN)
        *out = read;
    else
        live_options_finish(&read);
    return r.outcome;
}

void live_options_finish(struct live_options *o)
{
    for (size_t i = 0; o->names && i < o->channel_count; i++)
        free(o->names[i]);
    free(o->names);
    free(o->urls);
}
