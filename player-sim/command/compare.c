/* player-sim compare: runs side by side, from their JSON reports. */
#include "player-sim/report/compare.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/command/command.h"
#include "player-sim/command/command_text.h"
#include "player-sim/command/outputs.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, ERROR_BYTES = 512, KEY_HELP = 256, KEY_OUTPUT };

static const char program[] = "player-sim compare";

static const char documentation[] =
    "Runs side by side: what each metric's tm90 was in A and in B, the difference, its 95 % "
    "interval, and whether that excludes 0."
    "\v"
    "A and B are reports that --json of live, simulate, merge or stats wrote. Of several, each is "
    "compared with the first.\n"
    "\n"
    "The interval is a bootstrap over sessions. Both reports' resamples were drawn with the same "
    "random numbers; so where both have the same sessions (one seed, other options), sessions are "
    "compared pair by pair, and a small difference shows that two independent runs would hide.\n"
    "\n"
    "Examples:\n"
    "  player-sim compare hesp.json ll-dash.json\n"
    "  player-sim compare --html all.html --json all.json hesp.json ll-dash.json ll-hls.json\n"
    "\n"
    "Exit codes: 0 success, whether they differ or not, 1 failure, 2 wrong usage or a file that is "
    "no report.\n";

struct compare {
    struct compare_run runs[COMPARE_RUNS_MAX]; /* names are argv's texts, reports owned */
    size_t run_count;
    char *command; /* owned */
    struct output_paths outputs;
    bool answered;
    char error[ERROR_BYTES];
};

static error_t take_file(struct compare *c, const char *path)
{
    if (c->run_count < COMPARE_RUNS_MAX) {
        c->runs[c->run_count++].name = path;
        return 0;
    }
    error_line(c->error, sizeof c->error, "%.200s: more than %d reports are not compared at once",
               path, COMPARE_RUNS_MAX);
    return EINVAL;
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct compare *c = state->input;
    if (key >= KEY_OUTPUT && key < KEY_OUTPUT + OUTPUTS) {
        c->outputs.of[key - KEY_OUTPUT] = argument;
        return 0;
    }
    switch (key) {
    case KEY_HELP:
        argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  (char *)program);
        c->answered = true;
        return ECANCELED;
    case ARGP_KEY_ARG:
        return take_file(c, argument);
    case ARGP_KEY_END:
        if (c->run_count >= 2)
            return 0;
        error_line(c->error, sizeof c->error,
                   "there is nothing to compare: name two files that --json wrote, for example %s "
                   "a.json b.json",
                   program);
        return EINVAL;
    case ARGP_KEY_ERROR:
        if (!c->answered)
            option_error(state, program, c->error, sizeof c->error);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool read_reports(struct compare *c)
{
    for (size_t i = 0; i < c->run_count; i++) {
        json_error_t why;
        FILE *file = fopen(c->runs[i].name, "rb");
        if (!file)
            return error_line(c->error, sizeof c->error, "%.200s: %s: give a file that can be read",
                              c->runs[i].name, strerror(errno));
        c->runs[i].report = json_loadf(file, 0, &why);
        fclose(file);
        if (!c->runs[i].report)
            return error_line(c->error, sizeof c->error,
                              "%.200s: line %d: %.100s: give a file that --json wrote",
                              c->runs[i].name, why.line, why.text);
    }
    return true;
}

static int complain(const struct compare *c, int code)
{
    fprintf(stderr, "%s: %s\n", program, c->error);
    return code;
}

static bool write_all(const struct compare *c, const struct comparison *comparison,
                      struct outputs *o)
{
    errno = 0;
    bool good = !compare_write_table(comparison, o->table) && !fflush(o->table);
    if (!good)
        fprintf(stderr, "%s: the table could not be written: %s: send it where it can be\n",
                program, strerror(errno));
    errno = 0;
    FILE *json = output_begin(o, OUTPUT_JSON), *html = output_begin(o, OUTPUT_HTML);
    int status = json ? compare_write_json(comparison, json) : 0;
    good = output_close(o, OUTPUT_JSON, status) && good;
    status = html ? compare_write_html(comparison, c->command, html) : 0;
    return output_close(o, OUTPUT_HTML, status) && good;
}

static int run(struct compare *c)
{
    struct comparison comparison;
    struct outputs outputs;
    char why[REPORT_ERROR_BYTES];
    if (!read_reports(c))
        return complain(c, EXIT_USAGE);
    int status = compare_make(c->runs, c->run_count, &comparison, why);
    if (status) {
        error_line(c->error, sizeof c->error, "%s", why);
        return complain(c, status == ERR_NOMEM ? EXIT_FAILURE : EXIT_USAGE);
    }
    bool good = outputs_open(&outputs, program, &c->outputs) && write_all(c, &comparison, &outputs);
    outputs_close(&outputs);
    compare_finish(&comparison);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int read_and_run(struct compare *c, int argc, char **argv)
{
    const struct argp_option options[] = {
        output_option(OUTPUT_JSON, KEY_OUTPUT),
        output_option(OUTPUT_HTML, KEY_OUTPUT),
        {"help", KEY_HELP, NULL, 0, "Give this help and exit", 2},
        {0},
    };
    const struct argp argp = {options, take, "A.json B.json...", documentation, NULL, NULL, NULL};
    error_t failed =
        argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, c);
    if (c->answered && !fflush(stdout))
        return EXIT_SUCCESS;
    if (c->answered)
        error_line(c->error, sizeof c->error,
                   "standard output: %s: send it where it can be written", strerror(errno));
    else if (failed && !c->error[0])
        error_line(c->error, sizeof c->error, "the command line can't be read: %s",
                   strerror(failed));
    if (c->error[0] || !output_paths_check(&c->outputs, c->error, sizeof c->error))
        return complain(c, EXIT_USAGE);
    return run(c);
}

int command_compare(int argc, char **argv)
{
    struct compare c = {.command = command_text(argc, argv)};
    int code = EXIT_FAILURE;
    signal(SIGPIPE, SIG_IGN);
    if (c.command)
        code = read_and_run(&c, argc, argv);
    else
        fprintf(stderr, "%s: out of memory: free some\n", program);
    for (size_t i = 0; i < c.run_count; i++)
        json_decref(c.runs[i].report);
    free(c.command);
    return code;
}
