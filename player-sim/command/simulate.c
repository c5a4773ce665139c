/* player-sim simulate: reads what it is told, lets viewers watch in virtual time, and tells what
 * they waited for. */
#include "player-sim/simulate/simulate.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/command/command.h"
#include "player-sim/command/command_text.h"
#include "player-sim/command/interrupt.h"
#include "player-sim/command/simulate_options.h"
#include "player-sim/live/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2 };

static const char program[] = "player-sim simulate";

struct watched {
    struct progress progress;
    int64_t start_us;
};

static void show_progress(void *context, size_t done, size_t all, const struct report *report)
{
    struct watched *w = context;
    char line[256];
    double mean_ms;
    int64_t now_us = clock_monotonic_us();
    if (!progress_is_due(&w->progress, now_us))
        return;
    int used = snprintf(line, sizeof line, "%zu of %zu sessions", done, all);
    size_t zaps = report_count(report, SESSION_ZAP, &mean_ms);
    if (zaps)
        used += snprintf(line + used, sizeof line - (size_t)used, ", %zu zaps at %.1f ms", zaps,
                         mean_ms);
    if (done)
        snprintf(
            line + used, sizeof line - (size_t)used, ", %" PRId64 " s left",
            (int64_t)((double)(now_us - w->start_us) / 1e6 * (double)(all - done) / (double)done));
    progress_line(&w->progress, line);
}

/* false, with one line told: it is no good. A shard may have no sessions: a batch engine is not to
 * care. */
static bool tell_end(const struct simulate_config *config, const struct simulate_result *result,
                     const struct report *report)
{
    double mean_ms;
    if (result->stopped) {
        fprintf(stderr, "%s: stopped: the report is of the %zu sessions that were complete\n",
                program, result->sessions);
        return false;
    }
    if (report_count(report, SESSION_STARTUP, &mean_ms))
        return true;
    if (!result->sessions) {
        fprintf(stderr, "%s: shard %zu/%zu has none of the %zu sessions\n", program, config->shard,
                config->shard_count, config->sessions);
        return true;
    }
    fprintf(stderr, "%s: no session saw a picture\n", program);
    return false;
}

/* Of a run that failed; a CSV that can't be written is told by its name. */
static bool tell_failure(struct outputs *outputs, int status, const char *error)
{
    FILE *csv = outputs->files[OUTPUT_CSV];
    if (csv && ferror(csv))
        return output_close(outputs, OUTPUT_CSV, status);
    fprintf(stderr, "%s: %s\n", program, error);
    return false;
}

/* What merge would take for the whole shard. */
static void drop_samples(struct outputs *outputs)
{
    if (!outputs->files[OUTPUT_SAMPLES])
        return;
    fprintf(stderr, "%s: %s is not written: player-sim merge wants whole shards\n", program,
            outputs->paths.of[OUTPUT_SAMPLES]);
    output_drop(outputs, OUTPUT_SAMPLES);
}

static bool run(struct simulate_options *options, struct outputs *outputs, struct report *report)
{
    char error[SIMULATE_TEXT_BYTES];
    struct simulate_result result;
    struct watched watched = {.start_us = clock_monotonic_us()};
    progress_init(&watched.progress, watched.start_us);
    int status = simulate_run(&options->run, report, show_progress, &watched, &result, error);
    progress_finish(&watched.progress);
    if (status)
        return tell_failure(outputs, status, error);
    if (result.stopped)
        drop_samples(outputs);
    struct report_shard shard = {.index = (uint32_t)options->run.shard,
                                 .count = (uint32_t)options->run.shard_count,
                                 .study = options->study ? options->study : "simulate"};
    bool written = outputs_write(outputs, report, &result.facts, &shard);
    return tell_end(&options->run, &result, report) && written;
}

static bool make_report(const struct simulate_options *options, const char *command,
                        const struct outputs *outputs, struct report **out)
{
    struct report_config config = {.mode = "simulate",
                                   .seed = options->run.seed,
                                   .sessions = options->run.sessions,
                                   .channels = options->name_list,
                                   .channel_count = options->run.channel_count,
                                   .trims = options->viewers.trims,
                                   .trim_count = options->viewers.trim_count,
                                   .command = command ? command : "",
                                   .csv = outputs->files[OUTPUT_CSV]};
    int status = report_create(&config, out);
    if (status)
        fprintf(stderr, "%s: the report can't be made: %s\n", program, err_text(status));
    return !status;
}

static bool simulate(struct simulate_options *options, const char *command)
{
    struct outputs outputs = {0};
    struct report *report = NULL;
    options->run.stop = interrupt_take(INTERRUPT_AGAIN_ENDS);
    bool good = outputs_open(&outputs, program, &options->outputs) &&
                make_report(options, command, &outputs, &report) && run(options, &outputs, report);
    report_destroy(report);
    outputs_close(&outputs);
    return good;
}

int command_simulate(int argc, char **argv)
{
    char error[SETTINGS_ERROR_BYTES];
    char *command = command_text(argc, argv); /* before the options are sorted */
    struct simulate_options *options = calloc(1, sizeof *options);
    int code = EXIT_FAILURE;
    if (!options) {
        fprintf(stderr, "%s: out of memory\n", program);
        free(command);
        return code;
    }
    switch (simulate_options_read(argc, argv, options, error)) {
    case SETTINGS_DONE:
        code = EXIT_SUCCESS;
        break;
    case SETTINGS_WRONG:
        fprintf(stderr, "%s: %s\n", program, error);
        code = EXIT_USAGE;
        break;
    case SETTINGS_RUN:
        code = simulate(options, command) ? EXIT_SUCCESS : EXIT_FAILURE;
        break;
    }
    simulate_options_finish(options);
    free(options);
    free(command);
    return code;
}
