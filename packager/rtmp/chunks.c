#include "packager/rtmp/chunks.h"
#include "media/core/err.h"

#include <assert.h>
#include <string.h>

enum { EXTENDED = 0xffffff };

void rtmp_chunks_init(struct rtmp_chunks *c, uint32_t max_message_bytes)
{
    memset(c, 0, sizeof *c);
    c->chunk_bytes = RTMP_CHUNK_SIZE;
    c->max_message_bytes = max_message_bytes;
}

void rtmp_chunks_finish(struct rtmp_chunks *c)
{
    for (int i = 0; i < RTMP_CHUNK_STREAMS; i++)
        bytes_writer_finish(&c->streams[i].data);
    memset(c, 0, sizeof *c);
}

void rtmp_chunks_resize(struct rtmp_chunks *c, uint32_t chunk_bytes)
{
    c->chunk_bytes = chunk_bytes ? chunk_bytes : 1;
}

void rtmp_chunks_abort(struct rtmp_chunks *c, uint32_t id)
{
    for (int i = 0; i < RTMP_CHUNK_STREAMS; i++) {
        struct rtmp_chunk_stream *s = &c->streams[i];
        if (!s->used || s->id != id)
            continue;
        s->begun = false;
        bytes_writer_clear(&s->data);
    }
}

/* NULL: there are too many. */
static struct rtmp_chunk_stream *stream_of(struct rtmp_chunks *c, uint32_t id)
{
    for (int i = 0; i < RTMP_CHUNK_STREAMS; i++) {
        struct rtmp_chunk_stream *s = &c->streams[i];
        if (s->used && s->id == id)
            return s;
        if (s->used)
            continue;
        s->used = true;
        s->id = id;
        return s;
    }
    return NULL;
}

/* The basic header, 1 to 3 bytes: how much of a header follows, and whose it is. */
static uint32_t read_basic(struct bytes_reader *r, int *form)
{
    uint8_t first = bytes_read_u8(r);
    uint32_t id = first & 63;
    *form = first >> 6;
    if (id == 0)
        return 64 + (uint32_t)bytes_read_u8(r);
    if (id == 1) {
        uint32_t low = bytes_read_u8(r);
        return 64 + low + 256 * (uint32_t)bytes_read_u8(r);
    }
    return id;
}

static uint32_t read_little_endian(struct bytes_reader *r)
{
    uint32_t b = bytes_read_u32(r);
    return b >> 24 | (b >> 8 & 0xff00) | (b << 8 & 0xff0000) | b << 24;
}

/* The message header of that form, into s; bytes missing show in the reader's status. */
static void read_header(struct bytes_reader *r, int form, struct rtmp_chunk_stream *s)
{
    static const uint8_t sizes[] = {11, 7, 3, 0};
    if (bytes_reader_left(r) < sizes[form]) {
        bytes_reader_fail(r, ERR_TRUNCATED);
        return;
    }
    uint32_t time = form < 3 ? bytes_read_u24(r) : s->delta_ms;
    if (form < 2) {
        s->length = bytes_read_u24(r);
        s->type = bytes_read_u8(r);
    }
    if (form == 0)
        s->stream = read_little_endian(r);
    if (form < 3)
        s->extended = time == EXTENDED;
    if (s->extended) {
        uint32_t extended = bytes_read_u32(r);
        time = form < 3 ? extended : time;
    }
    if (s->begun && form == 3)
        return; /* the message goes on */
    s->delta_ms = time;
    s->timestamp_ms = form == 0 ? time : s->timestamp_ms + time;
}

/* Takes a chunk's header; ERR_AGAIN without having changed anything where it is not all there. */
static int begin_chunk(struct rtmp_chunks *c, const uint8_t *data, size_t size, size_t *used)
{
    struct bytes_reader r;
    int form;
    bytes_reader_init(&r, data, size);
    uint32_t id = read_basic(&r, &form);
    if (r.status)
        return ERR_AGAIN;
    struct rtmp_chunk_stream *s = stream_of(c, id);
    if (!s)
        return ERR_FULL;
    struct rtmp_chunk_stream before = *s;
    read_header(&r, form, s);
    if (r.status) {
        *s = before;
        return ERR_AGAIN;
    }
    if (s->length > c->max_message_bytes)
        return ERR_FULL;
    if (s->begun && form != 3)
        bytes_writer_clear(&s->data); /* the sender gave the old message up */
    s->begun = true;
    uint32_t left = s->length - (uint32_t)s->data.size;
    c->now = s;
    c->now_left = left < c->chunk_bytes ? left : c->chunk_bytes;
    *used += r.at;
    return 0;
}

static void give(struct rtmp_chunks *c, struct rtmp_chunk_stream *s, struct rtmp_message *message)
{
    s->begun = false;
    c->given = s;
    *message = (struct rtmp_message){.type = s->type,
                                     .timestamp_ms = s->timestamp_ms,
                                     .stream = s->stream,
                                     .data = s->data.data,
                                     .size = s->data.size};
}

int rtmp_chunks_take(struct rtmp_chunks *c, const uint8_t *data, size_t size, size_t *used,
                     struct rtmp_message *message)
{
    *used = 0;
    if (c->given)
        bytes_writer_clear(&c->given->data);
    c->given = NULL;
    while (true) {
        if (!c->now) {
            int status = begin_chunk(c, data + *used, size - *used, used);
            if (status)
                return status;
        }
        struct rtmp_chunk_stream *s = c->now;
        size_t there = size - *used < c->now_left ? size - *used : c->now_left;
        bytes_write(&s->data, data + *used, there);
        if (s->data.status)
            return s->data.status;
        *used += there;
        c->now_left -= (uint32_t)there;
        if (c->now_left)
            return ERR_AGAIN;
        c->now = NULL;
        if (s->data.size == s->length) {
            give(c, s, message);
            return 0;
        }
    }
}

void rtmp_chunks_write(struct bytes_writer *w, int id, uint8_t type, uint32_t stream,
                       const void *data, size_t size)
{
    assert(id >= 2 && id < 64);
    assert(size < EXTENDED);
    bytes_write_u8(w, (uint8_t)id);
    bytes_write_u24(w, 0);
    bytes_write_u24(w, (uint32_t)size);
    bytes_write_u8(w, type);
    bytes_write_u8(w, (uint8_t)stream);
    bytes_write_u8(w, (uint8_t)(stream >> 8));
    bytes_write_u8(w, (uint8_t)(stream >> 16));
    bytes_write_u8(w, (uint8_t)(stream >> 24));
    for (size_t at = 0; at < size; at += RTMP_CHUNK_SIZE) {
        size_t part = size - at < RTMP_CHUNK_SIZE ? size - at : RTMP_CHUNK_SIZE;
        if (at)
            bytes_write_u8(w, (uint8_t)(0xc0 | id));
        bytes_write(w, (const uint8_t *)data + at, part);
    }
}
