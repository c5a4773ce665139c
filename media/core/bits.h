/* Bit strings as ISO/IEC 14496-10 writes them: most significant bit first, Exp-Golomb codes
 * (clause 9.1). Errors stick, so that a whole header is checked once, at its end.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef MEDIA_CORE_BITS_H
#define MEDIA_CORE_BITS_H

#include "media/core/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Invariant: at <= size_bits; once status is not 0, every read gives 0. */
struct bits_reader {
    const uint8_t *data; /* borrowed */
    size_t size_bits;
    size_t at; /* in bits */
    int status;
};

void bits_reader_init(struct bits_reader *r, const void *data, size_t size_bytes);
size_t bits_reader_left(const struct bits_reader *r);
uint32_t bits_read(struct bits_reader *r, unsigned count); /* count 0..32 */
bool bits_read_flag(struct bits_reader *r);
uint32_t bits_read_ue(struct bits_reader *r); /* ue(v), 0..2^32-2 */
int32_t bits_read_se(struct bits_reader *r);  /* se(v) */
void bits_skip(struct bits_reader *r, size_t count);

/* Collects bits and hands whole bytes to a bytes_writer, whose error it shares. */
struct bits_writer {
    struct bytes_writer *out; /* borrowed */
    uint64_t pending;
    unsigned pending_bits; /* 0..7 between calls */
};

void bits_writer_init(struct bits_writer *w, struct bytes_writer *out);
void bits_write(struct bits_writer *w, uint32_t value, unsigned count); /* count 0..32 */
void bits_write_ue(struct bits_writer *w, uint32_t value);              /* value <= 2^32-2 */
void bits_write_se(struct bits_writer *w, int32_t value);
/* Copies count bits from r to w. */
void bits_copy(struct bits_writer *w, struct bits_reader *r, size_t count);
/* Fills up to a whole byte with ones or zeros; nothing where already aligned. */
void bits_align(struct bits_writer *w, bool ones);

#endif
