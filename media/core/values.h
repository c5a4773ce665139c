/* Values as people write them: numbers, bit rates, sizes, frame rates. Nothing but the value may be
 * in the text, blanks neither. Each gives false, and leaves its output alone, for anything else.
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_CORE_VALUES_H
#define MEDIA_CORE_VALUES_H

#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits at the start of text, at most nine; *end is what follows them. */
bool value_prefix(const char *text, char **end, int64_t *out);

/* Digits only, lowest to highest. */
bool value_integer(const char *text, int64_t lowest, int64_t highest, int64_t *out);

/* 6, 0.5: up to nine digits before the point, and nine behind it. */
bool value_decimal(const char *text, double *out);

/* 128k, 2.5M, 800000: k, M, G are powers of 1000. Whole bits only. */
bool value_bits(const char *text, int64_t *out);

/* 512M, 2G: k, M, G are powers of 1024. Whole bytes only. */
bool value_bytes(const char *text, int64_t *out);

/* 30, 30000/1001, 12.5, and the usual short forms of the NTSC rates (29.97 is 30000/1001), in
 * lowest terms. Terms of up to 1,000,000; not 0. */
bool value_rate(const char *text, struct rational *out);

/* true, yes, on; false, no, off. */
bool value_switch(const char *text, bool *out);

/* Copies what stands before the next comma, without blanks around it, cut to size. Gives what
 * follows the comma; NULL at the end. */
const char *value_next_item(const char *text, char *item, size_t size);

#endif
