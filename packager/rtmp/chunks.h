/* RTMP's Chunk Stream (Adobe, "Real Time Messaging Protocol", 2012, section 5.3): messages that
 * come in pieces, several of them in turn.
 *
 * Invariant: memory is taken as bytes come in, not as a header promises them, and all of it stays
 * below RTMP_CHUNK_STREAMS times max_message_bytes.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_RTMP_CHUNKS_H
#define PACKAGER_RTMP_CHUNKS_H

#include "media/core/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RTMP_CHUNK_STREAMS = 8,       /* that one sender may use; encoders use up to five */
    RTMP_CHUNK_HEADER_BYTES = 18, /* at most */
    RTMP_CHUNK_SIZE = 128,        /* until the sender tells another */
};

struct rtmp_message {
    uint8_t type;
    uint32_t timestamp_ms; /* wraps */
    uint32_t stream;
    const uint8_t *data; /* borrowed until the next call */
    size_t size;
};

struct rtmp_chunk_stream {
    bool used;
    uint32_t id;
    uint32_t timestamp_ms, delta_ms;
    bool extended; /* its last header had the longer time stamp */
    uint32_t length, stream;
    uint8_t type;
    bool begun; /* in the middle of a message */
    struct bytes_writer data;
};

struct rtmp_chunks {
    struct rtmp_chunk_stream streams[RTMP_CHUNK_STREAMS];
    uint32_t chunk_bytes;
    uint32_t max_message_bytes;
    struct rtmp_chunk_stream *now;   /* whose chunk is being read; NULL: a header comes next */
    uint32_t now_left;               /* bytes of that chunk */
    struct rtmp_chunk_stream *given; /* whose message the caller still looks at */
};

void rtmp_chunks_init(struct rtmp_chunks *c, uint32_t max_message_bytes);
void rtmp_chunks_finish(struct rtmp_chunks *c);

/* Reads on. 0: *message is filled. ERR_AGAIN: it needs more bytes than there are. ERR_INVALID: this
 * is no chunk. ERR_FULL: a message is larger than it may be, or there are too many streams.
 * ERR_NOMEM. *used, always set, is how many bytes were taken: what is left (less than
 * RTMP_CHUNK_HEADER_BYTES after ERR_AGAIN) is to be given again, with more behind it. */
int rtmp_chunks_take(struct rtmp_chunks *c, const uint8_t *data, size_t size, size_t *used,
                     struct rtmp_message *message);

/* What the sender's messages of control say. */
void rtmp_chunks_resize(struct rtmp_chunks *c, uint32_t chunk_bytes); /* 0 is taken as 1 */
void rtmp_chunks_abort(struct rtmp_chunks *c, uint32_t id);

/* Writes a message as chunks of RTMP_CHUNK_SIZE, with time stamp 0, on chunk stream id (2..63). */
void rtmp_chunks_write(struct bytes_writer *w, int id, uint8_t type, uint32_t stream,
                       const void *data, size_t size);

#endif
