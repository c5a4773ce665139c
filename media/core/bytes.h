/* Bytes in and out: a growing writer, and a bounded reader. Both have an error that sticks, so that
 * a run of calls is checked once, at its end. All integers are big-endian, as in ISO/IEC 14496-12.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef MEDIA_CORE_BYTES_H
#define MEDIA_CORE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Invariant: size <= capacity; once status is not 0, nothing more is written. */
struct bytes_writer {
    uint8_t *data; /* owned; NULL while empty */
    size_t size;
    size_t capacity;
    int status; /* 0 or ERR_NOMEM */
};

void bytes_writer_init(struct bytes_writer *w);
void bytes_writer_finish(struct bytes_writer *w); /* frees; w may be reused after init */
void bytes_writer_clear(struct bytes_writer *w);  /* keeps the memory, drops bytes and error */
/* Makes room for more bytes beforehand. */
void bytes_writer_reserve(struct bytes_writer *w, size_t more);
/* Hands the buffer over to the caller, who frees it; w is empty afterwards. NULL on error. */
uint8_t *bytes_writer_take(struct bytes_writer *w, size_t *size);

void bytes_write(struct bytes_writer *w, const void *data, size_t size);
void bytes_write_text(struct bytes_writer *w, const char *text); /* without its NUL */
void bytes_printf(struct bytes_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bytes_write_u8(struct bytes_writer *w, uint8_t value);
void bytes_write_u16(struct bytes_writer *w, uint16_t value);
void bytes_write_u24(struct bytes_writer *w, uint32_t value);
void bytes_write_u32(struct bytes_writer *w, uint32_t value);
void bytes_write_u64(struct bytes_writer *w, uint64_t value);
/* Overwrites four bytes written earlier, at offset at (at + 4 <= size, asserted unless failed). */
void bytes_patch_u32(struct bytes_writer *w, size_t at, uint32_t value);

/* Invariant: at <= size; once status is not 0, every read gives 0 or NULL and moves nothing. */
struct bytes_reader {
    const uint8_t *data; /* borrowed */
    size_t size;
    size_t at;
    int status; /* 0 or ERR_TRUNCATED, or what bytes_reader_fail was given */
};

void bytes_reader_init(struct bytes_reader *r, const void *data, size_t size);
size_t bytes_reader_left(const struct bytes_reader *r);
/* Makes status stick, unless an earlier error does. */
void bytes_reader_fail(struct bytes_reader *r, int status);
uint8_t bytes_read_u8(struct bytes_reader *r);
uint16_t bytes_read_u16(struct bytes_reader *r);
uint32_t bytes_read_u24(struct bytes_reader *r);
uint32_t bytes_read_u32(struct bytes_reader *r);
uint64_t bytes_read_u64(struct bytes_reader *r);
/* The next size bytes, borrowed from the input, or NULL. */
const uint8_t *bytes_read(struct bytes_reader *r, size_t size);
void bytes_skip(struct bytes_reader *r, size_t size);
/* A NUL-terminated string inside the input, or NULL (no NUL before the end is ERR_TRUNCATED). */
const char *bytes_read_text(struct bytes_reader *r);

#endif
