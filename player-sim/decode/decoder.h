/* Decodes what one viewer receives, in a thread of its own, so that a slow decoder delays nobody
 * else's events: H.264 and AAC by libavcodec, at its strictest. Reads the stamps of test pictures
 * (media/stamp). Streams are numbered by their user; two may be open at once (a switch). A stream
 * whose opening fails gives one result that says so, and no other. From the first decoder on,
 * libav's own messages no longer go to standard error, in the whole process.
 * Thread-safety: one user thread; the decoding thread is inside. */
#ifndef PLAYER_SIM_DECODE_DECODER_H
#define PLAYER_SIM_DECODE_DECODER_H

#include "media/core/blob.h"
#include "media/stamp/stamp.h"

#include <stdbool.h>
#include <stdint.h>

enum { DECODER_TEXT_BYTES = 160, DECODER_STREAMS_MAX = 4, DECODER_QUEUE_MAX = 1024 };

struct decoder;

/* ERR_NOMEM, ERR_STATE (no thread, no eventfd). */
int decoder_create(struct decoder **out);
void decoder_destroy(struct decoder *d); /* what is queued is dropped; NULL is fine */

/* Readable while there are results. */
int decoder_fd(const struct decoder *d);

/* Takes a reference of payload. opens: the payload is an Initialization Packet, whose header opens
 * the stream, and whose sample, if it has one, is `sequence`; else a chunk. ERR_FULL: the decoder
 * is DECODER_QUEUE_MAX payloads behind, counting results that nobody has taken yet, or has
 * DECODER_STREAMS_MAX streams. ERR_NOT_FOUND: a chunk of a stream that isn't open. ERR_EXISTS: a
 * packet of one that is. ERR_NOMEM. */
int decoder_push(struct decoder *d, uint32_t stream, bool video, bool opens, int64_t sequence,
                 struct blob *payload);

/* Nothing more of this stream is wanted: what is queued of it is dropped, and no result of it comes
 * any more. */
void decoder_close(struct decoder *d, uint32_t stream);

struct decoder_result {
    uint32_t stream;
    bool video;
    int64_t sequence;
    int64_t decoded_us; /* clock_monotonic_us when its picture was there */
    bool ok;            /* exactly one picture came out, of this sample, without an error */
    bool has_stamp;
    struct stamp stamp;
    char text[DECODER_TEXT_BYTES]; /* where not ok */
};

/* The next result, in order of decoding; false: none. */
bool decoder_next(struct decoder *d, struct decoder_result *out);

/* CPU time of the decoding thread so far, microseconds. */
int64_t decoder_cpu_us(const struct decoder *d);

#endif
