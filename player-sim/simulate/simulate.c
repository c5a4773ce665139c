#include "player-sim/simulate/simulate.h"
#include "media/core/err.h"
#include "media/core/lots.h"
#include "player-sim/simulate/cell.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { BATCH_SESSIONS = 32, URL_BYTES = 64 };

static const int64_t on_air_us = 3600000000;
static const int64_t window_us = 60000000;
static const long look_ns = 100000000;

/* What is made once, and read by all threads. */
struct study {
    const struct simulate_config *config;
    struct sim_channel channels[SIMULATE_CHANNELS_MAX];
    struct bytes_writer manifests[SIMULATE_CHANNELS_MAX];
    char url_texts[SIMULATE_CHANNELS_MAX][URL_BYTES];
    const char *urls[SIMULATE_CHANNELS_MAX];
    int64_t bitrates_bps[SIMULATE_CHANNELS_MAX][CONTENT_RUNGS_MAX];
    const int64_t *bitrate_lists[SIMULATE_CHANNELS_MAX];
    struct hesp_origin hesp_origin;
    struct segment_origin segment_origin;
    size_t cells; /* of this shard */
    size_t batch_cells, batches;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t turned;
    char error[SESSION_CHANNEL_ERROR_BYTES];
    struct report *report;
    size_t next_batch; /* to be run */
    size_t absorbed;   /* batches in the report */
    size_t sessions_done;
    size_t threads_left;
    bool ended; /* a batch was given up, and nothing comes after it */
    int status;
    int reason; /* errno of a status that is not 0: another thread's */
    struct cell_facts facts;
};

/* ---- a thread ---- */

static int read_manifests(const struct study *s, struct session_channel **told)
{
    char error[SESSION_CHANNEL_ERROR_BYTES];
    int status = ERR_OK;
    for (size_t i = 0; !status && i < s->config->channel_count; i++)
        status = session_channel_read(s->urls[i], s->manifests[i].data, s->manifests[i].size,
                                      &told[i], error);
    return status;
}

static size_t sessions_of(const struct study *s, size_t cell)
{
    size_t first = cell * s->config->sharing, left = s->config->sessions - first;
    return left < s->config->sharing ? left : s->config->sharing;
}

/* false: there is none left, or the run is over. */
static bool take_batch(struct study *s, size_t *batch)
{
    pthread_mutex_lock(&s->lock);
    bool any = !s->status && !s->ended && s->next_batch < s->batches && !*s->config->stop;
    if (any)
        *batch = s->next_batch++;
    pthread_mutex_unlock(&s->lock);
    return any;
}

/* Those that are asked for: each batch's report has them anew. */
static int open_timelines(const struct study *s, size_t cell, struct report *report)
{
    size_t first = cell * s->config->sharing, end = first + sessions_of(s, cell);
    int status = ERR_OK;
    for (size_t i = first; !status && i < end && i < s->config->timelines; i++)
        status = report_timeline_open(report, i);
    return status;
}

static int run_batch(const struct study *s, size_t batch, struct cell_world *world,
                     struct cell_facts *facts, size_t *sessions)
{
    size_t first = batch * s->batch_cells, end = first + s->batch_cells;
    int status = ERR_OK;
    *sessions = 0;
    for (size_t i = first; !status && i < end && i < s->cells; i++) {
        size_t cell = i * s->config->shard_count + s->config->shard;
        status = open_timelines(s, cell, world->report);
        if (!status)
            status = cell_run(world, cell, facts);
        *sessions += sessions_of(s, cell);
    }
    return status;
}

static void take_in(struct study *s, struct report *from, const struct cell_facts *facts,
                    size_t sessions, int status)
{
    s->ended = status == ERR_END;
    if (s->ended)
        return;
    s->status = status ? status : report_absorb(s->report, from);
    s->reason = errno;
    s->absorbed++;
    s->sessions_done += sessions;
    s->facts.bytes += facts->bytes;
    s->facts.connections += facts->connections;
    s->facts.requests += facts->requests;
    s->facts.steps += facts->steps;
}

/* In the batches' order, so that nothing depends on who was faster. What comes after a batch that
 * was given up is lost as well. */
static void absorb(struct study *s, size_t batch, struct report *from,
                   const struct cell_facts *facts, size_t sessions, int status)
{
    pthread_mutex_lock(&s->lock);
    while (s->absorbed != batch && !s->status && !s->ended)
        pthread_cond_wait(&s->turned, &s->lock);
    if (s->absorbed == batch && !s->status)
        take_in(s, from, facts, sessions, status);
    pthread_cond_broadcast(&s->turned);
    pthread_mutex_unlock(&s->lock);
}
static void fail(struct study *s, int status)
{
    pthread_mutex_lock(&s->lock);
    if (!s->status)
        s->status = status;
    pthread_cond_broadcast(&s->turned);
    pthread_mutex_unlock(&s->lock);
}

static int run_batches(struct study *s, struct session_channel *const *told)
{
    struct report *report = NULL;
    size_t batch, sessions;
    int status = report_create_part(s->report, &report);
    while (!status && take_batch(s, &batch)) {
        struct cell_world world = {.config = s->config,
                                   .hesp_origin = &s->hesp_origin,
                                   .segment_origin = &s->segment_origin,
                                   .told = told,
                                   .urls = s->urls,
                                   .bitrates_bps = s->bitrate_lists,
                                   .report = report};
        struct cell_facts facts = {0};
        int ran = run_batch(s, batch, &world, &facts, &sessions);
        absorb(s, batch, report, &facts, sessions, ran);
    }
    report_destroy(report);
    return status;
}

static void *run_thread(void *context)
{
    struct study *s = context;
    struct session_channel *told[SIMULATE_CHANNELS_MAX] = {0};
    int status = s->config->delivery ? ERR_OK : read_manifests(s, told);
    if (!status)
        status = run_batches(s, told);
    if (status)
        fail(s, status);
    for (size_t i = 0; i < s->config->channel_count; i++)
        session_channel_unref(told[i]);
    pthread_mutex_lock(&s->lock);
    s->threads_left--;
    pthread_cond_broadcast(&s->turned);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---- the run ---- */

static int64_t content_us(const struct content *c)
{
    return timebase_frame_us((int64_t)c->frame_count, c->rate);
}

/* What HESP viewers are told of a channel. */
static int write_manifest(struct study *s, size_t channel)
{
    snprintf(s->url_texts[channel], URL_BYTES, "http://origin/%zu/manifest.json", channel + 1);
    s->urls[channel] = s->url_texts[channel];
    return sim_channel_manifest(&s->channels[channel], &s->manifests[channel]);
}

/* And what viewers of segments choose from. */
static void list_bitrates(struct study *s, size_t channel)
{
    const struct content *c = s->channels[channel].content;
    for (size_t i = 0; i < c->rung_count; i++)
        s->bitrates_bps[channel][i] = c->rungs[i].bandwidth_bps;
    s->bitrate_lists[channel] = s->bitrates_bps[channel];
}

/* Each channel is at a place of its content, and of its segments, of its own. */
static int make_channels(struct study *s)
{
    const struct simulate_config *config = s->config;
    uint64_t lots = ~config->seed;
    int status = ERR_OK;
    for (size_t i = 0; !status && i < config->channel_count; i++) {
        const struct content *content = &config->contents[i % config->content_count];
        int64_t phase_us = lots_share(content_us(content), lots_draw(&lots));
        s->channels[i] = (struct sim_channel){content, CELL_START_US - on_air_us - phase_us};
        bytes_writer_init(&s->manifests[i]);
        list_bitrates(s, i);
        if (!config->delivery)
            status = write_manifest(s, i);
    }
    return status;
}

static uint32_t part_frames(const struct simulate_config *config)
{
    const struct content *c = config->contents;
    int64_t frames = timebase_frame_at_us(config->part_us, c->rate);
    return frames < 1 ? 1 : frames > c->segment_frames ? c->segment_frames : (uint32_t)frames;
}

static void make_origins(struct study *s)
{
    const struct simulate_config *config = s->config;
    s->hesp_origin = (struct hesp_origin){.channels = s->channels,
                                          .channel_count = config->channel_count,
                                          .packet_us = config->packet_us,
                                          .window_us = window_us,
                                          .manifest_bytes = (uint32_t)s->manifests[0].size};
    if (!config->delivery)
        return;
    s->segment_origin = (struct segment_origin){.channels = s->channels,
                                                .channel_count = config->channel_count,
                                                .unit = config->delivery->unit,
                                                .live = config->delivery->live,
                                                .part_frames = part_frames(config)};
}

static void count_cells(struct study *s)
{
    const struct simulate_config *c = s->config;
    size_t all = (c->sessions + c->sharing - 1) / c->sharing;
    s->cells = c->shard < all ? (all - c->shard - 1) / c->shard_count + 1 : 0;
    s->batch_cells = c->sharing < BATCH_SESSIONS ? BATCH_SESSIONS / c->sharing : 1;
    s->batches = (s->cells + s->batch_cells - 1) / s->batch_cells;
}

static size_t sessions_of_shard(const struct study *s)
{
    size_t sum = 0;
    for (size_t i = 0; i < s->cells; i++)
        sum += sessions_of(s, i * s->config->shard_count + s->config->shard);
    return sum;
}

static void watch(struct study *s, simulate_progress *progress, void *context)
{
    size_t all = sessions_of_shard(s);
    pthread_mutex_lock(&s->lock);
    while (s->threads_left) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += look_ns;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&s->turned, &s->lock, &until);
        if (progress)
            progress(context, s->sessions_done, all, s->report);
    }
    pthread_mutex_unlock(&s->lock);
}

static int run_threads(struct study *s, simulate_progress *progress, void *context)
{
    pthread_t threads[SIMULATE_THREADS_MAX];
    unsigned count = 0;
    s->threads_left = s->config->threads;
    for (; count < s->config->threads; count++)
        if (pthread_create(&threads[count], NULL, run_thread, s))
            break;
    pthread_mutex_lock(&s->lock);
    s->threads_left -= s->config->threads - count;
    pthread_mutex_unlock(&s->lock);
    watch(s, progress, context);
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return count ? s->status : ERR_STATE;
}

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static const char *version_text(const struct virtual_config *http)
{
    static const char *const texts[] = {"1.1", "2", "3", "ideal"};
    return texts[http->http];
}

static void collect(const struct study *s, struct simulate_result *out)
{
    *out = (struct simulate_result){
        .facts = {.duration_s = (double)s->config->duration_us / 1e6,
                  .http_version = version_text(&s->config->http),
                  .congestion_control = "",
                  .bytes = s->facts.bytes,
                  .connections = s->facts.connections,
                  .requests = s->facts.requests,
                  .cpu_s = cpu_s(),
                  .clock_error_us = -1},
        .sessions = s->sessions_done,
        .steps = s->facts.steps,
        .stopped = *s->config->stop && s->absorbed < s->batches,
    };
}

int simulate_run(const struct simulate_config *config, struct report *report,
                 simulate_progress *progress, void *context, struct simulate_result *out,
                 char error[SIMULATE_TEXT_BYTES])
{
    struct study *s = calloc(1, sizeof *s);
    int status = s ? ERR_OK : ERR_NOMEM;
    if (s) {
        s->config = config;
        s->report = report;
        pthread_mutex_init(&s->lock, NULL);
        pthread_cond_init(&s->turned, NULL);
        count_cells(s);
        status = make_channels(s);
        make_origins(s);
    }
    if (!status)
        status = run_threads(s, progress, context);
    int reason = s ? s->reason : errno;
    if (!status)
        collect(s, out);
    else
        snprintf(error, SIMULATE_TEXT_BYTES, "the run of %zu sessions could not go on: %s",
                 config->sessions, err_text(status));
    for (size_t i = 0; s && i < config->channel_count; i++)
        bytes_writer_finish(&s->manifests[i]);
    if (s) {
        pthread_mutex_destroy(&s->lock);
        pthread_cond_destroy(&s->turned);
    }
    free(s);
    errno = reason;
    return status;
}
