/* player-sim live: reads what it is told, lets viewers watch, and tells what they waited for. */
#include "player-sim/live/live.h"
#include "media/core/err.h"
#include "player-sim/command/command.h"
#include "player-sim/command/command_text.h"
#include "player-sim/command/interrupt.h"
#include "player-sim/command/live_options.h"
#include "player-sim/command/outputs.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char program[] = "player-sim live";
static const double late_timers_max = 0.01;

/* As many descriptors as the system lets us have. false, with one line told, where that is not
 * enough: what these sessions would see is their own shortage. */
static bool raise_descriptor_limit(const struct live_config *c)
{
    /* Seen at most: picture, sound, a switch, a spare and its successor; libcurl's own; a
     * decoder's. */
    enum { EACH = 8, EACH_OF_HTTP_2 = 4, BESIDES = 32 };
    rlim_t each = c->http.version == HTTP_VERSION_2 ? EACH_OF_HTTP_2 : EACH;
    rlim_t needed = (rlim_t)c->sessions * each + (rlim_t)c->decoding + BESIDES;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return true;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed)
        return true;
    fprintf(stderr,
            "player-sim live: --sessions %zu: needs about %ju open files, %ju are allowed: raise "
            "that (ulimit -n %ju), or watch with fewer\n",
            c->sessions, (uintmax_t)needed, (uintmax_t)limit.rlim_cur, (uintmax_t)needed);
    return false;
}

/* What the run came to besides its figures; false: it is no good. */
static bool tell_end(const struct live_options *options, const struct live_result *result,
                     const struct report *report)
{
    double mean_ms;
    if (result->stopped)
        fprintf(stderr, "player-sim live: stopped before its time\n");
    if (result->ended)
        fprintf(stderr, "player-sim live: for %" PRIu64 " sessions the channel came to its end\n",
                result->ended);
    if (result->late_timers > late_timers_max)
        fprintf(stderr,
                "player-sim live: %.1f %% of the sessions' timers came 5 ms late or more: this "
                "machine is too busy, and part of what was measured is its own waiting; run fewer "
                "sessions\n",
                result->late_timers * 100);
    if (result->ambiguous)
        fprintf(stderr,
                "player-sim live: %s and %s show the same stamp, so that a picture of the wrong "
                "one would not be noticed: give test channels numbers, for example two=test:2\n",
                options->names[result->same[0]], options->names[result->same[1]]);
    if (!report_count(report, SESSION_STARTUP, &mean_ms)) {
        fprintf(stderr, "player-sim live: no session saw a picture\n");
        return false;
    }
    return !report_faults(report);
}

static bool run(struct live_options *options, struct outputs *outputs, struct report *report)
{
    char error[LIVE_TEXT_BYTES];
    struct live_result result;
    if (live_run(&options->run, report, &result, error)) {
        fprintf(stderr, "player-sim live: %s\n", error);
        return false;
    }
    bool written = outputs_write(outputs, report, &result.facts, NULL);
    return tell_end(options, &result, report) && written;
}

int command_live(int argc, char **argv)
{
    struct live_options options;
    struct outputs outputs = {0};
    struct report *report = NULL;
    char error[SETTINGS_ERROR_BYTES];
    bool good = false;
    char *command = command_text(argc, argv); /* before the options are sorted */

    switch (live_options_read(argc, argv, &options, error)) {
    case SETTINGS_DONE:
        free(command);
        return EXIT_SUCCESS;
    case SETTINGS_WRONG:
        fprintf(stderr, "player-sim live: %s\n", error);
        free(command);
        return 2;
    case SETTINGS_RUN:
        break;
    }
    options.run.stop = interrupt_take(INTERRUPT_AGAIN_IGNORED);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (raise_descriptor_limit(&options.run) && outputs_open(&outputs, program, &options.outputs)) {
        struct report_config config = {.mode = "live",
                                       .seed = options.run.seed,
                                       .sessions = options.run.sessions,
                                       .channels = (const char *const *)options.names,
                                       .channel_count = options.channel_count,
                                       .trims = options.viewers.trims,
                                       .trim_count = options.viewers.trim_count,
                                       .command = command ? command : "",
                                       .csv = outputs.files[OUTPUT_CSV]};
        int status = report_create(&config, &report);
        if (status)
            fprintf(stderr, "player-sim live: the report can't be made: %s\n", err_text(status));
        else
            good = run(&options, &outputs, report);
    }
    report_destroy(report);
    outputs_close(&outputs);
    curl_global_cleanup();
    live_options_finish(&options);
    free(command);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
