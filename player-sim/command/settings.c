#include "player-sim/command/settings.h"
#include "media/core/option_errors.h"
#include "media/core/values.h"

#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HELP_BYTES = 320, KEY_SETTING = 256, KEY_OUTPUT = 448, KEY_HELP = 512 };

static const double seconds_max = 30 * 86400.0;

struct state {
    const struct settings *settings;
    struct settings_reading reading;
    enum settings_outcome outcome;
};

bool settings_wrong(struct settings_reading *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_line_list(r->error, SETTINGS_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

bool settings_seconds(struct settings_reading *r, const char *text, double lowest, int64_t *out_us,
                      const char *give)
{
    double seconds;
    if (!value_decimal(text, &seconds) || seconds < lowest || seconds > seconds_max)
        return settings_wrong(r, "%s", give);
    *out_us = (int64_t)(seconds * 1e6 + 0.5);
    return true;
}

bool settings_count(struct settings_reading *r, const char *text, int64_t lowest, int64_t highest,
                    int64_t *out, const char *give)
{
    return value_integer(text, lowest, highest, out) || settings_wrong(r, "%s", give);
}

static bool set(struct settings_reading *r, const struct setting *row, const char *text)
{
    char why[SETTINGS_ERROR_BYTES];
    if (row->read(r, text))
        return true;
    if (strncmp(r->error, "--", 2) == 0) /* it names the option by itself */
        return false;
    snprintf(why, sizeof why, "%s", r->error);
    return settings_wrong(r, "--%s %.60s: %.200s", row->name, text, why);
}

static void print_help(struct state *s, struct argp_state *state)
{
    argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
              (char *)s->settings->program);
    s->outcome = SETTINGS_DONE;
    if (!fflush(stdout))
        return;
    settings_wrong(&s->reading, "standard output: %s: send it where it can be written",
                   strerror(errno));
    s->outcome = SETTINGS_WRONG;
}

static bool take_argument(struct state *s, const char *text)
{
    if (s->settings->take_argument)
        return s->settings->take_argument(&s->reading, text);
    return settings_wrong(&s->reading, "%.60s is too much: only options are taken; see --help",
                          text);
}

/* Nobody means "": it is a script's variable that has no value. */
static bool is_given(struct state *s, const char *name, const char *text)
{
    return *text ||
           settings_wrong(&s->reading, "--%s has an empty value: give one, or leave it out", name);
}

static bool take_row(struct state *s, const struct setting *row, const char *text)
{
    return is_given(s, row->name, text) && set(&s->reading, row, text) &&
           (!s->settings->given || s->settings->given(&s->reading, row->name, text));
}

static bool take_output(struct state *s, enum output_kind kind, const char *path)
{
    s->settings->outputs_of(s->reading.options)->of[kind] = path;
    return is_given(s, output_option(kind, 0).name, path);
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct state *s = state->input;
    const struct settings *all = s->settings;
    bool good;
    if (key >= KEY_SETTING && key < KEY_SETTING + (int)all->count) {
        good = take_row(s, &all->rows[key - KEY_SETTING], argument ? argument : "true");
    } else if (key >= KEY_OUTPUT && key < KEY_OUTPUT + all->output_count) {
        good = take_output(s, (enum output_kind)(key - KEY_OUTPUT), argument);
    } else if (key == KEY_HELP) {
        print_help(s, state);
        return ECANCELED;
    } else if (key == ARGP_KEY_ARG) {
        good = take_argument(s, argument);
    } else if (key == ARGP_KEY_ERROR) {
        if (s->outcome == SETTINGS_RUN) {
            option_error(state, all->program, s->reading.error, SETTINGS_ERROR_BYTES);
            s->outcome = SETTINGS_WRONG;
        }
        return 0;
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    if (good)
        return 0;
    s->outcome = SETTINGS_WRONG;
    return EINVAL;
}

static size_t make_options(const struct settings *s, struct argp_option *options,
                           char help[SETTINGS_MAX][HELP_BYTES])
{
    size_t n = 0;
    int headed = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct setting *row = &s->rows[i];
        if (s->group_headers && (!i || row->group != headed)) {
            headed = row->group;
            options[n++] =
                (struct argp_option){.doc = s->group_headers[headed], .group = headed + 1};
        }
        snprintf(help[i], HELP_BYTES, row->value && *row->initial ? "%s (default: %s)" : "%s",
                 row->help, row->initial);
        options[n++] = (struct argp_option){row->name, KEY_SETTING + (int)i, row->value, 0,
                                            help[i],   row->group + 1};
    }
    for (int kind = 0; kind < s->output_count; kind++) {
        options[n] = output_option((enum output_kind)kind, KEY_OUTPUT);
        options[n++].group = headed + 2;
    }
    options[n++] =
        (struct argp_option){"help", KEY_HELP, NULL, 0, "Give this help and exit", SETTINGS_MAX};
    return n;
}

static bool set_defaults(struct state *s)
{
    for (size_t i = 0; i < s->settings->count; i++)
        if (!set(&s->reading, &s->settings->rows[i], s->settings->rows[i].initial))
            return false;
    return true;
}

enum settings_outcome settings_read(const struct settings *s, int argc, char **argv, void *options,
                                    char error[SETTINGS_ERROR_BYTES])
{
    struct argp_option rows[2 * SETTINGS_MAX + OUTPUTS + 2] = {0};
    char help[SETTINGS_MAX][HELP_BYTES];
    struct state state = {.settings = s, .reading = {.options = options, .error = error}};
    assert(s->count <= SETTINGS_MAX);
    error[0] = '\0';
    make_options(s, rows, help);
    struct argp argp = {rows, take, s->arguments, s->documentation, NULL, NULL, NULL};
    if (!set_defaults(&state))
        return SETTINGS_WRONG;
    if (argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &state) &&
        state.outcome == SETTINGS_RUN)
        state.outcome = SETTINGS_WRONG;
    if (state.outcome == SETTINGS_RUN && s->outputs_of &&
        !output_paths_check(s->outputs_of(options), error, SETTINGS_ERROR_BYTES))
        state.outcome = SETTINGS_WRONG;
    return state.outcome;
}
