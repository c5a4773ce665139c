/* What is wrong with an option of a command line, in one line that names it and the remedy. argp
 * tells its own users in several lines, and a parser only that something is wrong.
 *
 *     static error_t take(int key, char *argument, struct argp_state *state)
 *     {
 *         struct mine *m = state->input;     // m->error is "" at first, m->answered false
 *         switch (key) {
 *         case KEY_HELP:                     // an option of one's own: ARGP_NO_HELP
 *             argp_help(state->root_argp, stdout,
 *                       ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, (char *)program);
 *             m->answered = true;
 *             return ECANCELED;
 *         case KEY_SEED:                     // a value that is wrong
 *             if (!value_integer(argument, ...)) {
 *                 error_line(m->error, sizeof m->error, "--seed: \"%.60s\": give ...", argument);
 *                 return EINVAL;
 *             }
 *             return 0;
 *         case ARGP_KEY_ERROR:               // comes after every error, those above too
 *             if (!m->answered)
 *                 option_error(state, program, m->error, sizeof m->error);
 *             return 0;
 *         ...
 *     argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &m);
 *     // answered: exit code 0; else error[0]: print "program: error", exit code 2; else go on
 *
 * Options that argp knows need a name (no short options alone), and one table: no argp children.
 * Thread-safety: error_line any thread; option_error as argp_parse, one thread. */
#ifndef MEDIA_CORE_OPTION_ERRORS_H
#define MEDIA_CORE_OPTION_ERRORS_H

#include <argp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

/* Formats error, cut to its size; control characters become question marks, so that it is one
 * line whatever a user's text holds. false, for the caller to return. */
bool error_line(char *error, size_t error_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool error_line_list(char *error, size_t error_bytes, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* For ARGP_KEY_ERROR: which option is not known, may be one of several, lacks its value or has one
 * too many. program is what "see ... --help" names ("player-sim live"). An error that is there
 * already (error[0] not 0) stays, so that a parser's own refusal is kept. */
void option_error(const struct argp_state *state, const char *program, char *error,
                  size_t error_bytes);

#endif
