#include "player-sim/command/record_options.h"
#include "media/core/option_errors.h"
#include "media/core/values.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { KEY_DURATION = 256, KEY_PACKETS, KEY_HTTP, KEY_CACERT, KEY_INSECURE, KEY_HELP };
enum { DURATION_MAX_S = 36000, EVERY_MAX = 1000000 };

static const char program[] = "player-sim record";

static const char documentation[] =
    "Records what a live HESP channel weighs, frame by frame, as content for player-sim simulate: "
    "the bytes of every frame of every rendition, of Initialization Packets, of the sound, and how "
    "long frames take until they stand at the origin."
    "\v"
    "URL is the channel's manifest. The recording begins with the segment that is under way, and "
    "has whole segments only; ended early (Ctrl-C, or the channel ends), it has those that are "
    "whole by then. The sizes of packets that were not fetched are interpolated between those that "
    "were. docs/content.md has the file's form.\n"
    "\n"
    "Examples:\n"
    "  player-sim record http://localhost:8080/one/manifest.json\n"
    "  player-sim record --duration 600 --packets-every 5 -o one.json \\\n"
    "      http://localhost:8080/one/manifest.json\n"
    "  player-sim simulate --content one.json --sessions 1000\n"
    "\n"
    "The network should carry all renditions at once: what arrives late is taken for made late.\n"
    "\n"
    "Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

static const struct argp_option options[] = {
    {"duration", KEY_DURATION, "SECONDS", 0,
     "How much to record, rounded up to whole segments (default: 60)", 1},
    {"packets-every", KEY_PACKETS, "N", 0,
     "Fetch the packet of every N-th frame; auto is two a second (default: auto)", 1},
    {"output", 'o', "FILE", 0, "Where to; - is standard output (default: content.json)", 1},
    {"http", KEY_HTTP, "VERSION", 0,
     "1.1, or 2 (over TLS, or in the clear with prior knowledge) (default: 1.1)", 1},
    {"cacert", KEY_CACERT, "FILE", 0, "Certificates to trust (PEM) instead of the system's", 1},
    {"insecure", KEY_INSECURE, NULL, 0, "Take any certificate", 1},
    {"help", KEY_HELP, NULL, 0, "Give this help and exit", 2},
    {0},
};

struct reading {
    struct record_options *out;
    char *error;
    bool answered;
};

static bool wrong(struct reading *r, const char *option, const char *text, const char *remedy)
{
    return error_line(r->error, RECORD_OPTIONS_ERROR_BYTES, "%s %.60s: %s", option, text, remedy);
}

static bool read_duration(struct reading *r, const char *text)
{
    double seconds;
    if (!value_decimal(text, &seconds) || seconds < 0.1 || seconds > DURATION_MAX_S)
        return wrong(r, "--duration", text,
                     "give seconds from 0.1 to 36000, for example --duration 60");
    r->out->duration_us = (int64_t)(seconds * 1e6 + 0.5);
    return true;
}

static bool read_packets(struct reading *r, const char *text)
{
    if (strcmp(text, "auto") == 0)
        r->out->packets_every = 0;
    else if (!value_integer(text, 1, EVERY_MAX, &r->out->packets_every))
        return wrong(r, "--packets-every", text,
                     "give a number of frames, for example --packets-every 5, or auto");
    return true;
}

static bool read_http(struct reading *r, const char *text)
{
    if (strcmp(text, "1.1") == 0)
        r->out->http.version = HTTP_VERSION_1_1;
    else if (strcmp(text, "2") == 0)
        r->out->http.version = HTTP_VERSION_2;
    else
        return wrong(r, "--http", text, "give 1.1 or 2, for example --http 2");
    return true;
}

static bool read_url(struct reading *r, const char *text)
{
    if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
        return error_line(r->error, RECORD_OPTIONS_ERROR_BYTES,
                          "%.120s is no HTTP address: give a manifest's, for example "
                          "http://localhost:8080/one/manifest.json",
                          text);
    if (r->out->url)
        return error_line(r->error, RECORD_OPTIONS_ERROR_BYTES,
                          "%.100s and %.100s: one channel is recorded at a time: run %s twice",
                          r->out->url, text, program);
    r->out->url = text;
    return true;
}

static bool no_url(struct reading *r)
{
    return error_line(r->error, RECORD_OPTIONS_ERROR_BYTES,
                      "there is nothing to record: give the manifest of a channel, for example "
                      "http://localhost:8080/one/manifest.json");
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct reading *r = state->input;
    bool good = true;
    switch (key) {
    case KEY_DURATION:
        good = read_duration(r, argument);
        break;
    case KEY_PACKETS:
        good = read_packets(r, argument);
        break;
    case 'o':
        r->out->path = argument;
        break;
    case KEY_HTTP:
        good = read_http(r, argument);
        break;
    case KEY_CACERT:
        r->out->http.ca_file = argument;
        break;
    case KEY_INSECURE:
        r->out->http.insecure = true;
        break;
    case KEY_HELP:
        argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  (char *)program);
        r->answered = true;
        return ECANCELED;
    case ARGP_KEY_ARG:
        good = read_url(r, argument);
        break;
    case ARGP_KEY_NO_ARGS:
        good = no_url(r);
        break;
    case ARGP_KEY_ERROR:
        if (!r->answered)
            option_error(state, program, r->error, RECORD_OPTIONS_ERROR_BYTES);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return good ? 0 : EINVAL;
}

enum record_options_outcome record_options_read(int argc, char **argv, struct record_options *out,
                                                char error[RECORD_OPTIONS_ERROR_BYTES])
{
    static const struct argp argp = {options, take, "URL", documentation, NULL, NULL, NULL};
    struct record_options read = {
        .path = "content.json", .duration_us = 60000000, .http = http_config_default};
    struct reading r = {.out = &read, .error = error};
    error[0] = '\0';
    int failed =
        argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &r);
    if (r.answered && !fflush(stdout))
        return RECORD_OPTIONS_DONE;
    if (r.answered)
        error_line(error, RECORD_OPTIONS_ERROR_BYTES,
                   "standard output: %s: send it where it can be written", strerror(errno));
    if (failed || error[0])
        return RECORD_OPTIONS_WRONG;
    read.http.payloads = true;
    *out = read;
    return RECORD_OPTIONS_RUN;
}
