#include "player-sim/command/command.h"

#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/command/number_file.h"
#include "player-sim/session/session.h"
#include "player-sim/stats/json.h"
#include "player-sim/stats/stats.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_TRIM = 256, KEY_JSON, KEY_HELP, ERROR_BYTES = 512, FIGURES = 6 };
enum { EXIT_USAGE = 2 };

static const char program[] = "player-sim stats";

static const char documentation[] =
    "Trimmed means of a column of durations, with what belongs beside them."
    "\v"
    "FILE has one number a line, in any unit; blank lines and lines that start with # are passed "
    "over; - is standard input. SPEC is a statistic as CloudWatch writes it, in percent of the "
    "samples or in values, of which the lower bound is left out and the upper one taken in:\n"
    "  tm95, TM(:95%)     mean without the highest 5 %\n"
    "  TM(10%:90%), iqm   mean between two percentiles; iqm is TM(25%:75%)\n"
    "  TM(150:1000)       mean of what is above 150, up to 1000\n"
    "  wm95, WM(5%:95%)   mean with what lies outside brought to the bound\n"
    "  tc95, ts95         number and sum of the samples within\n"
    "  PR(:300)           percentage of samples up to 300\n"
    "  p99.9              percentile\n"
    "\n"
    "Examples:\n"
    "  player-sim stats zaps.txt\n"
    "  player-sim stats --trim 'TM(5%:95%)' --json zaps.json zaps.txt\n"
    "  grep ,zap, run.csv | cut -d, -f6 | player-sim stats -\n"
    "\n"
    "The interval beside tm90 is its 95 % confidence interval. docs/metrics.md says what each "
    "statistic is.\n"
    "\n"
    "Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

static const struct argp_option options[] = {
    {"trim", KEY_TRIM, "SPEC", 0, "One more statistic; may be given again", 1},
    {"json", KEY_JSON, "FILE", 0, "Write the report as JSON, as the metric \"value\"", 1},
    {"help", KEY_HELP, NULL, 0, "Give this help and exit", 2},
    {0},
};

struct run {
    struct trim *trims;  /* owned */
    double *trim_values; /* owned */
    size_t trim_count;
    double resamples[STATS_RESAMPLES];
    const char *json_path, *path;
    bool answered;
    char error[ERROR_BYTES];
};

static error_t take_trim(struct run *r, const char *text)
{
    char error[TRIM_ERROR_BYTES];
    if (trim_read(text, &r->trims[r->trim_count], error)) {
        r->trim_count++;
        return 0;
    }
    error_line(r->error, sizeof r->error, "--trim: %s", error);
    return EINVAL;
}

static error_t take_path(struct run *r, const char *path)
{
    if (!r->path) {
        r->path = path;
        return 0;
    }
    error_line(r->error, sizeof r->error,
               "\"%.100s\" and \"%.100s\": give one FILE, or put them together: cat FILES | %s -",
               r->path, path, program);
    return EINVAL;
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct run *r = state->input;
    switch (key) {
    case KEY_TRIM:
        return take_trim(r, argument);
    case KEY_JSON:
        r->json_path = argument;
        return 0;
    case KEY_HELP:
        argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  (char *)program);
        r->answered = true;
        return ECANCELED;
    case ARGP_KEY_ARG:
        return take_path(r, argument);
    case ARGP_KEY_NO_ARGS:
        error_line(r->error, sizeof r->error,
                   "no FILE: name a file of numbers, or - for standard input; see %s --help",
                   program);
        return EINVAL;
    case ARGP_KEY_ERROR:
        if (!r->answered)
            option_error(state, program, r->error, sizeof r->error);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int complain(const char *error, int code)
{
    fprintf(stderr, "%s: %s\n", program, error);
    return code;
}

static bool finish_output(struct run *r)
{
    if (!ferror(stdout) && !fflush(stdout))
        return true;
    return error_line(r->error, sizeof r->error,
                      "standard output: %s: send it where it can be written", strerror(errno));
}

/* ---- the table ---- */

/* Six figures, or all that stand before the point. */
static const char *show(double value, char text[64])
{
    int before = value >= 1 ? (int)floor(log10(value)) + 1 : 1;
    if (isnan(value))
        return "-";
    if (value > 0 && value < 1e-3)
        snprintf(text, 64, "%.*g", FIGURES, value);
    else
        snprintf(text, 64, "%.*f", before < FIGURES ? FIGURES - before : 0, value);
    if (strchr(text, '.') && !strchr(text, 'e')) {
        size_t size = strlen(text);
        while (text[size - 1] == '0')
            size--;
        text[text[size - 1] == '.' ? size - 1 : size] = 0;
    }
    return text;
}

static void print_row(const char *name, int width, double value)
{
    char text[64];
    printf("%-*s  %s\n", width, name, show(value, text));
}

static void print_tm90(const struct stats *s, int width)
{
    char mean[64], low[64], high[64];
    if (!s->n)
        print_row("tm90", width, NAN);
    else
        printf("%-*s  %s  (95 %%: %s to %s)\n", width, "tm90", show(s->tm90, mean),
               show(s->ci95[0], low), show(s->ci95[1], high));
}

static void print_table(const struct run *r, const struct stats *s)
{
    int width = 4;
    for (size_t i = 0; i < r->trim_count; i++)
        if ((int)strlen(r->trims[i].text) > width)
            width = (int)strlen(r->trims[i].text);
    printf("%-*s  %zu\n", width, "n", s->n);
    print_row("tc", width, s->n ? s->tc : NAN);
    print_row("mean", width, s->n ? s->mean : NAN);
    print_tm90(s, width);
    print_row("tm99", width, s->n ? s->tm99 : NAN);
    print_row("iqm", width, s->n ? s->iqm : NAN);
    print_row("p50", width, s->n ? s->p50 : NAN);
    print_row("p90", width, s->n ? s->p90 : NAN);
    print_row("p99", width, s->n ? s->p99 : NAN);
    print_row("max", width, s->n ? s->max : NAN);
    for (size_t i = 0; i < r->trim_count; i++)
        print_row(r->trims[i].text, width, r->trim_values[i]);
}

/* ---- the JSON report ---- */

static json_t *no_errors(void)
{
    json_t *errors = json_object();
    for (int i = 0; errors && i < SESSION_FAULT_COUNT; i++) {
        if (json_object_set_new(errors, session_fault_name((enum session_fault)i),
                                json_integer(0))) {
            json_decref(errors);
            return NULL;
        }
    }
    return errors;
}

/* What belongs to the metric besides its figures; NULL: no memory. */
static json_t *metric_json(const struct run *r, const struct stats *s)
{
    json_t *metric = stats_json(s, r->trims, r->trim_count, r->trim_values);
    if (metric && s->n &&
        json_object_set_new(metric, "resamples", stats_list_json(r->resamples, STATS_RESAMPLES))) {
        json_decref(metric);
        return NULL;
    }
    return metric;
}

static json_t *make_report(const struct run *r, const struct stats *s)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:{s:o}, s:o}", "tool", "player-sim",
                     "version", OPENHESP_VERSION, "mode", "stats", "seed", STATS_SEED, "sessions",
                     1, "duration_s", 0, "metrics", "value", metric_json(r, s), "errors",
                     no_errors());
}

static bool write_report(struct run *r, const struct stats *s)
{
    json_t *report = make_report(r, s);
    if (!report)
        return error_line(r->error, sizeof r->error, "no memory for the JSON report: free some");
    FILE *file = fopen(r->json_path, "w");
    bool written = file && !stats_json_write(report, file);
    int reason = errno;
    if (file && fclose(file) && written) {
        written = false;
        reason = errno;
    }
    json_decref(report);
    return written || error_line(r->error, sizeof r->error,
                                 "--json: %.200s: %s: give the path of a file that can be written",
                                 r->json_path, strerror(reason));
}

/* ---- all of it ---- */

static bool report_column(struct run *r)
{
    struct stats_sample *samples = NULL;
    struct stats s;
    size_t n;
    if (!number_file_read(r->path, &samples, &n, r->error, sizeof r->error))
        return false;
    int status =
        stats_compute(samples, n, r->trims, r->trim_count, &s, r->trim_values, r->resamples);
    free(samples);
    if (status)
        return error_line(r->error, sizeof r->error, "%.200s: %s at %zu numbers: split it", r->path,
                          err_text(status), n);
    if (r->json_path && !write_report(r, &s))
        return false;
    print_table(r, &s);
    return finish_output(r);
}

static int run(struct run *r, int argc, char **argv)
{
    static const struct argp argp = {options, take, "FILE", documentation, NULL, NULL, NULL};
    error_t failed =
        argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, r);
    if (r->answered)
        return finish_output(r) ? EXIT_SUCCESS : complain(r->error, EXIT_FAILURE);
    if (failed && !r->error[0])
        error_line(r->error, sizeof r->error, "the command line can't be read: %s",
                   strerror(failed));
    if (r->error[0])
        return complain(r->error, EXIT_USAGE);
    return report_column(r) ? EXIT_SUCCESS : complain(r->error, EXIT_FAILURE);
}

int command_stats(int argc, char **argv)
{
    struct run r = {.trims = calloc((size_t)argc + 1, sizeof *r.trims),
                    .trim_values = calloc((size_t)argc + 1, sizeof *r.trim_values)};
    int code = EXIT_FAILURE;
    if (r.trims && r.trim_values)
        code = run(&r, argc, argv);
    else
        complain("out of memory: free some", code);
    free(r.trims);
    free(r.trim_values);
    return code;
}
