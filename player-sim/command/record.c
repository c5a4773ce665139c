/* player-sim record: follows a live channel over HTTP and writes what it weighs. */
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/command/channel_name.h"
#include "player-sim/command/command.h"
#include "player-sim/command/interrupt.h"
#include "player-sim/command/record_options.h"
#include "player-sim/content/file.h"
#include "player-sim/live/progress.h"
#include "player-sim/record/recorder.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t look_up_us = 100000; /* at signals and progress */

struct run {
    const struct record_options *options;
    struct http_loop *loop;
    struct http_client *http;
    struct recorder *recorder;
    struct progress progress;
    int64_t utc_offset_us; /* our own UTC minus the monotonic clock */
    const atomic_bool *stop;
};

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "player-sim record: %s%s%s\n", what, *why ? ": " : "", why);
    return EXIT_FAILURE;
}

static void drain(struct run *run)
{
    struct session_request request;
    while (recorder_next_request(run->recorder, &request))
        http_client_start(run->http, &request);
}

/* The origin's clock is told apart from ours only as far as its time source lets us. */
static int64_t clock_offset_us(const struct run *run)
{
    struct http_facts facts;
    http_client_facts(run->http, &facts);
    if (facts.clock_error_us < 0 || llabs(facts.clock_offset_us) <= facts.clock_error_us)
        return 0;
    return facts.clock_offset_us;
}

static void on_event(void *context, int64_t now_us, const struct session_event *event)
{
    struct run *run = context;
    recorder_set_clock(run->recorder, run->utc_offset_us + clock_offset_us(run));
    recorder_handle(run->recorder, now_us, event);
    drain(run);
}

static void show(struct run *run, int64_t now_us, const struct recorder_progress *p)
{
    char line[200];
    if (!p->segments_wanted || !progress_is_due(&run->progress, now_us))
        return;
    snprintf(line, sizeof line,
             "%zu of %zu segments of %.3g s, %zu frames of %zu renditions, %zu packets",
             p->segments, p->segments_wanted, p->segment_s, p->frames, p->rungs, p->packets);
    progress_line(&run->progress, line);
}

static int follow(struct run *run, struct recorder_progress *p)
{
    int status = ERR_OK;
    int64_t now_us = clock_monotonic_us();
    progress_init(&run->progress, now_us);
    recorder_start(run->recorder, now_us);
    drain(run);
    recorder_progress(run->recorder, p);
    while (!status && !p->over && !*run->stop) {
        status = http_loop_run(run->loop, now_us + look_up_us);
        now_us = clock_monotonic_us();
        recorder_progress(run->recorder, p);
        show(run, now_us, p);
    }
    progress_finish(&run->progress);
    return status;
}

static void make_note(const struct run *run, const struct recorder_progress *p, char *note,
                      size_t size)
{
    char date[CLOCK_ISO8601_BYTES];
    clock_iso8601(clock_utc_us(), date);
    snprintf(note, size,
             "recorded from %.200s until %s by player-sim " OPENHESP_VERSION
             ": all frames; %zu Initialization Packets were fetched, the sizes of those between "
             "are interpolated",
             run->options->url, date, p->packets);
}

static void tell(const struct run *run, const struct content *c, const struct recorder_progress *p)
{
    bool to_stdout = strcmp(run->options->path, "-") == 0;
    fprintf(to_stdout ? stderr : stdout,
            "%s: %.4g s in %zu segments, %zu renditions%s, %zu packets fetched%s\n",
            to_stdout ? "standard output" : run->options->path,
            (double)c->frame_count * (double)c->rate.den / (double)c->rate.num,
            c->frame_count / c->segment_frames, c->rung_count,
            c->sound.rate.num ? " and sound" : "", p->packets,
            content_has_packets(c) ? "" : ": too few, so that it has none");
    if (p->refused)
        fprintf(stderr, "player-sim record: %zu packets could not be had\n", p->refused);
}

static int write_down(struct run *run, const struct recorder_progress *p)
{
    char error[CONTENT_ERROR_BYTES], note[400];
    struct http_facts facts;
    struct content content;
    char *name = channel_name(run->options->url, NULL, 0);
    http_client_facts(run->http, &facts);
    int status = recorder_content(run->recorder, name ? name : "", facts.rtt_us, &content, error);
    free(name);
    if (status)
        return complain(run->options->url, error);
    make_note(run, p, note, sizeof note);
    status = content_write(&content, note, run->options->path, error);
    if (status)
        complain(error, "");
    else
        tell(run, &content, p);
    content_finish(&content);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int record(struct run *run)
{
    struct recorder_progress p;
    int status = follow(run, &p);
    if (status)
        return complain("the recording could not go on", err_text(status));
    const char *early = p.early ? p.text : *run->stop ? "stopped before its time" : NULL;
    if (!p.segments)
        return complain(early, "no segment is whole, nothing was written");
    if (early)
        complain(early, "what is whole is written");
    return write_down(run, &p);
}

static int run(const struct record_options *options)
{
    struct run run = {.options = options,
                      .utc_offset_us = clock_utc_us() - clock_monotonic_us(),
                      .stop = interrupt_take(INTERRUPT_AGAIN_IGNORED)};
    struct recorder_config config = {.url = options->url,
                                     .duration_us = options->duration_us,
                                     .packets_every = options->packets_every,
                                     .utc_offset_us = run.utc_offset_us};
    int status = recorder_create(&config, &run.recorder);
    if (!status)
        status = http_loop_create(&run.loop);
    if (!status)
        status = http_client_create(run.loop, &options->http, on_event, &run, &run.http);
    int code = status ? complain("it could not begin", err_text(status)) : record(&run);
    http_client_destroy(run.http);
    http_loop_destroy(run.loop);
    recorder_destroy(run.recorder);
    return code;
}

int command_record(int argc, char **argv)
{
    struct record_options options;
    char error[RECORD_OPTIONS_ERROR_BYTES], fault[CONTENT_ERROR_BYTES];
    switch (record_options_read(argc, argv, &options, error)) {
    case RECORD_OPTIONS_DONE:
        return EXIT_SUCCESS;
    case RECORD_OPTIONS_WRONG:
        complain(error, "");
        return 2;
    case RECORD_OPTIONS_RUN:
        break;
    }
    if (content_write_check(options.path, fault))
        return complain(fault, "give a file that can be written");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int code = run(&options);
    curl_global_cleanup();
    return code;
}
