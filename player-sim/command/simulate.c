/* player-sim simulate: reads what it is told, lets viewers watch in virtual time, and tells what
 * they waited for. */
#include "player-sim/simulate/simulate.h"
#include "media/core/err.h"
#include "player-sim/command/command.h"
#include "player-sim/command/simulate_options.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

typedef int form(struct report *r, const struct report_facts *facts, FILE *out);

static bool write_form(const char *path, form *write, struct report *report,
                       const struct report_facts *facts)
{
    FILE *out = !path ? NULL : strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    int status = !path ? 0 : !out ? ERR_IO : write(report, facts, out);
    if (out && out != stdout && fclose(out) && !status)
        status = ERR_IO;
    if (status)
        fprintf(stderr, "player-sim simulate: %s can't be written: %s\n", path, err_text(status));
    return !status;
}

static bool run(struct simulate_options *options, struct report *report)
{
    char error[SIMULATE_TEXT_BYTES];
    struct simulate_result result;
    options->run.stop = &stop;
    if (simulate_run(&options->run, report, NULL, NULL, &result, error)) {
        fprintf(stderr, "player-sim simulate: %s\n", error);
        return false;
    }
    report_write_table(report, &result.facts, stdout);
    return write_form(options->json_path, report_write_json, report, &result.facts);
}

int command_simulate(int argc, char **argv)
{
    struct simulate_options *options = calloc(1, sizeof *options);
    struct report *report = NULL;
    char error[SETTINGS_ERROR_BYTES];
    bool good = false;
    if (!options)
        return EXIT_FAILURE;
    enum settings_outcome outcome = simulate_options_read(argc, argv, options, error);
    if (outcome == SETTINGS_WRONG)
        fprintf(stderr, "player-sim simulate: %s\n", error);
    if (outcome == SETTINGS_RUN) {
        take_signals();
        struct report_config config = {.mode = "simulate",
                                       .seed = options->run.seed,
                                       .sessions = options->run.sessions,
                                       .channels = options->name_list,
                                       .channel_count = options->run.channel_count,
                                       .trims = options->trims,
                                       .trim_count = options->trim_count,
                                       .command = ""};
        if (options->csv_path)
            config.csv = fopen(options->csv_path, "w");
        int status = options->csv_path && !config.csv ? ERR_IO : report_create(&config, &report);
        if (status)
            fprintf(stderr, "player-sim simulate: the report can't be made: %s\n",
                    err_text(status));
        else
            good = run(options, report);
        report_destroy(report);
        if (config.csv && fclose(config.csv))
            good = false;
    }
    simulate_options_finish(options);
    free(options);
    return outcome == SETTINGS_WRONG          ? 2
           : outcome == SETTINGS_DONE || good ? EXIT_SUCCESS
                                              : EXIT_FAILURE;
}
