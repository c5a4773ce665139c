#include "media/core/bits.h"
#include "media/core/err.h"

#include <assert.h>

void bits_reader_init(struct bits_reader *r, const void *data, size_t size_bytes)
{
    *r = (struct bits_reader){.data = data, .size_bits = size_bytes * 8};
}

size_t bits_reader_left(const struct bits_reader *r)
{
    return r->status ? 0 : r->size_bits - r->at;
}

uint32_t bits_read(struct bits_reader *r, unsigned count)
{
    assert(count <= 32);
    if (bits_reader_left(r) < count && !r->status)
        r->status = ERR_TRUNCATED;
    if (r->status)
        return 0;
    uint64_t value = 0;
    unsigned missing = count;
    while (missing) {
        unsigned offset = (unsigned)(r->at & 7);
        unsigned take = 8 - offset < missing ? 8 - offset : missing;
        unsigned byte = r->data[r->at >> 3];
        value = value << take | ((byte >> (8 - offset - take)) & ((1u << take) - 1));
        r->at += take;
        missing -= take;
    }
    return (uint32_t)value;
}

bool bits_read_flag(struct bits_reader *r)
{
    return bits_read(r, 1) != 0;
}

uint32_t bits_read_ue(struct bits_reader *r)
{
    unsigned zeros = 0;
    while (!r->status && !bits_read_flag(r)) {
        if (++zeros > 31 && !r->status)
            r->status = ERR_INVALID;
    }
    if (r->status)
        return 0;
    uint32_t rest = bits_read(r, zeros);
    return r->status ? 0 : ((uint32_t)1 << zeros) - 1 + rest;
}

int32_t bits_read_se(struct bits_reader *r)
{
    uint32_t code = bits_read_ue(r);
    int64_t magnitude = ((int64_t)code + 1) / 2;
    return (int32_t)(code & 1 ? magnitude : -magnitude);
}

void bits_skip(struct bits_reader *r, size_t count)
{
    if (bits_reader_left(r) < count && !r->status)
        r->status = ERR_TRUNCATED;
    if (!r->status)
        r->at += count;
}

void bits_writer_init(struct bits_writer *w, struct bytes_writer *out)
{
    *w = (struct bits_writer){.out = out};
}

void bits_write(struct bits_writer *w, uint32_t value, unsigned count)
{
    assert(count <= 32);
    uint64_t mask = ((uint64_t)1 << count) - 1;
    w->pending = w->pending << count | (value & mask);
    w->pending_bits += count;
    while (w->pending_bits >= 8) {
        w->pending_bits -= 8;
        bytes_write_u8(w->out, (uint8_t)(w->pending >> w->pending_bits));
    }
}

void bits_write_ue(struct bits_writer *w, uint32_t value)
{
    uint64_t code = (uint64_t)value + 1;
    unsigned length = 0;
    while (code >> (length + 1))
        length++;
    bits_write(w, 0, length);
    bits_write(w, 1, 1);
    bits_write(w, (uint32_t)(code & (((uint64_t)1 << length) - 1)), length);
}

void bits_write_se(struct bits_writer *w, int32_t value)
{
    int64_t v = value;
    bits_write_ue(w, (uint32_t)(v > 0 ? 2 * v - 1 : -2 * v));
}

void bits_copy(struct bits_writer *w, struct bits_reader *r, size_t count)
{
    while (count >= 32 && !r->status) {
        bits_write(w, bits_read(r, 32), 32);
        count -= 32;
    }
    if (!r->status)
        bits_write(w, bits_read(r, (unsigned)count), (unsigned)count);
}

void bits_align(struct bits_writer *w, bool ones)
{
    unsigned missing = (8 - w->pending_bits) & 7;
    bits_write(w, ones ? 0xff : 0, missing);
}
