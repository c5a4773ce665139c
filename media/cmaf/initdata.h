/* The JSON object inside an initdata event (HESP 6.2.1.1, table 33).
 * Thread-safety: a pure function on the caller's data. */
#ifndef MEDIA_CMAF_INITDATA_H
#define MEDIA_CMAF_INITDATA_H

#include "media/cmaf/chunk.h"

#include <stddef.h>
#include <stdint.h>

/* The largest text that is read, and how deep it may be nested, the outermost object included. */
enum { CMAF_INITDATA_BYTES_MAX = 4096, CMAF_INITDATA_DEPTH_MAX = 8 };

/* Reads a JSON object (RFC 8259) with an integer index and, where not 0, an integer offset, both
 * 0..2^53-1 and written without a fraction or an exponent. Other members are checked for their form
 * and ignored; a name written with escapes is such another. ERR_INVALID, and then continuation is
 * untouched. */
int cmaf_initdata_parse(const uint8_t *text, size_t size, struct cmaf_continuation *continuation);

#endif
