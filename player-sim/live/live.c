#include "player-sim/live/live.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/live/progress.h"
#include "player-sim/live/live_viewer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Timers need not be exact: being late changes no measurement (session.h). */
static const int64_t timer_grain_us = 1000;
static const int64_t look_up_us = 100000; /* at signals and progress */
static const int64_t late_us = 5000;      /* a timer that is called so late waited for us */

struct run {
    const struct live_config *config;
    struct live_world world;
    struct stamp_check stamps;
    struct live_viewer **viewers;
    int64_t start_us, end_us;
    uint64_t timers, late_timers;
    struct progress progress;
};

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One alone need not wait for others. */
static int64_t ramp_us(const struct live_config *c)
{
    return c->sessions > 1 ? c->ramp_us : 0;
}

static int create_viewer(struct run *run, size_t number)
{
    const struct live_config *c = run->config;
    int64_t after_us = number ? ramp_us(c) * (int64_t)number / (int64_t)(c->sessions - 1) : 0;
    struct viewer_config config = {
        .number = number,
        .session = {.urls = c->urls,
                    .channel_count = c->channel_count,
                    .first_channel = number % c->channel_count,
                    .rate_bps = c->rate_bps,
                    .join = c->join,
                    .buffer_us = c->buffer_us,
                    .utc_offset_us = clock_utc_us() - clock_monotonic_us(),
                    .decodes = number < c->decoding},
        .rule = c->rule,
        .estimator = c->estimator,
        .resync_us = c->resync_us,
        .zap = c->zap,
        .change = c->change,
        .seed = c->seed,
        .start_us = run->start_us + after_us,
        .run_start_us = run->start_us,
    };
    return live_viewer_create(&run->world, &config, &c->http, &run->viewers[number]);
}

static int create_viewers(struct run *run)
{
    int status = 0;
    for (size_t i = 0; !status && i < run->config->sessions; i++)
        status = create_viewer(run, i);
    return status;
}

/* Calls the viewers whose time has come; gives when the next one's will have. */
static int64_t advance_viewers(struct run *run, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < run->config->sessions; i++) {
        struct viewer *v = live_viewer_of(run->viewers[i]);
        int64_t due_us = viewer_next_us(v);
        if (due_us <= now_us) {
            run->timers++;
            run->late_timers += due_us <= now_us - late_us;
            viewer_advance(v, now_us);
            due_us = viewer_next_us(v);
        }
        next_us = smaller(next_us, due_us);
    }
    return next_us;
}

/* The first failure of the report, as far as any viewer has met it. */
static int report_status(const struct run *run)
{
    int status = 0;
    for (size_t i = 0; !status && i < run->config->sessions; i++)
        status = viewer_report_status(live_viewer_of(run->viewers[i]));
    return status;
}

/* Events move the viewers' timers; so all are looked at, but not more often than the grain. */
static int watch(struct run *run)
{
    int status = 0;
    int64_t now_us = clock_monotonic_us(), look_us = now_us, wake_us = now_us;
    while (!status && now_us < run->end_us && !*run->config->stop) {
        if (now_us >= look_us) {
            wake_us = advance_viewers(run, now_us);
            look_us = now_us + timer_grain_us;
            status = report_status(run);
        }
        if (wake_us < look_us)
            wake_us = look_us;
        status = http_loop_run(run->world.loop, smaller(wake_us, now_us + look_up_us));
        wake_us = look_us; /* there may have been events */
        now_us = clock_monotonic_us();
        progress_show(&run->progress, now_us, now_us - run->start_us, run->end_us - run->start_us,
                      run->config->sessions, run->world.report);
    }
    now_us = clock_monotonic_us();
    for (size_t i = 0; i < run->config->sessions; i++)
        viewer_leave(live_viewer_of(run->viewers[i]), now_us);
    return status ? status : report_status(run);
}

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void add_facts(struct live_result *out, const struct http_facts *f)
{
    struct report_facts *facts = &out->facts;
    facts->bytes += f->bytes;
    facts->connections += f->connections;
    facts->requests += f->requests;
    if (*f->version)
        memcpy(out->http_version, f->version, sizeof out->http_version);
    if (*f->congestion_control)
        memcpy(out->congestion_control, f->congestion_control, sizeof out->congestion_control);
    if (f->clock_error_us < 0)
        return;
    if (facts->clock_error_us < 0 || f->clock_error_us < facts->clock_error_us) {
        facts->clock_offset_us = f->clock_offset_us;
        facts->clock_error_us = f->clock_error_us;
    }
}

static void collect_facts(const struct run *run, struct live_result *out)
{
    struct http_facts facts;
    memset(out, 0, sizeof *out);
    out->facts.clock_error_us = -1;
    for (size_t i = 0; i < run->config->sessions; i++) {
        live_viewer_facts(run->viewers[i], &facts);
        add_facts(out, &facts);
        out->ended += viewer_has_ended(live_viewer_of(run->viewers[i]));
    }
    out->facts.duration_s = (double)(clock_monotonic_us() - run->start_us) / 1e6;
    out->facts.decoding = run->config->decoding;
    out->facts.cpu_s = cpu_s();
    out->facts.http_version = out->http_version;
    out->facts.congestion_control = out->congestion_control;
    out->stopped = *run->config->stop;
    out->late_timers = run->timers ? (double)run->late_timers / (double)run->timers : 0;
    out->ambiguous = stamp_check_ambiguous(&run->stamps, &out->same[0], &out->same[1]);
}

static void destroy_viewers(struct run *run)
{
    for (size_t i = 0; run->viewers && i < run->config->sessions; i++)
        live_viewer_destroy(run->viewers[i]);
    free(run->viewers);
}

int live_run(const struct live_config *config, struct report *report, struct live_result *out,
             char error[LIVE_TEXT_BYTES])
{
    struct run run = {.config = config};
    int64_t now_us = clock_monotonic_us();
    run.world = (struct live_world){.report = report, .stamps = &run.stamps};
    run.start_us = now_us;
    run.end_us = now_us + ramp_us(config) + config->duration_us;
    stamp_check_init(&run.stamps);
    progress_init(&run.progress, now_us);
    run.viewers = calloc(config->sessions, sizeof(struct live_viewer *));
    int status = run.viewers ? http_loop_create(&run.world.loop) : ERR_NOMEM;
    if (!status)
        status = create_viewers(&run);
    if (!status)
        status = watch(&run);
    progress_finish(&run.progress);
    if (!status)
        collect_facts(&run, out);
    else
        snprintf(error, LIVE_TEXT_BYTES, "the run of %zu sessions could not go on: %s",
                 config->sessions, err_text(status));
    destroy_viewers(&run);
    http_loop_destroy(run.world.loop);
    return status;
}
