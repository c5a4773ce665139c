/* player-sim live: reads what it is told, lets viewers watch, and tells what they waited for. */
#include "player-sim/live/live.h"
#include "media/core/err.h"
#include "player-sim/command/command.h"
#include "player-sim/command/live_options.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const double late_timers_max = 0.01;

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: waits end at once */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

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

/* The files of a report, opened before the run: who can't write them hears so at once. */
struct outputs {
    FILE *json, *csv, *html;
    FILE *table; /* standard output, or standard error where that is taken */
};

static bool open_output(const char *path, FILE **out, struct outputs *o)
{
    if (!path)
        return true;
    if (strcmp(path, "-") == 0) {
        *out = stdout;
        o->table = stderr;
        return true;
    }
    *out = fopen(path, "w");
    if (!*out)
        fprintf(stderr, "player-sim live: %s: %s: give a file that can be written\n", path,
                strerror(errno));
    return *out;
}

static bool open_outputs(const struct live_options *options, struct outputs *o)
{
    const char *missing = options->html_path ? report_html_missing() : NULL;
    *o = (struct outputs){.table = stdout};
    if (missing)
        fprintf(stderr, "player-sim live: --html %s: %s\n", options->html_path, missing);
    return !missing && open_output(options->json_path, &o->json, o) &&
           open_output(options->csv_path, &o->csv, o) &&
           open_output(options->html_path, &o->html, o);
}

/* false, with one line told, where what was written did not reach its file. */
static bool close_output(const char *path, FILE **file, int status)
{
    if (!*file)
        return true;
    bool failed = status || ferror(*file);
    int reason = errno;
    if (*file == stdout ? fflush(stdout) : fclose(*file)) {
        failed = true;
        reason = errno;
    }
    *file = NULL;
    if (failed)
        fprintf(stderr, "player-sim live: %s could not be written: %s\n", path,
                status && status != ERR_IO ? err_text(status) : strerror(reason));
    return !failed;
}

static bool write_outputs(const struct live_options *options, struct outputs *o, struct report *r,
                          const struct report_facts *facts)
{
    errno = 0;
    bool good = !report_write_table(r, facts, o->table) && !fflush(o->table);
    if (!good)
        fprintf(stderr,
                "player-sim live: the table could not be written: %s: send it where it can be\n",
                strerror(errno));
    errno = 0;
    good = close_output(options->csv_path, &o->csv, 0) && good;
    good = close_output(options->json_path, &o->json,
                        o->json ? report_write_json(r, facts, o->json) : 0) &&
           good;
    return close_output(options->html_path, &o->html,
                        o->html ? report_write_html(r, facts, o->html) : 0) &&
           good;
}

static void close_outputs(struct outputs *o)
{
    FILE *files[] = {o->json, o->csv, o->html};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] && files[i] != stdout)
            fclose(files[i]);
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
    options->run.stop = &stop;
    if (live_run(&options->run, report, &result, error)) {
        fprintf(stderr, "player-sim live: %s\n", error);
        return false;
    }
    bool written = write_outputs(options, outputs, report, &result.facts);
    return tell_end(options, &result, report) && written;
}

/* "player-sim live --sessions 20 URL", for the page. The caller frees. */
static char *command_text(int argc, char **argv)
{
    size_t size = sizeof "player-sim";
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 1;
    char *text = malloc(size), *at = text;
    if (!text)
        return NULL;
    at = stpcpy(at, "player-sim");
    for (int i = 0; i < argc; i++)
        at = stpcpy(stpcpy(at, " "), argv[i]);
    return text;
}

int command_live(int argc, char **argv)
{
    struct live_options options;
    struct outputs outputs = {0};
    struct report *report = NULL;
    char error[LIVE_OPTIONS_ERROR_BYTES];
    bool good = false;
    char *command = command_text(argc, argv); /* before the options are sorted */

    switch (live_options_read(argc, argv, &options, error)) {
    case LIVE_OPTIONS_DONE:
        free(command);
        return EXIT_SUCCESS;
    case LIVE_OPTIONS_WRONG:
        fprintf(stderr, "player-sim live: %s\n", error);
        free(command);
        return 2;
    case LIVE_OPTIONS_RUN:
        break;
    }
    take_signals();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (raise_descriptor_limit(&options.run) && open_outputs(&options, &outputs)) {
        struct report_config config = {.mode = "live",
                                       .seed = options.run.seed,
                                       .sessions = options.run.sessions,
                                       .channels = (const char *const *)options.names,
                                       .channel_count = options.channel_count,
                                       .trims = options.trims,
                                       .trim_count = options.trim_count,
                                       .command = command ? command : "",
                                       .csv = outputs.csv};
        int status = report_create(&config, &report);
        if (status)
            fprintf(stderr, "player-sim live: the report can't be made: %s\n", err_text(status));
        else
            good = run(&options, &outputs, report);
    }
    report_destroy(report);
    close_outputs(&outputs);
    curl_global_cleanup();
    live_options_finish(&options);
    free(command);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
