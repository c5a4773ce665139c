#include "player-sim/decode/decoder.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/decode/job.h"
#include "player-sim/decode/sample_decoder.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WAIT_US = 2000000 };

struct decoder {
    pthread_t thread;
    bool running;
    int event_fd; /* written when the first result is there, read when the last is taken */
    _Atomic int64_t cpu_us;
    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t changed;
    struct decode_stream *streams[DECODER_STREAMS_MAX];
    struct decode_stream *closed; /* for the thread to free, which may still be at work on one */
    struct decode_jobs queued, done;
    size_t held; /* jobs that have not been handed out yet */
    bool stopping;
};

/* ---- the event; under the lock, so that it agrees with the results, and never blocking ---- */

static void raise_event(struct decoder *d)
{
    (void)!eventfd_write(d->event_fd, 1);
}

static void lower_event(struct decoder *d)
{
    eventfd_t count;
    (void)!eventfd_read(d->event_fd, &count);
}

/* ---- the decoding thread ---- */

static void wait_for_change(struct decoder *d)
{
    int64_t until_us = clock_monotonic_us() + WAIT_US;
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    pthread_cond_timedwait(&d->changed, &d->lock, &until);
}

/* Waits for something to do: a job (NULL: none), or streams to free. false: the end. */
static bool next_job(struct decoder *d, struct decode_job **job, struct decode_stream **closed)
{
    pthread_mutex_lock(&d->lock);
    while (!d->stopping && !d->queued.first && !d->closed)
        wait_for_change(d);
    bool stopping = d->stopping;
    *job = stopping ? NULL : decode_jobs_take_first(&d->queued);
    *closed = d->closed;
    d->closed = NULL;
    pthread_mutex_unlock(&d->lock);
    return !stopping;
}

/* Puts what came of a job among the results, unless nobody wants it any more. */
static void finish(struct decoder *d, struct decode_job *job, bool told)
{
    pthread_mutex_lock(&d->lock);
    bool wanted = told && !job->stream->closed;
    if (!wanted) {
        d->held--;
    } else {
        if (!d->done.first)
            raise_event(d);
        decode_jobs_append(&d->done, job);
    }
    pthread_mutex_unlock(&d->lock);
    if (!wanted)
        decode_job_free(job);
}

static void *run(void *context)
{
    struct decoder *d = context;
    struct decode_stream *closed;
    struct decode_job *job;
    while (next_job(d, &job, &closed)) {
        decode_streams_free(closed);
        bool told = job && decode_job_do(job);
        atomic_store_explicit(&d->cpu_us, clock_thread_cpu_us(), memory_order_relaxed);
        if (job)
            finish(d, job, told);
    }
    decode_streams_free(closed);
    return NULL;
}

/* ---- the user's thread ---- */

/* Signals are for the user's threads: the decoding one starts with all of them blocked. */
static int start(struct decoder *d)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&d->thread, NULL, run, d);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return ERR_STATE;
    pthread_setname_np(d->thread, "decoder");
    d->running = true;
    return 0;
}

int decoder_create(struct decoder **out)
{
    struct decoder *d = calloc(1, sizeof *d);
    pthread_condattr_t monotonic;
    if (!d)
        return ERR_NOMEM;
    sample_decoder_capture_log();
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&d->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    d->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int status = d->event_fd < 0 ? ERR_STATE : start(d);
    if (status) {
        decoder_destroy(d);
        return status;
    }
    *out = d;
    return 0;
}

static void stop(struct decoder *d)
{
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
}

void decoder_destroy(struct decoder *d)
{
    if (!d)
        return;
    if (d->running)
        stop(d);
    decode_jobs_free(&d->queued);
    decode_jobs_free(&d->done);
    for (int i = 0; i < DECODER_STREAMS_MAX; i++)
        decode_streams_free(d->streams[i]);
    decode_streams_free(d->closed);
    if (d->event_fd >= 0)
        close(d->event_fd);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

int decoder_fd(const struct decoder *d)
{
    return d->event_fd;
}

/* The place of a stream; NULL: it isn't open. */
static struct decode_stream **find(struct decoder *d, uint32_t id)
{
    for (int i = 0; i < DECODER_STREAMS_MAX; i++)
        if (d->streams[i] && d->streams[i]->id == id)
            return &d->streams[i];
    return NULL;
}

static int add_stream(struct decoder *d, uint32_t id, bool video, struct decode_stream **out)
{
    if (find(d, id))
        return ERR_EXISTS;
    for (int i = 0; i < DECODER_STREAMS_MAX; i++) {
        if (d->streams[i])
            continue;
        struct decode_stream *stream = calloc(1, sizeof *stream);
        if (!stream)
            return ERR_NOMEM;
        stream->id = id;
        stream->video = video;
        *out = d->streams[i] = stream;
        return 0;
    }
    return ERR_FULL;
}

/* Under the lock. */
static int enqueue(struct decoder *d, struct decode_job *job)
{
    if (d->held >= DECODER_QUEUE_MAX)
        return ERR_FULL;
    const struct decoder_result *r = &job->result;
    struct decode_stream **open = find(d, r->stream);
    if (job->opens) {
        int status = add_stream(d, r->stream, r->video, &job->stream);
        if (status)
            return status;
    } else if (open) {
        job->stream = *open;
    } else {
        return ERR_NOT_FOUND;
    }
    decode_jobs_append(&d->queued, job);
    d->held++;
    pthread_cond_signal(&d->changed);
    return 0;
}

int decoder_push(struct decoder *d, uint32_t stream, bool video, bool opens, int64_t sequence,
                 struct blob *payload)
{
    struct decode_job *job = calloc(1, sizeof *job);
    if (!job)
        return ERR_NOMEM;
    job->opens = opens;
    job->payload = blob_ref(payload);
    job->result.stream = stream;
    job->result.video = video;
    job->result.sequence = sequence;
    pthread_mutex_lock(&d->lock);
    int status = enqueue(d, job);
    pthread_mutex_unlock(&d->lock);
    if (status)
        decode_job_free(job);
    return status;
}

void decoder_close(struct decoder *d, uint32_t id)
{
    struct decode_jobs unwanted = {NULL, NULL};
    pthread_mutex_lock(&d->lock);
    struct decode_stream **open = find(d, id);
    if (open) {
        struct decode_stream *stream = *open;
        bool had_results = d->done.first != NULL;
        *open = NULL;
        d->held -= decode_jobs_take_out(&d->queued, stream, &unwanted) +
                   decode_jobs_take_out(&d->done, stream, &unwanted);
        if (had_results && !d->done.first)
            lower_event(d);
        stream->closed = true;
        stream->next = d->closed;
        d->closed = stream;
        pthread_cond_signal(&d->changed);
    }
    pthread_mutex_unlock(&d->lock);
    decode_jobs_free(&unwanted);
}

bool decoder_next(struct decoder *d, struct decoder_result *out)
{
    pthread_mutex_lock(&d->lock);
    struct decode_job *job = decode_jobs_take_first(&d->done);
    if (job) {
        d->held--;
        if (!d->done.first)
            lower_event(d);
    }
    pthread_mutex_unlock(&d->lock);
    if (job)
        *out = job->result;
    decode_job_free(job);
    return job != NULL;
}

int64_t decoder_cpu_us(const struct decoder *d)
{
    return atomic_load_explicit(&d->cpu_us, memory_order_relaxed);
}
