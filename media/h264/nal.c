#include "media/h264/nal.h"
#include "media/core/err.h"

#include <string.h>

int h264_nal_init(struct h264_nal *nal, const uint8_t *data, size_t size)
{
    if (!size)
        return ERR_TRUNCATED;
    if (data[0] & 0x80)
        return ERR_INVALID;
    *nal = (struct h264_nal){
        .data = data,
        .size = size,
        .nal_ref_idc = data[0] >> 5,
        .nal_unit_type = data[0] & 0x1f,
    };
    return 0;
}

int h264_nal_next(struct bytes_reader *units, struct h264_nal *nal)
{
    if (!units->status && !bytes_reader_left(units))
        return ERR_END;
    uint32_t size = bytes_read_u32(units);
    const uint8_t *data = bytes_read(units, size);
    return units->status ? units->status : h264_nal_init(nal, data, size);
}

/* The first place from `at` on where two zero bytes are followed by one of 0 to 3, or size. */
static size_t find_zeros(const uint8_t *data, size_t at, size_t size)
{
    while (size >= 3 && at < size - 2) {
        const uint8_t *zero = memchr(data + at, 0, size - 2 - at);
        if (!zero)
            return size;
        at = (size_t)(zero - data);
        if (!data[at + 1] && data[at + 2] <= 3)
            return at;
        at++;
    }
    return size;
}

size_t h264_nal_unescape(uint8_t *out, size_t capacity, const uint8_t *data, size_t size)
{
    size_t written = 0;
    size_t at = 0;
    while (at < size && written < capacity) {
        size_t zeros = find_zeros(data, at, size);
        size_t run = size - at;
        size_t skip = 0;
        if (zeros < size) {
            /* Three zero bytes in a row break 7.4.1; then the last two may still start an escape.
             */
            skip = data[zeros + 2] == 3;
            run = zeros - at + (skip ? 2 : 1);
        }
        if (run > capacity - written)
            run = capacity - written;
        memcpy(out + written, data + at, run);
        written += run;
        at += run + skip;
    }
    return written;
}

void h264_nal_escape(struct bytes_writer *out, const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size) {
        size_t zeros = find_zeros(data, at, size);
        size_t end = zeros < size ? zeros + 2 : size;
        bytes_write(out, data + at, end - at);
        if (zeros < size)
            bytes_write_u8(out, 3);
        at = end;
    }
    if (size && !data[size - 1])
        bytes_write_u8(out, 3);
}
