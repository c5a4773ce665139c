#include "media/core/option_errors.h"

#include <stdio.h>
#include <string.h>

bool error_line_list(char *error, size_t error_bytes, const char *format, va_list arguments)
{
    vsnprintf(error, error_bytes, format, arguments);
    for (char *at = error; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    return false;
}

bool error_line(char *error, size_t error_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_line_list(error, error_bytes, format, arguments);
    va_end(arguments);
    return false;
}

/* As argp has it: a row without a name may be a header. */
static bool is_last(const struct argp_option *o)
{
    return !o->name && !o->key && !o->doc && !o->group;
}

/* The option that a name, or the start of one, means; NULL where *matches is 0. */
static const struct argp_option *find(const struct argp_option *options, const char *name,
                                      size_t size, size_t *matches)
{
    const struct argp_option *match = NULL;
    *matches = 0;
    for (const struct argp_option *o = options; !is_last(o); o++) {
        if (!o->name || strncmp(o->name, name, size) != 0)
            continue;
        match = o;
        *matches += 1;
        if (strlen(o->name) == size) {
            *matches = 1;
            break;
        }
    }
    return match;
}

/* What is wrong with an option as it stands in argv; false where nothing is. The last of argv's
 * options may lack its value. */
static bool explain(const struct argp_state *state, const char *argument, const char *program,
                    char *error, size_t error_bytes)
{
    if (argument[0] != '-' || !argument[1])
        return false;
    bool named = argument[1] == '-';
    const char *name = argument + (named ? 2 : 1);
    size_t size = strcspn(name, "="), matches = 0;
    const struct argp_option *match =
        named ? find(state->root_argp->options, name, size, &matches) : NULL;
    if (matches > 1)
        error_line(error, error_bytes, "option %.60s may be one of several: write its name in full",
                   argument);
    else if (!match)
        error_line(error, error_bytes, "option %.60s is not known: see %s --help", argument,
                   program);
    else if (match->arg && !name[size])
        error_line(error, error_bytes, "option --%s has no value: write --%s=%s", match->name,
                   match->name, match->arg);
    else if (!match->arg && name[size])
        error_line(error, error_bytes, "option --%s takes no value: write --%s alone", match->name,
                   match->name);
    else
        return false;
    return true;
}

/* getopt found an option wrong: the one just read, or, of short ones, the one being read. */
void option_error(const struct argp_state *state, const char *program, char *error,
                  size_t error_bytes)
{
    if (error[0])
        return;
    if (state->next > 1 &&
        explain(state, state->argv[state->next - 1], program, error, error_bytes))
        return;
    if (state->next < state->argc &&
        explain(state, state->argv[state->next], program, error, error_bytes))
        return;
    error_line(error, error_bytes, "wrong usage: see %s --help", program);
}
