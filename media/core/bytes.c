#include "media/core/bytes.h"
#include "media/core/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_writer_init(struct bytes_writer *w)
{
    *w = (struct bytes_writer){0};
}

void bytes_writer_finish(struct bytes_writer *w)
{
    free(w->data);
    *w = (struct bytes_writer){0};
}

void bytes_writer_clear(struct bytes_writer *w)
{
    w->size = 0;
    w->status = 0;
}

void bytes_writer_reserve(struct bytes_writer *w, size_t more)
{
    if (w->status || more <= w->capacity - w->size)
        return;
    size_t capacity = w->capacity < 128 ? 256 : w->capacity * 2;
    if (more > SIZE_MAX / 2 - w->size) {
        w->status = ERR_NOMEM;
        return;
    }
    if (capacity < w->size + more)
        capacity = w->size + more;
    uint8_t *data = realloc(w->data, capacity);
    if (!data) {
        w->status = ERR_NOMEM;
        return;
    }
    w->data = data;
    w->capacity = capacity;
}

uint8_t *bytes_writer_take(struct bytes_writer *w, size_t *size)
{
    if (w->status)
        return NULL;
    uint8_t *data = w->data;
    *size = w->size;
    *w = (struct bytes_writer){0};
    return data;
}

void bytes_write(struct bytes_writer *w, const void *data, size_t size)
{
    bytes_writer_reserve(w, size);
    if (w->status || !size)
        return;
    memcpy(w->data + w->size, data, size);
    w->size += size;
}

void bytes_write_text(struct bytes_writer *w, const char *text)
{
    bytes_write(w, text, strlen(text));
}

void bytes_printf(struct bytes_writer *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    bytes_writer_reserve(w, (size_t)length + 1);
    if (w->status)
        return;
    va_start(arguments, format);
    vsnprintf((char *)w->data + w->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    w->size += (size_t)length;
}

static void write_big_endian(struct bytes_writer *w, uint64_t value, size_t size)
{
    uint8_t out[8];
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    bytes_write(w, out, size);
}

void bytes_write_u8(struct bytes_writer *w, uint8_t value)
{
    write_big_endian(w, value, 1);
}

void bytes_write_u16(struct bytes_writer *w, uint16_t value)
{
    write_big_endian(w, value, 2);
}

void bytes_write_u24(struct bytes_writer *w, uint32_t value)
{
    write_big_endian(w, value, 3);
}

void bytes_write_u32(struct bytes_writer *w, uint32_t value)
{
    write_big_endian(w, value, 4);
}

void bytes_write_u64(struct bytes_writer *w, uint64_t value)
{
    write_big_endian(w, value, 8);
}

void bytes_patch_u32(struct bytes_writer *w, size_t at, uint32_t value)
{
    if (w->status)
        return;
    assert(at + 4 <= w->size);
    for (size_t i = 0; i < 4; i++)
        w->data[at + i] = (uint8_t)(value >> (8 * (3 - i)));
}

void bytes_reader_init(struct bytes_reader *r, const void *data, size_t size)
{
    *r = (struct bytes_reader){.data = data, .size = size};
}

size_t bytes_reader_left(const struct bytes_reader *r)
{
    return r->status ? 0 : r->size - r->at;
}

void bytes_reader_fail(struct bytes_reader *r, int status)
{
    if (!r->status)
        r->status = status;
}

const uint8_t *bytes_read(struct bytes_reader *r, size_t size)
{
    if (bytes_reader_left(r) < size)
        bytes_reader_fail(r, ERR_TRUNCATED);
    if (r->status)
        return NULL;
    const uint8_t *at = r->data + r->at;
    r->at += size;
    return at;
}

void bytes_skip(struct bytes_reader *r, size_t size)
{
    (void)bytes_read(r, size);
}

static uint64_t read_big_endian(struct bytes_reader *r, size_t size)
{
    const uint8_t *at = bytes_read(r, size);
    uint64_t value = 0;
    for (size_t i = 0; at && i < size; i++)
        value = value << 8 | at[i];
    return value;
}

uint8_t bytes_read_u8(struct bytes_reader *r)
{
    return (uint8_t)read_big_endian(r, 1);
}

uint16_t bytes_read_u16(struct bytes_reader *r)
{
    return (uint16_t)read_big_endian(r, 2);
}

uint32_t bytes_read_u24(struct bytes_reader *r)
{
    return (uint32_t)read_big_endian(r, 3);
}

uint32_t bytes_read_u32(struct bytes_reader *r)
{
    return (uint32_t)read_big_endian(r, 4);
}

uint64_t bytes_read_u64(struct bytes_reader *r)
{
    return read_big_endian(r, 8);
}

const char *bytes_read_text(struct bytes_reader *r)
{
    size_t left = bytes_reader_left(r);
    const uint8_t *end = left ? memchr(r->data + r->at, 0, left) : NULL;
    if (!end) {
        bytes_reader_fail(r, ERR_TRUNCATED);
        return NULL;
    }
    return (const char *)bytes_read(r, (size_t)(end - (r->data + r->at)) + 1);
}
