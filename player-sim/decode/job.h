/* What the decoding thread has to do: one payload of one stream, which turns into its result; and
 * lists of such jobs. The decoder that owns them also says which thread has them when. */
#ifndef PLAYER_SIM_DECODE_JOB_H
#define PLAYER_SIM_DECODE_JOB_H

#include "player-sim/decode/decoder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sample_decoder;

struct decode_stream {
    uint32_t id;
    bool video;
    bool closed;                    /* guarded by the decoder's lock */
    struct decode_stream *next;     /* of the closed ones, likewise */
    bool refused;                   /* the thread's: its opening failed */
    struct sample_decoder *samples; /* the thread's; NULL unless its opening succeeded */
};

/* Frees a stream and all that follow it. */
void decode_streams_free(struct decode_stream *first);

struct decode_job {
    struct decode_job *next;
    struct decode_stream *stream; /* lives at least as long as the job */
    bool opens;
    struct blob *payload; /* a reference; NULL once it is decoded */
    struct decoder_result result;
};

void decode_job_free(struct decode_job *job); /* NULL is fine */

/* Decodes it; opens the stream where the payload is a packet. false: there is no result, since the
 * packet has no sample or the stream's opening failed before. Decoding thread only. */
bool decode_job_do(struct decode_job *job);

/* First in, first out; {NULL, NULL} is empty. */
struct decode_jobs {
    struct decode_job *first, *last;
};

void decode_jobs_append(struct decode_jobs *jobs, struct decode_job *job);
struct decode_job *decode_jobs_take_first(struct decode_jobs *jobs); /* NULL: none */
void decode_jobs_free(struct decode_jobs *jobs);

/* Moves those of a stream to the end of out; gives their number. */
size_t decode_jobs_take_out(struct decode_jobs *jobs, const struct decode_stream *stream,
                            struct decode_jobs *out);

#endif
