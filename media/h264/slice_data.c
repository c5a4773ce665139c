#include "media/h264/slice_data.h"
#include "media/core/err.h"
#include "media/h264/syntax.h"

#include <endian.h>
#include <string.h>

/* Appends to head the unescaped bytes of nal from number `from` on, up to and with the first that
 * is not 0, and gives the place behind it in nal. A byte that is not 0 makes escaping start afresh,
 * so that the bytes behind it are escaped already as they must be. */
static size_t append_to_nonzero(struct bytes_writer *head, const struct h264_nal *nal, size_t from)
{
    size_t index = 0;
    unsigned zeros = 0;
    for (size_t at = 0; at < nal->size; at++) {
        uint8_t byte = nal->data[at];
        if (zeros >= 2 && byte == 3) {
            zeros = 0;
            continue;
        }
        zeros = byte ? 0 : zeros + 1;
        if (index++ < from)
            continue;
        bytes_write_u8(head, byte);
        if (byte)
            return at + 1;
    }
    return nal->size;
}

/* The new header is in head, the slice data begin with byte number `from` of the unescaped unit.
 * begun: data bits that are not 0 are in head already. */
static int append_bytes(struct bytes_writer *out, struct bytes_writer *head,
                        const struct h264_nal *nal, size_t from, bool begun)
{
    size_t header_bytes = head->size;
    size_t rest = append_to_nonzero(head, nal, from);
    if (head->status)
        return head->status;
    bool nonzero = head->size > header_bytes && head->data[head->size - 1];
    if (!begun && !nonzero)
        return ERR_TRUNCATED;
    if (!nonzero)
        head->size = header_bytes; /* zeros behind the stop bit are not part of a NAL unit */
    h264_nal_escape(out, head->data, head->size);
    bytes_write(out, nal->data + rest, nal->size - rest);
    return out->status;
}

static uint64_t load_u64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return be64toh(value);
}

static void store_u64(uint8_t *to, uint64_t value)
{
    value = htobe64(value);
    memcpy(to, &value, sizeof value);
}

/* bits_copy, 64 bits at a time: r is at a whole byte, w is not. Leaves less than 64 bits in r. */
static void copy_words(struct bits_writer *w, struct bits_reader *r)
{
    size_t words = bits_reader_left(r) / 64;
    unsigned shift = w->pending_bits;
    uint64_t pending = w->pending;
    const uint8_t *from = r->data + r->at / 8;

    bytes_writer_reserve(w->out, words * 8);
    if (w->out->status)
        return;
    uint8_t *to = w->out->data + w->out->size;
    for (size_t i = 0; i < words; i++) {
        uint64_t word = load_u64(from + 8 * i);
        store_u64(to + 8 * i, pending << (64 - shift) | word >> shift);
        pending = word;
    }
    w->out->size += words * 8;
    w->pending = pending & (((uint64_t)1 << shift) - 1);
    r->at += words * 64;
}

/* CAVLC data that change their place inside the byte. */
static int append_shifted(struct bytes_writer *out, struct bits_writer *header, size_t data_at,
                          const struct h264_nal *nal)
{
    struct bytes_writer rbsp;
    struct bits_reader r;

    bytes_writer_init(&rbsp);
    bytes_writer_reserve(&rbsp, nal->size);
    if (rbsp.status)
        return rbsp.status;
    rbsp.size = h264_nal_unescape(rbsp.data, nal->size, nal->data, nal->size);
    bits_reader_init(&r, rbsp.data, rbsp.size);
    r.size_bits = h264_syntax_bits_with_stop(rbsp.data, rbsp.size);
    int status = r.size_bits > data_at ? 0 : ERR_TRUNCATED;
    if (!status) {
        bits_skip(&r, data_at);
        size_t to_byte = (8 - (r.at & 7)) & 7;
        size_t left = bits_reader_left(&r);
        bits_copy(header, &r, to_byte < left ? to_byte : left);
        if (header->pending_bits)
            copy_words(header, &r);
        bits_copy(header, &r, bits_reader_left(&r));
        bits_align(header, false);
        h264_nal_escape(out, header->out->data, header->out->size);
        status = header->out->status ? header->out->status : out->status;
    }
    bytes_writer_finish(&rbsp);
    return status;
}

int h264_slice_data_append(struct bytes_writer *out, struct bits_writer *header,
                           struct bits_reader *old, const struct h264_nal *nal, bool cabac)
{
    unsigned left_in_byte = (unsigned)(8 - (old->at & 7)) & 7;
    if (cabac) {
        uint32_t ones = (1u << left_in_byte) - 1;
        if (bits_read(old, left_in_byte) != ones)
            return old->status ? old->status : ERR_INVALID;
        bits_align(header, true);
        return append_bytes(out, header->out, nal, old->at / 8, false);
    }
    if (((header->pending_bits ^ old->at) & 7) != 0)
        return append_shifted(out, header, old->at, nal);
    uint32_t begun = bits_read(old, left_in_byte);
    bits_write(header, begun, left_in_byte);
    return append_bytes(out, header->out, nal, old->at / 8, begun != 0);
}
