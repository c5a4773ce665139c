#include "player-sim/decode/job.h"
#include "media/cmaf/chunk.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/decode/sample_decoder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void decode_streams_free(struct decode_stream *first)
{
    while (first) {
        struct decode_stream *next = first->next;
        sample_decoder_destroy(first->samples);
        free(first);
        first = next;
    }
}

void decode_job_free(struct decode_job *job)
{
    if (!job)
        return;
    blob_unref(job->payload);
    free(job);
}

/* ---- doing it ---- */

static void refuse(struct decode_job *job, const char *what, int status)
{
    struct decoder_result *r = &job->result;
    r->decoded_us = clock_monotonic_us();
    snprintf(r->text, sizeof r->text, "frame %" PRId64 ": %s: %s", r->sequence, what,
             err_text(status));
}

static bool open_stream(struct decode_job *job)
{
    struct decode_stream *stream = job->stream;
    struct cmaf_packet packet;
    int status = cmaf_packet_read(job->payload->data, job->payload->size, &packet);
    if (status) {
        stream->refused = true;
        refuse(job, "no Initialization Packet", status);
        return true;
    }
    if (!sample_decoder_create(stream->video, packet.header, packet.header_size, &stream->samples,
                               job->result.text)) {
        stream->refused = true;
        job->result.decoded_us = clock_monotonic_us();
        return true;
    }
    if (packet.has_sample)
        sample_decoder_decode(stream->samples, packet.sample.data, packet.sample.size,
                              &job->result);
    return packet.has_sample;
}

static bool decode_chunk(struct decode_job *job)
{
    struct decode_stream *stream = job->stream;
    struct cmaf_chunk chunk;
    if (stream->refused)
        return false;
    int status = cmaf_chunk_read(job->payload->data, job->payload->size, &chunk);
    if (status)
        refuse(job, "no chunk", status);
    else
        sample_decoder_decode(stream->samples, chunk.data, chunk.size, &job->result);
    return true;
}

bool decode_job_do(struct decode_job *job)
{
    bool told = job->opens ? open_stream(job) : decode_chunk(job);
    blob_unref(job->payload);
    job->payload = NULL;
    return told;
}

/* ---- lists ---- */

void decode_jobs_append(struct decode_jobs *jobs, struct decode_job *job)
{
    job->next = NULL;
    if (jobs->last)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
}

struct decode_job *decode_jobs_take_first(struct decode_jobs *jobs)
{
    struct decode_job *job = jobs->first;
    if (!job)
        return NULL;
    jobs->first = job->next;
    if (!jobs->first)
        jobs->last = NULL;
    return job;
}

void decode_jobs_free(struct decode_jobs *jobs)
{
    struct decode_job *job;
    while ((job = decode_jobs_take_first(jobs)))
        decode_job_free(job);
}

size_t decode_jobs_take_out(struct decode_jobs *jobs, const struct decode_stream *stream,
                            struct decode_jobs *out)
{
    struct decode_jobs all = *jobs;
    struct decode_job *job;
    size_t count = 0;
    *jobs = (struct decode_jobs){NULL, NULL};
    while ((job = decode_jobs_take_first(&all))) {
        count += job->stream == stream;
        decode_jobs_append(job->stream == stream ? out : jobs, job);
    }
    return count;
}
