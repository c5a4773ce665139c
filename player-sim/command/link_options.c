#include "player-sim/command/link_options.h"
#include "media/core/option_errors.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { KEY_VALUE = 256, KEY_NETNS = 512, KEY_QUIET, KEY_HELP }; /* KEY_VALUE + enum link_value */
enum { NAME_MAX_BYTES = 255 };

static const char program[] = "player-sim link";

static const char documentation[] =
    "Runs a command behind a link of a given delay and rate: in a network namespace of its own, "
    "from which one address can be reached, through two TUN devices and the link model between "
    "them."
    "\v"
    "The host's end of the link is 10.77.0.1 and the command's 10.77.0.2; the command finds them "
    "in HESP_LINK_HOST and HESP_LINK_SELF. It reaches nothing else, and not the host's 127.0.0.1 "
    "either, so a server for it listens on 0.0.0.0: on 10.77.0.1 it can only once the link is "
    "there. With --netns the host's end is in a namespace too, where nobody else can reach that "
    "server:\n"
    "  ip netns add lab\n"
    "  ip netns exec lab hesp-packager --listen 0.0.0.0:8080 one=test: &\n"
    "  player-sim link --netns lab --rtt 20 --rate 10M -- \\\n"
    "      player-sim live http://10.77.0.1:8080/one/manifest.json\n"
    "  ip netns del lab\n"
    "\n"
    "Each way takes half the round trip, and has the rate and the queue for itself; a packet that "
    "finds the queue full is lost. k, M and G are powers of 1000 in BPS and of 1024 in BYTES. "
    "--rtt 0 is as short as this machine can, which is not 0. When the command has ended, the "
    "connections that it left get two more round trips to close, and one line on standard error "
    "tells what went through.\n"
    "\n"
    "A TRACE changes the rate of the way to the command as time goes on, again and again: a file "
    "of Sabre's JSON, of Mahimahi's milliseconds or of lines \"seconds Mbit/s\"; one of the MMSys "
    "2020 profiles " TRACE_NAMES
    "; or constant:BPS. The way back has --rate. A trace's round trips "
    "hold both ways, unless --rtt is given.\n"
    "  player-sim link --netns lab --trace cascade --rtt 40 --jitter 5 -- \\\n"
    "      player-sim live http://10.77.0.1:8080/one/manifest.json\n"
    "\n"
    "It needs root (CAP_SYS_ADMIN, CAP_NET_ADMIN) and /dev/net/tun. docs/link.md has the model "
    "and its limits.\n"
    "\n"
    "Exit codes: the command's, 128 + N where signal N ended it, 127 or 126 where it could not be "
    "started; 1 the link could not be made, 2 wrong usage.\n";

static const struct argp_option options[] = {
    {"rtt", KEY_VALUE + LINK_VALUE_RTT, "MS", 0,
     "Round trip in milliseconds, half of it each way (default: the trace's, or 0)", 1},
    {"rate", KEY_VALUE + LINK_VALUE_RATE, "BPS[k|M|G]", 0,
     "Bits a second each way, or with --trace of the way back; 0 is no limit (default: 0)", 1},
    {"queue", KEY_VALUE + LINK_VALUE_QUEUE, "BYTES[k|M]", 0,
     "What may wait each way (default: what the highest rate carries in the longest round trip, at "
     "least 64k)",
     1},
    {"trace", KEY_VALUE + LINK_VALUE_TRACE, "TRACE", 0,
     "How the rate of the way to the command changes: a file, a profile's name or constant:BPS", 1},
    {"trace-from", KEY_VALUE + LINK_VALUE_TRACE_FROM, "SECONDS", 0,
     "Where in the trace the link starts (default: 0)", 1},
    {"jitter", KEY_VALUE + LINK_VALUE_JITTER, "MS", 0,
     "Up to so much later each packet arrives, each way (default: 0)", 1},
    {"loss", KEY_VALUE + LINK_VALUE_LOSS, "SHARE", 0,
     "How many packets are lost on the way, 0 to 1, each way (default: 0)", 1},
    {"seed", KEY_VALUE + LINK_VALUE_SEED, "N", 0, "Of jitter and loss (default: 1)", 1},
    {"netns", KEY_NETNS, "NAME", 0,
     "Where the host's end is: a namespace of \"ip netns add\" (default: the one this runs in)", 1},
    {"quiet", KEY_QUIET, NULL, 0, "Don't tell at the end what went through", 1},
    {"help", KEY_HELP, NULL, 0, "Give this help and exit", 2},
    {0},
};

struct reading {
    struct link_options *out;
    char *error;
    bool answered;
};

static bool wrong(struct reading *r, const char *option, const char *text, const char *remedy)
{
    return error_line(r->error, LINK_OPTIONS_ERROR_BYTES, "%s %.60s: %s", option, text, remedy);
}

static bool read_netns(struct reading *r, const char *text)
{
    if (!*text || strlen(text) > NAME_MAX_BYTES || strchr(text, '/') || strcmp(text, ".") == 0 ||
        strcmp(text, "..") == 0)
        return wrong(r, "--netns", text,
                     "give the name of a namespace as \"ip netns list\" has it, not a path");
    r->out->netns = text;
    return true;
}

static bool no_command(struct reading *r)
{
    return error_line(r->error, LINK_OPTIONS_ERROR_BYTES,
                      "no command: say what is to run behind the link, for example %s --rtt 20 -- "
                      "ping -c 3 10.77.0.1",
                      program);
}

static bool read_value(struct reading *r, int key, const char *text)
{
    return link_values_read(&r->out->values, (enum link_value)(key - KEY_VALUE), text, r->error);
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct reading *r = state->input;
    bool good = true;
    if (key >= KEY_VALUE && key < KEY_NETNS)
        return read_value(r, key, argument) ? 0 : EINVAL;
    switch (key) {
    case KEY_NETNS:
        good = read_netns(r, argument);
        break;
    case KEY_QUIET:
        r->out->quiet = true;
        break;
    case KEY_HELP:
        argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  (char *)program);
        r->answered = true;
        return ECANCELED;
    case ARGP_KEY_ARG: /* the command, and whatever follows is its own */
        r->out->command = &state->argv[state->next - 1];
        state->next = state->argc;
        break;
    case ARGP_KEY_NO_ARGS:
        good = no_command(r);
        break;
    case ARGP_KEY_ERROR:
        if (!r->answered)
            option_error(state, program, r->error, LINK_OPTIONS_ERROR_BYTES);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return good ? 0 : EINVAL;
}

enum link_options_outcome link_options_read(int argc, char **argv, struct link_options *out,
                                            char error[LINK_OPTIONS_ERROR_BYTES])
{
    static const struct argp argp = {options, take, "-- COMMAND [ARGUMENT...]", documentation, NULL,
                                     NULL,    NULL};
    struct link_options read = {0};
    struct reading r = {.out = &read, .error = error};
    error[0] = '\0';
    link_values_init(&read.values);
    int failed = argp_parse(&argp, argc, argv,
                            ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &r);
    if (!failed && !error[0] && link_values_check(&read.values, error)) {
        link_values_ways(&read.values, read.ways);
        *out = read;
        return LINK_OPTIONS_RUN;
    }
    link_options_finish(&read);
    if (r.answered && !fflush(stdout))
        return LINK_OPTIONS_DONE;
    if (r.answered)
        error_line(error, LINK_OPTIONS_ERROR_BYTES,
                   "standard output: %s: send it where it can be written", strerror(errno));
    return LINK_OPTIONS_WRONG;
}

void link_options_finish(struct link_options *o)
{
    link_values_finish(&o->values);
}
