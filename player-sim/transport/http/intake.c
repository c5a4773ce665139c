#include "player-sim/transport/http/intake.h"
#include "manifests/update.h"
#include "media/cmaf/chunk.h"
#include "media/core/err.h"

#include <stdio.h>
#include <string.h>

void intake_init(struct intake *in, enum session_request_kind kind, const char *url, bool payloads)
{
    *in = (struct intake){.kind = kind, .url = url, .payloads = payloads};
    bytes_writer_init(&in->bytes);
}

void intake_finish(struct intake *in)
{
    bytes_writer_finish(&in->bytes);
}

static int fail(struct intake *in, int status, const char *what)
{
    snprintf(in->text, sizeof in->text, "%s", what);
    return status;
}

static int keep(struct intake *in, const uint8_t *data, size_t size, size_t most, const char *above)
{
    if (size > most - (in->bytes.size - in->at))
        return fail(in, ERR_FULL, above);
    bytes_write(&in->bytes, data, size);
    return in->bytes.status ? fail(in, in->bytes.status, err_text(in->bytes.status)) : 0;
}

static void describe(struct session_sample *s, const struct cmaf_chunk *chunk)
{
    s->time = chunk->decode_time;
    s->duration = chunk->duration;
    s->capture_us = chunk->has_prft ? chunk->capture_utc_us : -1;
    s->manifest_update = chunk->manifest_update;
}

static int hand_on(struct intake *in, struct session_event *event, const uint8_t *data, size_t size,
                   intake_sink *sink, void *context)
{
    if (in->payloads && !(event->sample.payload = blob_create(data, size)))
        return fail(in, ERR_NOMEM, err_text(ERR_NOMEM));
    int status = sink(context, event);
    blob_unref(event->sample.payload);
    return status ? fail(in, status, err_text(status)) : 0;
}

/* Hands on the chunks that data begins with; *used is where the first one begins that is not
 * complete. */
static int hand_on_chunks(struct intake *in, const uint8_t *data, size_t size, size_t *used,
                          intake_sink *sink, void *context)
{
    struct cmaf_chunk chunk;
    char what[64], url[HESP_URL_BYTES];
    int status;
    while (*used < size && !(status = cmaf_chunk_read(data + *used, size - *used, &chunk))) {
        struct session_event event = {.kind = SESSION_CHUNK, .has_sample = true};
        describe(&event.sample, &chunk);
        event.sample.bytes = chunk.total_bytes;
        if (chunk.manifest_update && !hesp_update_url(chunk.update, chunk.update_size, url))
            event.sample.manifest_url = url;
        status = hand_on(in, &event, data + *used, chunk.total_bytes, sink, context);
        if (status)
            return status;
        *used += chunk.total_bytes;
    }
    if (*used == size || status == ERR_TRUNCATED)
        return 0;
    snprintf(what, sizeof what, "no CMAF chunk: %s", err_text(status));
    return fail(in, status, what);
}

/* Where nothing is left of earlier bytes, whole chunks are read where they are; only what is not
 * complete is copied. */
static int take_segment(struct intake *in, const uint8_t *data, size_t size, intake_sink *sink,
                        void *context)
{
    static const char above[] = "a chunk above 64 MiB";
    size_t used = 0;
    if (in->at == in->bytes.size) {
        bytes_writer_clear(&in->bytes);
        in->at = 0;
        int status = hand_on_chunks(in, data, size, &used, sink, context);
        return status ? status : keep(in, data + used, size - used, INTAKE_CHUNK_BYTES_MAX, above);
    }
    /* What was handed on goes before memory grows. */
    if (in->at && in->bytes.size + size > in->bytes.capacity) {
        in->bytes.size -= in->at;
        memmove(in->bytes.data, in->bytes.data + in->at, in->bytes.size);
        in->at = 0;
    }
    int status = keep(in, data, size, INTAKE_CHUNK_BYTES_MAX, above);
    if (status)
        return status;
    return hand_on_chunks(in, in->bytes.data, in->bytes.size, &in->at, sink, context);
}

int intake_take(struct intake *in, const uint8_t *data, size_t size, intake_sink *sink,
                void *context)
{
    switch (in->kind) {
    case SESSION_GET_MANIFEST:
        return keep(in, data, size, INTAKE_MANIFEST_BYTES_MAX, "a manifest above 4 MiB");
    case SESSION_GET_PACKET:
        return keep(in, data, size, INTAKE_PACKET_BYTES_MAX, "a packet above 64 MiB");
    default:
        return take_segment(in, data, size, sink, context);
    }
}

static int end_manifest(struct intake *in, intake_sink *sink, void *context)
{
    struct session_event event = {.kind = SESSION_MANIFEST};
    int status =
        session_channel_read(in->url, in->bytes.data, in->bytes.size, &event.channel, in->text);
    if (status)
        return status;
    status = sink(context, &event);
    session_channel_unref(event.channel);
    return status ? fail(in, status, err_text(status)) : 0;
}

static int end_packet(struct intake *in, intake_sink *sink, void *context)
{
    struct session_event event = {.kind = SESSION_PACKET, .sample.capture_us = -1};
    struct cmaf_packet packet;
    char what[64];
    int status = cmaf_packet_read(in->bytes.data, in->bytes.size, &packet);
    if (status) {
        snprintf(what, sizeof what, "no Initialization Packet: %s", err_text(status));
        return fail(in, status, what);
    }
    event.timescale = event.sample.timescale = packet.timescale;
    event.segment_id = packet.continuation.segment_id;
    event.offset = packet.continuation.offset;
    event.has_sample = packet.has_sample;
    if (packet.has_sample) {
        describe(&event.sample, &packet.sample);
        event.sample.bytes = in->bytes.size;
    }
    return hand_on(in, &event, in->bytes.data, in->bytes.size, sink, context);
}

int intake_end(struct intake *in, intake_sink *sink, void *context)
{
    switch (in->kind) {
    case SESSION_GET_MANIFEST:
        return end_manifest(in, sink, context);
    case SESSION_GET_PACKET:
        return end_packet(in, sink, context);
    default:
        return in->at == in->bytes.size
                   ? 0
                   : fail(in, ERR_TRUNCATED, "it ends in the midst of a chunk");
    }
}
