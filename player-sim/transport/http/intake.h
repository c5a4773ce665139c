/* The bytes of one response, in pieces of any size, become events: a manifest or a packet when it
 * is whole, the chunks of a segment as they become complete. What is kept of a response is bounded.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_INTAKE_H
#define PLAYER_SIM_TRANSPORT_HTTP_INTAKE_H

#include "media/core/bytes.h"
#include "player-sim/session/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INTAKE_MANIFEST_BYTES_MAX = 4 << 20,
    INTAKE_PACKET_BYTES_MAX = 64 << 20,
    INTAKE_CHUNK_BYTES_MAX = 64 << 20,
    INTAKE_TEXT_BYTES = SESSION_CHANNEL_ERROR_BYTES,
};

struct intake {
    enum session_request_kind kind;
    const char *url; /* borrowed */
    bool payloads;
    struct bytes_writer bytes; /* manifest, packet: all so far; segment: from `at` on, a chunk that
                                  is not complete */
    size_t at;                 /* segment: what of bytes has been handed on already */
    char text[INTAKE_TEXT_BYTES]; /* after a failure: what is wrong */
};

/* Gets an event with kind, channel, sample, has_sample, timescale, segment_id and offset; channel,
 * payload and manifest_url are borrowed for the call. A status other than 0 ends the intake with
 * it. */
typedef int intake_sink(void *context, const struct session_event *event);

void intake_init(struct intake *in, enum session_request_kind kind, const char *url, bool payloads);
void intake_finish(struct intake *in);

/* The next bytes. ERR_FULL: larger than the maxima above; ERR_INVALID, ERR_UNSUPPORTED: no chunk;
 * ERR_NOMEM; what the sink gave. */
int intake_take(struct intake *in, const uint8_t *data, size_t size, intake_sink *sink,
                void *context);

/* All bytes were there. ERR_TRUNCATED where something is missing, and as above. */
int intake_end(struct intake *in, intake_sink *sink, void *context);

#endif
