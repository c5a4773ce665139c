/* player-sim merge: the report of a run from what its shards measured. */
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/command/command.h"
#include "player-sim/command/command_text.h"
#include "player-sim/command/outputs.h"
#include "player-sim/report/samples.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, ERROR_BYTES = 512 };
enum { KEY_TRIM = 256, KEY_HELP, KEY_OUTPUT, OPTIONS_MAX = OUTPUTS + 3 };

static const char program[] = "player-sim merge";

static const char documentation[] =
    "Puts together what the shards of a simulation measured, and reports it as the one run that it "
    "is."
    "\v"
    "SHARD is a file that player-sim simulate --shard I/N --samples FILE wrote; all N of them are "
    "wanted, in any order, of one version, seed and set of options. The report equals that of the "
    "same run without --shard, to the last digit; only its CPU time is the sum of all shards'.\n"
    "\n"
    "Example:\n"
    "  for i in 0 1 2 3; do\n"
    "    player-sim simulate --sessions 10000 --shard $i/4 --samples part-$i &\n"
    "  done; wait\n"
    "  player-sim merge --json run.json --html run.html part-*\n"
    "\n"
    "Exit codes: 0 success, 1 failure, 2 wrong usage or a file that isn't a shard of the run.\n";

struct merge {
    struct trim *trims; /* owned */
    size_t trim_count;
    const char **paths; /* owned list of argv's texts */
    size_t path_count;
    char *command; /* owned */
    struct output_paths outputs;
    bool answered;
    char error[ERROR_BYTES];
};

static error_t take_trim(struct merge *m, const char *text)
{
    char why[TRIM_ERROR_BYTES];
    if (trim_read(text, &m->trims[m->trim_count], why)) {
        m->trim_count++;
        return 0;
    }
    error_line(m->error, sizeof m->error, "--trim: %s", why);
    return EINVAL;
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct merge *m = state->input;
    if (key >= KEY_OUTPUT && key < KEY_OUTPUT + OUTPUTS) {
        m->outputs.of[key - KEY_OUTPUT] = argument;
        return 0;
    }
    switch (key) {
    case KEY_TRIM:
        return take_trim(m, argument);
    case KEY_HELP:
        argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  (char *)program);
        m->answered = true;
        return ECANCELED;
    case ARGP_KEY_ARG:
        m->paths[m->path_count++] = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        error_line(m->error, sizeof m->error,
                   "no SHARD: name the files that player-sim simulate --samples wrote; see %s "
                   "--help",
                   program);
        return EINVAL;
    case ARGP_KEY_ERROR:
        if (!m->answered)
            option_error(state, program, m->error, sizeof m->error);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void make_options(struct argp_option options[OPTIONS_MAX])
{
    static const enum output_kind wanted[] = {OUTPUT_JSON, OUTPUT_HTML, OUTPUT_PROMETHEUS,
                                              OUTPUT_CLOUDWATCH};
    size_t count = 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        options[count++] = output_option(wanted[i], KEY_OUTPUT);
    options[count++] = (struct argp_option){
        "trim", KEY_TRIM, "SPEC", 0, "Tell this statistic too, e.g. 'TM(10%:90%)'; repeatable", 1};
    options[count] = (struct argp_option){"help", KEY_HELP, NULL, 0, "Give this help and exit", 2};
}

/* ---- the shards ---- */

static bool read_shard(struct merge *m, const char *path, struct report_samples *out)
{
    char why[REPORT_ERROR_BYTES];
    FILE *in = fopen(path, "rb");
    if (!in)
        return error_line(m->error, sizeof m->error, "%.200s: %s: give a file that can be read",
                          path, strerror(errno));
    int status = report_read_samples(in, m->trims, m->trim_count, m->command, out, why);
    fclose(in);
    return !status || error_line(m->error, sizeof m->error, "%.180s: %s", path, why);
}

static bool add_shard(struct merge *m, const char *path, struct report_samples *whole, bool *seen)
{
    struct report_samples shard;
    char why[REPORT_ERROR_BYTES];
    if (!read_shard(m, path, &shard))
        return false;
    bool good = report_samples_belong(whole, &shard, why);
    if (!good)
        error_line(m->error, sizeof m->error,
                   "%.120s is no further shard of the run that %.120s is of: %s", path, m->paths[0],
                   why);
    else if (seen[shard.shard.index])
        good = error_line(m->error, sizeof m->error,
                          "%.200s: shard %" PRIu32 "/%" PRIu32 " was given twice: give each once",
                          path, shard.shard.index, shard.shard.count);
    if (good) {
        seen[shard.shard.index] = true;
        int status = report_samples_absorb(whole, &shard);
        good =
            !status || error_line(m->error, sizeof m->error, "%.200s: %s", path, err_text(status));
    }
    report_samples_finish(&shard);
    return good;
}

static bool all_seen(struct merge *m, const struct report_shard *shard, const bool *seen)
{
    for (uint32_t i = 0; i < shard->count; i++)
        if (!seen[i])
            return error_line(m->error, sizeof m->error,
                              "shard %" PRIu32 "/%" PRIu32 " is missing: give its file too", i,
                              shard->count);
    return true;
}

/* On success whole is the caller's to finish. */
static bool put_together(struct merge *m, struct report_samples *whole)
{
    if (!read_shard(m, m->paths[0], whole))
        return false;
    bool *seen = calloc(whole->shard.count, sizeof *seen);
    bool good = seen || error_line(m->error, sizeof m->error, "out of memory: free some");
    if (good)
        seen[whole->shard.index] = true;
    for (size_t i = 1; good && i < m->path_count; i++)
        good = add_shard(m, m->paths[i], whole, seen);
    good = good && all_seen(m, &whole->shard, seen);
    free(seen);
    if (!good)
        report_samples_finish(whole);
    return good;
}

/* ---- all of it ---- */

static int complain(const struct merge *m, int code)
{
    fprintf(stderr, "%s: %s\n", program, m->error);
    return code;
}

static int run(struct merge *m)
{
    struct report_samples whole;
    struct outputs outputs;
    if (!put_together(m, &whole))
        return complain(m, EXIT_USAGE);
    bool good = outputs_open(&outputs, program, &m->outputs) &&
                outputs_write(&outputs, whole.report, &whole.facts, NULL);
    outputs_close(&outputs);
    report_samples_finish(&whole);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int read_and_run(struct merge *m, int argc, char **argv)
{
    struct argp_option options[OPTIONS_MAX] = {0};
    const struct argp argp = {options, take, "SHARD...", documentation, NULL, NULL, NULL};
    make_options(options);
    error_t failed =
        argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, m);
    if (m->answered && !fflush(stdout))
        return EXIT_SUCCESS;
    if (m->answered)
        error_line(m->error, sizeof m->error,
                   "standard output: %s: send it where it can be written", strerror(errno));
    else if (failed && !m->error[0])
        error_line(m->error, sizeof m->error, "the command line can't be read: %s",
                   strerror(failed));
    if (m->error[0] || !output_paths_check(&m->outputs, m->error, sizeof m->error))
        return complain(m, EXIT_USAGE);
    return run(m);
}

int command_merge(int argc, char **argv)
{
    struct merge m = {.trims = calloc((size_t)argc + 1, sizeof *m.trims),
                      .paths = calloc((size_t)argc + 1, sizeof *m.paths),
                      .command = command_text(argc, argv)};
    int code = EXIT_FAILURE;
    signal(SIGPIPE, SIG_IGN);
    if (m.trims && m.paths && m.command)
        code = read_and_run(&m, argc, argv);
    else
        fprintf(stderr, "%s: out of memory: free some\n", program);
    free(m.trims);
    free(m.paths);
    free(m.command);
    return code;
}
